// libFuzzer: any bytes as YOLO's labels and as data.yaml are either refused with an Error or read, the first inside of
// what the rows can say.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <visionkit/core/error.hpp>
#include <visionkit/dataset/yolo.hpp>

namespace {

using namespace visionkit;

template <class Try>
void refused_or(Try&& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refused_or([&] {
    for (const auto& object : parse_yolo_labels(text, {64, 48}, 3)) {
      if (object.category_id < 0 || object.category_id > 2 || !(object.box.area() > 0)) std::abort();
      if (!(object.box.width <= 64.0 + 1e-9 && object.box.height <= 48.0 + 1e-9 && object.area >= 0)) std::abort();
    }
  });
  refused_or([&] {
    if (parse_yolo_description(text).names.empty()) std::abort();
  });
  return 0;
}
