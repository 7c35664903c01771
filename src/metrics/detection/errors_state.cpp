#include "metrics/detection/errors_state.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "core/fail.hpp"
#include "metrics/detection/accumulate.hpp"
#include "metrics/detection/match.hpp"

namespace visionkit {
namespace {

DetectionMetricsOptions matching_options(const DetectionErrorOptions& options) {
  return {.match_by = options.match_by,
          .max_detections = {options.max_detections},
          .iou_thresholds = {options.iou_threshold},
          .areas = {{"all", -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()}}};
}

void check_options(const DetectionErrorOptions& options) {
  if (!(options.background_threshold >= 0 && options.background_threshold <= options.iou_threshold)) {
    fail(ErrorCode::invalid_option, "background_threshold is {}, expected 0..iou_threshold, which is {}",
         options.background_threshold, options.iou_threshold);
  }
  if (options.score_threshold != options.score_threshold) {
    fail(ErrorCode::invalid_option, "score_threshold is NaN, expected a number");
  }
}

// Overlaps of all predictions with all objects of a picture, [predictions, objects].
std::vector<double> overlaps_of(std::span<const TrueObject* const> objects,
                                std::span<const Prediction* const> predictions, Size image, MatchBy match_by) {
  std::vector<std::uint8_t> crowd;
  for (const auto* object : objects) crowd.push_back(object->is_crowd ? 1 : 0);
  if (match_by == MatchBy::masks) {
    std::vector<Mask> there;
    std::vector<Mask> found;
    for (const auto* object : objects) there.push_back(to_mask(object->segmentation, object->box, image));
    for (const auto* each : predictions) found.push_back(to_mask(each->segmentation, each->box, image));
    return mask_iou_matrix(found, there, crowd);
  }
  std::vector<double> overlaps;
  overlaps.reserve(objects.size() * predictions.size());
  for (const auto* prediction : predictions) {
    for (const auto* object : objects) overlaps.push_back(box_overlap(prediction->box, object->box, object->is_crowd));
  }
  return overlaps;
}

// Predictions of one class at their scores, to be walked from the highest.
struct Scored {
  double score = 0;
  std::int64_t image = 0;
  bool is_hit = false;
};

double average_precision(std::vector<Scored>& list, std::size_t objects) {
  std::ranges::stable_sort(list, {}, [](const Scored& each) { return std::pair(score_key(each.score), each.image); });
  std::vector<double> precisions;  // after each hit
  std::size_t seen = 0;
  for (const auto& each : list) {
    ++seen;
    if (!each.is_hit) continue;
    const auto hits = static_cast<double>(precisions.size() + 1);
    precisions.push_back(hits / static_cast<double>(seen));
  }
  for (std::size_t i = precisions.size(); i-- > 1;) precisions[i - 1] = std::max(precisions[i - 1], precisions[i]);
  std::vector<std::size_t> required;
  required_hits(objects, required);
  double sum = 0;
  for (const auto needed : required) {
    const auto at = std::max<std::size_t>(needed, 1) - 1;
    if (at < precisions.size()) sum += precisions[at];
  }
  return sum / static_cast<double>(required.size());
}

}  // namespace

detail::DetectionErrorState::DetectionErrorState(std::vector<Category> categories, const DetectionErrorOptions& chosen)
    : options((check_options(chosen), chosen)), matcher(std::move(categories), matching_options(chosen)) {
  std::vector<std::int64_t> ids;
  for (const auto& category : matcher.categories()) ids.push_back(category.id);
  index = IdIndex(std::move(ids));
  confusion.assign((index.size() + 1) * (index.size() + 1), 0);
}

void detail::DetectionErrorState::add(const AnnotatedImage& image, std::span<const TrueObject> all_objects,
                                      std::span<const Prediction> all_predictions) {
  if (images.contains(image.id)) {
    fail(ErrorCode::invalid_argument, "adding to detection errors: the picture {} was added before", image.id);
  }
  std::vector<TrueObject> objects;
  std::vector<Prediction> predictions;
  for (const auto& each : all_objects) {
    if (index.find(each.category_id) != IdIndex::none) objects.push_back(each);
  }
  for (const auto& each : all_predictions) {
    if (index.find(each.category_id) != IdIndex::none) predictions.push_back(each);
  }
  std::vector<const TrueObject*> there;
  std::vector<const Prediction*> found;
  for (const auto& each : objects) there.push_back(&each);
  for (const auto& each : predictions) found.push_back(&each);
  const auto overlaps = overlaps_of(there, found, image.size, options.match_by);

  std::vector<std::uint32_t> object_targets;
  for (const auto& object : objects) {
    object_targets.push_back(object.is_crowd ? no_object : static_cast<std::uint32_t>(targets.size()));
    if (!object.is_crowd) targets.push_back({.category = class_of(object.category_id)});
  }
  judge(image, objects, predictions, overlaps, object_targets);
  confuse(objects, predictions, overlaps);
  images.insert(image.id);
}

void detail::DetectionErrorState::judge(const AnnotatedImage& image, std::span<const TrueObject> objects,
                                        std::span<const Prediction> predictions, const std::vector<double>& overlaps,
                                        const std::vector<std::uint32_t>& object_targets) {
  for (const auto& group : matcher.match(image, objects, predictions)) {
    for (std::size_t rank = 0; rank < group.predictions.size(); ++rank) {
      if (group.is_ignored[rank] != 0) continue;
      const auto place = group.predictions[rank];
      const auto& prediction = predictions[place];
      auto entry = judge_miss(prediction, objects, overlaps.data() + place * objects.size(), object_targets);
      if (group.found[rank] != ClassMatches::nothing) {
        entry.is_hit = true;
        entry.object = object_targets[static_cast<std::size_t>(group.found[rank])];
        targets[entry.object].is_found = true;
      }
      entry.score = prediction.score;
      entry.image = image.id;
      entry.category = class_of(prediction.category_id);
      if (!entry.is_hit && entry.object != no_object) targets[entry.object].is_claimed = true;
      judged.push_back(entry);
    }
  }
}

JudgedPrediction detail::DetectionErrorState::judge_miss(const Prediction& prediction,
                                                         std::span<const TrueObject> objects, const double* overlaps,
                                                         const std::vector<std::uint32_t>& object_targets) const {
  // The largest overlaps with objects of the same class and of other classes.
  double same = 0;
  double other = 0;
  auto same_object = no_object;
  auto other_object = no_object;
  for (std::size_t g = 0; g < objects.size(); ++g) {
    if (objects[g].is_crowd) continue;
    const bool is_same = objects[g].category_id == prediction.category_id;
    if (!(overlaps[g] > (is_same ? same : other))) continue;
    (is_same ? same : other) = overlaps[g];
    (is_same ? same_object : other_object) = object_targets[g];
  }
  JudgedPrediction entry;
  if (same_object != no_object && same >= options.background_threshold && same < options.iou_threshold) {
    entry.kind = DetectionErrorKind::localization;
    entry.object = same_object;
  } else if (other >= options.iou_threshold) {
    entry.kind = DetectionErrorKind::classification;
    entry.object = other_object;
  } else if (same >= options.iou_threshold) {
    entry.kind = DetectionErrorKind::duplicate;
  } else {
    const bool is_background = std::max(same, other) <= options.background_threshold;
    entry.kind = is_background ? DetectionErrorKind::background : DetectionErrorKind::both;
  }
  return entry;
}

void detail::DetectionErrorState::confuse(std::span<const TrueObject> objects, std::span<const Prediction> predictions,
                                          const std::vector<double>& overlaps) {
  struct Pair {
    double overlap;
    std::uint64_t key;
    std::size_t prediction;
    std::size_t object;
  };
  const auto background = index.size();
  const auto is_counted = [&](const Prediction& each) { return each.score >= options.score_threshold; };
  const auto count = [&](std::size_t truth, std::size_t predicted) {
    ++confusion[truth * (background + 1) + predicted];
  };
  std::vector<Pair> pairs;
  std::vector<char> is_on_crowd(predictions.size());
  for (std::size_t p = 0; p < predictions.size(); ++p) {
    if (!is_counted(predictions[p])) continue;
    for (std::size_t g = 0; g < objects.size(); ++g) {
      const auto overlap = overlaps[p * objects.size() + g];
      if (!(overlap >= options.iou_threshold)) continue;
      if (objects[g].is_crowd) {
        is_on_crowd[p] = 1;
      } else {
        pairs.push_back({overlap, score_key(predictions[p].score), p, g});
      }
    }
  }
  std::ranges::stable_sort(pairs, [](const Pair& a, const Pair& b) {
    return a.overlap != b.overlap ? a.overlap > b.overlap : a.key < b.key;
  });
  std::vector<char> is_used(predictions.size());
  std::vector<char> is_found(objects.size());
  for (const auto& pair : pairs) {
    if (is_used[pair.prediction] != 0 || is_found[pair.object] != 0) continue;
    is_used[pair.prediction] = is_found[pair.object] = 1;
    count(class_of(objects[pair.object].category_id), class_of(predictions[pair.prediction].category_id));
  }
  for (std::size_t g = 0; g < objects.size(); ++g) {
    if (!objects[g].is_crowd && is_found[g] == 0) count(class_of(objects[g].category_id), background);
  }
  for (std::size_t p = 0; p < predictions.size(); ++p) {
    if (!is_counted(predictions[p]) || is_used[p] != 0 || is_on_crowd[p] != 0) continue;
    count(background, class_of(predictions[p].category_id));
  }
}

double detail::DetectionErrorState::precision(const DetectionErrorKind* repaired) const {
  std::vector<std::size_t> objects(index.size());
  for (const auto& target : targets) {
    const bool is_missed = !target.is_found && !target.is_claimed;
    const bool is_taken_out = repaired != nullptr && *repaired == DetectionErrorKind::missed && is_missed;
    objects[target.category] += is_taken_out ? 0 : 1;
  }
  // Of several predictions that could be put right for one object the best scored is.
  std::map<std::uint32_t, std::size_t> best;
  for (std::size_t i = 0; repaired != nullptr && i < judged.size(); ++i) {
    const auto& each = judged[i];
    if (each.is_hit || each.kind != *repaired || each.object == no_object || targets[each.object].is_found) continue;
    const auto [place, is_new] = best.emplace(each.object, i);
    if (!is_new && score_key(each.score) < score_key(judged[place->second].score)) place->second = i;
  }
  std::vector<std::vector<Scored>> lists(index.size());
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const auto& each = judged[i];
    if (each.is_hit || repaired == nullptr || each.kind != *repaired) {
      lists[each.category].push_back({each.score, each.image, each.is_hit});
    } else if (const auto chosen = best.find(each.object); chosen != best.end() && chosen->second == i) {
      lists[targets[each.object].category].push_back({each.score, each.image, true});
    }
  }
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    if (objects[k] == 0) continue;
    sum += average_precision(lists[k], objects[k]);
    ++count;
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

}  // namespace visionkit
