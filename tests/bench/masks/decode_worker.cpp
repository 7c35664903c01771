// Our side of decode_compare.py, in a process of its own. Each line of the standard input is "WHAT FOLDER REPEATS WIDTH
// HEIGHT": paste over FOLDER/boxes.f32 and FOLDER/masks.f32 (28 x 28), semantic over FOLDER/logits.f32 (21 x 65 x 65),
// prototypes over FOLDER/boxes.f32, FOLDER/prototypes.f32 (32 x 160 x 160) and FOLDER/coefficients.f32, for a picture
// of WIDTH x HEIGHT. Leaves the answer, row-major bytes, in FOLDER/ours.u8 and prints the median time of a call in
// milliseconds.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <visionkit/decode/masks.hpp>
#include <visionkit/decode/segmentation.hpp>

namespace {

using namespace visionkit;

template <class T>
std::vector<T> read_values(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<T> values(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0).read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

void write_values(const std::string& path, const std::vector<std::uint8_t>& values) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size()));
}

struct Run {
  std::string what;
  std::string folder;
  int repeats = 1;
  Size size;
  double milliseconds = 0;
};

template <class Call>
auto timed(Run& run, Call&& call) {
  std::vector<double> times;
  decltype(call()) result;
  for (int i = 0; i < run.repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    result = call();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + run.repeats / 2, times.end());
  run.milliseconds = times[static_cast<std::size_t>(run.repeats / 2)];
  return result;
}

std::vector<std::uint8_t> dense(const std::vector<Mask>& masks) {
  std::vector<std::uint8_t> pixels;
  for (const auto& mask : masks) {
    const auto each = mask.to_dense();
    pixels.insert(pixels.end(), each.begin(), each.end());
  }
  return pixels;
}

std::vector<std::uint8_t> answer(Run& run) {
  const auto& folder = run.folder;
  const auto size = run.size;
  if (run.what == "semantic") {
    const auto logits = read_values<float>(folder + "/logits.f32");
    const TensorView view = {DType::float32, {21, 65, 65}, logits.data()};
    const auto map = timed(run, [&] { return decode_segmentation(view, size); });
    return {map.ids_8bit().begin(), map.ids_8bit().end()};
  }
  const auto boxes = read_values<Box>(folder + "/boxes.f32");
  const auto count = static_cast<std::int64_t>(boxes.size());
  if (run.what == "paste") {
    const auto values = read_values<float>(folder + "/masks.f32");
    const TensorView view = {DType::float32, {count, 1, 28, 28}, values.data()};
    return dense(timed(run, [&] { return paste_masks(view, boxes, size); }));
  }
  const auto values = read_values<float>(folder + "/prototypes.f32");
  const auto factors = read_values<float>(folder + "/coefficients.f32");
  const TensorView prototypes = {DType::float32, {32, 160, 160}, values.data()};
  const TensorView coefficients = {DType::float32, {count, 32}, factors.data()};
  return dense(
      timed(run, [&] { return prototype_masks(prototypes, coefficients, {.image = boxes}, {.image = size}); }));
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    Run run;
    words >> run.what >> run.folder >> run.repeats >> run.size.width >> run.size.height;
    write_values(run.folder + "/ours.u8", answer(run));
    std::cout << run.milliseconds << std::endl;
  }
}
