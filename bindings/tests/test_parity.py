"""Python's answers are those of C++, bit for bit: on every model of tests/data/models and on every model card of the
reference data ($VISIONKIT_DATA). parity_results.cpp asks C++."""

import json
import pathlib
import subprocess

import numpy as np
import pytest
import visionkit

from conftest import needs_runtime

PROGRAM = pathlib.Path(visionkit.__file__).parents[1] / "visionkit_parity_results"
pytestmark = [needs_runtime,
              pytest.mark.skipif(not PROGRAM.exists(), reason="no visionkit_parity_results beside the package")]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What C++ says, and the cache in which it noted the form of each network: the fastest form is found by a race, and
    another form rounds otherwise."""
    cache = tmp_path_factory.mktemp("cache")
    done = subprocess.run([PROGRAM, cache], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], cache


def bits(values):
    return np.ascontiguousarray(values, np.float32).view(np.uint32).ravel().tolist()


def checksum(values):
    numbers = values.view(np.uint32) if values.dtype == np.float32 else values
    numbers = numbers.ravel().astype(np.uint64)
    return int((numbers * np.arange(1, len(numbers) + 1, dtype=np.uint64)).sum(dtype=np.uint64))


def of_classification(found):
    return {"labels": found.labels.tolist(), "scores": bits(found.scores), "all_scores": bits(found.all_scores)}


def of_detections(found):
    masks = [None if mask is None else mask.to_rle()["counts"].decode() for mask in found.masks or [None] * len(found)]
    return {"labels": found.labels.tolist(), "scores": bits(found.scores), "boxes": bits(found.boxes), "masks": masks}


def of_map(found):
    return {"size": list(found.size), "areas": [list(area) for area in found.areas()], "ids": checksum(found.ids),
            "confidence": checksum(found.confidence)}


def ask(line, cache):
    """The line as Python has it."""
    run = {"engine": "libtorch", "threads": 1, "cache_folder": str(cache)}
    record = None if line["record"] is None else visionkit.parse_record(line["record"])
    known = record or visionkit.read_record(line["model"])
    task = known.task if known else "classification"
    if task in ("classification", "multilabel_classification"):
        call, shape = visionkit.Classifier(line["model"], all_scores=True, record=record, run=run).classify, of_classification
    elif task in ("detection", "instance_segmentation"):
        call, shape = visionkit.Detector(line["model"], record=record, run=run).detect, of_detections
    else:
        call = visionkit.Segmenter(line["model"], map_scores="confidence", record=record, run=run).segment
        shape = of_map
    return [{"file": answer["file"], **shape(call(answer["file"]))} for answer in line["answers"]]


def test_every_answer_is_the_same_to_the_bit(told):
    lines, cache = told
    answers = 0
    for line in lines[:-1]:
        if "error" in line:
            with pytest.raises(visionkit.errors.by_code[line["error"]]) as failed:
                ask({**line, "answers": []}, cache)
            assert str(failed.value) == line["message"]
            continue
        assert ask(line, cache) == line["answers"], line["model"]
        answers += len(line["answers"])
    print(f"{len(lines) - 1} models, {answers} answers")
    assert answers >= 30


def test_the_model_cards_were_asked(told):
    summary = told[0][-1]
    if not summary["cards"]:
        pytest.skip("; ".join(summary["skipped"]))
    assert not summary["skipped"]
