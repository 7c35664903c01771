// The two source rows that an output row lies between, kept while the output rows move on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace visionkit {

class RowPair {
 public:
  /// `values`: of one row.
  void resize(std::size_t values) {
    for (auto& row : rows_) row.values.resize(values);
  }

  /// The values of a row, by fill(float*) unless they are here already. They take the place of those of any row but
  /// `other`, and stay until a third row is asked for.
  template <class Fill>
  const float* row(std::int32_t index, std::int32_t other, Fill&& fill) {
    for (const auto& row : rows_) {
      if (row.index == index) return row.values.data();
    }
    auto& row = rows_[0].index == other ? rows_[1] : rows_[0];
    row.index = index;
    fill(row.values.data());
    return row.values.data();
  }

 private:
  struct Row {
    std::int32_t index = -1;
    std::vector<float> values = {};
  };
  std::array<Row, 2> rows_ = {};
};

}  // namespace visionkit
