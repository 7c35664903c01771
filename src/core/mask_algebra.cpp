#include <visionkit/core/mask.hpp>

#include <algorithm>
#include <utility>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {
namespace {

// Goes through the runs of one mask; a run is used up in pieces.
class RunReader {
 public:
  explicit RunReader(std::span<const std::uint32_t> runs) : runs_(runs), left_(runs.empty() ? 0 : runs.front()) {}

  [[nodiscard]] bool is_foreground() const { return at_ % 2 == 1; }
  [[nodiscard]] std::uint32_t left() const { return left_; }
  [[nodiscard]] bool is_finished() const { return left_ == 0 && at_ + 1 >= runs_.size(); }
  void use(std::uint32_t count) {
    left_ -= count;
    if (left_ == 0 && at_ + 1 < runs_.size()) left_ = runs_[++at_];
  }

 private:
  std::span<const std::uint32_t> runs_;
  std::size_t at_ = 0;
  std::uint32_t left_;
};

// The runs of `keep(in a, in b)`. As in COCO's merge, a run of no pixels in an input may leave one in the result.
template <class Keep>
Mask combine(const Mask& a, const Mask& b, const char* what, Keep keep) {
  return guarded(what, [&] {
    check_same_size(a, b, what);
    std::vector<std::uint32_t> runs;
    RunReader left(a.runs());
    RunReader right(b.runs());
    bool is_foreground = false;
    std::uint32_t run = 0;
    for (bool is_finished = false; !is_finished;) {
      const auto count = std::min(left.left(), right.left());
      run += count;
      left.use(count);
      right.use(count);
      is_finished = left.is_finished() && right.is_finished();
      const bool is_kept = keep(left.is_foreground(), right.is_foreground());
      if (is_kept == is_foreground && !is_finished) continue;
      runs.push_back(run);
      run = 0;
      is_foreground = is_kept;
    }
    return Mask::from_runs(std::move(runs), a.size());
  });
}

// By halves, so that many small masks are not each carried through all that came before.
template <class Combine>
Mask combine_all(std::span<const Mask> masks, Combine combine_two) {
  if (masks.empty()) return {};
  if (masks.size() == 1) return masks.front();
  const auto half = masks.size() / 2;
  return combine_two(combine_all(masks.first(half), combine_two), combine_all(masks.subspan(half), combine_two));
}

}  // namespace

Mask unite(const Mask& a, const Mask& b) {
  return combine(a, b, "uniting masks", [](bool in_a, bool in_b) { return in_a || in_b; });
}

Mask intersect(const Mask& a, const Mask& b) {
  return combine(a, b, "intersecting masks", [](bool in_a, bool in_b) { return in_a && in_b; });
}

Mask subtract(const Mask& a, const Mask& b) {
  return combine(a, b, "subtracting masks", [](bool in_a, bool in_b) { return in_a && !in_b; });
}

Mask unite(std::span<const Mask> masks) {
  return combine_all(masks, [](const Mask& a, const Mask& b) { return unite(a, b); });
}

Mask intersect(std::span<const Mask> masks) {
  return combine_all(masks, [](const Mask& a, const Mask& b) { return intersect(a, b); });
}

}  // namespace visionkit
