// Classifiers: one label a picture, or many.
#include <algorithm>
#include <unordered_map>

#include "core/fail.hpp"
#include "evaluate/class_match.hpp"
#include "evaluate/curves.hpp"
#include "evaluate/picture_list.hpp"
#include "evaluate/run.hpp"
#include "evaluate/settings.hpp"

namespace visionkit {
namespace {

// The most scores whose curves are kept: 256 MiB.
constexpr std::size_t max_curve_scores = std::size_t{32} << 20U;

std::size_t class_count(const Classifier& classifier) {
  if (!classifier.labels().empty()) return classifier.labels().size();
  const auto& outputs = classifier.describe().outputs;
  if (outputs.empty() || outputs.front().shape.empty() || outputs.front().shape.back() < 1) {
    fail(ErrorCode::invalid_argument, "evaluating '{}': its record has no labels, which say how many classes there are",
         classifier.describe().file);
  }
  return static_cast<std::size_t>(outputs.front().shape.back());
}

// Some networks end a little outside 0..1, which a Classifier accepts within rounding.
std::vector<float> probabilities_of(const Classification& answer) {
  auto scores = answer.scores;
  for (auto& score : scores) score = std::clamp(score, 0.0F, 1.0F);
  return scores;
}

class ClassifierSubject : public Subject {
 public:
  ClassifierSubject(const Classifier& classifier, const ClassificationTruth& truth, const EvaluateOptions& options)
      : classifier_(classifier),
        classes_(class_count(classifier)),
        matches_(classifier.labels(), classes_, truth.truth.classes, options.classes),
        true_classes_(truth.truth.images.size()) {
    std::unordered_map<std::string_view, std::size_t> numbers;
    for (std::size_t i = 0; i < truth.truth.classes.size(); ++i) numbers.emplace(truth.truth.classes[i], i);
    PictureList list(truth.images);
    for (std::size_t i = 0; i < truth.truth.images.size(); ++i) {
      const auto& [file, names] = truth.truth.images[i];
      auto problem = list.problem_of(file);
      for (const auto& name : names) {
        const auto number = numbers.find(name);
        const auto label = number == numbers.end() ? std::nullopt : matches_.to_model(number->second);
        if (label)
          true_classes_[i].push_back(*label);
        else if (!problem)
          problem = Error(ErrorCode::dataset_reference,
                          fmt::format("'{}' is a '{}', which the model has no class for", file, name));
      }
      list.add(file, std::move(problem));
    }
    pictures = list.take();
    header = {.task = std::string(to_string(*classifier.options().task)),
              .model_sha256 = classifier.describe().sha256,
              .settings = settings_text(classifier.options(), classifier.describe(), options),
              .labels = classifier.labels().names()};
    kind_of_answer = Classification{};
    circumstances.task = *classifier.options().task;
    circumstances.model = classifier.describe();
    keeps_curves_ = classifier.options().all_scores && classes_ * pictures.size() <= max_curve_scores;
  }

  [[nodiscard]] std::vector<Answer> predict(std::span<const Image> images) const override {
    auto results = classifier_.classify(images);
    return {std::make_move_iterator(results.begin()), std::make_move_iterator(results.end())};
  }
  [[nodiscard]] PictureContent truth_content(std::size_t picture, Size) const override {
    std::vector<ClassScore> classes;
    for (const auto label : true_classes_[picture]) classes.push_back({label, 1});
    return classes;
  }
  [[nodiscard]] PictureContent answer_content(const Answer& answer) const override {
    return std::get<Classification>(answer).classes;
  }

 protected:
  template <class Metric>
  void finish_with(Evaluation& evaluation, std::vector<Metric>& metrics) const {
    auto& all = metrics.front();
    for (std::size_t i = 1; i < metrics.size(); ++i) all.merge(metrics[i]);
    auto report = all.report();
    evaluation.curves = class_curves(all, report.curves);
    evaluation.labels = classifier_.labels();
    evaluation.notes.insert(evaluation.notes.end(), matches_.notes().begin(), matches_.notes().end());
    if (classifier_.options().all_scores && !keeps_curves_)
      evaluation.notes.push_back({"scores too many for curves and average precision", classes_ * pictures.size(), ""});
    evaluation.scores = std::move(report);
  }
  [[nodiscard]] Keep curves() const { return keeps_curves_ ? Keep::yes : Keep::no; }

  const Classifier& classifier_;
  std::size_t classes_;
  ClassMatching matches_;
  std::vector<std::vector<ClassId>> true_classes_;
  bool keeps_curves_ = false;
};

class SingleLabelSubject final : public ClassifierSubject {
 public:
  SingleLabelSubject(const Classifier& classifier, const ClassificationTruth& truth, const EvaluateOptions& options)
      : ClassifierSubject(classifier, truth, options) {
    quality = "probability of the true class";
    const auto& task = classifier.options();
    const bool may_be_empty = std::any_of(task.score_thresholds.begin(), task.score_thresholds.end(),
                                          [](float threshold) { return threshold > 0; });
    if (may_be_empty && !task.all_scores) {
      fail(ErrorCode::invalid_argument,
           "evaluating a Classifier whose score_thresholds may leave no class at all; expected all_scores, or "
           "thresholds "
           "of 0");
    }
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      auto& [file, path, problem] = pictures[i];
      const auto count = truth.truth.images[i].labels.size();
      if (problem || count == 1) continue;
      problem = Error(ErrorCode::dataset_schema,
                      fmt::format("'{}' has {} labels; the model answers one label a picture", file, count));
    }
  }
  void make_accumulators(std::size_t count) override {
    metrics_.assign(count,
                    ClassificationMetric(static_cast<int>(classes_), {.curves = curves(), .per_sample = Keep::yes}));
  }
  double judge(std::size_t accumulator, std::size_t picture, Size, const Answer& answer) override {
    const auto& result = std::get<Classification>(answer);
    const auto truth = true_classes_[picture].front();
    const auto number = static_cast<std::int64_t>(picture);
    if (!result.scores.empty()) {
      const auto scores = probabilities_of(result);
      metrics_[accumulator].add(scores, truth, number);
      return scores[static_cast<std::size_t>(truth.value)];
    }
    metrics_[accumulator].add(result, truth, number);
    const auto found =
        std::find_if(result.begin(), result.end(), [&](const auto& each) { return each.label == truth; });
    return found == result.end() ? 0 : found->score;
  }
  void finish(Evaluation& evaluation) override { finish_with(evaluation, metrics_); }

 private:
  std::vector<ClassificationMetric> metrics_;
};

class MultiLabelSubject final : public ClassifierSubject {
 public:
  MultiLabelSubject(const Classifier& classifier, const ClassificationTruth& truth, const EvaluateOptions& options)
      : ClassifierSubject(classifier, truth, options) {
    quality = "F1 of the labels at 0.5";
    if (!classifier.options().all_scores) {
      fail(
          ErrorCode::invalid_argument,
          "evaluating a multi-label Classifier that was not made with all_scores, without which nothing can be judged");
    }
  }
  void make_accumulators(std::size_t count) override {
    metrics_.assign(count, MultiLabelMetric(static_cast<int>(classes_), {.curves = curves(), .per_sample = Keep::yes}));
  }
  double judge(std::size_t accumulator, std::size_t picture, Size, const Answer& answer) override {
    const auto scores = probabilities_of(std::get<Classification>(answer));
    std::vector<std::uint8_t> truth(classes_);
    for (const auto label : true_classes_[picture]) truth[static_cast<std::size_t>(label.value)] = 1;
    metrics_[accumulator].add(scores, truth, static_cast<std::int64_t>(picture));
    int hits = 0;
    int claims = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const bool is_yes = scores[i] > 0.5F;
      hits += is_yes && truth[i] != 0 ? 1 : 0;
      claims += (is_yes ? 1 : 0) + (truth[i] != 0 ? 1 : 0);
    }
    return claims == 0 ? 1 : 2.0 * hits / claims;
  }
  void finish(Evaluation& evaluation) override { finish_with(evaluation, metrics_); }

 private:
  std::vector<MultiLabelMetric> metrics_;
};

}  // namespace

Evaluation evaluate(const Classifier& classifier, const ClassificationTruth& truth, const EvaluateOptions& options) {
  return guarded("evaluating a classifier", [&] {
    if (classifier.options().task == Task::classification) {
      SingleLabelSubject subject(classifier, truth, options);
      return run_evaluation(subject, options);
    }
    MultiLabelSubject subject(classifier, truth, options);
    return run_evaluation(subject, options);
  });
}

}  // namespace visionkit
