#include <visionkit/classifier.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <visionkit/decode/classification.hpp>

#include "core/fail.hpp"
#include "decode/probabilities.hpp"
#include "tasks/class_filter.hpp"
#include "tasks/load.hpp"
#include "tasks/model.hpp"

namespace visionkit {
namespace {

void check_unit(const char* field, std::span<const float> values) {
  for (const auto value : values) {
    if (!(value >= 0 && value <= 1)) fail(ErrorCode::invalid_option, "{} is {}, expected 0..1", field, value);
  }
}

// Checks what does not depend on the model, before a file is opened.
void check(const ClassifierOptions& options) {
  if (options.top_k && *options.top_k == 0) fail(ErrorCode::invalid_option, "top_k is 0, expected at least 1");
  check_unit("score_thresholds", options.score_thresholds);
  if (options.temperature && !(*options.temperature > 0 && std::isfinite(*options.temperature))) {
    fail(ErrorCode::invalid_option, "temperature is {}, expected a number above 0", *options.temperature);
  }
  if (options.task && *options.task != Task::classification && *options.task != Task::multilabel_classification) {
    fail(ErrorCode::invalid_option, "task is {}, expected classification or multilabel_classification",
         to_string(*options.task));
  }
}

// The record is somebody else's text: what it states is checked like options.
void check_record(const ModelRecord& record, const std::string& file) {
  if (record.task != Task::classification && record.task != Task::multilabel_classification) {
    fail(ErrorCode::model_contract,
         "'{}' is a model for {}; a Classifier takes classification or multilabel_classification", file,
         to_string(record.task));
  }
  if (record.output.scores == ScoreKind::labels)
    fail(ErrorCode::model_contract, "'{}': a Classifier takes logits or probabilities, the record says labels", file);
  check_unit("score_thresholds", record.score_thresholds);
  if (!(record.temperature > 0))
    fail(ErrorCode::invalid_option, "temperature is {}, expected a number above 0", record.temperature);
}

// Whatever the caller stated wins over the record.
RecordUse use_record(const ClassifierOptions& options, ModelRecord& record, const std::string& file) {
  if (options.task) record.task = *options.task;
  if (options.scores) record.output.scores = *options.scores;
  if (options.labels) record.labels = *options.labels;
  if (options.input) record.input = *options.input;
  if (options.temperature) record.temperature = *options.temperature;
  if (!options.score_thresholds.empty()) record.score_thresholds = options.score_thresholds;
  check_record(record, file);
  return {.states_input = options.input.has_value()};
}

Model load(const ModelFile& file, const ClassifierOptions& options) {
  check(options);
  return Model(file, {.run = options.run, .record = options.record, .use_record = [&](FoundRecord& found) {
                        return use_record(options, found.record, file.name());
                      }});
}

}  // namespace

struct Classifier::Impl {
  Impl(const ModelFile& file, const ClassifierOptions& given) : model(load(file, given)), options(given) {
    const auto& record = model.record();
    const bool one_label = record.task == Task::classification;
    if (!model.warm_up_outputs().empty()) check_answer(model.warm_up_outputs());
    const auto thresholds = record.score_thresholds.size();
    if (thresholds > 1 && classes() != 0 && thresholds != classes()) {
      fail(ErrorCode::invalid_option, "score_thresholds has {} values, expected 1 or one for each of the {} classes",
           thresholds, classes());
    }
    options.top_k = options.top_k.value_or(one_label ? 5 : std::max<std::size_t>(classes(), 1));
    options.score_thresholds = record.score_thresholds;
    if (options.score_thresholds.empty() && !one_label) options.score_thresholds = {0.5F};
    options.temperature = record.temperature;
    options.task = record.task;
    options.scores = record.output.scores;
    options.labels = record.labels;
    options.input = record.input;
    options.record = record;
    ranking = {.top_k = *options.top_k,
               .score_thresholds = options.score_thresholds,
               .allowed = allowed_classes(options.allow, options.deny, record.labels)};
    model.self_test();
  }

  [[nodiscard]] std::size_t classes() const {
    if (!model.record().labels.empty()) return model.record().labels.size();
    const auto& outputs = model.warm_up_outputs();
    return outputs.empty() ? 0 : static_cast<std::size_t>(model.named_output(outputs).shape().back());
  }

  // A contract that does not fit and NaN are found at load rather than in production.
  void check_answer(const Outputs& outputs) const {
    const auto batch = model.batch_of(1);
    const auto values = scores_of(outputs, batch);
    check_values(values.first(values.size() / batch));
  }

  // The scores [batch, classes]; anything else is refused with expected and got.
  [[nodiscard]] std::span<const float> scores_of(const Outputs& outputs, std::size_t batch) const {
    const auto& tensor = model.named_output(outputs);
    const auto& shape = tensor.shape();
    const auto labels = model.record().labels.size();
    const bool fits = shape.size() == 2 && shape[0] == static_cast<std::int64_t>(batch) && shape[1] > 0 &&
                      (labels == 0 || shape[1] == static_cast<std::int64_t>(labels));
    if (!fits || tensor.dtype() != DType::float32) {
      fail(ErrorCode::model_contract, "'{}': expected float32 [{}, {}] (pictures, classes), got {} {}",
           model.description().file, batch, labels == 0 ? "classes" : std::to_string(labels), to_string(tensor.dtype()),
           to_string(shape));
    }
    return tensor.floats();
  }

  // Only finite numbers, and only 0..1 where the record promises probabilities.
  void check_values(std::span<const float> row) const {
    constexpr float rounding = 1e-4F;  // a softmax in half precision may end a little outside
    const bool probabilities = model.record().output.scores == ScoreKind::probabilities;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!std::isfinite(row[i])) {
        fail(ErrorCode::non_finite_output, "'{}': the score of class {} is {}, expected a finite number",
             model.description().file, i, row[i]);
      }
      if (probabilities && (row[i] < -rounding || row[i] > 1 + rounding)) {
        fail(ErrorCode::model_contract,
             "'{}': the score of class {} is {}; expected probabilities 0..1 (are they logits?)",
             model.description().file, i, row[i]);
      }
    }
  }

  [[nodiscard]] Classification decode_row(std::span<const float> row) const {
    check_values(row);
    Classification result;
    thread_local std::vector<float> memory;
    auto& scores = options.all_scores ? result.scores : memory;
    scores.resize(row.size());
    if (options.scores == ScoreKind::probabilities)
      std::copy(row.begin(), row.end(), scores.begin());
    else if (options.task == Task::classification)
      softmax_into(row, *options.temperature, scores);
    else
      sigmoid_into(row, *options.temperature, scores);
    result.classes = rank(scores, ranking);
    return result;
  }

  // Of views, or of the bytes of a file. A call may answer fewer images than the rows of a fixed batch.
  template <class Pictures>
  void classify(Pictures images, CallClock& clock, FunctionRef<void(Classification)> receive) const {
    guarded("classifying", [&] {
      model.run(images, clock, [&](std::span<const AppliedTransform> part, const Outputs& outputs) {
        const auto batch = model.batch_of(part.size());
        const auto values = scores_of(outputs, batch);
        const auto classes = values.size() / batch;
        for (std::size_t i = 0; i < part.size(); ++i) receive(decode_row(values.subspan(i * classes, classes)));
      });
    });
  }

  template <class Picture>
  [[nodiscard]] Classification classify_one(Picture image, CallClock& clock) const {
    Classification result;
    classify(image, clock, [&](Classification found) { result = std::move(found); });
    return result;
  }

  Model model;
  ClassifierOptions options;
  RankOptions ranking;
  CallLog log;
};

Classifier::Classifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;
Classifier::~Classifier() = default;

Classifier::Classifier(const std::string& path, const ClassifierOptions& options)
    : impl_(load_from_file<Impl>("loading a classifier", path, options)) {}

Classifier Classifier::from_bytes(std::span<const std::uint8_t> model, const ClassifierOptions& options,
                                  const std::string& name) {
  return Classifier(load_from_bytes<Impl>("loading a classifier", model, options, name));
}

Classification Classifier::classify(const ImageView& image, CallTimings* timings) const {
  return impl_->log.call(1, timings,
                         [&](CallClock& clock) { return impl_->classify_one(std::span(&image, 1), clock); });
}

Classification Classifier::classify(std::span<const std::uint8_t> encoded, CallTimings* timings) const {
  return impl_->log.call(1, timings, [&](CallClock& clock) { return impl_->classify_one(encoded, clock); });
}

std::vector<Classification> Classifier::classify(std::span<const ImageView> images, CallTimings* timings) const {
  return impl_->log.call(images.size(), timings, [&](CallClock& clock) {
    std::vector<Classification> results;
    results.reserve(images.size());
    impl_->classify(images, clock, [&](Classification found) { results.push_back(std::move(found)); });
    return results;
  });
}

std::vector<Classification> Classifier::classify(std::span<const Image> images, CallTimings* timings) const {
  return classify(std::vector<ImageView>(images.begin(), images.end()), timings);
}

Profile Classifier::profile() const { return impl_->log.profile(); }
void Classifier::trim() const { impl_->model.trim(); }
const Labels& Classifier::labels() const noexcept { return impl_->model.record().labels; }
const ClassifierOptions& Classifier::options() const noexcept { return impl_->options; }
const ModelDescription& Classifier::describe() const noexcept { return impl_->model.description(); }

}  // namespace visionkit
