"""Metrics against scikit-learn and pycocotools on random data."""

import copy
import json
import pickle
import threading

import numpy as np
import pytest
import visionkit
from hypothesis import given, settings
from hypothesis import strategies as st
from visionkit import datasets, metrics

seeds = st.integers(0, 1 << 30)
few = settings(deadline=None, max_examples=15)


@given(seeds, st.integers(2, 6), st.integers(1, 60))
@few
def test_classification_is_that_of_scikit_learn(seed, classes, samples):
    sk = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, samples)
    scores = random.dirichlet(np.ones(classes), samples).astype(np.float32)
    metric = metrics.ClassificationMetric(classes, curves="yes")
    metric.add(scores, truth)
    report = metric.report(top_k=[1, 2])
    predicted = scores.argmax(1)
    labels = range(classes)
    assert report.top_k[0].accuracy == pytest.approx(sk.accuracy_score(truth, predicted), abs=1e-12)
    assert np.array_equal(report.confusion.matrix, sk.confusion_matrix(truth, predicted, labels=labels))
    expected = sk.precision_recall_fscore_support(truth, predicted, labels=labels, average="macro", zero_division=0)
    macro = report.confusion.rates.macro
    assert (macro.precision, macro.recall, macro.f_score) == pytest.approx(expected[:3], abs=1e-12)
    for label in labels:
        if (truth == label).any():
            area = sk.average_precision_score(truth == label, scores[:, label])
            assert report.curves[label].average_precision == pytest.approx(area, abs=1e-9)
        curve = metric.curve(label)
        assert curve.summary == report.curves[label] and len(curve.points) == len(np.unique(scores[:, label]))


@given(seeds, st.integers(1, 5), st.integers(1, 40))
@few
def test_many_labels_are_those_of_scikit_learn(seed, labels, samples):
    sk = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, (samples, labels))
    scores = random.random((samples, labels)).astype(np.float32)
    metric = metrics.MultiLabelMetric(labels)
    for half in (slice(None, samples // 2), slice(samples // 2, None)):
        if len(truth[half]):
            metric.add(scores[half], truth[half])
    report = metric.report()
    predicted = (scores > 0.5).astype(int)
    for average in ("micro", "macro", "weighted"):
        expected = sk.f1_score(truth.reshape(samples, -1), predicted, average=average, zero_division=0) \
            if labels > 1 else sk.f1_score(truth[:, 0], predicted[:, 0], zero_division=0)
        if labels > 1:
            assert getattr(report.rates, average).f_score == pytest.approx(expected, abs=1e-12)
    assert report.hamming_loss == pytest.approx(sk.hamming_loss(truth, predicted), abs=1e-12)


def random_dataset(random, pictures=4, categories=3):
    images = [{"id": i + 1, "file_name": f"{i}.jpg", "width": 100, "height": 80} for i in range(pictures)]
    objects, results = [], []
    for image in images:
        for _ in range(random.integers(0, 7)):
            x, y, w, h = random.uniform(1, 40, 4)
            entry = {"image_id": image["id"], "category_id": int(random.integers(1, categories + 1)), "bbox": [x, y, w, h]}
            objects.append({**entry, "id": len(objects) + 1, "area": w * h, "iscrowd": int(random.random() < 0.1)})
            for _ in range(random.integers(0, 3)):
                moved = (np.array([x, y, w, h]) + random.uniform(-3, 3, 4)).clip(0.5).tolist()
                results.append({**entry, "bbox": moved, "score": float(random.random())})
    kinds = [{"id": i + 1, "name": f"kind {i}"} for i in range(categories)]
    return {"images": images, "categories": kinds, "annotations": objects}, results


def coco_answer(truth, results):
    coco = pytest.importorskip("pycocotools.coco")
    evaluation = pytest.importorskip("pycocotools.cocoeval")
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        real = coco.COCO()
        real.dataset = copy.deepcopy(truth)
        real.createIndex()
        run = evaluation.COCOeval(real, real.loadRes(copy.deepcopy(results)), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run


@given(seeds)
@few
def test_detection_is_that_of_pycocotools_to_the_last_bit(seed):
    truth, results = random_dataset(np.random.default_rng(seed))
    if not results:
        return
    run = coco_answer(truth, results)
    annotations = datasets.read_coco(json.dumps(truth).encode())
    found = datasets.read_coco_results(json.dumps(results).encode(), annotations)
    metric = metrics.DetectionMetrics(annotations.dataset.categories)
    metric.add(annotations, found)
    report = metric.report()
    stats = [-1 if np.isnan(value) else value for value in report.summary.figures.values()]
    assert stats == run.stats.tolist()
    arrays = metric.arrays()
    assert np.array_equal(arrays.precision, run.eval["precision"].ravel())
    assert np.array_equal(arrays.recall, run.eval["recall"].ravel())


@given(seeds, st.integers(2, 5))
@few
def test_segmentation_is_that_of_scikit_learn(seed, classes):
    sk = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(seed)
    truth, predicted = random.integers(0, classes, (2, 3, 9, 8), np.uint8)
    truth[0, 0, :3] = 255
    metric = metrics.SegmentationMetric(classes)
    for index in range(3):
        metric.add(visionkit.LabelMap(predicted[index]), visionkit.LabelMap(truth[index]))
    report = metric.report(rules="scikit_learn")
    counted = truth != 255
    expected = sk.jaccard_score(truth[counted], predicted[counted], average=None, labels=range(classes), zero_division=0)
    assert [rates.iou for rates in report.rates.classes] == pytest.approx(expected.tolist(), abs=1e-12)
    assert metric.report().pixels == counted.sum()


def sample_report():
    metric = metrics.ClassificationMetric(3, per_sample="yes")
    metric.add([0.1, 0.7, 0.2], 1, 0)
    metric.add(visionkit.Classification([2, 0], [0.6, 0.3]), 0, 1)
    return metric.report()


def test_a_report_has_figures_a_table_and_json():
    report = sample_report()
    assert report.figures["accuracy" if "accuracy" in report.figures else "top_1"] == 0.5
    assert report.samples == 2 and report.top_k[0].k == 1
    assert "dog" in report.table(["cat", "dog", "cow"]) and str(report)
    parsed = json.loads(report.to_json(["cat", "dog", "cow"]))
    assert parsed["report"] and parsed["schema_version"] == 1
    assert report.per_sample.values[0] == (0, 1.0)


def test_reports_are_pickled():
    report = sample_report()
    copied = pickle.loads(pickle.dumps(report))
    assert copied == report and copied.to_json() == report.to_json() and copied is not report
    truth, results = random_dataset(np.random.default_rng(3))
    annotations = datasets.read_coco(json.dumps(truth).encode())
    found = datasets.read_coco_results(json.dumps(results).encode(), annotations)
    errors = metrics.DetectionErrors(annotations.dataset.categories)
    errors.add(annotations, found)
    for value in (annotations, found, errors.report(), metrics.voc_average_precision(annotations, found)):
        assert pickle.loads(pickle.dumps(value)) == value


def test_shards_and_threads_give_the_same_report():
    random = np.random.default_rng(5)
    truth = random.integers(0, 4, 4000)
    scores = random.dirichlet(np.ones(4), 4000).astype(np.float32)
    whole, shared = metrics.ClassificationMetric(4), metrics.ClassificationMetric(4)
    whole.add(scores, truth)
    threads = [threading.Thread(target=shared.add, args=(scores[k::8], truth[k::8])) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shared.report() == whole.report()
    twice = copy.copy(whole)
    twice.merge(whole)
    assert twice.report().samples == 8000 and whole.report().samples == 4000


def test_reports_are_compared():
    report = sample_report()
    comparison = metrics.compare(report, report, resamples=50)
    assert comparison.is_paired and comparison.figures[0].change == 0
    with pytest.raises(TypeError):
        metrics.compare(report, 3)
    low, high = metrics.bootstrap_interval([1, 2, 3], resamples=100)
    assert 1 <= low <= high <= 3


def test_the_other_accumulators():
    curve = metrics.BinaryCurve()
    curve.add([0.9, 0.1], [1, 0])
    assert curve.report().summary.roc_auc == 1
    calibration = metrics.Calibration(bins=10)
    calibration.add(0.75, True)
    assert calibration.report().expected_error == pytest.approx(0.25)
    confusion = metrics.ConfusionMatrix(2)
    confusion.add([0, 1, 1], [0, 1, 0])
    confusion.add(0, 0)
    assert confusion.report().matrix.tolist() == [[2, 0], [1, 1]]
    assert confusion.report().normalize("of_all").sum() == 1
    latency = metrics.LatencyMetric()
    latency.add(0.002)
    assert latency.report().mean_ms == pytest.approx(2)
    ids = np.array([[1, 1], [2, 2]], np.uint32)
    segments = [visionkit.PanopticSegment(id=i, label=i, kind="thing", area=2) for i in (1, 2)]
    panoptic_map = visionkit.PanopticMap(ids, segments)
    panoptic = metrics.PanopticMetric([metrics.PanopticCategory(id=i) for i in (1, 2)])
    panoptic.add(panoptic_map, panoptic_map)
    assert panoptic.report().all.pq == 1 and panoptic_map.mask_of(1).area == 2
