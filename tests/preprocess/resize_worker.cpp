// Resizes pictures that come through standard input, for scripts that compare with another program. A request is the
// line
//   FORMAT WIDTH HEIGHT X1 Y1 X2 Y2 OUT_WIDTH OUT_HEIGHT INTERPOLATION REPEATS
// and the pixels; the answer the line "SECONDS", the fastest of the repeats, and the pixels.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <limits>
#include <string>

#include <visionkit/preprocess/resize.hpp>

namespace {

visionkit::PixelFormat format_of(const std::string& name) {
  if (name == "L") return visionkit::PixelFormat::gray8;
  return name == "RGB" ? visionkit::PixelFormat::rgb8 : visionkit::PixelFormat::rgba8;
}

}  // namespace

int main() {
  using Clock = std::chrono::steady_clock;
  std::ios::sync_with_stdio(false);
  std::string format;
  std::string interpolation;
  visionkit::Size size;
  visionkit::Size out_size;
  visionkit::Box box;
  int repeats = 1;
  while (std::cin >> format >> size.width >> size.height >> box.x1 >> box.y1 >> box.x2 >> box.y2 >> out_size.width >>
         out_size.height >> interpolation >> repeats) {
    std::cin.ignore();
    visionkit::Image image(size, format_of(format));
    std::cin.read(reinterpret_cast<char*>(image.pixels().data()), static_cast<std::streamsize>(image.pixels().size()));
    const bool is_whole = box == visionkit::Box{0, 0, static_cast<float>(size.width), static_cast<float>(size.height)};
    const auto filter = visionkit::interpolation_from_string(interpolation);
    visionkit::Image out;
    double seconds = std::numeric_limits<double>::infinity();
    for (int i = 0; i < repeats; ++i) {
      const auto begin = Clock::now();
      out = is_whole ? resize(image, out_size, filter) : resize(image, box, out_size, filter);
      seconds = std::min(seconds, std::chrono::duration<double>(Clock::now() - begin).count());
    }
    std::cout << seconds << '\n';
    std::cout.write(reinterpret_cast<const char*>(out.pixels().data()),
                    static_cast<std::streamsize>(out.pixels().size()));
    std::cout.flush();
  }
}
