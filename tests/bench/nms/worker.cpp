// Our side of compare.py, in a process of its own. Each line of the standard input is "WHAT FOLDER THRESHOLD REPEATS":
// nms or opencv_nms over FOLDER/boxes.f32 (corners) and FOLDER/scores.f32, or yolov8 over FOLDER/output.f32 (84 rows).
// Answers with one line: the median time of a call in milliseconds, then the indices that stay.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <visionkit/decode/detection.hpp>
#include <visionkit/decode/nms.hpp>
#include <visionkit/decode/nms_compatible.hpp>

namespace {

using namespace visionkit;

template <class T>
std::vector<T> read_values(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<T> values(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0).read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

template <class Call>
auto timed(int repeats, Call&& call) {
  std::vector<double> times;
  decltype(call()) result;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    result = call();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  std::cout << times[static_cast<std::size_t>(repeats / 2)];
  return result;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string rule;
    std::string folder;
    double threshold = 0;
    int repeats = 1;
    words >> rule >> folder >> threshold >> repeats;
    std::vector<std::int32_t> kept;
    if (rule == "yolov8") {
      const auto values = read_values<float>(folder + "/output.f32");
      const std::vector<TensorView> tensors = {
          {DType::float32, {84, static_cast<std::int64_t>(values.size() / 84)}, values.data()}};
      const DecodeContext context = {
          .class_count = 80, .input = {640, 640}, .score_threshold = static_cast<float>(threshold)};
      const auto& format = find_detection_format("yolov8");
      for (const auto& found : timed(repeats, [&] { return format.decode(tensors, context); })) {
        kept.push_back(found.source);
      }
    } else {
      const auto boxes = read_values<Box>(folder + "/boxes.f32");
      const auto scores = read_values<float>(folder + "/scores.f32");
      std::vector<OpenCvRect> rects;
      for (const auto& b : boxes) rects.push_back({b.x1, b.y1, double{b.x2} - b.x1, double{b.y2} - b.y1});
      const OpenCvNmsOptions options = {.nms_threshold = static_cast<float>(threshold)};
      kept = rule == "nms" ? timed(repeats, [&] { return nms(boxes, scores, {}, {.iou_threshold = threshold}); })
                           : timed(repeats, [&] { return opencv_nms(rects, scores, options); });
    }
    for (const auto index : kept) std::cout << ' ' << index;
    std::cout << std::endl;
  }
}
