"""Classifier, Detector and Segmenter: what goes in, what comes out, and how they travel."""

import os
import pickle

import numpy as np
import pytest
import visionkit

from conftest import MODELS, ROOT, in_threads, needs_runtime

pytestmark = needs_runtime


@pytest.fixture(scope="module")
def scene():
    """Digits on a photograph."""
    return visionkit.read_image(ROOT / "tests/data/scenes/images/000.jpg")


@pytest.fixture(scope="module")
def detector(steady):
    return visionkit.Detector(MODELS / "digit_detector.pt", run=steady)


@pytest.fixture(scope="module")
def classifier(steady):
    return visionkit.Classifier(MODELS / "digits.pt", top_k=3, all_scores=True, run=steady)


@pytest.fixture(scope="module")
def segmenter(steady):
    return visionkit.Segmenter(MODELS / "digit_segmenter.pt", run=steady)


def forms(picture):
    """The picture in all forms that Python has."""
    import PIL.Image
    import torch

    padded = np.zeros((picture.shape[0], picture.shape[1] + 5, 3), np.uint8)
    padded[:, 2:-3] = picture
    return {
        "array": picture,
        "strided": padded[:, 2:-3],
        "png": visionkit.encode_image(picture, format="png"),
        "memoryview": memoryview(visionkit.encode_image(picture, format="png")),
        "Pillow": PIL.Image.fromarray(picture),
        "tensor": torch.from_numpy(picture.copy()),
    }


def test_every_form_of_a_picture_gives_the_same_answer(detector, classifier, segmenter, scene, tmp_path):
    visionkit.write_image(tmp_path / "a.png", scene)
    given = forms(scene) | {"path": tmp_path / "a.png", "text": str(tmp_path / "a.png")}
    for call in (detector.detect, classifier.classify, segmenter.segment):
        expected = call(scene)
        for name, picture in given.items():
            assert call(picture) == expected, name
        assert call(np.ascontiguousarray(scene[..., ::-1]), color="bgr") == expected


def test_detections_know_names_and_size(detector, scene):
    found = detector.detect(scene)
    assert len(found) and found.names == detector.labels and found.size == (scene.shape[1], scene.shape[0])
    assert found.boxes.dtype == np.float32 and found.boxes.base is not None
    assert found.plot(scene).size == found.size
    assert len(found.to_coco(7)) == len(found) and "<table>" in found._repr_html_()


def test_a_list_is_one_call_and_an_iterator_is_read_as_it_is_asked(detector, scene):
    pictures = [scene, scene[:100], scene[:, :150]]
    singles = [detector.detect(picture) for picture in pictures]
    together = detector.detect(pictures)
    assert [len(found) for found in together] == [len(found) for found in singles]
    for a, b in zip(together, singles):
        assert np.allclose(a.boxes, b.boxes, atol=1e-2) and np.array_equal(a.labels, b.labels)
    assert len(detector.detect(np.stack([scene, scene]))) == 2 and detector.detect([]) == []
    asked = []

    def source():
        for picture in pictures:
            asked.append(1)
            yield picture

    answers = detector.detect(source())
    assert not asked and next(answers) == singles[0] and len(asked) == 1
    assert list(answers) == singles[1:]


def test_classifications_are_containers(classifier, scene):
    result = classifier.classify(scene)
    assert len(result) == 3 and result.scores[0] >= result.scores[1] and len(result.all_scores) == 10
    label, score = result[0]
    assert result.best == classifier.labels[label] and score == result.scores[0]
    assert len(result[:2]) == 2 and len(result[result.scores > 2]) == 0 and len(result + result) == 6
    assert result.all_scores[label] == result.scores[0]
    assert pickle.loads(pickle.dumps(result)) == result and result != result[:1]
    assert result.to_dict()["names"][0] == result.best and result.best in repr(result)
    assert result.plot(scene).size[0] == scene.shape[1] and "<table>" in result._repr_html_()
    with pytest.raises(visionkit.Error):
        visionkit.Classification([1, 2], [0.5])


def test_label_maps_plot(segmenter, scene):
    answer = segmenter.segment(scene)
    assert np.asarray(answer).shape == scene.shape[:2] and set(np.unique(answer.ids)) <= {*range(11), answer.void_id}
    assert answer.plot(scene, labels=segmenter.labels).size[0] >= scene.shape[1]
    assert "data:image/png" in answer._repr_html_()
    with pytest.raises(visionkit.Error, match="panoptic"):
        segmenter.segment_panoptic(scene)


def test_options_are_resolved_and_checked(detector):
    assert detector.options.score_threshold is not None and detector.options.run.engine == "libtorch"
    assert detector.options.record.task == "detection" and detector.options.labels == list(detector.labels)
    with pytest.raises(TypeError, match="score_threshold"):
        visionkit.Detector(MODELS / "digit_detector.pt", score_treshold=0.5)
    with pytest.raises(visionkit.errors.InvalidOptionError):
        visionkit.Detector(MODELS / "digit_detector.pt", score_threshold=2)
    with pytest.raises(visionkit.errors.InvalidOptionError, match="cuda"):
        visionkit.Detector(MODELS / "digit_detector.pt", run={"device": "gpu"})
    with pytest.raises(FileNotFoundError):
        visionkit.Detector("nothing.pt")
    with pytest.raises(TypeError):
        visionkit.Detector(7)
    with pytest.raises(TypeError):
        detector.detect({"a": 1})
    with pytest.raises(visionkit.Error):
        detector.detect(b"no picture")


def test_a_model_comes_from_bytes_too(detector, scene, steady):
    data = (MODELS / "digit_detector.pt").read_bytes()
    same = visionkit.Detector(memoryview(data), run=steady)
    assert same.detect(scene) == detector.detect(scene)
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(same)


@pytest.mark.parametrize("name", ["detector", "classifier", "segmenter"])
def test_a_pickled_model_is_loaded_by_its_first_use(name, request, scene, steady):
    model = request.getfixturevalue(name)
    call = {"detector": "detect", "classifier": "classify", "segmenter": "segment"}[name]
    copied = pickle.loads(pickle.dumps(model))
    assert getattr(copied, call)(scene) == getattr(model, call)(scene)
    assert copied.options.run.sha256 == model.describe().sha256
    assert copied.options.run.replace(sha256="") == model.options.run


def test_a_pickle_of_a_model_that_changed_is_refused(scene, tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes((MODELS / "digits.pt").read_bytes())
    text = pickle.dumps(visionkit.Classifier(path))
    path.write_bytes((MODELS / "digits_attributes.pt").read_bytes())
    copied = pickle.loads(text)
    with pytest.raises(visionkit.errors.ModelUntrustedError):
        copied.classify(scene)


def test_a_decoder_of_your_own_gets_tensors_and_gives_detections(detector, scene):
    seen = []

    def decode(tensors, context):
        seen.append((tensors[0].shape, context.class_count))
        return visionkit.Detections([[10, 10, 60, 60]], [0.9], [3])

    own = visionkit.Detector(MODELS / "digit_detector.pt", decoder=decode)
    found = own.detect(scene)
    assert seen[-1][1] == 10 and len(found) == 1 and found.labels[0] == 3
    assert own.options.decoder is decode

    def fail(tensors, context):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        visionkit.Detector(MODELS / "digit_detector.pt", decoder=fail)
    with pytest.raises(TypeError):
        visionkit.Detector(MODELS / "digit_detector.pt", decoder=lambda tensors, context: 1)


def test_threads_share_a_model(detector, scene):
    expected = detector.detect(scene)
    wrong = []

    def work():
        for _ in range(20):
            if detector.detect(scene) != expected:
                wrong.append(1)

    in_threads(work)
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork()")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_gets_an_error(detector, scene):
    detector.detect(scene)
    child = os.fork()
    if child == 0:
        try:
            detector.detect(scene)
        except visionkit.errors.ModelRuntimeError as error:
            os._exit(0 if "fork" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_records_and_descriptions():
    record = visionkit.read_record(MODELS / "digits.pt")
    assert record.task == "classification" and record.labels[0] == "zero"
    assert visionkit.parse_record(record.to_json()) == record
    import json

    assert visionkit.Classifier(MODELS / "digits.pt", record=json.loads(record.to_json())).options.record == record
    description = visionkit.describe(MODELS / "digits.pt")
    assert description.record == record and description.parameters > 0 and "digits.pt" in str(description)
    assert pickle.loads(pickle.dumps(description)) == description
    assert isinstance(visionkit.load(MODELS / "digit_segmenter.pt"), visionkit.Segmenter)
    with pytest.raises(visionkit.errors.ModelRecordError):
        visionkit.parse_record("{}")


def test_a_network_runs_by_itself():
    outputs = visionkit.run_network(MODELS / "digits.pt", np.zeros((2, 1, 32, 32), np.float32), engine="libtorch")
    assert [name for name, _ in outputs] == [""] and outputs[0][1].shape == (2, 10)
    with pytest.raises(visionkit.Error):
        visionkit.run_network(MODELS / "digits.pt", np.zeros((2, 3, 7, 7), np.float32))
