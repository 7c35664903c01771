// libFuzzer: any bytes as YOLO's labels and as data.yaml are either refused with an Error or read, the first inside of
// what the rows can say.
#include <cstddef>

#include <visionkit/dataset/yolo.hpp>

#include "refusal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace visionkit;
  const auto text = fuzz::text_of(data, size);
  fuzz::refused_or([&] {
    for (const auto& object : parse_yolo_labels(text, {64, 48}, 3)) {
      fuzz::require(object.category_id >= 0 && object.category_id <= 2 && object.box.area() > 0 && object.area >= 0);
      fuzz::require(object.box.width <= 64.0 + 1e-9 && object.box.height <= 48.0 + 1e-9);
    }
  });
  fuzz::refused_or([&] {
    const auto description = parse_yolo_description(text);
    fuzz::require(!description.names.empty());
    for (const auto& [split, sources] : description.splits) fuzz::require(!split.empty() && !sources.empty());
  });
  return 0;
}
