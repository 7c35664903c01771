// Our side of compare.py, in a process of its own. Each line of the standard input is "WHAT FOLDER THRESHOLD REPEATS":
// nms or opencv_nms over FOLDER/boxes.f32 (corners) and FOLDER/scores.f32, or yolov8 over FOLDER/output.f32 (84 rows).
// Answers with one line: the median time of a call in milliseconds, then the indices that stay.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <visionkit/decode/detection.hpp>
#include <visionkit/decode/nms.hpp>
#include <visionkit/decode/nms_compatible.hpp>

#include "../support/worker.hpp"

namespace {

using namespace visionkit;

void answer(const std::string& rule, const std::string& folder, double threshold, int repeats) {
  const auto print = [&](auto&& call, auto&& index_of) {
    const auto measured = bench::measure(repeats, call);
    std::cout << measured.median_ms;
    for (const auto& each : measured.answer) std::cout << ' ' << index_of(each);
  };
  if (rule == "yolov8") {
    const auto values = bench::read_values<float>(folder + "/output.f32");
    const std::vector<TensorView> tensors = {
        {DType::float32, {84, static_cast<std::int64_t>(values.size() / 84)}, values.data()}};
    const DecodeContext context = {
        .class_count = 80, .input = {640, 640}, .score_threshold = static_cast<float>(threshold)};
    const auto& format = find_detection_format("yolov8");
    print([&] { return format.decode(tensors, context); }, [](const auto& found) { return found.source; });
    return;
  }
  const auto boxes = bench::read_values<Box>(folder + "/boxes.f32");
  const auto scores = bench::read_values<float>(folder + "/scores.f32");
  const auto itself = [](auto index) { return index; };
  if (rule == "nms") {
    print([&] { return nms(boxes, scores, {}, {.iou_threshold = threshold}); }, itself);
    return;
  }
  std::vector<OpenCvRect> rects;
  for (const auto& b : boxes) rects.push_back({b.x1, b.y1, double{b.x2} - b.x1, double{b.y2} - b.y1});
  const OpenCvNmsOptions options = {.nms_threshold = static_cast<float>(threshold)};
  print([&] { return opencv_nms(rects, scores, options); }, itself);
}

}  // namespace

int main() { bench::serve(answer); }
