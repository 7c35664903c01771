"""Masks: run lengths as pycocotools has them."""

import pickle

import numpy as np
import pytest
import visionkit
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from visionkit import Mask

coco = pytest.importorskip("pycocotools.mask")

pixels = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=24), elements=st.integers(0, 1))


@given(pixels)
@settings(deadline=None, max_examples=60)
def test_run_lengths_are_those_of_pycocotools(dense):
    expected = coco.encode(np.asfortranarray(dense))
    mask = Mask(dense)
    assert mask.to_rle() == {"size": expected["size"], "counts": expected["counts"]}
    assert np.array_equal(Mask(expected).to_dense(), dense.astype(bool))
    assert mask.area == coco.area(expected)
    assert np.array_equal(coco.decode(mask.to_rle()), dense)
    x, y, width, height = coco.toBbox(expected)
    assert mask.bounding_box == ((x, y, x + width, y + height) if mask.area else (0, 0, 0, 0))


@given(st.data(), hnp.array_shapes(min_dims=2, max_dims=2, max_side=16))
@settings(deadline=None, max_examples=40)
def test_overlap_and_set_algebra_are_those_of_pycocotools(data, shape):
    arrays = [data.draw(hnp.arrays(np.uint8, shape, elements=st.integers(0, 1))) for _ in range(4)]
    rles = [coco.encode(np.asfortranarray(array)) for array in arrays]
    masks = [Mask(array) for array in arrays]
    crowd = data.draw(st.lists(st.integers(0, 1), min_size=2, max_size=2))
    assert np.array_equal(visionkit.mask_iou(masks[:2], masks[2:], crowd), coco.iou(rles[:2], rles[2:], crowd))
    assert (masks[0] | masks[1]).to_rle() == coco.merge(rles[:2])
    assert (masks[0] & masks[1]).to_rle() == coco.merge(rles[:2], intersect=True)
    assert visionkit.unite(masks).to_rle() == coco.merge(rles)
    assert np.array_equal((masks[0] - masks[1]).to_dense(), arrays[0].astype(bool) & ~arrays[1].astype(bool))


def test_polygons_are_drawn_as_pycocotools_draws_them():
    triangle = [3.5, 2.0, 20.0, 4.5, 9.0, 17.0]
    expected = coco.merge(coco.frPyObjects([triangle], 24, 30))
    mask = Mask.from_polygons([np.reshape(triangle, (-1, 2))], (30, 24))
    assert mask.to_rle() == expected == Mask.from_polygons([triangle], (30, 24)).to_rle()
    assert Mask.from_polygons(mask.to_polygons(), mask.size) == mask


def test_uncompressed_and_text_counts_are_read():
    mask = Mask({"size": [2, 3], "counts": [1, 2, 3]})
    assert mask == Mask.from_runs([1, 2, 3], (3, 2)) and mask.size == (3, 2)
    rle = mask.to_rle()
    assert Mask({"size": rle["size"], "counts": rle["counts"].decode()}) == mask


def test_runs_are_a_view_that_keeps_the_mask():
    runs = Mask.from_runs([1, 2, 3], (3, 2)).runs
    assert runs.tolist() == [1, 2, 3] and not runs.flags.writeable and runs.base is not None


def test_a_mask_is_a_value():
    mask = Mask.from_box((1, 1, 4, 3), (6, 5))
    assert pickle.loads(pickle.dumps(mask)) == mask
    assert np.asarray(mask).sum() == mask.area == 6
    assert repr(mask) == "<6x5 mask of 6 pixels>"
    assert mask != Mask.from_box((1, 1, 4, 4), (6, 5))
