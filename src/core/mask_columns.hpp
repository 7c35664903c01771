// A mask laid out for many overlaps: column by column, the first segment of each apart from all others. Objects rarely
// have a second one, and first segments are compared several columns at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/mask.hpp>

namespace visionkit {

class MaskColumns {
 public:
  /// Keeps a pointer to the mask.
  explicit MaskColumns(const Mask& mask);

  [[nodiscard]] const Mask& mask() const { return *mask_; }
  [[nodiscard]] std::uint64_t area() const { return area_; }
  /// Whether the bounding boxes have pixels in common.
  [[nodiscard]] bool is_near(const MaskColumns& other) const;
  /// The number of pixels that both have. The masks are of one size.
  [[nodiscard]] std::uint64_t common_area(const MaskColumns& other) const;

 private:
  // Rows [top, bottom) of one column.
  struct Piece {
    std::uint32_t column = 0;
    float top = 0;
    float bottom = 0;
  };

  void lay_out();
  // Those of the columns [left, right).
  [[nodiscard]] std::span<const Piece> others_of(std::uint32_t left, std::uint32_t right) const;
  // Of a piece in a column between left_ and right_.
  [[nodiscard]] std::uint64_t common_with_first(const Piece& piece) const;

  const Mask* mask_;
  std::uint64_t area_;
  std::uint32_t left_ = 0;  // the bounding box, empty without pixels
  std::uint32_t top_ = 0;
  std::uint32_t right_ = 0;
  std::uint32_t bottom_ = 0;
  bool is_laid_out_ = false;
  std::vector<float> tops_;     // of the first segment in each column from left_ on, exact: rows are below 2^24
  std::vector<float> bottoms_;  // equal to the top in columns without one
  std::vector<Piece> others_;   // by column, then by row
};

/// The same for a single pair, straight from the runs.
std::uint64_t common_area(const Mask& a, const Mask& b);

}  // namespace visionkit
