"""Detections: arrays that behave like a list."""

import json
import pickle

import numpy as np
import pytest
import visionkit
from visionkit import Box, Detection, Detections, Mask

BOXES = np.array([[1, 2, 11, 12], [5, 5, 9, 20], [0, 0, 4, 4]], np.float32)


def some(masks=False):
    parts = [Mask.from_box(tuple(box), (30, 25)) for box in BOXES.tolist()] if masks else None
    return Detections(BOXES, np.array([0.5, 0.9, 0.25], np.float32), np.array([1, 0, 1], np.int32), parts,
                      names=("cat", "dog"), size=(30, 25))


def test_arrays_of_the_right_type_are_not_copied():
    scores = np.array([0.5, 0.9, 0.25], np.float32)
    found = Detections(BOXES, scores)
    assert np.shares_memory(found.boxes, BOXES) and np.shares_memory(found.scores, scores)
    assert found.labels.tolist() == [0, 0, 0]
    assert np.shares_memory(found[1:].boxes, BOXES)


@pytest.mark.parametrize("masks", [False, True])
def test_it_is_a_container(masks):
    found = some(masks)
    assert len(found) == 3 and [one.label for one in found] == [1, 0, 1]
    assert found[0] == Detection(Box(1, 2, 11, 12), 1, 0.5, found.masks[0] if masks else None)
    assert found[-1].box == (0, 0, 4, 4) and found[np.int64(1)].score == np.float32(0.9)
    assert found[1:] == found[[1, 2]] == found[np.array([False, True, True])] == found[[False, True, True]]
    assert len(found[[]]) == 0 and len(found[found.scores > 0.4]) == 2
    assert found[:1] + found[1:] == found == visionkit.concatenate([found])
    assert found.sorted().labels.tolist() == [0, 1, 1]
    with pytest.raises(IndexError):
        found[3]


@pytest.mark.parametrize("masks", [False, True])
def test_it_is_pickled_and_printed(masks):
    found = some(masks)
    assert pickle.loads(pickle.dumps(found)) == found
    assert repr(found) == "<3 detections: 1 cat, 2 dog" + (", with masks>" if masks else ">")
    assert "<table>" in found._repr_html_() and "data:image/png;base64," in found._repr_html_()


def test_other_forms_say_the_same():
    found = some(masks=True)
    as_dict = found.to_dict()
    assert as_dict["boxes"][1] == [5, 5, 9, 20] and as_dict["names"] == ["dog", "cat", "dog"]
    rows = json.loads(found.to_json())
    assert [row["name"] for row in rows] == as_dict["names"] and rows[0]["score"] == 0.5
    assert rows[2]["mask"]["counts"] == as_dict["masks"][2]["counts"].decode()
    results = found.to_coco(7, [10, 20])
    assert results[0]["category_id"] == 20 and results[0]["bbox"] == [1, 2, 10, 10] and results[1]["image_id"] == 7
    assert json.loads(json.dumps(results)) == results
    assert found.areas.tolist() == [100, 60, 16] == some().areas.tolist()


def test_drawing_gives_a_pillow_image_and_leaves_the_picture_alone():
    image = pytest.importorskip("PIL.Image")
    picture = np.zeros((25, 30, 3), np.uint8)
    drawn = some(masks=True).plot(picture, line_width=1)
    assert isinstance(drawn, image.Image) and drawn.size == (30, 25)
    assert np.asarray(drawn).any() and not picture.any()


def test_frames_of_other_libraries_are_made_when_they_are_there():
    pandas = pytest.importorskip("pandas")
    frame = some().to_pandas()
    assert isinstance(frame, pandas.DataFrame) and frame["name"].tolist() == ["dog", "cat", "dog"]


def test_predictions_are_judged():
    truth = Detections([[1, 2, 11, 12], [20, 20, 24, 24]], labels=[1, 0])
    judged, outcomes = visionkit.judge(some(), truth)
    assert outcomes == ["false_positive", "hit", "false_positive", "missed"] and len(judged) == 4
