// A stranger's program on visionkit::core.
#include <fmt/core.h>

#include <visionkit/core/format.hpp>
#include <visionkit/image/image.hpp>

int main() {
  const visionkit::Image image({4, 2}, visionkit::PixelFormat::rgb8);
  const auto gray = visionkit::convert(image, visionkit::PixelFormat::gray8);
  fmt::print("{} {}\n", gray.size(), visionkit::Box{1, 2, 3, 4});
  return gray.pixels().size() == 8 ? 0 : 1;
}
