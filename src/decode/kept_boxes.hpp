// The boxes that suppression has kept so far, arranged so that the one which suppresses a candidate is found fast. The
// search is a screen: it proposes boxes whose overlap may be above a threshold, misses none, and leaves the exact
// decision, in whatever arithmetic, to a SuppressionRule.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace visionkit {

/// The exact rule. Ranks are positions in the list of candidates, which is in the order of falling scores.
class SuppressionRule {
 public:
  SuppressionRule() = default;
  SuppressionRule(const SuppressionRule&) = delete;
  SuppressionRule& operator=(const SuppressionRule&) = delete;
  virtual ~SuppressionRule() = default;
  [[nodiscard]] virtual bool suppresses(std::int32_t kept, std::int32_t candidate) const = 0;
  /// Told after each candidate that stays.
  virtual void on_kept() {}
};

/// Groups of candidates that the screen does not handle.
inline constexpr std::int32_t lone_group = -1;  ///< kept without a question, and suppresses nothing
inline constexpr std::int32_t odd_group = -2;   ///< meets every other candidate, through the exact rule only

/// A box as the screen sees it: its sides may be rounded outwards, never inwards.
struct Candidate {
  float x1, y1, x2, y2;  ///< finite, x1 < x2, y1 < y2
  float area;            ///< positive and finite
  std::int32_t group;    ///< boxes of different groups do not meet; 0, 1, ... or one of the above
};

/// What the screen may rely on.
struct Screen {
  float threshold = 0;        ///< no overlap up to here suppresses; at least 0
  bool smaller_area = false;  ///< the overlap is over the smaller area, otherwise over the union or still smaller
};

inline constexpr std::size_t kept_block_size = 16;

struct alignas(64) KeptBlock {
  std::array<float, kept_block_size> x1, y1, x2, y2, area;
  std::array<std::int32_t, kept_block_size> rank;
  std::int32_t used;
  std::int32_t next;  ///< the next block of the same cell, -1 at the end
};

struct KeptCell {
  std::int32_t first = -1;
  std::int32_t last = -1;
};

/// A uniform grid over the centres of one group's kept boxes. It starts with one cell and becomes finer as boxes come.
struct KeptGrid {
  float left = 0, top = 0, width = 0, height = 0;  ///< of the centres of the group's candidates
  float largest_width = 0, largest_height = 0;     ///< of the group's candidates
  float cells_per_x = 0, cells_per_y = 0;          ///< reciprocal cell sizes
  std::int32_t columns = 1, rows = 1;
  std::int32_t first_cell = 0;
  std::int32_t kept = 0;
  std::int32_t refine_at = 0;  ///< this many kept boxes ask for smaller cells
};

/// The cells that may hold a box which overlaps a candidate enough: rows and columns, ends included.
struct CellRange {
  std::int32_t first_row, last_row, first_column, last_column;
};

class KeptBoxes {
 public:
  KeptBoxes(std::span<const Candidate> candidates, std::int32_t groups, const Screen& screen);

  void insert(std::int32_t rank);
  /// The rank of a kept box that suppresses the candidate, -1 when there is none.
  [[nodiscard]] std::int32_t find_any(std::int32_t rank, const SuppressionRule& rule) const;
  /// The same, and of several the best: the smallest rank.
  [[nodiscard]] std::int32_t find_best(std::int32_t rank, const SuppressionRule& rule) const;

  [[nodiscard]] std::span<const Candidate> candidates() const { return candidates_; }
  [[nodiscard]] const Screen& screen() const { return screen_; }
  [[nodiscard]] const KeptGrid& grid(std::int32_t group) const { return grids_[static_cast<std::size_t>(group)]; }
  /// The cell under the candidate's centre, where a suppressor is most likely.
  [[nodiscard]] std::int32_t own_cell(const Candidate& box) const;
  [[nodiscard]] CellRange cells_near(const Candidate& box) const;
  [[nodiscard]] const KeptCell& cell(std::int32_t index) const { return cells_[static_cast<std::size_t>(index)]; }
  [[nodiscard]] const KeptBlock& block(std::int32_t index) const { return blocks_[static_cast<std::size_t>(index)]; }

 private:
  void refine(KeptGrid& grid);
  void place(std::int32_t rank);

  std::span<const Candidate> candidates_;
  Screen screen_;
  float widths_apart_;  // no more between the centres of boxes that overlap enough, in widths of one
  std::vector<KeptGrid> grids_;
  std::vector<KeptCell> cells_;
  std::vector<KeptBlock> blocks_;
  std::vector<std::int32_t> free_blocks_;
};

}  // namespace visionkit
