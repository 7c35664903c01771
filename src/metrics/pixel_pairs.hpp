// How often each pair of ids occurs at the same place of two arrays: what a confusion matrix of labels or pixels is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace visionkit {

/// Counts of pairs [truth, prediction]. Row and column `classes` hold every id that is no class; the row after it holds
/// the pairs whose truth is ignored.
struct PairCounts {
  explicit PairCounts(int class_count)
      : classes(class_count), cells(static_cast<std::size_t>(class_count + 2) * (class_count + 1)) {}

  [[nodiscard]] std::uint64_t& at(int truth, int prediction) {
    return cells[static_cast<std::size_t>(truth) * (classes + 1) + prediction];
  }
  [[nodiscard]] std::uint64_t at(int truth, int prediction) const {
    return cells[static_cast<std::size_t>(truth) * (classes + 1) + prediction];
  }

  int classes;
  std::vector<std::uint64_t> cells;
};

/// Adds the pairs of two arrays of one length; Id is uint8, uint16 or uint32 (in which negative numbers are no class).
template <class Id>
void count_pairs(std::span<const Id> truth, std::span<const Id> prediction, std::optional<Id> ignored,
                 PairCounts& counts);

}  // namespace visionkit
