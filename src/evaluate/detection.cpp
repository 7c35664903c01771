// Detectors: boxes, and masks where model and data set have them.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "core/fail.hpp"
#include "evaluate/class_match.hpp"
#include "evaluate/curves.hpp"
#include "evaluate/geometry_rules.hpp"
#include "evaluate/picture_list.hpp"
#include "evaluate/run.hpp"
#include "evaluate/settings.hpp"

namespace visionkit {
namespace {

constexpr double quality_overlap = 0.5;
constexpr double quality_score = 0.25;

struct Accumulator {
  DetectionMetrics metrics;
  DetectionErrors errors;
};

Accumulator make_accumulator(const std::vector<Category>& categories, MatchBy match_by, int threads) {
  return {DetectionMetrics(categories, {.match_by = match_by, .threads = threads}),
          DetectionErrors(categories, {.match_by = match_by})};
}

std::vector<std::string> names_of(const std::vector<Category>& categories) {
  std::vector<std::string> names;
  for (const auto& category : categories) names.push_back(category.name);
  return names;
}

Labels labels_of(const std::vector<Category>& categories) {
  std::vector<std::int64_t> ids;
  for (const auto& category : categories) ids.push_back(category.id);
  return unique_labels(names_of(categories), ids);
}

// Hits of predictions that are not too weak, as an F1.
double f1_of(const DetectionMetrics& rules, const AnnotatedImage& image, std::span<const TrueObject> objects,
             std::vector<Prediction> predictions) {
  std::erase_if(predictions, [](const Prediction& each) { return each.score < quality_score; });
  const auto& thresholds = rules.options().iou_thresholds;
  const auto threshold =
      static_cast<std::size_t>(std::find(thresholds.begin(), thresholds.end(), quality_overlap) - thresholds.begin());
  std::size_t hits = 0;
  std::size_t claims = 0;
  std::size_t there = 0;
  for (const auto& one_class : rules.match(image, objects, predictions)) {
    const auto count = one_class.predictions.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (one_class.is_ignored[threshold * count + i] != 0) continue;
      ++claims;
      hits += one_class.found[threshold * count + i] == ClassMatches::nothing ? 0 : 1;
    }
    for (const auto place : one_class.objects) there += objects[place].is_crowd ? 0 : 1;
  }
  return claims + there == 0 ? 1 : 2.0 * static_cast<double>(hits) / static_cast<double>(claims + there);
}

class DetectionSubject final : public Subject {
 public:
  DetectionSubject(const Detector& detector, const DetectionTruth& truth, const EvaluateOptions& options)
      : detector_(detector),
        truth_(truth.truth),
        categories_(DetectionMetrics(truth.truth.categories).categories()),
        classes_(detector.labels(), detector.labels().size(), names_of(categories_), options.classes),
        objects_(truth.truth.images.size()) {
    check_geometry(options.reading);
    list_pictures(truth.images);
    group_objects();
    has_masks_ = detector.options().record->task == Task::instance_segmentation &&
                 std::any_of(truth_.objects.begin(), truth_.objects.end(), [](const TrueObject& object) {
                   return !std::holds_alternative<std::monostate>(object.segmentation);
                 });
    header = {.task = std::string(to_string(detector.options().record->task)),
              .model_sha256 = detector.describe().sha256,
              .settings = settings_text(detector.options(), detector.describe(), options),
              .labels = detector.labels().names()};
    quality = fmt::format("F1 at IoU {} and score {}", quality_overlap, quality_score);
    kind_of_answer = std::vector<Detection>{};
    circumstances.task = detector.options().record->task;
    circumstances.model = detector.describe();
  }

  void make_accumulators(std::size_t count) override {
    const auto threads = static_cast<int>(count);
    boxes_.assign(count, make_accumulator(categories_, MatchBy::boxes, threads));
    if (has_masks_) masks_.assign(count, make_accumulator(categories_, MatchBy::masks, threads));
    dropped_.assign(count, {});
  }

  [[nodiscard]] std::vector<Answer> predict(std::span<const Image> images) const override {
    auto results = detector_.detect(images);
    return {std::make_move_iterator(results.begin()), std::make_move_iterator(results.end())};
  }

  double judge(std::size_t accumulator, std::size_t picture, Size size, const Answer& answer) override {
    const auto& detections = std::get<std::vector<Detection>>(answer);
    auto image = truth_.images[picture];
    check_size(image.file_name, image.size, size);
    image.size = size;
    const auto objects = objects_of(picture, size);
    double quality_of_picture = 0;
    if (has_masks_) {
      const auto predictions = predictions_of(detections, MatchBy::masks);
      quality_of_picture = f1_of(masks_[accumulator].metrics, image, objects, predictions);
      add(masks_[accumulator], image, objects, predictions);
    }
    const auto predictions = predictions_of(detections, MatchBy::boxes);
    if (!has_masks_) quality_of_picture = f1_of(boxes_[accumulator].metrics, image, objects, predictions);
    add(boxes_[accumulator], image, objects, predictions);
    for (const auto& detection : detections) {
      if (!classes_.to_dataset(detection.label)) ++dropped_[accumulator][detection.label];
    }
    return quality_of_picture;
  }

  [[nodiscard]] PictureContent truth_content(std::size_t picture, Size size) const override {
    std::vector<Detection> shown;
    for (const auto place : objects_[picture]) {
      const auto& object = truth_.objects[place];
      const auto category = place_of(object.category_id);
      if (object.is_crowd || !category) continue;
      const auto& box = object.box;
      Detection detection = {.box = {static_cast<float>(box.x), static_cast<float>(box.y),
                                     static_cast<float>(box.x + box.width), static_cast<float>(box.y + box.height)},
                             .label = *category,
                             .score = 1};
      if (!std::holds_alternative<std::monostate>(object.segmentation))
        detection.mask = mask_of(object, pictures[picture].file, size);
      shown.push_back(std::move(detection));
    }
    return shown;
  }

  [[nodiscard]] PictureContent answer_content(const Answer& answer) const override {
    std::vector<Detection> shown;
    for (const auto& detection : std::get<std::vector<Detection>>(answer)) {
      const auto category = classes_.to_dataset(detection.label);
      if (!category) continue;
      shown.push_back(detection);
      shown.back().label = ClassId(static_cast<std::int32_t>(*category));
    }
    return shown;
  }

  void finish(Evaluation& evaluation) override {
    evaluation.labels = labels_of(categories_);
    evaluation.notes.insert(evaluation.notes.end(), classes_.notes().begin(), classes_.notes().end());
    note_dropped(evaluation.notes);
    DetectionEvaluation scores = {.boxes = scores_of(boxes_)};
    if (has_masks_) scores.masks = scores_of(masks_);
    const auto& curves_from = has_masks_ ? masks_.front().metrics : boxes_.front().metrics;
    for (auto& curve : curves_from.curves(quality_overlap)) {
      if (curve.objects == 0) continue;
      evaluation.curves.push_back({*place_of(curve.category_id), curve.objects, thinned(std::move(curve.points))});
    }
    evaluation.scores = std::move(scores);
  }

 private:
  void list_pictures(const std::string& folder) {
    PictureList list(folder);
    std::unordered_set<std::int64_t> ids;
    for (const auto& image : truth_.images) {
      auto problem = list.problem_of(image.file_name);
      if (!ids.insert(image.id).second && !problem) {
        problem = Error(ErrorCode::dataset_schema,
                        fmt::format("'{}' has the id {}, which another picture has, too", image.file_name, image.id));
      }
      list.add(image.file_name, std::move(problem));
    }
    pictures = list.take();
  }

  void group_objects() {
    std::unordered_map<std::int64_t, std::size_t> places;
    for (std::size_t i = 0; i < truth_.images.size(); ++i) places.emplace(truth_.images[i].id, i);
    for (std::size_t i = 0; i < truth_.objects.size(); ++i) {
      const auto place = places.find(truth_.objects[i].image_id);
      if (place != places.end()) objects_[place->second].push_back(i);
    }
  }

  // Pixels are drawn once, for all who look at them.
  [[nodiscard]] std::vector<TrueObject> objects_of(std::size_t picture, Size size) const {
    std::vector<TrueObject> objects;
    for (const auto place : objects_[picture]) {
      objects.push_back(truth_.objects[place]);
      auto& object = objects.back();
      if (has_masks_) object.segmentation = mask_of(object, pictures[picture].file, size);
    }
    return objects;
  }

  static Mask mask_of(const TrueObject& object, const std::string& file, Size size) {
    auto mask = to_mask(object.segmentation, object.box, size);
    check_size(fmt::format("mask of object {} in {}", object.id, file), mask.size(), size);
    return mask;
  }

  [[nodiscard]] std::optional<ClassId> place_of(std::int64_t category_id) const {
    const auto found = std::find_if(categories_.begin(), categories_.end(),
                                    [&](const Category& category) { return category.id == category_id; });
    if (found == categories_.end()) return std::nullopt;
    return ClassId(static_cast<std::int32_t>(found - categories_.begin()));
  }

  [[nodiscard]] std::vector<Prediction> predictions_of(std::span<const Detection> detections, MatchBy match_by) const {
    std::vector<Prediction> predictions;
    for (const auto& detection : detections) {
      const auto category = classes_.to_dataset(detection.label);
      if (category) predictions.push_back(to_prediction(detection, categories_[*category].id, match_by));
    }
    return predictions;
  }

  static void add(Accumulator& to, const AnnotatedImage& image, std::span<const TrueObject> objects,
                  std::span<const Prediction> predictions) {
    to.metrics.add(image, objects, predictions);
    to.errors.add(image, objects, predictions);
  }

  static DetectionScores scores_of(std::vector<Accumulator>& accumulators) {
    auto& all = accumulators.front();
    for (std::size_t i = 1; i < accumulators.size(); ++i) {
      all.metrics.merge(accumulators[i].metrics);
      all.errors.merge(accumulators[i].errors);
    }
    return {all.metrics.report(), all.errors.report()};
  }

  void note_dropped(std::vector<DatasetNote>& notes) const {
    std::map<ClassId, std::size_t> all;
    for (const auto& each : dropped_) {
      for (const auto& [label, count] : each) all[label] += count;
    }
    if (all.empty()) return;
    DatasetNote note = {"prediction of a class that the data set does not have: dropped", 0,
                        detector_.labels()[all.begin()->first]};
    for (const auto& [label, count] : all) note.count += count;
    notes.push_back(std::move(note));
  }

  const Detector& detector_;
  const ObjectDataset& truth_;
  std::vector<Category> categories_;
  ClassMatching classes_;
  std::vector<std::vector<std::size_t>> objects_;  // of each picture
  bool has_masks_ = false;
  std::vector<Accumulator> boxes_;
  std::vector<Accumulator> masks_;
  std::vector<std::map<ClassId, std::size_t>> dropped_;
};

}  // namespace

Evaluation evaluate(const Detector& detector, const DetectionTruth& truth, const EvaluateOptions& options) {
  return guarded("evaluating a detector", [&] {
    DetectionSubject subject(detector, truth, options);
    return run_evaluation(subject, options);
  });
}

}  // namespace visionkit
