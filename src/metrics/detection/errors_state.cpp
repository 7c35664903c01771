#include "metrics/detection/errors_state.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "core/fail.hpp"
#include "metrics/detection/accumulate.hpp"
#include "metrics/detection/match.hpp"

namespace visionkit {
namespace {

void check_options(const DetectionErrorOptions& options) {
  if (to_string(options.match_by) == "unknown") fail(ErrorCode::invalid_option, "match_by is none of its enumerators");
  if (!(options.iou_threshold > 0 && options.iou_threshold <= 1))
    fail(ErrorCode::invalid_option, "iou_threshold is {}, expected above 0, at most 1", options.iou_threshold);
  if (!(options.background_threshold >= 0 && options.background_threshold <= options.iou_threshold)) {
    fail(ErrorCode::invalid_option, "background_threshold is {}, expected 0..iou_threshold, which is {}",
         options.background_threshold, options.iou_threshold);
  }
  if (options.score_threshold != options.score_threshold)
    fail(ErrorCode::invalid_option, "score_threshold is NaN, expected a number");
  if (options.max_detections < 1)
    fail(ErrorCode::invalid_option, "max_detections is {}, expected at least 1", options.max_detections);
}

// One for each id, the last of them.
std::vector<Category> by_id(const std::vector<Category>& given) {
  std::map<std::int64_t, Category> categories;
  for (const auto& category : given) categories[category.id] = category;
  std::vector<Category> list;
  for (auto& [id, category] : categories) list.push_back(std::move(category));
  return list;
}

std::vector<double> overlaps_in(const ErrorPicture& picture, MatchBy match_by) {
  std::vector<double> overlaps;
  if (match_by == MatchBy::boxes) {
    overlaps.reserve(picture.objects.size() * picture.predictions.size());
    for (const auto& prediction : picture.predictions) {
      for (const auto& object : picture.objects)
        overlaps.push_back(box_overlap(prediction.box, object.box, object.is_crowd));
    }
    return overlaps;
  }
  std::vector<Mask> there;
  std::vector<Mask> found;
  std::vector<std::uint8_t> crowd;
  const auto size = picture.image.size;
  for (const auto& object : picture.objects) {
    there.push_back(to_mask(object.segmentation, object.box, size));
    crowd.push_back(object.is_crowd ? 1 : 0);
  }
  for (const auto& each : picture.predictions) found.push_back(to_mask(each.segmentation, each.box, size));
  return mask_iou_matrix(found, there, crowd);
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

detail::DetectionErrorState::DetectionErrorState(std::vector<Category> given, const DetectionErrorOptions& chosen)
    : options((check_options(chosen), chosen)), categories(by_id(given)) {
  std::vector<std::int64_t> ids;
  for (const auto& category : categories) ids.push_back(category.id);
  index = IdIndex(std::move(ids));
  confusion.assign((index.size() + 1) * (index.size() + 1), 0);
}

void detail::DetectionErrorState::add(const AnnotatedImage& image, std::span<const TrueObject> objects,
                                      std::span<const Prediction> predictions) {
  if (images.contains(image.id)) {
    fail(ErrorCode::invalid_argument, "adding to detection errors: the picture {} was added before", image.id);
  }
  const auto is_known = [&](const auto& each) { return index.find(each.category_id) != IdIndex::none; };
  ErrorPicture picture = {.image = image};
  std::ranges::copy_if(objects, std::back_inserter(picture.objects), is_known);
  std::vector<const Prediction*> order;
  for (const auto& each : predictions) {
    if (is_known(each)) order.push_back(&each);
  }
  std::ranges::stable_sort(order, {}, [](const Prediction* each) { return score_key(each->score); });
  for (const auto* each : order) picture.predictions.push_back(*each);
  picture.overlaps = overlaps_in(picture, options.match_by);
  for (const auto& object : picture.objects) {
    picture.targets.push_back(object.is_crowd ? no_object : static_cast<std::uint32_t>(targets.size()));
    if (!object.is_crowd) targets.push_back({.category = class_of(object.category_id)});
  }
  judge(picture);
  confuse(picture);
  images.insert(image.id);
}

void detail::DetectionErrorState::judge(const ErrorPicture& picture) {
  const auto& objects = picture.objects;
  const auto first = judged.size();
  const auto count = std::min(picture.predictions.size(), static_cast<std::size_t>(options.max_detections));
  for (std::size_t p = 0; p < count; ++p) {
    const auto& prediction = picture.predictions[p];
    const auto overlaps = picture.overlaps_of(p);
    JudgedPrediction entry = {
        .score = prediction.score, .image = picture.image.id, .category = class_of(prediction.category_id)};
    double largest = 0;
    for (std::size_t g = 0; g < objects.size(); ++g) {
      if (objects[g].category_id != prediction.category_id) continue;
      if (objects[g].is_crowd) {
        entry.is_on_crowd = entry.is_on_crowd || overlaps[g] > options.iou_threshold;
      } else if (overlaps[g] > largest && !targets[picture.targets[g]].is_found) {
        largest = overlaps[g];
        entry.object = picture.targets[g];
      }
    }
    entry.is_hit = largest >= options.iou_threshold;
    if (entry.is_hit) targets[entry.object].is_found = true;
    judged.push_back(entry);
  }
  for (std::size_t p = 0; p < count; ++p) {
    auto& entry = judged[first + p];
    if (entry.is_hit) continue;
    judge_miss(picture, p, entry);
    if (entry.object == no_object || targets[entry.object].is_found) continue;
    entry.can_be_right = !targets[entry.object].is_claimed;
    targets[entry.object].is_claimed = true;
  }
}

void detail::DetectionErrorState::judge_miss(const ErrorPicture& picture, std::size_t prediction,
                                             JudgedPrediction& entry) const {
  // The largest overlaps with objects of the same class and of other classes.
  double same = 0;
  double other = 0;
  auto same_object = no_object;
  auto other_object = no_object;
  const auto overlaps = picture.overlaps_of(prediction);
  for (std::size_t g = 0; g < overlaps.size(); ++g) {
    if (picture.objects[g].is_crowd) continue;
    const bool is_same = picture.objects[g].category_id == picture.predictions[prediction].category_id;
    if (!(overlaps[g] > (is_same ? same : other))) continue;
    (is_same ? same : other) = overlaps[g];
    (is_same ? same_object : other_object) = picture.targets[g];
  }
  entry.object = no_object;
  if (same_object != no_object && same >= options.background_threshold && same <= options.iou_threshold) {
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
}

void detail::DetectionErrorState::confuse(const ErrorPicture& picture) {
  struct Pair {
    double overlap;
    std::size_t prediction;
    std::size_t object;
  };
  const auto& objects = picture.objects;
  const auto& predictions = picture.predictions;
  const auto background = index.size();
  const auto is_counted = [&](const Prediction& each) { return each.score >= options.score_threshold; };
  const auto count = [&](std::size_t truth, std::size_t predicted) {
    ++confusion[truth * (background + 1) + predicted];
  };
  std::vector<Pair> pairs;  // predictions by falling score
  std::vector<char> is_on_crowd(predictions.size());
  for (std::size_t p = 0; p < predictions.size(); ++p) {
    if (!is_counted(predictions[p])) continue;
    const auto overlaps = picture.overlaps_of(p);
    for (std::size_t g = 0; g < objects.size(); ++g) {
      if (!(overlaps[g] >= options.iou_threshold)) continue;
      if (objects[g].is_crowd) {
        is_on_crowd[p] = 1;
      } else {
        pairs.push_back({overlaps[g], p, g});
      }
    }
  }
  std::ranges::stable_sort(pairs, std::ranges::greater(), &Pair::overlap);
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
  std::vector<char> has_objects(index.size());
  for (const auto& target : targets) {
    const bool is_missed = !target.is_found && !target.is_claimed;
    const bool is_taken_out = repaired != nullptr && *repaired == DetectionErrorKind::missed && is_missed;
    objects[target.category] += is_taken_out ? 0 : 1;
    has_objects[target.category] = 1;
  }
  std::vector<std::vector<Scored>> lists(index.size());
  for (const auto& each : judged) {
    if (!each.is_hit && repaired != nullptr && each.kind == *repaired) {
      if (each.can_be_right) lists[targets[each.object].category].push_back({each.score, each.image, true});
    } else if (!each.is_on_crowd || each.is_hit) {
      lists[each.category].push_back({each.score, each.image, each.is_hit});
    }
  }
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    if (has_objects[k] == 0 || (objects[k] == 0 && lists[k].empty())) continue;
    if (objects[k] > 0) sum += average_precision(lists[k], objects[k]);
    ++count;
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

}  // namespace visionkit
