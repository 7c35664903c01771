"""What networks answer becomes boxes, masks and maps."""

import numpy as np
import pytest
import visionkit


def yolov8_head(boxes, scores, more=None):
    """[4 + classes + more, boxes]: centers and sizes in pixels of the input."""
    boxes = np.asarray(boxes, np.float32)
    centers = np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])
    parts = [centers, np.asarray(scores, np.float32)] + ([] if more is None else [np.asarray(more, np.float32)])
    return np.ascontiguousarray(np.hstack(parts).T)


BOXES = [[0, 0, 16, 16], [8, 8, 40, 24], [30, 30, 34, 34]]
SCORES = [[0.9, 0.1], [0.2, 0.6], [0.1, 0.05]]


def test_formats_are_listed_by_name():
    formats = visionkit.detection_formats()
    assert {"yolov5", "yolov8", "ssd", "detr", "torchvision"} <= set(formats) and all(formats.values())
    with pytest.raises(visionkit.Error, match="yolov8"):
        visionkit.decode_detections("yolov88", [], class_count=2, input=(64, 64))


def test_a_head_becomes_boxes_in_the_networks_input():
    head = yolov8_head(BOXES, SCORES)
    found, sources = visionkit.decode_detections("yolov8", [head], class_count=2, input=(64, 64), score_threshold=0.5)
    assert found.boxes.tolist() == BOXES[:2] and found.labels.tolist() == [0, 1] and sources.tolist() == [0, 1]
    assert found.scores.tolist() == pytest.approx([0.9, 0.6])
    with pytest.raises(visionkit.Error) as caught:
        visionkit.decode_detections("yolov8", [head], class_count=3, input=(64, 64))
    assert caught.value.code == "model_contract"
    with pytest.raises(TypeError, match="class_count"):
        visionkit.decode_detections("yolov8", [head], class_counts=2, input=(64, 64))


@pytest.mark.parametrize("resolution", ["image", "input", "prototype"])
def test_prototypes_become_masks(resolution):
    coefficients = [[5, 0], [0, 5], [0, 0]]
    head = yolov8_head(BOXES, SCORES, coefficients)
    _, sources = visionkit.decode_detections("yolov8", [head], class_count=2, input=(64, 64), extra_values=2)
    values = visionkit.head_values(head, "columns", 2, sources)
    assert values.tolist() == coefficients[:2]
    prototypes = np.stack([np.ones((16, 16)), -np.ones((16, 16))]).astype(np.float32)
    masks = visionkit.prototype_masks(prototypes, values, BOXES[:2], input=(64, 64), image=(64, 64), resolution=resolution)
    side = 16 if resolution == "prototype" else 64
    assert [mask.size for mask in masks] == [(side, side)] * 2
    grown = 2 if resolution == "input" else 0  # half a cell, as the options say
    assert masks[0].area == (16 * side // 64 + grown) ** 2 and masks[1].area == 0


def test_anchors_are_those_of_torchvisions_generators():
    level = visionkit.SsdLevel(grid=(2, 1), aspect_ratios=[2])
    anchors = visionkit.ssd_anchors((100, 50), levels=[level], scales=[0.2, 0.8])
    sides = [(0.2, 0.2), (0.4, 0.4), (0.2 * 2 ** 0.5, 0.2 / 2 ** 0.5), (0.2 / 2 ** 0.5, 0.2 * 2 ** 0.5)]
    expected = [[100 * (x - w / 2), 50 * (0.5 - h / 2), 100 * (x + w / 2), 50 * (0.5 + h / 2)]
                for x in (0.25, 0.75) for w, h in sides]
    assert anchors.dtype == np.float32 and np.allclose(anchors, expected, atol=1e-4)
    same = visionkit.ssd_anchors((100, 50), levels=[{"grid": (2, 1), "aspect_ratios": [2]}], scales=[0.2, 0.8])
    assert np.array_equal(same, anchors)

    anchors = visionkit.retinanet_anchors((20, 10), levels=[{"stride": 10, "sizes": [32]}], aspect_ratios=[1])
    assert anchors.tolist() == [[-16, -16, 16, 16], [-6, -16, 26, 16]]
    count = sum(9 * (-(-64 // level.stride)) ** 2 for level in visionkit.RetinanetAnchorOptions().levels)
    assert visionkit.retinanet_anchors((64, 64)).shape == (count, 4)


def test_anchors_are_what_a_retinanet_is_decoded_with():
    anchors = visionkit.retinanet_anchors((64, 64))
    logits = np.full((len(anchors), 2), -9, np.float32)
    logits[5, 1] = 9
    found, sources = visionkit.decode_detections(
        "retinanet", [logits, np.zeros((len(anchors), 4), np.float32)], class_count=2, input=(64, 64), anchors=anchors)
    assert sources.tolist() == [5] and found.labels.tolist() == [1]
    assert np.allclose(found.boxes[0], anchors[5], atol=1e-4)


def test_queries_become_a_panoptic_map():
    classes = np.array([[9, 0, 0], [0, 9, 0], [0, 0, 9]], np.float32)  # the last is "no object"
    masks = np.full((3, 4, 6), -9, np.float32)
    masks[0, :, :3], masks[1, :, 3:] = 9, 9
    found = visionkit.decode_panoptic_queries(classes, masks, (6, 4), stuff=[1])
    assert found.ids.tolist() == [[1, 1, 1, 2, 2, 2]] * 4
    assert [(one.label, one.kind, one.area) for one in found.segments] == [(0, "thing", 12), (1, "stuff", 12)]
