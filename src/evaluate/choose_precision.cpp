#include <visionkit/evaluate/choose_precision.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "core/fail.hpp"
#include "core/write_file.hpp"
#include "evaluate/precision_decision.hpp"
#include "runtime/archive.hpp"
#include "runtime/session.hpp"
#include "tasks/record_source.hpp"

namespace visionkit {
namespace {

void check(const PrecisionOptions& options) {
  if (!(options.max_drop >= 0))
    fail(ErrorCode::invalid_option, "max_drop is {}, expected at least 0", options.max_drop);
  if (options.figure.empty()) fail(ErrorCode::invalid_option, "figure is empty, expected a name of figures()");
  if (options.candidate == Precision::float32)
    fail(ErrorCode::invalid_option, "candidate is float32, expected a precision to compare it with");
  if (!options.evaluation.results.empty()) {
    fail(ErrorCode::invalid_option, "evaluation.results is '{}', expected none: two runs do not share a results file",
         options.evaluation.results);
  }
}

// A sidecar is read only where the file itself has no record.
void check_sidecar(const std::string& model, const RunOptions& run) {
  const auto origin = find_record(Archive::from_file(model, run, {.newest = newest_file_format()}), {}).origin;
  if (origin != RecordOrigin::none && origin != RecordOrigin::sidecar) {
    fail(ErrorCode::invalid_option,
         "keep is sidecar for '{}', which would not be read: the model has {}. Put PrecisionChoice::record into the "
         "file when it is exported",
         model, to_string(origin));
  }
}

double figure_of(const Evaluation& evaluation, const std::string& name) {
  const auto list = figures(evaluation);
  const auto found = std::find_if(list.begin(), list.end(), [&](const Figure& each) { return each.name == name; });
  if (found != list.end()) return found->value;
  std::string known;
  for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 6); ++i) known += (i == 0 ? "" : ", ") + list[i].name;
  fail(ErrorCode::invalid_option, "figure is '{}', which the evaluation does not have; it has {}, ...", name, known);
}

void write_sidecar(const std::string& model, const ModelRecord& record) {
  const auto text = to_json(record) + "\n";
  write_file(std::filesystem::path(model).replace_extension(".json").string(),
             {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "model record");
}

template <class Task, class TaskOptions, class Truth>
PrecisionChoice choose(const std::string& model, TaskOptions task, const Truth& truth,
                       const PrecisionOptions& options) {
  return guarded("choosing a precision", [&] {
    check(options);
    if (options.keep == KeepDecision::sidecar) check_sidecar(model, task.run);
    PrecisionChoice choice;
    const auto measure = [&](Precision precision, double& value, double& ms) {
      task.run.precision = precision;
      const Task object(model, task);
      const auto evaluation = evaluate(object, truth, options.evaluation);
      value = figure_of(evaluation, options.figure);
      ms = evaluation.predicting.p50_ms;
      choice.record = object.describe().record;
    };
    measure(Precision::float32, choice.in_float32, choice.float32_ms);
    try {
      measure(options.candidate, choice.in_candidate, choice.candidate_ms);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::model_runtime) throw;
      choice.in_candidate = choice.candidate_ms = std::numeric_limits<double>::quiet_NaN();
      choice.reason = fmt::format("float32, because the model does not run with {} here: {}",
                                  to_string(options.candidate), error.what());
      return choice;
    }
    decide(choice, options);
    choice.record.run = RecordedRun{.precision = choice.precision,
                                    .figure = options.figure,
                                    .in_float32 = choice.in_float32,
                                    .in_candidate = choice.in_candidate,
                                    .max_drop = options.max_drop};
    if (options.keep == KeepDecision::sidecar) write_sidecar(model, choice.record);
    return choice;
  });
}

}  // namespace

void decide(PrecisionChoice& choice, const PrecisionOptions& options) {
  const auto sign = options.better == BetterValues::larger ? 1 : -1;
  const auto drop = sign * (choice.in_float32 - choice.in_candidate);
  const auto name = to_string(options.candidate);
  const auto facts = fmt::format("{} {:.6g} with float32 and {:.6g} with {}, {:.3g} and {:.3g} ms", options.figure,
                                 choice.in_float32, choice.in_candidate, name, choice.float32_ms, choice.candidate_ms);
  constexpr double rounding = 1e-12;  // 0.9 - 0.8 is more than 0.1
  std::string verdict;
  if (std::isnan(drop))
    verdict = "the figure is not known";
  else if (drop > options.max_drop + rounding)
    verdict = fmt::format("it loses more than {:.6g}", options.max_drop);
  else if (!(choice.candidate_ms < choice.float32_ms))
    verdict = "it is not faster";
  else
    choice.precision = options.candidate;
  choice.reason = choice.precision == options.candidate
                      ? fmt::format("{}: {}, a loss of {:.6g} is allowed", name, facts, options.max_drop)
                      : fmt::format("float32, not {}, because {}: {}", name, verdict, facts);
}

PrecisionChoice choose_precision(const std::string& model, const ClassifierOptions& task,
                                 const ClassificationTruth& truth, const PrecisionOptions& options) {
  return choose<Classifier>(model, task, truth, options);
}

PrecisionChoice choose_precision(const std::string& model, const DetectorOptions& task, const DetectionTruth& truth,
                                 const PrecisionOptions& options) {
  return choose<Detector>(model, task, truth, options);
}

PrecisionChoice choose_precision(const std::string& model, const SegmenterOptions& task, const SegmentationTruth& truth,
                                 const PrecisionOptions& options) {
  return choose<Segmenter>(model, task, truth, options);
}

PrecisionChoice choose_precision(const std::string& model, const SegmenterOptions& task, const PanopticTruth& truth,
                                 const PrecisionOptions& options) {
  return choose<Segmenter>(model, task, truth, options);
}

std::string_view to_string(BetterValues better) noexcept {
  switch (better) {
    case BetterValues::larger: return "larger";
    case BetterValues::smaller: return "smaller";
  }
  return "unknown";
}

std::string_view to_string(KeepDecision keep) noexcept {
  switch (keep) {
    case KeepDecision::nowhere: return "nowhere";
    case KeepDecision::sidecar: return "sidecar";
  }
  return "unknown";
}

}  // namespace visionkit
