// A set of pixels of a picture, stored as run lengths in COCO's order (columns first), so that a thousand masks of a
// 4K picture take megabytes, not gigabytes. Overlap and set algebra work on the runs; nothing is unpacked. The rules
// are those of pycocotools.mask, bit for bit. Polygons are polygons.hpp. Masks from a network's output are
// decode/masks.hpp; files are image/mask_io.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>

namespace visionkit {

/// An immutable set of pixels of a picture of size(). Safe to read from many threads. Empty sets and sizes of 0 x 0 are
/// fine.
class VISIONKIT_API Mask {
 public:
  /// No pixel of a 0 x 0 picture.
  Mask() = default;
  /// Lengths of alternating runs, background first, down the columns from left to right. A zero length is kept as it
  /// is. Throws invalid_argument unless they sum to width * height.
  static Mask from_runs(std::vector<std::uint32_t> runs, Size size);
  /// COCO's compressed string ("counts" of an RLE object). Throws invalid_argument (characters outside the alphabet, a
  /// number that is cut or too long, a negative run, a sum other than width * height).
  static Mask from_rle(std::string_view counts, Size size);
  /// Row-major pixels, `stride` bytes from row to row (0: width); every value but 0 belongs to the mask.
  /// Throws invalid_argument when the pixels are fewer than size and stride say.
  static Mask from_dense(std::span<const std::uint8_t> pixels, Size size, std::size_t stride = 0);
  /// The pixels of a box, by the rasteriser of COCO's polygons; the part outside is cut off.
  static Mask from_box(const Box& box, Size size);

  [[nodiscard]] Size size() const noexcept { return size_; }
  [[nodiscard]] std::span<const std::uint32_t> runs() const noexcept { return runs_; }
  /// COCO's compressed string.
  [[nodiscard]] std::string to_rle() const;
  /// Row-major, width * height bytes of 0 and 1.
  [[nodiscard]] std::vector<std::uint8_t> to_dense() const;
  /// The number of pixels.
  [[nodiscard]] std::uint64_t area() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return area() == 0; }
  /// The smallest box around the pixels; {0, 0, 0, 0} without any.
  [[nodiscard]] Box bounding_box() const noexcept;
  /// Whether column x, row y belongs to it; false outside the picture.
  [[nodiscard]] bool contains(int x, int y) const noexcept;
  /// Equal sizes and equal pixels, however the runs were split.
  VISIONKIT_API friend bool operator==(const Mask& a, const Mask& b) noexcept;

 private:
  Size size_ = {};
  std::vector<std::uint32_t> runs_;
};

/// What overlap is divided by.
enum class OverlapRule {
  union_area,    ///< intersection over union
  first_area,    ///< over the area of the first: COCO's rule against a crowd
  smaller_area,  ///< over the smaller area
};

VISIONKIT_API std::string_view to_string(OverlapRule rule) noexcept;

/// Overlap of two masks of one size, 0..1; 0 when the divisor is 0. Throws invalid_argument for different sizes.
[[nodiscard]] VISIONKIT_API double mask_iou(const Mask& a, const Mask& b, OverlapRule rule = OverlapRule::union_area);

/// The overlap of every first mask with every second, row-major [first.size(), second.size()]. `crowd`, when not empty,
/// says of each second mask whether it is a crowd (divided by the first's area). COCO's maskUtils.iou, with its -1 for
/// masks of different sizes whose bounding boxes overlap. Throws invalid_argument when `crowd` has another length.
[[nodiscard]] VISIONKIT_API std::vector<double> mask_iou_matrix(std::span<const Mask> first,
                                                                std::span<const Mask> second,
                                                                std::span<const std::uint8_t> crowd = {});

/// Set algebra on masks of one size. Throw invalid_argument for different sizes.
[[nodiscard]] VISIONKIT_API Mask unite(const Mask& a, const Mask& b);
[[nodiscard]] VISIONKIT_API Mask intersect(const Mask& a, const Mask& b);
[[nodiscard]] VISIONKIT_API Mask subtract(const Mask& a, const Mask& b);
/// All of them united; a 0 x 0 mask for none.
[[nodiscard]] VISIONKIT_API Mask unite(std::span<const Mask> masks);
[[nodiscard]] VISIONKIT_API Mask intersect(std::span<const Mask> masks);

/// The mask of a picture of `size` in which `part` lies with its left upper corner at column x, row y; what is outside
/// is cut off. Throws invalid_argument for a size that Mask::from_runs() refuses.
[[nodiscard]] VISIONKIT_API Mask place(const Mask& part, int x, int y, Size size);

VISIONKIT_API std::string to_string(const Mask& mask);  ///< "640x480 mask of 1234 pixels"

}  // namespace visionkit
