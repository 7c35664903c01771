// A stranger's program on visionkit::core.
#include <fmt/core.h>

#include <visionkit/core/format.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/preprocess/preprocess.hpp>

int main() {
  const visionkit::Image image({4, 2}, visionkit::PixelFormat::rgb8);
  bool equal = true;
  for (const auto format : {visionkit::ImageFormat::jpeg, visionkit::ImageFormat::png}) {
    const auto bytes = visionkit::encode_image(image, {.format = format});
    equal = equal && visionkit::decode_image(bytes).size() == image.size();
  }
  const auto input = visionkit::preprocess(image);
  fmt::print("{} {}\n", image.size(), visionkit::Box{1, 2, 3, 4});
  return equal && input.tensor.data() != nullptr ? 0 : 1;
}
