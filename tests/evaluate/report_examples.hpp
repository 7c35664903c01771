// Evaluations without a model, for tests of the report: answers are the truth of the digit scenes with faults put in.
#pragma once

#include <string>
#include <vector>

#include <visionkit/evaluate/report.hpp>

namespace visionkit::test {

/// A name that is meant to break out of its place in a page.
inline constexpr const char* hostile_name = "<script src=\"http://example.com/x.js\">'&\x01\xFF</script>";

/// What every example has: a model, circumstances, two pictures set aside, notes, times.
Evaluation example_frame(Task task);

Evaluation example_classification(int classes);
Evaluation example_multi_label(int labels);
enum class Masks { no, yes };
Evaluation example_detection(Masks masks);
/// No pictures, so many categories with scores drawn by lot.
Evaluation example_large_detection(int categories);
Evaluation example_segmentation();
Evaluation example_panoptic();
/// Names from outside that are hostile, in every place.
Evaluation example_hostile();

struct NamedReport {
  std::string name;
  Evaluation evaluation;
  ReportOptions options = {};
};
/// All of them, with verdicts and without.
std::vector<NamedReport> example_reports();

}  // namespace visionkit::test
