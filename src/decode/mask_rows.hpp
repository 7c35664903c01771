// A part of a picture's mask as it is made: row after row of bytes in, runs down the columns out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <visionkit/core/mask.hpp>

namespace visionkit {

/// Columns [x1, x2) and rows [y1, y2) of a picture.
struct MaskWindow {
  int x1 = 0;
  int y1 = 0;
  int x2 = 0;
  int y2 = 0;

  [[nodiscard]] bool is_empty() const { return x1 >= x2 || y1 >= y2; }
  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(x2 - x1); }
  [[nodiscard]] std::size_t height() const { return static_cast<std::size_t>(y2 - y1); }
};

/// Collects the rows of one window; what is outside of it is background. Can be used again for another mask.
class MaskRows {
 public:
  /// `window` lies in the picture.
  void begin(const MaskWindow& window, Size picture);
  /// Where the next row goes: bytes of 0 or 1, with room for a multiple of row_multiple; what is beyond the width does
  /// not matter.
  [[nodiscard]] std::uint8_t* next_row() noexcept { return current_.data(); }
  /// The next row is complete.
  void end_row();
  /// After all rows.
  [[nodiscard]] Mask finish();

 private:
  struct Change {
    std::uint32_t column;
    std::uint32_t row;
  };
  void note_changes();

  MaskWindow window_;
  Size picture_;
  std::uint32_t row_ = 0;
  std::vector<std::uint8_t> current_;
  std::vector<std::uint8_t> previous_;
  std::vector<Change> changes_;  // where a pixel differs from the one above, row by row
  std::vector<std::uint32_t> places_;
};

}  // namespace visionkit
