#include <visionkit/core/detections.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>

#include <nlohmann/json.hpp>

#include "core/fail.hpp"

namespace visionkit {
namespace {

template <class Predicate>
std::vector<Detection> filter(std::span<const Detection> detections, Predicate&& keep) {
  return guarded("filtering detections", [&] {
    std::vector<Detection> kept;
    std::copy_if(detections.begin(), detections.end(), std::back_inserter(kept), keep);
    return kept;
  });
}

void check_range(const char* what, float min, float max) {
  if (!(min <= max)) fail(ErrorCode::invalid_argument, "filtering by {}: {}..{} is not a range", what, min, max);
}

void check_size(const char* what, Size size) {
  if (size.width <= 0 || size.height <= 0) {
    fail(ErrorCode::invalid_argument, "{}: the picture is {}; both sides must be at least 1", what, to_string(size));
  }
}

// -1, 0, 1; NaN after every number and equal to itself, so that sorting has an order to follow.
int compare(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
  return static_cast<int>(a > b) - static_cast<int>(a < b);
}

bool is_before(const Detection& a, const Detection& b) {
  if (std::isnan(a.score) != std::isnan(b.score)) return std::isnan(b.score);
  if (const int order = compare(b.score, a.score); order != 0) return order < 0;
  if (a.label != b.label) return a.label < b.label;
  for (const auto edge : {&Box::x1, &Box::y1, &Box::x2, &Box::y2}) {
    if (const int order = compare(a.box.*edge, b.box.*edge); order != 0) return order < 0;
  }
  return false;
}

// In double, so that the corners of huge boxes do not overflow. An inverted box has no area.
double area(const Box& box) {
  const double width = double{box.x2} - box.x1;
  const double height = double{box.y2} - box.y1;
  if (std::isnan(width) || std::isnan(height)) return std::numeric_limits<double>::quiet_NaN();
  return width > 0 && height > 0 ? width * height : 0;
}

double shared_area(const Box& a, const Box& b) {
  return area({std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)});
}

bool has_nan(const Box& box) {
  return std::isnan(box.x1) || std::isnan(box.y1) || std::isnan(box.x2) || std::isnan(box.y2);
}

// A float, so that 0.4 reaches the threshold 0.4F.
float iou(const Box& a, const Box& b) {
  if (has_nan(a) || has_nan(b)) return 0;
  const double shared = shared_area(a, b);
  return shared > 0 ? static_cast<float>(shared / (area(a) + area(b) - shared)) : 0;
}

bool is_in(const Box& box, const Box& region, RegionRule rule) {
  if (has_nan(box)) return false;
  switch (rule) {
    case RegionRule::center_inside: {
      const double x = (double{box.x1} + box.x2) / 2;
      const double y = (double{box.y1} + box.y2) / 2;
      return x >= region.x1 && x < region.x2 && y >= region.y1 && y < region.y2;
    }
    case RegionRule::fully_inside:
      return box.x1 >= region.x1 && box.y1 >= region.y1 && box.x2 <= region.x2 && box.y2 <= region.y2;
    case RegionRule::overlaps: return shared_area(box, region) > 0;
  }
  return false;
}

// Keys stay in the order of writing, and floats are written as floats: 0.93 and not 0.9300000071525574.
using Json =
    nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

}  // namespace

std::string_view to_string(RegionRule rule) noexcept {
  switch (rule) {
    case RegionRule::center_inside: return "center_inside";
    case RegionRule::fully_inside: return "fully_inside";
    case RegionRule::overlaps: return "overlaps";
  }
  return "unknown";
}

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::hit: return "hit";
    case Outcome::false_positive: return "false_positive";
    case Outcome::missed: return "missed";
  }
  return "unknown";
}

std::string to_string(const PixelBox& box) { return fmt::format("[{}, {}, {}, {}]", box.x1, box.y1, box.x2, box.y2); }

std::vector<Detection> filter_by_class(std::span<const Detection> detections, const std::vector<ClassId>& classes) {
  return filter(detections, [&](const Detection& d) { return std::ranges::find(classes, d.label) != classes.end(); });
}

std::vector<Detection> filter_by_score(std::span<const Detection> detections, float min_score, float max_score) {
  check_range("score", min_score, max_score);
  return filter(detections, [&](const Detection& d) { return d.score >= min_score && d.score <= max_score; });
}

std::vector<Detection> filter_by_area(std::span<const Detection> detections, float min_area, float max_area) {
  check_range("area", min_area, max_area);
  return filter(detections, [&](const Detection& d) {
    const double value = area(d.box);
    return value >= min_area && value <= max_area;
  });
}

std::vector<Detection> filter_by_region(std::span<const Detection> detections, const Box& region, RegionRule rule) {
  if (!(region.x1 <= region.x2 && region.y1 <= region.y2)) {
    fail(ErrorCode::invalid_argument, "filtering by region: {} is not a box with x1 <= x2 and y1 <= y2",
         to_string(region));
  }
  if (to_string(rule) == "unknown") {
    fail(ErrorCode::invalid_argument, "filtering by region: there is no rule {}", static_cast<int>(rule));
  }
  return filter(detections, [&](const Detection& d) { return is_in(d.box, region, rule); });
}

std::vector<Detection> sort_by_score(std::span<const Detection> detections) { return merge(detections, {}); }

std::vector<Detection> merge(std::span<const Detection> a, std::span<const Detection> b) {
  return guarded("sorting detections", [&] {
    std::vector<Detection> all;
    all.reserve(a.size() + b.size());
    all.insert(all.end(), a.begin(), a.end());
    all.insert(all.end(), b.begin(), b.end());
    std::ranges::sort(all, is_before);
    return all;
  });
}

std::vector<Detection> clip(std::span<const Detection> detections, Size size) {
  check_size("clipping detections", size);
  return guarded("clipping detections", [&] {
    std::vector<Detection> inside;
    for (auto detection : detections) {
      detection.box = clip(detection.box, size);
      if (area(detection.box) > 0) inside.push_back(detection);
    }
    return inside;
  });
}

NormalizedBox to_normalized(const Box& box, Size size) {
  check_size("normalising a box", size);
  const auto width = static_cast<float>(size.width);
  const auto height = static_cast<float>(size.height);
  return {box.x1 / width, box.y1 / height, box.x2 / width, box.y2 / height};
}

Box from_normalized(const NormalizedBox& box, Size size) {
  check_size("scaling a normalised box", size);
  const auto width = static_cast<float>(size.width);
  const auto height = static_cast<float>(size.height);
  return {box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height};
}

PixelBox to_pixels(const Box& box, Size size) {
  check_size("converting a box to whole pixels", size);
  // Sizes above 2^24 are not exact in float.
  const auto clamp = [](double value, int end) { return static_cast<int>(std::clamp(value, 0.0, double(end))); };
  if (!(area(box) > 0)) return {};
  const PixelBox pixels = {clamp(std::floor(box.x1), size.width), clamp(std::floor(box.y1), size.height),
                           clamp(std::ceil(box.x2), size.width), clamp(std::ceil(box.y2), size.height)};
  return pixels.is_empty() ? PixelBox{} : pixels;
}

std::vector<JudgedDetection> judge(std::span<const Detection> predictions, std::span<const Detection> truth,
                                   float iou_threshold) {
  if (!(iou_threshold > 0 && iou_threshold <= 1)) {
    fail(ErrorCode::invalid_argument, "iou_threshold is {}, expected more than 0 and at most 1", iou_threshold);
  }
  return guarded("judging detections", [&] {
    std::vector<JudgedDetection> judged;
    std::vector<bool> is_found(truth.size());
    for (const auto& prediction : sort_by_score(predictions)) {
      float best = 0;
      std::size_t found = truth.size();
      for (std::size_t i = 0; i < truth.size(); ++i) {
        if (is_found[i] || truth[i].label != prediction.label) continue;
        const float overlap = iou(prediction.box, truth[i].box);
        if (overlap >= iou_threshold && overlap > best) best = overlap, found = i;
      }
      const bool is_hit = found < truth.size();
      if (is_hit) is_found[found] = true;
      judged.push_back({prediction, is_hit ? Outcome::hit : Outcome::false_positive});
    }
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (!is_found[i]) judged.push_back({truth[i], Outcome::missed});
    }
    return judged;
  });
}

std::string to_json(std::span<const Detection> detections, const Labels& labels) {
  return guarded("writing detections as JSON", [&] {
    auto list = Json::array();
    for (const auto& detection : detections) {
      Json object;
      object["class"] = detection.label.value;
      const auto index = detection.label.value;
      if (index >= 0 && static_cast<std::size_t>(index) < labels.size()) object["name"] = labels[detection.label];
      object["score"] = detection.score;
      object["box"] = std::array{detection.box.x1, detection.box.y1, detection.box.x2, detection.box.y2};
      if (detection.mask) {
        const auto [width, height] = detection.mask->size();
        object["mask"] = {{"size", {height, width}}, {"counts", detection.mask->to_rle()}};
      }
      list.push_back(std::move(object));
    }
    return list.dump(-1, ' ', false, Json::error_handler_t::replace);
  });
}

}  // namespace visionkit
