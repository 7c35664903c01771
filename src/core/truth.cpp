#include <visionkit/core/truth.hpp>

#include "core/fail.hpp"

namespace visionkit {

Mask to_mask(const Segmentation& segmentation, const ObjectBox& box, Size size) {
  return guarded("the mask of an object", [&] {
    if (const auto* mask = std::get_if<Mask>(&segmentation)) return *mask;
    if (const auto* polygons = std::get_if<std::vector<Polygon>>(&segmentation)) return rasterize(*polygons, size);
    const auto right = box.x + box.width;
    const auto bottom = box.y + box.height;
    return rasterize(Polygon{{box.x, box.y}, {box.x, bottom}, {right, bottom}, {right, box.y}}, size);
  });
}

std::string to_string(const ObjectBox& box) {
  return fmt::format("[{}, {}, {} x {}]", box.x, box.y, box.width, box.height);
}

std::string to_string(const DatasetNote& note) {
  return fmt::format("{} ({} times, first at {})", note.what, note.count, note.first);
}

}  // namespace visionkit
