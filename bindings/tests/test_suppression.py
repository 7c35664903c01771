"""Suppression and overlap against torchvision's stored answers and NumPy."""

import json
import os
import pathlib

import numpy as np
import pytest
import visionkit
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT


def oracle_folder():
    folder = pathlib.Path(os.environ.get("VISIONKIT_ORACLES", ROOT.parent / "shared" / "oracles")) / "boxes"
    if not folder.exists():
        pytest.skip(f"no {folder}")
    return folder


def numpy_nms(boxes, scores, threshold):
    order = np.argsort(-scores, kind="stable")
    overlap = visionkit.pairwise_overlap(boxes, boxes)
    kept = []
    for place in order:
        if all(not overlap[other, place] > threshold for other in kept):
            kept.append(place)
    return kept


@given(st.integers(0, 40), st.floats(0, 0.95), st.integers(0, 1 << 30))
@settings(deadline=None, max_examples=60)
def test_nms_is_greedy_suppression(count, threshold, seed):
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 40, (count, 2))
    boxes = np.hstack([corners, corners + random.uniform(1, 30, (count, 2))]).astype(np.float32)
    scores = random.integers(0, 10, count).astype(np.float32) / 10
    assert visionkit.nms(boxes, scores, iou_threshold=threshold).tolist() == numpy_nms(boxes, scores, threshold)
    places, kept_scores, kept_boxes = visionkit.suppress(boxes, scores, iou_threshold=threshold)
    assert np.array_equal(kept_scores, scores[places]) and np.array_equal(kept_boxes, boxes[places])


def test_nms_gives_torchvisions_stored_answers():
    folder = oracle_folder()
    ran = 0
    for case in json.loads((folder / "nms.json").read_text()):
        boxes, scores = (np.load(folder / case[key]) for key in ("boxes", "scores"))
        for result in case["results"]:
            if isinstance(result.get("keep"), list):
                kept = visionkit.nms(boxes, scores, iou_threshold=result["iou_threshold"])
                assert kept.tolist() == result["keep"], case["name"]
                ran += 1
    assert ran > 0
    print(f"{ran} answers equal")


def test_classes_are_kept_apart_unless_they_should_not():
    boxes = [[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 10]]
    assert visionkit.nms(boxes, [0.9, 0.8, 0.7], [0, 1, 0]).tolist() == [0, 1]
    assert visionkit.nms(boxes, [0.9, 0.8, 0.7], [0, 1, 0], scope="all_classes").tolist() == [0]
    assert visionkit.nms(boxes, [0.9, 0.8, 0.7], max_detections=1, iou_threshold=1).tolist() == [0]


def test_the_other_kinds_of_suppression():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 30, 40, 40]], np.float32)
    scores = [0.9, 0.8, 0.7]
    places, lowered, _ = visionkit.suppress(boxes, scores, method="soft_gaussian")
    assert places.tolist() == [0, 2, 1] and lowered[2] < 0.8
    sized = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    assert visionkit.opencv_nms(sized, scores, nms_threshold=0.4).tolist() == [0, 2]
    assert visionkit.opencv_soft_nms(sized, scores)[0].tolist()[0] == 0
    assert visionkit.authors_soft_nms(boxes, scores)[0].tolist()[0] == 0
    turned = np.column_stack([sized[:, :2] + 5, sized[:, 2:], [0, 0, 45]])
    assert visionkit.rotated_nms(turned, scores).tolist() == [0, 2]
    masks = [visionkit.Mask.from_box(tuple(box), (50, 50)) for box in boxes.tolist()]
    assert visionkit.mask_nms(masks, scores).tolist() == [0, 2]


def test_scores_of_classes():
    logits = np.array([1, 3, 2], np.float32)
    exponents = np.exp(logits - 3)
    assert np.allclose(visionkit.softmax(logits), exponents / exponents.sum(), atol=1e-7)
    assert visionkit.rank(visionkit.softmax(logits), top_k=2)[0].label == 1
    assert np.allclose(visionkit.sigmoid(logits), 1 / (1 + np.exp(-logits)), atol=1e-7)


def test_output_maps_become_label_maps():
    scores = np.zeros((3, 2, 2), np.float32)
    scores[2] = 1
    scores[1, 0, 0] = 5
    label_map = visionkit.decode_segmentation(scores, (2, 2), scores="confidence", activation="softmax")
    assert label_map.ids.tolist() == [[1, 2], [2, 2]] and label_map.confidence.shape == (2, 2)
