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
