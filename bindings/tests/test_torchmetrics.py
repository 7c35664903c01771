"""Metrics against torchmetrics on random data. torchmetrics computes in float32."""

import numpy as np
import pytest
import visionkit
from hypothesis import given, settings
from hypothesis import strategies as st
from visionkit import metrics

torch = pytest.importorskip("torch")
import torch_models  # noqa: E402, F401, before torchvision, which torchmetrics imports

pytest.importorskip("torchmetrics")
import torchmetrics.segmentation as of_images  # noqa: E402
from torchmetrics.functional import classification as functional  # noqa: E402

seeds = st.integers(0, 1 << 30)
few = settings(deadline=None, max_examples=15)
RATES = {"precision": "precision", "recall": "recall", "f1_score": "f_score", "jaccard_index": "iou"}
AVERAGES = ("micro", "macro", "weighted")


def close(value, expected):
    assert np.asarray(value, float) == pytest.approx(np.asarray(expected, float), abs=2e-6, nan_ok=True)


def compare_rates(kind, rates, *inputs, **settings):
    for name, field in RATES.items():
        function = getattr(functional, f"{kind}_{name}")
        for average in AVERAGES:
            close(getattr(getattr(rates, average), field), function(*inputs, average=average, **settings))
        close([getattr(one, field) for one in rates.classes], function(*inputs, average=None, **settings))


@given(seeds, st.integers(2, 7), st.integers(1, 80))
@few
def test_classification_is_that_of_torchmetrics(seed, classes, samples):
    random = np.random.default_rng(seed)
    truth = random.integers(0, random.integers(1, classes + 1), samples)  # some classes are never true
    scores = random.dirichlet(np.ones(classes), samples).astype(np.float32)
    metric = metrics.ClassificationMetric(classes, curves="yes")
    metric.add(scores, truth)
    report = metric.report(top_k=[1, 2], rates={"rules": "torchmetrics"})
    inputs = torch.from_numpy(scores), torch.from_numpy(truth)
    many = {"num_classes": classes}

    compare_rates("multiclass", report.confusion.rates, *inputs, **many)
    assert np.array_equal(report.confusion.matrix, functional.multiclass_confusion_matrix(*inputs, **many))
    for top in report.top_k:
        close(top.accuracy, functional.multiclass_accuracy(*inputs, average="micro", top_k=top.k, **many))
    if len(np.unique(truth)) > 1:
        close(report.confusion.matthews, functional.multiclass_matthews_corrcoef(*inputs, **many))
        close(report.confusion.kappa, functional.multiclass_cohen_kappa(*inputs, **many))
    close(report.calibration.expected_error, functional.multiclass_calibration_error(*inputs, n_bins=15, **many))
    worst = functional.multiclass_calibration_error(*inputs, n_bins=15, norm="max", **many)
    close(report.calibration.largest_error, worst)
    precisions = functional.multiclass_average_precision(*inputs, average=None, **many).nan_to_num(0)
    close([curve.average_precision for curve in report.curves], precisions)
    for label, curve in enumerate(report.curves):
        if 0 < curve.positives < samples:
            close(curve.roc_auc, functional.binary_auroc(inputs[0][:, label], (inputs[1] == label).long()))


@given(seeds, st.integers(2, 6), st.integers(1, 60))
@few
def test_many_labels_are_those_of_torchmetrics(seed, labels, samples):
    random = np.random.default_rng(seed)
    truth = (random.random((samples, labels)) < random.random(labels)).astype(np.int64)
    scores = random.random((samples, labels)).astype(np.float32).round(2)  # with equal ones, and with 0.5
    metric = metrics.MultiLabelMetric(labels)
    metric.add(scores, truth)
    report = metric.report(rules="torchmetrics")
    inputs = torch.from_numpy(scores), torch.from_numpy(truth)
    many = {"num_labels": labels}

    compare_rates("multilabel", report.rates, *inputs, **many)
    close(report.hamming_loss, functional.multilabel_hamming_distance(*inputs, average="micro", **many))
    close(report.subset_accuracy, functional.multilabel_exact_match(*inputs, **many))
    for label in range(labels):
        points = metric.curve(label).points
        if report.curves[label].positives:
            close(report.curves[label].average_precision, functional.binary_average_precision(
                inputs[0][:, label], inputs[1][:, label]))
            precision, recall, thresholds = functional.binary_precision_recall_curve(
                inputs[0][:, label], inputs[1][:, label])
            close([point.threshold for point in reversed(points)], thresholds)
            close([point.precision for point in reversed(points)], precision[:-1])
            close([point.recall for point in reversed(points)], recall[:-1])


@given(seeds, st.integers(2, 6), st.integers(1, 4))
@few
def test_segmentation_is_that_of_torchmetrics(seed, classes, images):
    random = np.random.default_rng(seed)
    truth, predicted = random.integers(0, random.integers(1, classes + 1), (2, images, 8, 9))
    metric = metrics.SegmentationMetric(classes)
    for one, other in zip(predicted.astype(np.uint8), truth.astype(np.uint8)):
        metric.add(visionkit.LabelMap(one), visionkit.LabelMap(other))
    report = metric.report(rules="torchmetrics")
    inputs = torch.from_numpy(predicted), torch.from_numpy(truth)

    for average in AVERAGES:
        close(getattr(report.rates, average).iou, functional.multiclass_jaccard_index(
            *inputs, num_classes=classes, average=average))
        close(getattr(report.rates, average).dice, functional.multiclass_f1_score(
            *inputs, num_classes=classes, average=average))
    settings = {"num_classes": classes, "include_background": True, "input_format": "index"}

    def answer(kind, **more):
        judge = kind(**settings, **more)
        for index in range(images):
            judge.update(inputs[0][index:index + 1], inputs[1][index:index + 1])
        return judge.compute()

    means = report.image_means
    close(means.iou, answer(of_images.MeanIoU))
    per_class = answer(of_images.MeanIoU, per_class=True)
    close([-1 if np.isnan(iou) else iou for iou in means.class_iou], per_class)
    for average in AVERAGES:
        close(getattr(means, f"dice_{average}"), answer(of_images.DiceScore, average=average))
    close(means.generalized_dice, answer(of_images.GeneralizedDiceScore))
