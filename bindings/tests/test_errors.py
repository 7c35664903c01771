"""Errors: one class for each code, which is also the fitting built-in."""

import pickle

import numpy as np
import pytest
import visionkit
from visionkit import _core, errors


def test_every_code_has_a_class_that_says_its_code():
    for code, meaning in _core.error_codes():
        kind = errors.by_code[code]
        assert issubclass(kind, visionkit.Error) and kind.code == code and kind.__doc__ == meaning
        assert getattr(errors, kind.__name__) is kind


@pytest.mark.parametrize(("call", "code", "builtin"), [
    (lambda: visionkit.read_image("/no/such/picture.jpg"), "not_found", FileNotFoundError),
    (lambda: visionkit.read_image("/"), "not_regular_file", OSError),
    (lambda: visionkit.read_image(b"nothing like a picture"), "unsupported_image", ValueError),
    (lambda: visionkit.nms(np.zeros((2, 4)), [1]), "shape", ValueError),
    (lambda: visionkit.nms(np.zeros((2, 3)), [1, 2]), "shape", ValueError),
    (lambda: visionkit.nms([], [], iou_threshold=7), "invalid_option", ValueError),
    (lambda: visionkit.nms([], [], method="gredy"), "invalid_option", ValueError),
    (lambda: visionkit.nms(np.zeros((1, 4)), [1], [0.5]), "dtype", ValueError),
    (lambda: visionkit.nms(np.zeros((1, 4)), [1], [1 << 40]), "dtype", ValueError),
    (lambda: visionkit.Mask.from_runs([1, 2], (5, 5)), "invalid_argument", ValueError),
    (lambda: visionkit.datasets.read_coco(b"{"), "dataset_syntax", ValueError),
    (lambda: visionkit.Detections(np.zeros((2, 3))), "shape", ValueError),
])
def test_a_failure_has_its_code_and_is_the_built_in(call, code, builtin):
    with pytest.raises(visionkit.Error) as caught:
        call()
    assert caught.value.code == code
    assert isinstance(caught.value, builtin)
    assert str(caught.value) and "\n" not in str(caught.value)


def test_errors_are_pickled():
    error = errors.NotFoundError("gone")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == "gone" and copy.code == "not_found"


@pytest.mark.parametrize(("call", "words"), [
    (lambda: visionkit.nms([], [], iou_treshold=0.5), "iou_threshold"),
    (lambda: visionkit.NmsOptions(metod="greedy"), "method"),
    (lambda: visionkit.preprocess("a.png", resize={"mod": "stretch"}), "mode"),
    (lambda: visionkit.metrics.ClassificationMetric(3, tie="x"), "ties"),
    (lambda: visionkit.nms([], [], scope=3), "per_class"),
    (lambda: visionkit.nms([], [], max_detections=1.5), "max_detections"),
    (lambda: visionkit.read_image([1, 2]), "source"),
    (lambda: visionkit.WriteOptions(lossless_webp=1), "True or False"),
])
def test_a_wrong_keyword_or_type_is_a_type_error_that_helps(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_an_unknown_name_of_an_enumeration_names_the_nearest():
    with pytest.raises(visionkit.Error, match="did you mean 'greedy'"):
        visionkit.NmsOptions(method="gredy")
