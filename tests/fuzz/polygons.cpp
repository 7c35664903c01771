// libFuzzer: any polygons for any size are either refused with an Error or make a mask, the same whichever way round
// and from whichever corner the rings are given, within the work and the memory that the picture allows; its contours
// give it back. Input: width, height, kind of coordinates; coordinates. Seeds: tests/fuzz/seeds/polygons.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <visionkit/core/error.hpp>
#include <visionkit/core/polygons.hpp>

namespace {

using namespace visionkit;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

// Doubles as they are, or pairs of bytes as tenths of a pixel.
std::vector<double> take_coordinates(const std::uint8_t* data, std::size_t size, bool is_raw) {
  const std::size_t step = is_raw ? sizeof(double) : 2;
  std::vector<double> values;
  for (; size >= step; data += step, size -= step) {
    double value = 0;
    if (is_raw) {
      std::memcpy(&value, data, sizeof value);
    } else {
      std::int16_t tenths = 0;
      std::memcpy(&tenths, data, sizeof tenths);
      value = tenths / 10.0;
    }
    values.push_back(value);
  }
  return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const Size picture = {data[0], data[1]};
  const auto values = take_coordinates(data + 3, size - 3, data[2] % 2 == 1);
  const std::size_t corners = 3 + data[2] / 2 % 8;  // of every polygon
  std::vector<Polygon> polygons(1);
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    if (polygons.back().size() == corners) polygons.emplace_back();
    polygons.back().push_back({values[i], values[i + 1]});
  }
  try {
    const auto mask = rasterize(polygons, picture);
    for (auto& polygon : polygons) {
      std::reverse(polygon.begin(), polygon.end());
      std::rotate(polygon.begin(), polygon.begin() + 1, polygon.end());
    }
    require(rasterize(polygons, picture) == mask);
    std::vector<Polygon> outlines;
    for (const auto& part : contours(mask)) outlines.push_back(to_polygon(part));
    require(rasterize(outlines, picture) == mask);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::invalid_argument);
  }
  return 0;
}
