// What the files behind core/mask.hpp share: the number of pixels that a size stands for, and walks over runs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/geometry.hpp>
#include <visionkit/core/mask.hpp>

namespace visionkit {

/// width * height, which a run must be able to hold. Throws invalid_argument for a negative side or 2^32 pixels.
std::uint32_t mask_pixels(Size size, const char* what);

/// Throws invalid_argument, naming both sizes, unless they are equal.
void check_same_size(const Mask& a, const Mask& b, const char* what);

/// Steps through the columns by lengths of runs, dividing only where a run is longer than a column.
struct RunPlace {
  std::uint32_t height = 1;
  std::uint32_t x = 0;
  std::uint32_t y = 0;

  void advance(std::uint32_t length) {
    const auto below = std::uint64_t{y} + length;
    if (below < height) {
      y = static_cast<std::uint32_t>(below);
    } else if (below < std::uint64_t{2} * height) {
      ++x;
      y = static_cast<std::uint32_t>(below - height);
    } else {
      x += static_cast<std::uint32_t>(below / height);
      y = static_cast<std::uint32_t>(below % height);
    }
  }
};

/// Pixels [begin, end) in the order of the runs.
struct Segment {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Segment&, const Segment&) = default;
};

/// Gives the foreground of runs as the fewest segments, in order, however the runs were split.
class SegmentReader {
 public:
  explicit SegmentReader(std::span<const std::uint32_t> runs) : runs_(runs) {}

  /// False after the last one.
  bool next(Segment& segment) {
    while (at_ + 1 < runs_.size()) {
      const auto begin = position_ + runs_[at_];
      auto end = begin + runs_[at_ + 1];
      at_ += 2;
      if (begin != end) {
        for (; at_ + 1 < runs_.size() && runs_[at_] == 0; at_ += 2) end += runs_[at_ + 1];
      }
      position_ = end;
      if (begin == end) continue;
      segment = {begin, end};
      return true;
    }
    return false;
  }

 private:
  std::span<const std::uint32_t> runs_;
  std::size_t at_ = 0;
  std::uint32_t position_ = 0;
};

/// Builds runs from the places where the colour changes, which come in rising order; two at one place cancel.
class RunWriter {
 public:
  explicit RunWriter(std::uint32_t pixels) : pixels_(pixels) {}

  void toggle(std::uint32_t place) {
    if (!ends_.empty() && ends_.back() == place) {
      ends_.pop_back();
    } else {
      ends_.push_back(place);
    }
  }
  void reserve(std::size_t toggles) { ends_.reserve(toggles + 1); }
  /// The runs up to the last pixel.
  [[nodiscard]] std::vector<std::uint32_t> finish() &&;

 private:
  std::uint32_t pixels_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace visionkit
