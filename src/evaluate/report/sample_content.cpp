#include "evaluate/report/sample_content.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace visionkit {
namespace {

// For each pixel of one side the pixel of the other that lies under its middle.
std::vector<int> nearest(int from, int to) {
  std::vector<int> places(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const auto middle = (static_cast<std::int64_t>(i) * 2 + 1) * from / (std::int64_t{2} * to);
    places[static_cast<std::size_t>(i)] = static_cast<int>(middle);
  }
  return places;
}

template <class Id>
std::vector<Id> scale_ids(std::span<const Id> ids, Size from, Size to) {
  if (ids.empty()) return {};
  const auto columns = nearest(from.width, to.width);
  std::vector<Id> result;
  result.reserve(static_cast<std::size_t>(to.width) * static_cast<std::size_t>(to.height));
  for (const int y : nearest(from.height, to.height)) {
    const auto row = ids.subspan(static_cast<std::size_t>(y) * static_cast<std::size_t>(from.width));
    for (const int x : columns) result.push_back(row[static_cast<std::size_t>(x)]);
  }
  return result;
}

std::vector<ClassScore> scaled(const std::vector<ClassScore>& classes, Size, Size) { return classes; }

std::vector<Detection> scaled(const std::vector<Detection>& detections, Size from, Size to) {
  const float x = static_cast<float>(to.width) / static_cast<float>(from.width);
  const float y = static_cast<float>(to.height) / static_cast<float>(from.height);
  auto result = detections;
  for (auto& [box, label, score, mask] : result) {
    box = {box.x1 * x, box.y1 * y, box.x2 * x, box.y2 * y};
    if (mask) {
      const auto dense = mask->to_dense();
      mask = Mask::from_dense(scale_ids(std::span<const std::uint8_t>(dense), mask->size(), to), to);
    }
  }
  return result;
}

LabelMap scaled(const LabelMap& map, Size, Size to) {
  if (map.bits() == 8) return {scale_ids(map.ids_8bit(), map.size(), to), to};
  return {scale_ids(map.ids_16bit(), map.size(), to), to};
}

PanopticMap scaled(const PanopticMap& map, Size, Size to) {
  return {scale_ids(map.ids(), map.size(), to), to, {map.segments().begin(), map.segments().end()}};
}

}  // namespace

Size shown_size(Size size, int width) {
  const double room = std::min(static_cast<double>(width) / size.width, 1.25 * width / size.height);
  const double factor = room < 1 ? room : std::floor(room);
  return {std::max(1, static_cast<int>(std::lround(size.width * factor))),
          std::max(1, static_cast<int>(std::lround(size.height * factor)))};
}

PictureContent scale_content(const PictureContent& content, Size from, Size to) {
  return std::visit([&](const auto& each) { return PictureContent(scaled(each, from, to)); }, content);
}

}  // namespace visionkit
