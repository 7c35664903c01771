// The contents of the report's sections. Each writes nothing when an evaluation has nothing for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <visionkit/evaluate/report.hpp>

#include "evaluate/report/html.hpp"

namespace visionkit {

/// How much is shown, so that the page stays readable and small.
struct PageLimits {
  std::size_t rows = 50;            ///< of a table
  std::size_t matrix_classes = 30;  ///< of a confusion matrix; above, the most confused pairs are listed
};

void write_verdict(Html& html, std::span<const FigureVerdict> verdicts);
/// The most important figures with their meaning, and all others to open.
void write_figures(Html& html, const Evaluation& evaluation, const PageLimits& limits);
/// The model and the circumstances.
void write_run(Html& html, const Evaluation& evaluation);
/// How many pictures, those that do not count, and notes.
void write_pictures(Html& html, const Evaluation& evaluation, const PageLimits& limits);
void write_classes(Html& html, const Evaluation& evaluation, const PageLimits& limits);
void write_curves(Html& html, const Evaluation& evaluation);
/// What goes wrong in detections.
void write_errors(Html& html, const Evaluation& evaluation);
/// Which class is taken for which: a matrix, or for many classes the pairs that are confused most.
void write_confusion(Html& html, const Evaluation& evaluation, const PageLimits& limits);
/// Whether scores can be taken at their word.
void write_calibration(Html& html, const Evaluation& evaluation);
/// How often each class is true and how often it is predicted.
void write_balance(Html& html, const Evaluation& evaluation, const PageLimits& limits);
void write_timing(Html& html, const Evaluation& evaluation);

struct SampleSections {
  Html worst;
  Html random;
};
/// Together at most `max_bytes`: pictures get smaller, then fewer.
SampleSections write_samples(const Evaluation& evaluation, int width, std::uint64_t max_bytes);

}  // namespace visionkit
