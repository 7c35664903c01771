#include "metrics/boundary.hpp"

#include <algorithm>
#include <cmath>

namespace visionkit {
namespace {

// Writes the id of each pixel whose neighbors up to `distance` to the left and right have the same id.
template <class Id>
void inside_of_row(std::span<const Id> row, std::size_t distance, std::span<std::uint32_t> out) {
  std::fill(out.begin(), out.end(), not_boundary);
  for (std::size_t begin = 0; begin < row.size();) {
    auto end = begin + 1;
    while (end < row.size() && row[end] == row[begin]) ++end;
    for (auto i = begin + distance; i + distance < end; ++i) out[i] = row[begin];
    begin = end;
  }
}

}  // namespace

int boundary_distance(Size size, double ratio) {
  const double diagonal = std::sqrt(double{1} * size.width * size.width + double{1} * size.height * size.height);
  return std::max(1, static_cast<int>(std::nearbyint(ratio * diagonal)));
}

template <class Id>
std::vector<std::uint32_t> boundary_of(std::span<const Id> ids, Size size, int distance) {
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  const auto reach = static_cast<std::size_t>(distance);
  std::vector<std::uint32_t> boundary(ids.begin(), ids.end());
  std::vector<std::uint32_t> inside(width);
  std::vector<std::uint32_t> above(width, not_boundary);
  std::vector<std::size_t> runs(width);  // rows above with the same id inside of their row
  for (std::size_t y = 0; y < height; ++y) {
    inside_of_row(ids.subspan(y * width, width), reach, std::span(inside));
    for (std::size_t x = 0; x < width; ++x) {
      runs[x] = inside[x] == not_boundary ? 0 : inside[x] == above[x] ? runs[x] + 1 : 1;
      if (runs[x] > 2 * reach) boundary[(y - reach) * width + x] = not_boundary;
    }
    std::swap(inside, above);
  }
  return boundary;
}

template std::vector<std::uint32_t> boundary_of(std::span<const std::uint8_t>, Size, int);
template std::vector<std::uint32_t> boundary_of(std::span<const std::uint16_t>, Size, int);

}  // namespace visionkit
