// From records to pycocotools' arrays.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/detection/state.hpp"

namespace visionkit {

/// Places of the prediction records, class by class, by falling score: COCO's order. Equal scores by picture id, then
/// by rank.
class ScoreOrder {
 public:
  explicit ScoreOrder(const detail::DetectionState& state);
  [[nodiscard]] std::span<const std::uint32_t> operator[](std::size_t category) const {
    return std::span(places_).subspan(begins_[category], begins_[category + 1] - begins_[category]);
  }

 private:
  std::vector<std::size_t> begins_;
  std::vector<std::uint32_t> places_;
};

/// The objects of every class that count at a bit: [classes, areas], the bits' first thresholds.
std::vector<std::size_t> count_objects(const detail::DetectionState& state);

/// numpy.linspace(0, 1, 101).
std::span<const double> recall_points();

/// How many of `objects` must be found to reach each recall point; 0 for recall 0.
void required_hits(std::size_t objects, std::vector<std::size_t>& required);

/// pycocotools' accumulate().
PrecisionArrays accumulate(const detail::DetectionState& state, const ScoreOrder& order);

}  // namespace visionkit
