// The answer of panoptic segmentation: every pixel belongs to one segment, which is a single thing or all stuff of one
// class, or to nothing. Made in decode/panoptic.hpp, stored as PNG by image/panoptic_io.hpp, listed as COCO's JSON by
// dataset/panoptic.hpp, scored by metrics/panoptic.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/mask.hpp>

namespace visionkit {

/// The segment id of pixels that belong to nothing.
inline constexpr std::uint32_t panoptic_void = 0;

/// Things are counted one by one, stuff has one segment of each class.
enum class PanopticKind { thing, stuff };

VISIONKIT_API std::string_view to_string(PanopticKind kind) noexcept;

struct PanopticSegment {
  std::uint32_t id = 0;  ///< in the map; not panoptic_void
  ClassId label = {};
  PanopticKind kind = PanopticKind::thing;
  float score = 1;         ///< 0..1; 1 where nobody gives one: annotations, merged stuff
  std::uint64_t area = 0;  ///< pixels; of annotations what the file says
  Box box = {};            ///< the smallest around the pixels; of annotations what the file says
  bool is_crowd = false;   ///< of annotations: a region of many things
  friend bool operator==(const PanopticSegment&, const PanopticSegment&) = default;
};

/// The segment of every pixel, row-major, and what the segments are. An immutable value; safe to read from many
/// threads.
class VISIONKIT_API PanopticMap {
 public:
  /// 0 x 0 pixels.
  PanopticMap() = default;
  /// Areas and boxes stay as they are; see measure_segments(). Throws shape when the number of ids does not fit the
  /// size, invalid_argument for a negative size, a segment that is void or listed twice, and a pixel whose segment is
  /// not listed.
  PanopticMap(std::vector<std::uint32_t> ids, Size size, std::vector<PanopticSegment> segments);

  [[nodiscard]] Size size() const noexcept { return size_; }
  [[nodiscard]] std::span<const std::uint32_t> ids() const noexcept { return ids_; }
  /// In the order given.
  [[nodiscard]] std::span<const PanopticSegment> segments() const noexcept { return segments_; }
  /// The segment of column x, row y; nullptr for void. Throws invalid_argument outside the picture.
  [[nodiscard]] const PanopticSegment* at(int x, int y) const;
  /// nullptr for an id that is not listed.
  [[nodiscard]] const PanopticSegment* find(std::uint32_t id) const noexcept;
  /// The pixels of a segment; none for an id that is not listed.
  [[nodiscard]] Mask mask_of(std::uint32_t id) const;
  /// The class of every pixel, in 8 bits where all labels are below 255. Throws invalid_argument for a label outside
  /// 0..65534.
  [[nodiscard]] LabelMap label_map() const;

  VISIONKIT_API friend bool operator==(const PanopticMap& a, const PanopticMap& b);

 private:
  Size size_ = {};
  std::vector<std::uint32_t> ids_;
  std::vector<PanopticSegment> segments_;
};

/// Sets areas and boxes to what the pixels say. Throws shape when the number of ids does not fit the size.
VISIONKIT_API void measure_segments(std::span<const std::uint32_t> ids, Size size, std::span<PanopticSegment> segments);

VISIONKIT_API std::string to_string(const PanopticSegment& segment);  ///< "7: thing 3 0.93 [12.0, 30.0, 100.0, 80.0]"
VISIONKIT_API std::string to_string(const PanopticMap& map);  ///< "640x480 panoptic map: 3 things, 5 stuff, void 1.2 %"

}  // namespace visionkit
