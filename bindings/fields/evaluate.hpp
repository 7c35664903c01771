// The structs and enumerations of evaluate/.
#pragma once

#include <visionkit/evaluate.hpp>
#include <visionkit/evaluate/choose_precision.hpp>
#include <visionkit/evaluate/report.hpp>

#include "fields/dataset.hpp"
#include "fields/metrics.hpp"
#include "fields/tasks.hpp"

VISIONKIT_ENUM(BadPictureRule, set_aside, stop)
VISIONKIT_ENUM(BetterValues, larger, smaller)
VISIONKIT_ENUM(ClassMatch, by_name, by_number)

VISIONKIT_ENUM(KeepDecision, nowhere, sidecar)

VISIONKIT_TUPLE(FigureLimit, FigureLimit, figure, least)

VISIONKIT_FIELDS(ClassCurve, label, positives, points)
VISIONKIT_FIELDS(DetectionEvaluation, boxes, masks)
VISIONKIT_FIELDS(DetectionScores, report, errors)
// progress and stop are arguments and signals of Python.
VISIONKIT_FIELDS(EvaluateOptions, threads, batch, classes, bad_pictures, results, reading, worst_samples,
                 random_samples, seed)
VISIONKIT_FIELDS(Evaluation, task, scores, labels, pictures, resumed, set_aside, notes, curves, quality, worst, random,
                 reading, predicting, model, run)
VISIONKIT_FIELDS(EvaluationProgress, done, total, resumed, set_aside, seconds, per_second, seconds_left)
VISIONKIT_FIELDS(EvaluationRun, began, seconds, threads, batch, machine, library, settings)
VISIONKIT_FIELDS(EvaluationSample, file, path, quality, truth, answer)
VISIONKIT_FIELDS(PrecisionChoice, precision, reason, in_float32, in_candidate, float32_ms, candidate_ms, record)
VISIONKIT_FIELDS(PrecisionOptions, figure, better, max_drop, candidate, keep, evaluation)
VISIONKIT_FIELDS(ReportOptions, title, limits, max_bytes, sample_width)
VISIONKIT_FIELDS(SetAsidePicture, file, code, reason)
