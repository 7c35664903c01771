"""evaluate(): its figures are those of a plain loop, it can be stopped and goes on, and it says how far it is."""

import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import visionkit
from visionkit import datasets, metrics

from conftest import MODELS, ROOT, needs_runtime

pytestmark = needs_runtime
SCENES = ROOT / "tests" / "data" / "scenes"


@pytest.fixture(scope="module")
def truth():
    return datasets.read_coco(SCENES / "instances.json")


@pytest.fixture(scope="module")
def detector(steady):
    return visionkit.Detector(MODELS / "digit_detector.pt", score_threshold=0.01, run=steady)


@pytest.fixture(scope="module")
def evaluation(detector, truth):
    return visionkit.evaluate(detector, truth, images=SCENES / "images", progress=False, threads=1)


def test_figures_are_those_of_a_plain_loop(detector, truth, evaluation):
    metric = metrics.DetectionMetrics(truth.dataset.categories)
    objects = {}
    for entry in truth.dataset.objects:
        objects.setdefault(entry.image_id, []).append(entry)
    for image in truth.dataset.images:
        found = detector.detect(SCENES / "images" / image.file_name)
        metric.add_detections(image, objects.get(image.id, []), found)
    report = metric.report()
    assert evaluation.scores.boxes.report.summary == report.summary
    assert evaluation.figures["ap"] == report.summary.ap > 0.3
    assert evaluation.pictures == len(truth.dataset.images) and evaluation.set_aside == []


def test_an_evaluation_prints_is_json_and_travels(evaluation, tmp_path):
    assert "AP" in str(evaluation)
    parsed = json.loads(evaluation.to_json())
    assert parsed["report"] == "evaluation" and parsed["figures"]["ap"] == evaluation.figures["ap"]
    assert pickle.loads(pickle.dumps(evaluation)).to_json() == evaluation.to_json()
    assert evaluation.worst[0].quality <= evaluation.worst[-1].quality
    assert isinstance(evaluation.worst[0].truth, visionkit.Detections)
    evaluation.write_report(tmp_path / "run.html", title="Digits", limits=[("ap", 0.1)])
    assert "Digits" in (tmp_path / "run.html").read_text() and (tmp_path / "run.json").exists()
    with pytest.raises(visionkit.errors.InvalidOptionError):
        evaluation.to_html(limits=[("nothing", 1)])


def test_segmenters_and_classifiers_are_evaluated(tmp_path):
    segmenter = visionkit.Segmenter(MODELS / "digit_segmenter.pt")
    pairs = datasets.read_mask_pairs(SCENES / "images", SCENES / "semantic")
    result = visionkit.evaluate(segmenter, pairs, images=SCENES / "images", masks=SCENES / "semantic", progress=False,
                                classes="by_number")
    assert result.figures["mean_iou"] > 0.3

    classifier = visionkit.Classifier(MODELS / "digits.pt")
    for name in classifier.labels[:2]:
        (tmp_path / name).mkdir()
        visionkit.write_image(tmp_path / name / "a.png", np.zeros((32, 32), np.uint8))
    (tmp_path / classifier.labels[0] / "bad.png").write_bytes(b"no picture")
    result = visionkit.evaluate(classifier, datasets.read_class_folders(tmp_path), images=tmp_path, progress=False)
    assert result.pictures == 3 and [entry.file for entry in result.set_aside] == [f"{classifier.labels[0]}/bad.png"]
    with pytest.raises(TypeError, match="Segmenter"):
        visionkit.evaluate(classifier, pairs)


def test_progress_is_told_and_what_it_raises_ends_the_run(detector, truth):
    seen = []
    visionkit.evaluate(detector, truth, images=SCENES / "images", progress=seen.append)
    assert seen[-1].done == seen[-1].total == len(truth.dataset.images)
    assert str(seen[-1].total) in seen[-1].line(60) and len(seen[-1].line(20)) <= 20

    def fail(progress):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        visionkit.evaluate(detector, truth, images=SCENES / "images", progress=fail)


def test_the_terminal_gets_a_line_and_a_pipe_nothing(monkeypatch):
    import io

    from visionkit.progress import terminal_progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert terminal_progress() is None
    monkeypatch.setattr(sys, "stderr", Terminal())
    show = terminal_progress()
    show(visionkit.EvaluationProgress(done=1, total=2))
    assert "1 of 2" in sys.stderr.getvalue()
    show(visionkit.EvaluationProgress(done=2, total=2))
    assert sys.stderr.getvalue().endswith(" \r")


def test_ctrl_c_ends_an_evaluation_which_goes_on_later(truth, evaluation, steady, tmp_path):
    program = f"""
import os, signal, sys, visionkit
from visionkit import datasets
detector = visionkit.Detector({str(MODELS / "digit_detector.pt")!r}, score_threshold=0.01, run={steady!r})
truth = datasets.read_coco({str(SCENES / "instances.json")!r})
def stop(progress):
    if progress.done >= 1:
        os.kill(os.getpid(), signal.SIGINT)
visionkit.evaluate(detector, truth, images={str(SCENES / "images")!r}, results={str(tmp_path / "run.jsonl")!r},
                   threads=1, progress=stop)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=os.environ)
    assert "KeyboardInterrupt" in done.stderr and done.returncode != 0, done.stderr
    detector = visionkit.Detector(MODELS / "digit_detector.pt", score_threshold=0.01, run=steady)
    again = visionkit.evaluate(detector, truth, images=SCENES / "images", results=tmp_path / "run.jsonl", threads=1)
    assert again.resumed >= 1 and again.scores == evaluation.scores


def test_a_precision_is_chosen_by_what_it_costs(truth):
    choice = visionkit.choose_precision(MODELS / "digit_detector.pt", truth, images=SCENES / "images", figure="ap",
                                        max_drop=0.5, task={"score_threshold": 0.01})
    assert abs(choice.in_float32 - choice.in_candidate) <= 0.5 and choice.precision in ("float32", "bfloat16")
    assert choice.record.run.figure == "ap" and choice.record.run.precision == choice.precision
    with pytest.raises(visionkit.errors.InvalidOptionError):
        visionkit.choose_precision(MODELS / "digit_detector.pt", truth, images=SCENES / "images", figure="nothing")
