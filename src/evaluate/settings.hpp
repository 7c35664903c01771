// Whatever beside model and labels decides about results, as one line of JSON: two runs with equal text may share a
// results file.
#pragma once

#include <string>

#include <visionkit/evaluate.hpp>

namespace visionkit {

std::string settings_text(const ClassifierOptions& task, const ModelDescription& model, const EvaluateOptions& options);
/// Of a function of the caller's own only that there is one is known.
std::string settings_text(const DetectorOptions& task, const ModelDescription& model, const EvaluateOptions& options);
std::string settings_text(const SegmenterOptions& task, const ModelDescription& model, const EvaluateOptions& options);

}  // namespace visionkit
