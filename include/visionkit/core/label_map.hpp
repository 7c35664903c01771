// The answer of semantic segmentation: the class of every pixel, with confidences when they were asked for. What has no
// class is void: id 255 in maps of 8 bits, as in PASCAL VOC and Cityscapes, 65535 in maps of 16 bits. Maps are decoded
// in decode/segmentation.hpp; things apart from stuff are panoptic.hpp; sets of pixels are mask.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/tensor.hpp>

namespace visionkit {

/// How many pixels belong to a class.
struct ClassArea {
  ClassId label;
  std::uint64_t pixels = 0;
  friend bool operator==(const ClassArea&, const ClassArea&) = default;
};

/// What a LabelMap may hold beside the classes. Empty: was not asked for.
struct LabelScores {
  std::vector<float> confidence = {};  ///< of the class of each pixel, row-major, width * height
  Tensor classes = {};                 ///< float32 [classes, height, width]: the scores of every class
};

/// The class of every pixel of a picture, row-major. An immutable value; safe to read from many threads.
class VISIONKIT_API LabelMap {
 public:
  /// 0 x 0 pixels.
  LabelMap() = default;
  /// Up to 255 classes, ids 0..254, and void, 255. Throws shape when the number of ids, of confidences or the shape of
  /// the class scores does not fit the size, dtype when those scores are not float32, invalid_argument for a negative
  /// size.
  LabelMap(std::vector<std::uint8_t> ids, Size size, LabelScores scores = {});
  /// Up to 65535 classes, ids 0..65534, and void, 65535. Throws the same.
  LabelMap(std::vector<std::uint16_t> ids, Size size, LabelScores scores = {});

  [[nodiscard]] Size size() const noexcept { return size_; }
  /// Bits of one id: 8 or 16.
  [[nodiscard]] int bits() const noexcept { return wide_.empty() ? 8 : 16; }
  /// The id of pixels without a class, which the network was told to ignore or which lie outside its sight.
  [[nodiscard]] ClassId void_id() const noexcept { return ClassId(wide_.empty() ? 0xFF : 0xFFFF); }
  /// The class of column x, row y. Throws invalid_argument outside the picture.
  [[nodiscard]] ClassId at(int x, int y) const;
  /// The ids, row-major; empty in a map of 16 bits.
  [[nodiscard]] std::span<const std::uint8_t> ids_8bit() const noexcept { return ids_; }
  /// The ids, row-major; empty in a map of 8 bits.
  [[nodiscard]] std::span<const std::uint16_t> ids_16bit() const noexcept { return wide_; }
  /// Of the class of each pixel, 0..1 for a decoder with an activation, row-major; empty unless asked for.
  [[nodiscard]] std::span<const float> confidence() const noexcept { return scores_.confidence; }
  /// float32 [classes, height, width]; [0] unless asked for.
  [[nodiscard]] const Tensor& class_scores() const noexcept { return scores_.classes; }

  /// The classes that there are, void included, by rising id.
  [[nodiscard]] std::vector<ClassArea> areas() const;
  /// The number of pixels of a class; 0 for one that is not there.
  [[nodiscard]] std::uint64_t area(ClassId label) const noexcept;
  /// The part of the picture that belongs to a class, 0..1; void pixels count as picture. 0 for 0 x 0 pixels.
  [[nodiscard]] double fraction(ClassId label) const noexcept;
  /// The pixels of a class.
  [[nodiscard]] Mask mask_of(ClassId label) const;

  /// Equal sizes, ids and scores. NaN scores are never equal.
  VISIONKIT_API friend bool operator==(const LabelMap& a, const LabelMap& b);

 private:
  Size size_ = {};
  std::vector<std::uint8_t> ids_;  // one of the two is empty
  std::vector<std::uint16_t> wide_;
  LabelScores scores_;
};

/// Which pixels touch.
enum class Connectivity {
  four,   ///< those that share an edge
  eight,  ///< those that share a corner, too
};

VISIONKIT_API std::string_view to_string(Connectivity connectivity) noexcept;

/// Pixels of one class, each of which can be reached from every other.
struct ConnectedComponent {
  ClassId label;
  std::uint64_t area = 0;  ///< pixels
  Box box;                 ///< the smallest around them
  Mask mask;
  friend bool operator==(const ConnectedComponent&, const ConnectedComponent&) = default;
};

/// The connected components of all classes but void, in the order of their first pixels down the columns, from left to
/// right. Time and memory are linear in the number of pixels.
[[nodiscard]] VISIONKIT_API std::vector<ConnectedComponent> connected_components(
    const LabelMap& map, Connectivity connectivity = Connectivity::eight);
/// Those of one class, which may be void.
[[nodiscard]] VISIONKIT_API std::vector<ConnectedComponent> connected_components(
    const LabelMap& map, ClassId label, Connectivity connectivity = Connectivity::eight);
/// Those of a mask; their label is 0. Time is linear in the number of runs.
[[nodiscard]] VISIONKIT_API std::vector<ConnectedComponent> connected_components(
    const Mask& mask, Connectivity connectivity = Connectivity::eight);

VISIONKIT_API std::string to_string(const LabelMap& map);  ///< "640x480 label map: 0 61.2 %, 15 38.8 %", largest first

}  // namespace visionkit
