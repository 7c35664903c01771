// The structs and enumerations of metrics/.
#pragma once

#include <visionkit/metrics/calibration.hpp>
#include <visionkit/metrics/classification.hpp>
#include <visionkit/metrics/confusion.hpp>
#include <visionkit/metrics/curves.hpp>
#include <visionkit/metrics/detection.hpp>
#include <visionkit/metrics/detection_errors.hpp>
#include <visionkit/metrics/detection_report.hpp>
#include <visionkit/metrics/detection_voc.hpp>
#include <visionkit/metrics/metric.hpp>
#include <visionkit/metrics/multi_label.hpp>
#include <visionkit/metrics/panoptic.hpp>
#include <visionkit/metrics/rates.hpp>
#include <visionkit/metrics/segmentation.hpp>
#include <visionkit/metrics/timing.hpp>

#include "fields/core.hpp"

VISIONKIT_ENUM(ClassRule, separate, ignored)
VISIONKIT_ENUM(ConfusionShare, of_truth, of_prediction, of_all)
VISIONKIT_ENUM(CountingRules, scikit_learn, torchmetrics, mmsegmentation)
VISIONKIT_ENUM(DetectionErrorKind, localization, classification, duplicate, background, both, missed)
VISIONKIT_ENUM(Keep, no, yes)
VISIONKIT_ENUM(Labelling, one_class, many_labels)
VISIONKIT_ENUM(MatchBy, boxes, masks)
VISIONKIT_ENUM(ThresholdRule, above, at_least)
VISIONKIT_ENUM(TieRule, lowest_class_first, highest_class_first)
VISIONKIT_ENUM(UnlabelledRule, left_out, false_positive)
VISIONKIT_ENUM(VocBoxes, pixels, coordinates)
VISIONKIT_ENUM(VocInterpolation, every_point, eleven_points)

VISIONKIT_TUPLE(Interval, Interval, low, high)
VISIONKIT_TUPLE(SampleValue, SampleValue, sample, value)

VISIONKIT_FIELDS(AreaRange, name, min, max)
VISIONKIT_FIELDS(AveragePrecisions, micro, macro, weighted, samples)
VISIONKIT_FIELDS(BootstrapOptions, resamples, confidence, seed)
VISIONKIT_FIELDS(CalibrationReport, samples, expected_error, largest_error, brier, bins)
VISIONKIT_FIELDS(ClassCounts, true_positives, false_positives, false_negatives, true_negatives)
VISIONKIT_FIELDS(ClassFigures, category, objects, predictions, ap, ap50, ap75, ap_small, ap_medium, ap_large, ar,
                 best_f1, best_f1_score)
VISIONKIT_FIELDS(ClassificationOptions, scores, ties, calibration_bins, curves, per_sample)
VISIONKIT_FIELDS(ClassificationReport, samples, top_k, confusion, calibration, curves, mean_average_precision,
                 mean_roc_auc, per_sample)
VISIONKIT_FIELDS(ClassificationReportOptions, top_k, rates)
VISIONKIT_FIELDS(ConfusionReport, classes, cells, samples, accuracy, balanced_accuracy, matthews, kappa, counts, rates)
VISIONKIT_FIELDS(CurvePoint, threshold, true_positives, false_positives, precision, recall, f1)
VISIONKIT_FIELDS(CurveReport, summary, points)
VISIONKIT_FIELDS(CurveSummary, positives, negatives, average_precision, roc_auc, best)
VISIONKIT_FIELDS(DetectionConfusion, categories, counts)
VISIONKIT_FIELDS(DetectionErrorCount, kind, count, lost_ap)
VISIONKIT_FIELDS(DetectionErrorOptions, match_by, iou_threshold, background_threshold, score_threshold, max_detections)
VISIONKIT_FIELDS(DetectionErrorReport, ap, objects, hits, errors, confusion)
VISIONKIT_FIELDS(DetectionMetricsOptions, match_by, classes, threads, max_detections, iou_thresholds, areas)
VISIONKIT_FIELDS(DetectionReport, match_by, images, objects, predictions, summary, best_f1, best_f1_score, classes)
VISIONKIT_FIELDS(DetectionSummary, ap, ap50, ap75, ap_small, ap_medium, ap_large, ar1, ar10, ar100, ar_small, ar_medium,
                 ar_large)
VISIONKIT_FIELDS(FigureChange, name, before, after, change, interval)
VISIONKIT_FIELDS(ImageMeans, iou, class_iou, dice_micro, dice_macro, dice_weighted, class_dice, generalized_dice)
VISIONKIT_FIELDS(LatencyReport, calls, items, mean_ms, deviation_ms, min_ms, p50_ms, p90_ms, p95_ms, p99_ms, max_ms,
                 busy_seconds, wall_seconds, items_per_second, per_sample)
VISIONKIT_FIELDS(MultiLabelOptions, threshold, rule, scores, calibration_bins, curves, per_sample)
VISIONKIT_FIELDS(MultiLabelReport, samples, counts, rates, per_sample_rates, subset_accuracy, hamming_loss, matthews,
                 curves, average_precision, mean_roc_auc, calibration, per_sample)
VISIONKIT_FIELDS(PanopticCategory, id, kind)
VISIONKIT_FIELDS(PanopticClassReport, category, counts, quality)
VISIONKIT_FIELDS(PanopticCounts, true_positives, false_positives, false_negatives, iou_sum)
VISIONKIT_FIELDS(PanopticQuality, pq, sq, rq, classes)
VISIONKIT_FIELDS(PanopticReport, images, all, things, stuff, classes, per_sample)
VISIONKIT_FIELDS(PerSample, name, values)
VISIONKIT_FIELDS(PrecisionArrays, thresholds, recalls, classes, areas, limits, precision, recall, scores)
VISIONKIT_FIELDS(PrecisionRecallCurve, category_id, objects, points)
VISIONKIT_FIELDS(PrecisionRecallPoint, score, precision, recall, f1)
VISIONKIT_FIELDS(RateOptions, rules, undefined, beta, labelling, ignored)
VISIONKIT_FIELDS(RateSummary, classes, micro, macro, weighted)
VISIONKIT_FIELDS(Rates, precision, recall, f_score, iou, dice)
VISIONKIT_FIELDS(ReliabilityBin, low, high, samples, confidence, accuracy)
VISIONKIT_FIELDS(ReportComparison, figures, is_paired)
VISIONKIT_FIELDS(SegmentationOptions, ignore_index, unlabelled, boundary_ratio)
VISIONKIT_FIELDS(SegmentationReport, classes, images, pixels, ignored_pixels, confusion, counts, rates, image_means,
                 boundary_iou, mean_boundary_iou, per_sample)
VISIONKIT_FIELDS(TopK, k, correct, accuracy)
VISIONKIT_FIELDS(VocClassPrecision, category, objects, predictions, ap)
VISIONKIT_FIELDS(VocOptions, iou_threshold, interpolation, boxes)
VISIONKIT_FIELDS(VocReport, classes, mean_ap)
