// The C++ side of compare.py, which loads it into its own process: the same calls in a loop, without Python.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include <visionkit/visionkit.hpp>

namespace {

using namespace visionkit;

ImageView view_of(const std::uint8_t* pixels, int width, int height) {
  return {pixels, width, height, std::ptrdiff_t{width} * 3, PixelFormat::rgb8};
}

template <class Call>
double median_us(int count, const Call& call) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + count / 2, times.end());
  return times[static_cast<std::size_t>(count / 2)];
}

RunOptions one_thread() { return {.engine = Engine::libtorch, .threads = 1}; }

}  // namespace

extern "C" {

// The median of so many calls in microseconds, and how many classes or objects the last one found.
double classify_us(const char* model, const std::uint8_t* pixels, int width, int height, int count, int* found) {
  static const Classifier classifier(model, {.run = one_thread()});
  return median_us(
      count, [&] { *found = static_cast<int>(classifier.classify(view_of(pixels, width, height)).classes.size()); });
}

double detect_us(const char* model, const std::uint8_t* pixels, int width, int height, int count, int* found) {
  static const Detector detector(model, {.run = one_thread()});
  return median_us(count, [&] { *found = static_cast<int>(detector.detect(view_of(pixels, width, height)).size()); });
}
}
