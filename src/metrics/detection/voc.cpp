#include <visionkit/metrics/detection_voc.hpp>

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "core/fail.hpp"
#include "metrics/detection/match.hpp"

namespace visionkit {
namespace {

struct Point {
  double recall = 0;
  double precision = 0;
};

// Precision becomes the highest at this recall or more.
void take_envelope(std::vector<Point>& points) {
  for (std::size_t i = points.size(); i-- > 1;) {
    points[i - 1].precision = std::max(points[i - 1].precision, points[i].precision);
  }
}

double area_under(const std::vector<Point>& points) {
  double area = 0;
  double last = 0;
  for (const auto& point : points) {
    area += (point.recall - last) * point.precision;
    last = point.recall;
  }
  return area;
}

double mean_of_eleven(const std::vector<Point>& points) {
  double sum = 0;
  auto point = points.begin();
  for (int i = 0; i <= 10; ++i) {
    const auto recall = i == 10 ? 1.0 : i * 0.1;  // numpy.linspace(0, 1, 11): the seventh is above 0.6
    while (point != points.end() && point->recall < recall) ++point;
    if (point == points.end()) break;
    sum += point->precision;
  }
  return sum / 11;
}

class ClassRun {
 public:
  explicit ClassRun(const VocOptions& options) : options_(options) {}

  void add(const TrueObject& object) {
    objects_[object.image_id].push_back({&object, false});
    count_ += object.is_crowd ? 0 : 1;
  }
  void add(const Prediction& prediction) { predictions_.push_back(&prediction); }

  VocClassPrecision finish(const Category& category) {
    std::ranges::stable_sort(predictions_, {},
                             [](const Prediction* each) { return std::pair(score_key(each->score), each->image_id); });
    VocClassPrecision result = {.category = category, .objects = count_, .predictions = predictions_.size()};
    if (count_ == 0) return result;
    std::vector<Point> points;
    std::size_t hits = 0;
    std::size_t misses = 0;
    for (const auto* prediction : predictions_) {
      auto* best = find(*prediction);
      if (best != nullptr && best->object->is_crowd) continue;
      const bool is_hit = best != nullptr && !best->is_taken;
      if (is_hit) best->is_taken = true;
      ++(is_hit ? hits : misses);
      const auto right = static_cast<double>(hits);
      points.push_back({right / static_cast<double>(count_), right / static_cast<double>(hits + misses)});
    }
    take_envelope(points);
    result.ap = options_.interpolation == VocInterpolation::every_point ? area_under(points) : mean_of_eleven(points);
    return result;
  }

 private:
  struct Target {
    const TrueObject* object;
    bool is_taken;
  };

  // The object of the largest overlap, the first of equals, when it reaches the threshold.
  Target* find(const Prediction& prediction) {
    const auto there = objects_.find(prediction.image_id);
    if (there == objects_.end()) return nullptr;
    Target* best = nullptr;
    double best_overlap = 0;
    for (auto& target : there->second) {
      const auto overlap = box_overlap(widened(prediction.box), widened(target.object->box), false);
      if (overlap > best_overlap) {
        best_overlap = overlap;
        best = &target;
      }
    }
    return best_overlap >= options_.iou_threshold ? best : nullptr;
  }

  [[nodiscard]] ObjectBox widened(ObjectBox box) const {
    if (options_.boxes == VocBoxes::pixels) {
      box.width += 1;
      box.height += 1;
    }
    return box;
  }

  const VocOptions& options_;
  std::map<std::int64_t, std::vector<Target>> objects_;  // by picture
  std::vector<const Prediction*> predictions_;
  std::size_t count_ = 0;
};

}  // namespace

std::string_view to_string(VocInterpolation interpolation) noexcept {
  switch (interpolation) {
    case VocInterpolation::every_point: return "every_point";
    case VocInterpolation::eleven_points: return "eleven_points";
  }
  return "unknown";
}

VocReport voc_average_precision(const ObjectDataset& truth, std::span<const Prediction> predictions,
                                const VocOptions& options) {
  return guarded("Pascal VOC's average precision", [&] {
    if (!(options.iou_threshold > 0 && options.iou_threshold <= 1)) {
      fail(ErrorCode::invalid_option, "iou_threshold is {}, expected above 0, at most 1", options.iou_threshold);
    }
    std::set<std::int64_t> images;
    for (const auto& image : truth.images) images.insert(image.id);
    std::map<std::int64_t, ClassRun> runs;
    for (const auto& category : truth.categories) runs.try_emplace(category.id, options);
    const auto add = [&](const auto& entry) {
      const auto run = runs.find(entry.category_id);
      if (run != runs.end() && images.contains(entry.image_id)) run->second.add(entry);
    };
    for (const auto& object : truth.objects) add(object);
    for (const auto& prediction : predictions) add(prediction);

    VocReport report;
    double sum = 0;
    std::size_t count = 0;
    for (const auto& category : truth.categories) {
      report.classes.push_back(runs.at(category.id).finish(category));
      const auto& last = report.classes.back();
      if (last.objects == 0) continue;
      sum += last.ap;
      ++count;
    }
    if (count > 0) report.mean_ap = sum / static_cast<double>(count);
    return report;
  });
}

}  // namespace visionkit
