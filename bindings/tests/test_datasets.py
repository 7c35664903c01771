"""Data sets: what is written is read again."""

import numpy as np
import pytest
import visionkit
from visionkit import datasets


def dataset():
    square = [np.array([[10, 10], [30, 10], [30, 40], [10, 40]], float)]
    return datasets.ObjectDataset(
        images=[datasets.AnnotatedImage(id=1, file_name="a.jpg", size=(100, 80))],
        categories=[datasets.Category(id=1, name="cat"), {"id": 2, "name": "dog"}],
        objects=[datasets.TrueObject(id=1, image_id=1, category_id=2, box=(10, 10, 20, 30), area=600, segmentation=square)],
    )


def test_coco_files(tmp_path):
    datasets.write_coco(tmp_path / "truth.json", dataset())
    annotations = datasets.read_coco(tmp_path / "truth.json")
    assert annotations.dataset == dataset() and annotations.notes == []
    entry = annotations.dataset.objects[0]
    assert entry.box == (10, 10, 20, 30) and entry.box.width == 20 and entry.segmentation[0].shape == (4, 2)
    found = [datasets.Prediction(image_id=1, category_id=2, score=0.5, box=(10, 10, 20, 30), area=600)]
    datasets.write_coco_results(tmp_path / "found.json", found)
    assert datasets.read_coco_results(tmp_path / "found.json", annotations).predictions == found


def test_yolo_labelme_and_voc_folders(tmp_path):
    notes = datasets.write_yolo(tmp_path / "yolo", dataset(), rows="polygons")
    assert all(isinstance(note, datasets.DatasetNote) for note in notes)
    (tmp_path / "yolo/images/val").mkdir(parents=True)
    visionkit.write_image(tmp_path / "yolo/images/val/a.jpg", np.zeros((80, 100, 3), np.uint8))
    sizes = []

    def size(path):
        sizes.append(path)
        return visionkit.read_image(path).shape[1::-1]

    read = datasets.read_yolo(tmp_path / "yolo", image_size=size)
    assert read.dataset.objects[0].box == pytest.approx((10, 10, 20, 30)) and len(sizes) == 1
    datasets.write_labelme(tmp_path / "labelme", dataset())
    assert datasets.read_labelme(tmp_path / "labelme").dataset.objects[0].box == (10, 10, 20, 30)
    datasets.write_voc(tmp_path / "voc", dataset())
    assert datasets.read_voc(tmp_path / "voc", images="").dataset.objects[0].box == (10, 10, 20, 30)


def test_what_a_callback_raises_becomes_an_error(tmp_path):
    datasets.write_yolo(tmp_path, dataset())
    (tmp_path / "images/val").mkdir(parents=True)
    visionkit.write_image(tmp_path / "images/val/a.jpg", np.zeros((80, 100, 3), np.uint8))

    def fail(path):
        raise KeyError("no size")

    with pytest.raises(visionkit.Error, match="no size"):
        datasets.read_yolo(tmp_path, image_size=fail)


def test_folders_and_tables(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").touch()
    folders = datasets.read_class_folders(tmp_path)
    assert folders.classes == ["cat", "dog"] and folders.images[1].file == "dog/a.jpg"
    datasets.write_label_table(tmp_path / "t.csv", folders.images)
    table = datasets.read_label_table(tmp_path / "t.csv", root=tmp_path)
    assert table.images == folders.images and table.notes == []
    pairs = datasets.read_mask_pairs(tmp_path / "cat", tmp_path / "dog")
    assert pairs.pairs[0].image == "a.jpg"
    (tmp_path / "names.txt").write_text("cat\ndog\n")
    assert datasets.read_labels(tmp_path / "names.txt") == ["cat", "dog"]


def some_results():
    found = visionkit.Detections([[1, 2, 11, 12]], [0.5], [1])
    label_map = visionkit.LabelMap(np.array([[0, 1], [1, 255]], np.uint8))
    segments = [visionkit.PanopticSegment(id=7, label=1, kind="stuff", area=4, box=(0, 0, 2, 2))]
    panoptic_map = visionkit.PanopticMap(np.full((2, 2), 7, np.uint32), segments)
    failed = datasets.FailedPicture(code="image_corrupt", reason="cut off")
    answers = [found, visionkit.Classification([2, 0], [0.75, 0.25]), label_map, panoptic_map, failed]
    return [datasets.PictureResult(file=f"{i}.jpg", size=(20, 30), answer=answer) for i, answer in enumerate(answers)]


def test_results_are_lines_of_json(tmp_path):
    header = datasets.ResultsHeader(task="detection", model_sha256="ab", labels=["cat", "dog"])
    results = some_results()
    datasets.write_results(tmp_path / "r.jsonl", header, results)
    read = datasets.read_results(tmp_path / "r.jsonl")
    assert read.results == results and read.summary.header == header and read.summary.results == 5
    assert [type(result.answer).__name__ for result in read.results] == [
        "Detections", "Classification", "LabelMap", "PanopticMap", "FailedPicture"]
    lines = (tmp_path / "r.jsonl").read_text().splitlines(keepends=True)
    assert lines == [datasets.to_json_line(line) for line in (header, *results)]
    assert datasets.parse_results_header(lines[0]) == header
    assert [datasets.parse_result(line) for line in lines[1:]] == results
    cut = datasets.read_results("".join(lines).encode()[:-5])
    assert cut.summary.results == 4 and cut.summary.broken_bytes == len(lines[-1]) - 5
    with pytest.raises(visionkit.Error) as caught:
        datasets.read_results(tmp_path / "r.jsonl", max_line_bytes=50)
    assert caught.value.code == "dataset_too_large"


def test_results_become_predictions():
    result = datasets.PictureResult(file="a.jpg", answer=visionkit.Detections([[1, 2, 11, 12]], [0.5], [1]))
    predictions = datasets.to_predictions([result], ["cat", "dog"], dataset())
    assert predictions == [datasets.Prediction(image_id=1, category_id=2, score=0.5, box=(1, 2, 10, 10), area=100)]
    with pytest.raises(visionkit.Error) as caught:
        datasets.to_predictions([result], ["cat", "cow"], dataset())
    assert caught.value.code == "dataset_reference"
