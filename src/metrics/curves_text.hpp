// How the curves of several classes or labels appear in the reports that hold them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include <visionkit/core/labels.hpp>
#include <visionkit/metrics/calibration.hpp>
#include <visionkit/metrics/curves.hpp>

#include "metrics/table.hpp"

namespace visionkit {

/// Over the curves that have an area; NaN without any.
double mean_roc_auc(std::span<const CurveSummary> curves);
/// NaN without any curve.
double mean_average_precision(std::span<const CurveSummary> curves);
/// A table of the curves and what the calibration prints, each after an empty line; nothing for what is not there.
std::string score_tables(std::span<const CurveSummary> curves, const std::optional<CalibrationReport>& calibration,
                         const Labels& labels);
/// The keys "curves" and "calibration", for what is there.
void write(Json& json, std::span<const CurveSummary> curves, const std::optional<CalibrationReport>& calibration);
/// What a calibration report says, as keys of an object.
void write(Json& json, const CalibrationReport& report);

}  // namespace visionkit
