#include <algorithm>
#include <functional>
#include <utility>

#include "core/fail.hpp"
#include "metrics/detection/state.hpp"

namespace visionkit {
namespace {

void check_options(const DetectionMetricsOptions& options) {
  constexpr int max_threads = 256;
  constexpr std::size_t max_bits = 64;
  if (to_string(options.match_by) == "unknown" || to_string(options.classes) == "unknown") {
    fail(ErrorCode::invalid_option, "match_by or classes is none of its enumerators");
  }
  if (options.threads < 1 || options.threads > max_threads) {
    fail(ErrorCode::invalid_option, "threads is {}, expected 1..{}", options.threads, max_threads);
  }
  if (options.max_detections.empty() || options.max_detections.front() < 1 ||
      !std::ranges::is_sorted(options.max_detections, std::ranges::less_equal())) {
    fail(ErrorCode::invalid_option, "max_detections must be rising numbers from 1 on, at least one");
  }
  for (const auto threshold : options.iou_thresholds) {
    if (!(threshold > 0 && threshold <= 1)) {
      fail(ErrorCode::invalid_option, "an entry of iou_thresholds is {}, expected above 0, at most 1", threshold);
    }
  }
  for (const auto& range : options.areas) {
    if (!(range.min <= range.max)) {
      fail(ErrorCode::invalid_option, "the area range '{}' is {}..{}, expected min <= max", range.name, range.min,
           range.max);
    }
  }
  const auto bits = options.areas.size() * options.iou_thresholds.size();
  if (bits == 0 || bits > max_bits) {
    fail(ErrorCode::invalid_option, "{} areas x {} iou_thresholds are {}, expected 1..{}", options.areas.size(),
         options.iou_thresholds.size(), bits, max_bits);
  }
}

std::vector<Category> without_repeats(std::vector<Category> given) {
  std::vector<Category> categories;
  for (auto& category : given) {
    const auto same = std::ranges::find(categories, category.id, &Category::id);
    if (same == categories.end()) {
      categories.push_back(std::move(category));
    } else {
      *same = std::move(category);
    }
  }
  return categories;
}

std::vector<std::int64_t> ids_of(const std::vector<Category>& categories) {
  std::vector<std::int64_t> ids;
  for (const auto& category : categories) ids.push_back(category.id);
  return ids;
}

}  // namespace

std::string_view to_string(MatchBy match_by) noexcept {
  switch (match_by) {
    case MatchBy::boxes: return "boxes";
    case MatchBy::masks: return "masks";
  }
  return "unknown";
}

std::string_view to_string(ClassRule rule) noexcept {
  switch (rule) {
    case ClassRule::separate: return "separate";
    case ClassRule::ignored: return "ignored";
  }
  return "unknown";
}

std::vector<double> coco_iou_thresholds() {
  // numpy.linspace(.5, .95, 10): the step is rounded before it is multiplied, and the last is the end.
  constexpr double first = 0.5;
  constexpr double last = 0.95;
  const double step = (last - first) / 9;
  std::vector<double> thresholds;
  for (int i = 0; i < 9; ++i) thresholds.push_back(i * step + first);
  thresholds.push_back(last);
  return thresholds;
}

std::vector<AreaRange> coco_area_ranges() {
  constexpr double most = 1e10;
  constexpr double small = 32 * 32;
  constexpr double medium = 96 * 96;
  return {{"all", 0, most}, {"small", 0, small}, {"medium", small, medium}, {"large", medium, most}};
}

MatchRules::MatchRules(const DetectionMetricsOptions& options)
    : areas(options.areas), max_detections(static_cast<std::size_t>(options.max_detections.back())) {
  for (const auto threshold : options.iou_thresholds) thresholds.push_back(std::min(threshold, 1 - 1e-10));
  lowest_threshold = *std::ranges::min_element(thresholds);
  for (std::size_t t = 0; t < thresholds.size(); ++t) one_area |= MatchBits{1} << t;
  for (std::size_t a = 0; a < areas.size(); ++a) each_area |= MatchBits{1} << (a * thresholds.size());
  all = one_area * each_area;
}

MatchBits MatchRules::reached(double overlap) const {
  MatchBits bits = 0;
  for (std::size_t t = 0; t < thresholds.size(); ++t) bits |= MatchBits{overlap >= thresholds[t]} << t;
  return bits * each_area;
}

MatchBits MatchRules::outside(double area) const {
  MatchBits bits = 0;
  for (std::size_t a = 0; a < areas.size(); ++a) {
    const bool is_outside = area < areas[a].min || area > areas[a].max;
    bits |= MatchBits{is_outside} << (a * thresholds.size());
  }
  return bits * one_area;
}

void Records::append(const Records& other) {
  predictions.insert(predictions.end(), other.predictions.begin(), other.predictions.end());
  objects.insert(objects.end(), other.objects.begin(), other.objects.end());
}

detail::DetectionState::DetectionState(std::vector<Category> given, DetectionMetricsOptions chosen)
    : categories(without_repeats(std::move(given))),
      options((check_options(chosen), std::move(chosen))),
      rules(options),
      category_index(ids_of(categories)) {}

std::size_t detail::DetectionState::class_count() const {
  return options.classes == ClassRule::ignored ? 1 : category_index.size();
}

std::int64_t detail::DetectionState::category_id(std::size_t index) const {
  return options.classes == ClassRule::ignored ? -1 : category_index.ids()[index];
}

Category detail::DetectionState::category(std::size_t index) const {
  const auto id = category_id(index);
  const auto found = std::ranges::find(categories, id, &Category::id);
  return found == categories.end() ? Category{.id = id, .name = "all classes"} : *found;
}

std::uint32_t detail::DetectionState::class_of(std::int64_t category_id) const {
  const auto found = category_index.find(category_id);
  return found == IdIndex::none ? no_class : static_cast<std::uint32_t>(found);
}

void detail::DetectionState::check_new(std::int64_t image_id) const {
  if (known_images.contains(image_id)) {
    fail(ErrorCode::invalid_argument, "adding to detection metrics: the picture {} was added before", image_id);
  }
}

void detail::DetectionState::add_image(std::int64_t image_id) {
  known_images.insert(image_id);
  image_ids.push_back(image_id);
}

void detail::DetectionState::check_comparable(const DetectionState& other, const char* what) const {
  auto theirs = other.options;
  theirs.threads = options.threads;
  if (theirs != options) fail(ErrorCode::invalid_argument, "{}: the options differ", what);
  if (other.category_index.ids() != category_index.ids()) {
    fail(ErrorCode::invalid_argument, "{}: the categories differ", what);
  }
}

}  // namespace visionkit
