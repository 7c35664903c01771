#include <visionkit/dataset/results.hpp>

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/fail.hpp"
#include "dataset/rings.hpp"

namespace visionkit {
namespace {

// Positions by name. Throws dataset_schema for a name that is there twice.
class Names {
 public:
  void add(std::string_view name, const char* what) {
    if (positions_.emplace(name, positions_.size()).second) return;
    fail(ErrorCode::dataset_schema, "predictions of results: the data set has two {} '{}'", what, name);
  }
  [[nodiscard]] std::size_t find(std::string_view name, const char* what) const {
    if (const auto place = positions_.find(name); place != positions_.end()) return place->second;
    fail(ErrorCode::dataset_reference, "predictions of results: the data set has no {} '{}'", what, name);
  }

 private:
  std::unordered_map<std::string_view, std::size_t> positions_;
};

Prediction to_prediction(const Detection& detection) {
  const auto& box = detection.box;
  const double left = box.x1, top = box.y1;
  Prediction prediction{.score = detection.score, .box = {left, top, box.x2 - left, box.y2 - top}};
  if (detection.mask) prediction.segmentation = *detection.mask;
  prediction.area = area_of(prediction.box, prediction.segmentation);
  return prediction;
}

}  // namespace

std::vector<Prediction> to_predictions(std::span<const PictureResult> results, std::span<const std::string> labels,
                                       const ObjectDataset& truth) {
  return guarded("predictions of results", [&] {
    Names images, categories;
    for (const auto& image : truth.images) images.add(image.file_name, "pictures");
    for (const auto& category : truth.categories) categories.add(category.name, "classes");
    std::unordered_set<std::int64_t> seen;
    std::vector<Prediction> predictions;
    for (const auto& [file, size, answer] : results) {
      const auto& image = truth.images[images.find(file, "picture")];
      if (!seen.insert(image.id).second) {
        fail(ErrorCode::dataset_schema, "predictions of results: the picture '{}' comes twice", file);
      }
      if (std::holds_alternative<FailedPicture>(answer)) continue;
      const auto* detections = std::get_if<std::vector<Detection>>(&answer);
      if (detections == nullptr) {
        fail(ErrorCode::invalid_argument, "predictions of results: the answer for '{}' is not detections", file);
      }
      for (const auto& detection : *detections) {
        const auto label = static_cast<std::size_t>(detection.label.value);
        if (detection.label.value < 0 || label >= labels.size()) {
          fail(ErrorCode::dataset_reference, "predictions of results: class {} of '{}' is none of the {} labels",
               detection.label.value, file, labels.size());
        }
        if (!(detection.score >= 0 && detection.score <= 1)) {
          fail(ErrorCode::dataset_schema, "predictions of results: a score of {} in '{}', 0 to 1 are accepted",
               detection.score, file);
        }
        if (detection.mask && image.size != Size{} && detection.mask->size() != image.size) {
          fail(ErrorCode::dataset_schema, "predictions of results: a mask of {} in '{}', a picture of {}",
               to_string(detection.mask->size()), file, to_string(image.size));
        }
        auto prediction = to_prediction(detection);
        prediction.image_id = image.id;
        prediction.category_id = truth.categories[categories.find(labels[label], "class")].id;
        predictions.push_back(std::move(prediction));
      }
    }
    return predictions;
  });
}

}  // namespace visionkit
