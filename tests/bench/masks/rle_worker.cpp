// Our side of rle_compare.py, in a process of its own. Each line of the standard input is "WHAT FOLDER REPEATS WIDTH
// HEIGHT"; a call is repeated, its median time in milliseconds is printed, and its answer is left in FOLDER/ours:
//   encode        FOLDER/pixels, row-major bytes, to a string
//   decode        FOLDER/strings, one, to row-major bytes
//   iou           FOLDER/strings, half of them against the other half, to float64; strings are read before
//   iou_strings   the same, strings are read in the call
//   polygons      FOLDER/corners, float64 pairs, 40 a polygon, to one string a line
#include <cstdint>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/mask.hpp>
#include <visionkit/core/polygons.hpp>

#include "../support/worker.hpp"

namespace {

using namespace visionkit;

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<Mask> masks_of(const std::vector<std::string>& strings, Size size) {
  std::vector<Mask> masks;
  for (const auto& text : strings) masks.push_back(Mask::from_rle(text, size));
  return masks;
}

std::vector<double> halves_iou(const std::vector<Mask>& masks) {
  const std::span all(masks);
  return mask_iou_matrix(all.first(all.size() / 2), all.subspan(all.size() / 2));
}

void answer(const std::string& what, const std::string& folder, int repeats, int width, int height) {
  const Size size = {width, height};
  const auto leave = [&](auto&& call) {
    const auto measured = bench::measure(repeats, call);
    std::cout << measured.median_ms;
    bench::write_values(folder + "/ours", measured.answer);
  };
  if (what == "encode") {
    const auto pixels = bench::read_values<std::uint8_t>(folder + "/pixels");
    leave([&] { return Mask::from_dense(pixels, size).to_rle(); });
  } else if (what == "decode") {
    const auto text = read_lines(folder + "/strings").at(0);
    leave([&] { return Mask::from_rle(text, size).to_dense(); });
  } else if (what == "iou") {
    const auto masks = masks_of(read_lines(folder + "/strings"), size);
    leave([&] { return halves_iou(masks); });
  } else if (what == "iou_strings") {
    const auto strings = read_lines(folder + "/strings");
    leave([&] { return halves_iou(masks_of(strings, size)); });
  } else {
    const auto corners = bench::read_values<PolygonPoint>(folder + "/corners");
    std::vector<Polygon> polygons;
    for (std::size_t i = 0; i + 40 <= corners.size(); i += 40) {
      polygons.emplace_back(corners.begin() + static_cast<std::ptrdiff_t>(i),
                            corners.begin() + static_cast<std::ptrdiff_t>(i + 40));
    }
    leave([&] {
      std::string lines;
      for (const auto& polygon : polygons) lines += rasterize(polygon, size).to_rle() + '\n';
      return lines;
    });
  }
}

}  // namespace

int main() { bench::serve(answer); }
