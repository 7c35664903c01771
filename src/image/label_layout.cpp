// Greedy: one label after the other takes the cheapest of the places around and inside its box that no earlier label
// holds. A place costs the more the farther down the list of places it stands, and the more it hides of any box.
#include "image/label_layout.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace visionkit {
namespace {

constexpr double rank_cost = 0.02;  // of one step down the list; a label that hides half a box moves up to 25 steps
constexpr int max_shifts = 8;       // places along an edge

PixelBox shared(const PixelBox& a, const PixelBox& b) {
  return {std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)};
}

bool overlap(const PixelBox& a, const PixelBox& b) { return !shared(a, b).is_empty(); }

double area(const PixelBox& box) { return box.is_empty() ? 0 : static_cast<double>(box.width()) * box.height(); }

// The places for a label, best first. All of them touch the box, except where the edge of the picture pushes them in.
std::vector<PixelBox> candidates(Size picture, const LabelRequest& request) {
  const auto& box = request.box;
  const auto [w, h] = request.size;
  std::vector<PixelBox> places;
  const auto add = [&, w = w, h = h](int x, int y) {
    x = std::clamp(x, 0, picture.width - w);
    y = std::clamp(y, 0, picture.height - h);
    places.push_back({x, y, x + w, y + h});
  };
  const int above = box.y1 - h;
  const int right = box.x2 - w;
  add(box.x1, above);
  add(box.x1, box.y1);
  add(right, above);
  add(box.x1, box.y2);
  add(right, box.y1);
  add(right, box.y2);
  add(box.x1, box.y2 - h);
  add(right, box.y2 - h);
  add(box.x2, box.y1);
  add(box.x1 - w, box.y1);
  for (int i = 1; i <= max_shifts; ++i) {
    const int x = box.x1 + i * std::max(box.width() - w, 0) / (max_shifts + 1);
    const int y = box.y1 + i * h;
    if (box.width() > w) {
      add(x, above);
      add(x, box.y1);
      add(x, box.y2);
    }
    if (y + h <= box.y2) {
      add(box.x1, y);
      add(right, y);
      add(box.x2, y);
      add(box.x1 - w, y);
    }
  }
  return places;
}

}  // namespace

std::vector<std::optional<PixelBox>> place_labels(Size picture, std::span<const LabelRequest> requests) {
  std::vector<std::optional<PixelBox>> places(requests.size());
  std::vector<PixelBox> taken;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto size = requests[i].size;
    if (size.width <= 0 || size.height <= 0 || size.width > picture.width || size.height > picture.height) continue;
    double best = std::numeric_limits<double>::infinity();
    double rank = 0;
    for (const auto& place : candidates(picture, requests[i])) {
      double cost = rank_cost * rank++;
      if (cost >= best || std::ranges::any_of(taken, [&](const auto& other) { return overlap(place, other); }))
        continue;
      for (const auto& other : requests) {
        const auto hidden = shared(place, other.box);
        if (!hidden.is_empty()) cost += area(hidden) / area(other.box);
      }
      if (cost < best) {
        best = cost;
        places[i] = place;
      }
    }
    if (places[i]) taken.push_back(*places[i]);
  }
  return places;
}

}  // namespace visionkit
