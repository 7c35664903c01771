#include <visionkit/core/mask.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {

std::uint32_t mask_pixels(Size size, const char* what) {
  if (size.width < 0 || size.height < 0) {
    fail(ErrorCode::invalid_argument, "{}: size {} has a negative side", what, to_string(size));
  }
  const auto pixels = static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
  if (pixels > std::numeric_limits<std::uint32_t>::max()) {
    fail(ErrorCode::invalid_argument, "{}: size {} is too large, a mask has less than 2^32 pixels", what,
         to_string(size));
  }
  return static_cast<std::uint32_t>(pixels);
}

void check_same_size(const Mask& a, const Mask& b, const char* what) {
  if (a.size() == b.size()) return;
  fail(ErrorCode::invalid_argument, "{} needs masks of one size, got {} and {}", what, to_string(a.size()),
       to_string(b.size()));
}

std::vector<std::uint32_t> RunWriter::finish() && {
  if (ends_.empty() || ends_.back() != pixels_) ends_.push_back(pixels_);
  std::adjacent_difference(ends_.begin(), ends_.end(), ends_.begin());
  return std::move(ends_);
}

Mask Mask::from_runs(std::vector<std::uint32_t> runs, Size size) {
  return guarded("making a mask of runs", [&] {
    const auto pixels = mask_pixels(size, "a mask of runs");
    const auto sum = std::accumulate(runs.begin(), runs.end(), std::uint64_t{0});
    if (sum != pixels) {
      fail(ErrorCode::invalid_argument, "the runs of a mask sum to {}, but {} has {} pixels", sum, to_string(size),
           pixels);
    }
    Mask mask;
    mask.size_ = size;
    runs.shrink_to_fit();
    mask.runs_ = std::move(runs);
    return mask;
  });
}

std::uint64_t Mask::area() const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < runs_.size(); i += 2) sum += runs_[i];
  return sum;
}

Box Mask::bounding_box() const noexcept {
  const auto height = static_cast<std::uint32_t>(size_.height);
  if (height == 0) return {};  // there may be runs, of no pixels
  RunPlace place = {.height = height};
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  std::uint32_t top = height;
  std::uint32_t bottom = 0;
  for (std::size_t i = 1; i < runs_.size(); i += 2) {
    place.advance(runs_[i - 1]);
    if (runs_[i] == 0) continue;
    const auto first = place;
    place.advance(runs_[i] - 1);
    if (right == 0) left = first.x;
    right = place.x + 1;
    top = first.x == place.x ? std::min(top, first.y) : 0;
    bottom = first.x == place.x ? std::max(bottom, place.y + 1) : height;
    place.advance(1);
  }
  if (right == 0) return {};
  return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right), static_cast<float>(bottom)};
}

bool Mask::contains(int x, int y) const noexcept {
  if (x < 0 || y < 0 || x >= size_.width || y >= size_.height) return false;
  const auto place =
      static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(size_.height) + static_cast<std::uint64_t>(y);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    end += runs_[i];
    if (place < end) return i % 2 == 1;
  }
  return false;
}

bool operator==(const Mask& a, const Mask& b) noexcept {
  if (a.size_ != b.size_) return false;
  SegmentReader left(a.runs_);
  SegmentReader right(b.runs_);
  Segment of_left;
  Segment of_right;
  while (left.next(of_left)) {
    if (!right.next(of_right) || of_left != of_right) return false;
  }
  return !right.next(of_right);
}

std::string to_string(const Mask& mask) {
  return fmt::format("{} mask of {} pixels", to_string(mask.size()), mask.area());
}

}  // namespace visionkit
