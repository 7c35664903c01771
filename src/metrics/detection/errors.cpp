#include <visionkit/metrics/detection_errors.hpp>

#include <algorithm>
#include <map>
#include <utility>

#include "core/fail.hpp"
#include "metrics/detection/errors_state.hpp"

namespace visionkit {
namespace {

constexpr const char* adding = "adding to detection errors";

}  // namespace

DetectionErrors::DetectionErrors(std::vector<Category> categories, const DetectionErrorOptions& options)
    : state_(guarded("making detection errors",
                     [&] { return std::make_unique<detail::DetectionErrorState>(std::move(categories), options); })) {}

DetectionErrors::DetectionErrors(const DetectionErrors& other)
    : state_(guarded("copying detection errors",
                     [&] { return std::make_unique<detail::DetectionErrorState>(*other.state_); })) {}

DetectionErrors::DetectionErrors(DetectionErrors&& other) noexcept = default;

DetectionErrors& DetectionErrors::operator=(DetectionErrors other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

DetectionErrors::~DetectionErrors() = default;

void DetectionErrors::add(const AnnotatedImage& image, std::span<const TrueObject> objects,
                          std::span<const Prediction> predictions) {
  guarded(adding, [&] { state_->add(image, objects, predictions); });
}

void DetectionErrors::add(const ObjectDataset& truth, std::span<const Prediction> predictions) {
  guarded(adding, [&] {
    std::map<std::int64_t, std::pair<std::vector<TrueObject>, std::vector<Prediction>>> pictures;
    for (const auto& image : truth.images) pictures[image.id];
    for (const auto& object : truth.objects) {
      const auto place = pictures.find(object.image_id);
      if (place != pictures.end()) place->second.first.push_back(object);
    }
    for (const auto& prediction : predictions) {
      const auto place = pictures.find(prediction.image_id);
      if (place != pictures.end()) place->second.second.push_back(prediction);
    }
    for (const auto& image : truth.images) {
      const auto& [objects, found] = pictures.at(image.id);
      state_->add(image, objects, found);
    }
  });
}

void DetectionErrors::merge(const DetectionErrors& other) {
  guarded("merging detection errors", [&] {
    const auto& theirs = *other.state_;
    if (state_->options != theirs.options || state_->index.ids() != theirs.index.ids()) {
      fail(ErrorCode::invalid_argument, "merging detection errors: the options or categories differ");
    }
    for (const auto id : theirs.images) {
      if (state_->images.contains(id)) {
        fail(ErrorCode::invalid_argument, "merging detection errors: the picture {} is in both", id);
      }
    }
    const auto first = static_cast<std::uint32_t>(state_->targets.size());
    for (auto each : std::vector<JudgedPrediction>(theirs.judged)) {
      if (each.object != no_object) each.object += first;
      state_->judged.push_back(each);
    }
    const auto targets = theirs.targets;
    state_->targets.insert(state_->targets.end(), targets.begin(), targets.end());
    for (std::size_t i = 0; i < theirs.confusion.size(); ++i) state_->confusion[i] += theirs.confusion[i];
    state_->images.insert(theirs.images.begin(), theirs.images.end());
  });
}

DetectionErrorReport DetectionErrors::report() const {
  return guarded("detection errors", [&] {
    const auto& state = *state_;
    DetectionErrorReport report;
    report.ap = state.precision(nullptr);
    report.objects = state.targets.size();
    for (std::size_t i = 0; i < report.errors.size(); ++i) {
      auto& error = report.errors[i];
      error.kind = static_cast<DetectionErrorKind>(i);
      error.lost_ap = std::max(state.precision(&error.kind) - report.ap, 0.0);  // NaN stays
    }
    for (const auto& each : state.judged) {
      if (each.is_hit) ++report.hits;
      if (!each.is_hit) ++report.errors[static_cast<std::size_t>(each.kind)].count;
    }
    for (const auto& target : state.targets) {
      if (!target.is_found && !target.is_claimed) {
        ++report.errors[static_cast<std::size_t>(DetectionErrorKind::missed)].count;
      }
    }
    report.confusion = {.categories = state.categories, .counts = state.confusion};
    return report;
  });
}

}  // namespace visionkit
