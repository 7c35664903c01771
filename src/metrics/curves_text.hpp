// How the curves of several classes or labels appear in the reports that hold them.
#pragma once

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
std::string curves_table(std::span<const CurveSummary> curves, const Labels& labels);
/// The key "curves".
void write(JsonWriter& json, std::span<const CurveSummary> curves);
/// What a calibration report says, as keys of the open object.
void write_fields(JsonWriter& json, const CalibrationReport& report);

}  // namespace visionkit
