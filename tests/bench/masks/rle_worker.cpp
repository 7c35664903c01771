// Our side of rle_compare.py, in a process of its own. Each line of the standard input is "WHAT FOLDER REPEATS WIDTH
// HEIGHT"; a call is repeated, its median time in milliseconds is printed, and its answer is left in FOLDER/ours:
//   encode        FOLDER/pixels, row-major bytes, to a string
//   decode        FOLDER/strings, one, to row-major bytes
//   iou           FOLDER/strings, half of them against the other half, to float64; strings are read before
//   iou_strings   the same, strings are read in the call
//   polygons      FOLDER/corners, float64 pairs, 40 a polygon, to one string a line
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <visionkit/core/mask.hpp>
#include <visionkit/core/polygons.hpp>

namespace {

using namespace visionkit;

template <class T>
std::vector<T> read_values(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<T> values(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0).read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

struct Run {
  std::string what;
  std::string folder;
  int repeats = 1;
  Size size;
  double milliseconds = 0;
};

// Leaves the last answer.
template <class Call>
void measure(Run& run, Call&& call) {
  std::vector<double> times;
  decltype(call()) answer;
  for (int i = 0; i < run.repeats; ++i) {
    answer = {};  // its memory is given back outside the measurement
    const auto start = std::chrono::steady_clock::now();
    answer = call();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + run.repeats / 2, times.end());
  run.milliseconds = times[static_cast<std::size_t>(run.repeats / 2)];
  std::ofstream(run.folder + "/ours", std::ios::binary)
      .write(reinterpret_cast<const char*>(answer.data()),
             static_cast<std::streamsize>(answer.size() * sizeof(answer[0])));
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

void answer(Run& run) {
  const auto size = run.size;
  if (run.what == "encode") {
    const auto pixels = read_values<std::uint8_t>(run.folder + "/pixels");
    measure(run, [&] { return Mask::from_dense(pixels, size).to_rle(); });
  } else if (run.what == "decode") {
    const auto text = read_lines(run.folder + "/strings").at(0);
    measure(run, [&] { return Mask::from_rle(text, size).to_dense(); });
  } else if (run.what == "iou") {
    const auto masks = masks_of(read_lines(run.folder + "/strings"), size);
    measure(run, [&] { return halves_iou(masks); });
  } else if (run.what == "iou_strings") {
    const auto strings = read_lines(run.folder + "/strings");
    measure(run, [&] { return halves_iou(masks_of(strings, size)); });
  } else {
    const auto corners = read_values<PolygonPoint>(run.folder + "/corners");
    std::vector<Polygon> polygons;
    for (std::size_t i = 0; i + 40 <= corners.size(); i += 40) {
      polygons.emplace_back(corners.begin() + static_cast<std::ptrdiff_t>(i),
                            corners.begin() + static_cast<std::ptrdiff_t>(i + 40));
    }
    measure(run, [&] {
      std::string lines;
      for (const auto& polygon : polygons) lines += rasterize(polygon, size).to_rle() + '\n';
      return lines;
    });
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    Run run;
    words >> run.what >> run.folder >> run.repeats >> run.size.width >> run.size.height;
    answer(run);
    std::cout << run.milliseconds << std::endl;
  }
}
