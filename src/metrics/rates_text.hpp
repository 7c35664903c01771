// How rates appear in the reports that hold them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <visionkit/core/labels.hpp>
#include <visionkit/metrics/confusion.hpp>
#include <visionkit/metrics/rates.hpp>

#include "metrics/table.hpp"

namespace visionkit {

/// The figures of a confusion report that are no rates.
std::vector<Figure> agreement(const ConfusionReport& report);
/// "micro_precision", "macro_f_score", ...
void append_figures(std::vector<Figure>& list, const RateSummary& rates);
/// A row for each average and each class, with its support.
std::string rates_table(const RateSummary& rates, std::span<const ClassCounts> counts, const Labels& labels);
/// The keys "micro", "macro", "weighted" and "classes".
void write(Json& json, const RateSummary& rates, std::span<const ClassCounts> counts, const Labels& labels);
/// Rates as keys of an object.
void write(Json& json, const Rates& rates);
/// What a confusion report says, as keys of an object.
void write(Json& json, const ConfusionReport& report, const Labels& labels);

}  // namespace visionkit
