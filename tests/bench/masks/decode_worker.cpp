// Our side of decode_compare.py, in a process of its own. Each line of the standard input is "WHAT FOLDER REPEATS WIDTH
// HEIGHT": paste over FOLDER/boxes.f32 and FOLDER/masks.f32 (28 x 28), semantic over FOLDER/logits.f32 (21 x 65 x 65),
// prototypes over FOLDER/boxes.f32, FOLDER/prototypes.f32 (32 x 160 x 160) and FOLDER/coefficients.f32, for a picture
// of WIDTH x HEIGHT. Leaves the answer, row-major bytes, in FOLDER/ours and prints the median time of a call in
// milliseconds.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <visionkit/decode/masks.hpp>
#include <visionkit/decode/segmentation.hpp>

#include "../support/worker.hpp"

namespace {

using namespace visionkit;

std::vector<std::uint8_t> dense(const std::vector<Mask>& masks) {
  std::vector<std::uint8_t> pixels;
  for (const auto& mask : masks) {
    const auto each = mask.to_dense();
    pixels.insert(pixels.end(), each.begin(), each.end());
  }
  return pixels;
}

void answer(const std::string& what, const std::string& folder, int repeats, int width, int height) {
  const Size size = {width, height};
  const auto leave = [&](double median_ms, const auto& pixels) {
    std::cout << median_ms;
    bench::write_values(folder + "/ours", pixels);
  };
  if (what == "semantic") {
    const auto logits = bench::read_values<float>(folder + "/logits.f32");
    const TensorView view = {DType::float32, {21, 65, 65}, logits.data()};
    const auto measured = bench::measure(repeats, [&] { return decode_segmentation(view, size); });
    leave(measured.median_ms, measured.answer.ids_8bit());
    return;
  }
  const auto boxes = bench::read_values<Box>(folder + "/boxes.f32");
  const auto count = static_cast<std::int64_t>(boxes.size());
  if (what == "paste") {
    const auto values = bench::read_values<float>(folder + "/masks.f32");
    const TensorView view = {DType::float32, {count, 1, 28, 28}, values.data()};
    const auto measured = bench::measure(repeats, [&] { return paste_masks(view, boxes, size); });
    leave(measured.median_ms, dense(measured.answer));
    return;
  }
  const auto values = bench::read_values<float>(folder + "/prototypes.f32");
  const auto factors = bench::read_values<float>(folder + "/coefficients.f32");
  const TensorView prototypes = {DType::float32, {32, 160, 160}, values.data()};
  const TensorView coefficients = {DType::float32, {count, 32}, factors.data()};
  const auto measured = bench::measure(
      repeats, [&] { return prototype_masks(prototypes, coefficients, {.image = boxes}, {.image = size}); });
  leave(measured.median_ms, dense(measured.answer));
}

}  // namespace

int main() { bench::serve(answer); }
