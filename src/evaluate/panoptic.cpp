// Panoptic Segmenters. The numbers of classes are the model's; classes that only the data set knows come behind them.
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include <visionkit/image/panoptic_io.hpp>

#include "core/fail.hpp"
#include "evaluate/class_match.hpp"
#include "evaluate/geometry_rules.hpp"
#include "evaluate/picture_list.hpp"
#include "evaluate/run.hpp"
#include "evaluate/settings.hpp"

namespace visionkit {
namespace {

std::vector<std::string> names_of(const std::vector<PanopticClass>& classes) {
  std::vector<std::string> names;
  for (const auto& each : classes) names.push_back(each.category.name);
  return names;
}

class PanopticSubject final : public Subject {
 public:
  PanopticSubject(const Segmenter& segmenter, const PanopticTruth& truth, const EvaluateOptions& options)
      : segmenter_(segmenter),
        truth_(truth),
        classes_(segmenter.labels(), segmenter.labels().size(), names_of(truth.truth.classes), options.classes) {
    check_geometry(options.reading);
    check_resolution(segmenter);
    if (segmenter.options().record->task != Task::panoptic_segmentation) {
      fail(ErrorCode::invalid_argument,
           "evaluating '{}', a model for {}, with segments; expected a panoptic one, or a SegmentationTruth",
           segmenter.describe().file, to_string(segmenter.options().record->task));
    }
    number_classes();
    list_pictures();
    header = {.task = std::string(to_string(Task::panoptic_segmentation)),
              .model_sha256 = segmenter.describe().sha256,
              .settings = settings_text(segmenter.options(), segmenter.describe(), options),
              .labels = segmenter.labels().names()};
    quality = "PQ of the picture";
    kind_of_answer = PanopticMap{};
    circumstances.task = Task::panoptic_segmentation;
    circumstances.model = segmenter.describe();
    limits_ = options.reading.limits;
  }

  void make_accumulators(std::size_t count) override {
    metrics_.assign(count, PanopticMetric(categories_));
    dropped_.assign(count, 0);
  }

  [[nodiscard]] std::vector<Answer> predict(std::span<const Image> images) const override {
    auto results = segmenter_.segment_panoptic(std::vector<ImageView>(images.begin(), images.end()));
    return {std::make_move_iterator(results.begin()), std::make_move_iterator(results.end())};
  }

  double judge(std::size_t accumulator, std::size_t picture, Size size, const Answer& answer) override {
    const auto& given = std::get<PanopticMap>(answer);
    const auto known = known_part(given);
    PanopticMetric one(categories_);
    one.add(known, truth_map(picture, size), static_cast<std::int64_t>(picture));
    metrics_[accumulator].merge(one);
    dropped_[accumulator] += given.segments().size() - known.segments().size();
    return one.report().per_sample.values.front().value;
  }

  [[nodiscard]] PictureContent truth_content(std::size_t picture, Size size) const override {
    return without_segments(truth_map(picture, size), [](const PanopticSegment& each) { return each.is_crowd; });
  }
  [[nodiscard]] PictureContent answer_content(const Answer& answer) const override {
    return known_part(std::get<PanopticMap>(answer));
  }

  void finish(Evaluation& evaluation) override {
    for (std::size_t i = 1; i < metrics_.size(); ++i) {
      metrics_.front().merge(metrics_[i]);
      dropped_.front() += dropped_[i];
    }
    evaluation.labels = labels_;
    evaluation.notes.insert(evaluation.notes.end(), classes_.notes().begin(), classes_.notes().end());
    if (dropped_.front() > 0)
      evaluation.notes.push_back({"segment of a class that the data set does not have: dropped", dropped_.front(), ""});
    evaluation.scores = metrics_.front().report();
  }

 private:
  void number_classes() {
    auto names = segmenter_.labels().names();
    std::vector<std::int64_t> numbers(names.size());
    for (std::size_t i = 0; i < truth_.truth.classes.size(); ++i) {
      const auto& [category, kind] = truth_.truth.classes[i];
      auto label = classes_.to_model(i);
      if (!label) {
        label = ClassId(static_cast<std::int32_t>(names.size()));
        names.push_back(category.name);
        numbers.push_back(category.id);
      }
      labels_of_categories_.emplace(category.id, *label);
      categories_.push_back({*label, kind});
    }
    labels_ = unique_labels(names, numbers);
  }

  void list_pictures() {
    std::unordered_map<std::int64_t, std::size_t> annotations;
    for (std::size_t i = 0; i < truth_.truth.annotations.size(); ++i)
      annotations.emplace(truth_.truth.annotations[i].image_id, i);
    PictureList list(truth_.images);
    for (const auto& image : truth_.truth.images) {
      auto problem = list.problem_of(image.file_name);
      const auto found = annotations.find(image.id);
      if (found == annotations.end() && !problem) {
        problem = Error(ErrorCode::dataset_reference,
                        fmt::format("'{}' (id {}) has no segments in the data set", image.file_name, image.id));
      }
      annotations_.push_back(found == annotations.end() ? 0 : found->second);
      list.add(image.file_name, std::move(problem));
    }
    pictures = list.take();
  }

  [[nodiscard]] PanopticMap truth_map(std::size_t picture, Size size) const {
    const auto& image = truth_.truth.images[picture];
    check_size(image.file_name, image.size, size);
    const auto& annotation = truth_.truth.annotations[annotations_[picture]];
    auto [ids, found] = read_panoptic_ids((std::filesystem::path(truth_.masks) / annotation.file_name).string(),
                                          {.size = size, .limits = limits_});
    auto segments = annotation.segments;
    for (auto& segment : segments) {
      const auto label = labels_of_categories_.find(segment.label.value);
      if (label == labels_of_categories_.end()) {
        fail(ErrorCode::dataset_reference, "'{}': segment {} has the category {}, which the data set does not list",
             image.file_name, segment.id, segment.label.value);
      }
      segment.label = label->second;
    }
    return {std::move(ids), found, std::move(segments)};
  }

  // Pixels of segments that go become void.
  template <class Goes>
  static PanopticMap without_segments(const PanopticMap& map, const Goes& goes) {
    std::unordered_set<std::uint32_t> gone;
    std::vector<PanopticSegment> segments;
    for (const auto& segment : map.segments()) {
      if (goes(segment))
        gone.insert(segment.id);
      else
        segments.push_back(segment);
    }
    if (gone.empty()) return map;
    std::vector<std::uint32_t> ids(map.ids().begin(), map.ids().end());
    for (auto& id : ids) {
      if (gone.contains(id)) id = panoptic_void;
    }
    return {std::move(ids), map.size(), std::move(segments)};
  }

  [[nodiscard]] PanopticMap known_part(const PanopticMap& map) const {
    return without_segments(map, [&](const PanopticSegment& each) { return !classes_.to_dataset(each.label); });
  }

  const Segmenter& segmenter_;
  const PanopticTruth& truth_;
  ClassMatching classes_;
  Labels labels_;
  std::vector<PanopticCategory> categories_;
  std::unordered_map<std::int64_t, ClassId> labels_of_categories_;
  std::vector<std::size_t> annotations_;  // of each picture
  ImageLimits limits_;
  std::vector<PanopticMetric> metrics_;
  std::vector<std::size_t> dropped_;
};

}  // namespace

Evaluation evaluate(const Segmenter& segmenter, const PanopticTruth& truth, const EvaluateOptions& options) {
  return guarded("evaluating a panoptic segmenter", [&] {
    PanopticSubject subject(segmenter, truth, options);
    return run_evaluation(subject, options);
  });
}

}  // namespace visionkit
