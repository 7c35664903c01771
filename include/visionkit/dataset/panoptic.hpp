// COCO's panoptic JSON, annotations and results: which segments the PNG of each picture has. The PNGs themselves are
// image/panoptic_io.hpp; both together make a PanopticMap, which metrics/panoptic.hpp scores.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

struct PanopticClass {
  Category category;
  PanopticKind kind = PanopticKind::thing;
  friend bool operator==(const PanopticClass&, const PanopticClass&) = default;
};

/// The segments of one picture. Labels are category ids of the file, not consecutive.
struct PanopticAnnotation {
  std::int64_t image_id = 0;
  std::string file_name = {};  ///< of the PNG
  std::vector<PanopticSegment> segments = {};
  friend bool operator==(const PanopticAnnotation&, const PanopticAnnotation&) = default;
};

/// A file. Results have neither images nor classes.
struct PanopticDataset {
  std::vector<AnnotatedImage> images = {};
  std::vector<PanopticClass> classes = {};
  std::vector<PanopticAnnotation> annotations = {};
  friend bool operator==(const PanopticDataset&, const PanopticDataset&) = default;
};

struct PanopticReadOptions {
  std::uint64_t max_bytes = std::uint64_t{1} << 30U;  ///< larger files are refused; 1 to 4 GiB
};

/// Reads the keys images (id, file_name, width, height), categories (id, name, supercategory, isthing) and annotations
/// (image_id, file_name, segments_info with id, category_id, area, bbox, iscrowd, score); the last four may be missing,
/// so may images and categories. A segment is a thing or stuff by its category, and a thing when that is not listed.
/// File names that are absolute or contain ".." are refused.
///
/// Throws the codes of a failed read, invalid_option, dataset_too_large, dataset_syntax (with the byte), and with the
/// JSON pointer dataset_schema (an id that is there twice, too) or dataset_reference (an image or a category that is
/// not in its list).
[[nodiscard]] VISIONKIT_API PanopticDataset read_coco_panoptic(const std::string& path,
                                                               const PanopticReadOptions& options = {});
/// The same from memory; `name` stands for the path in messages.
[[nodiscard]] VISIONKIT_API PanopticDataset parse_coco_panoptic(std::string_view json,
                                                                const PanopticReadOptions& options = {},
                                                                std::string_view name = "in memory");

/// COCO's JSON without white space. Images and categories are written when there are any, scores that are not 1.
/// Throws invalid_argument for numbers that JSON cannot hold, out_of_memory.
[[nodiscard]] VISIONKIT_API std::string to_coco_json(const PanopticDataset& dataset);
/// The same into a file, which is there whole or not at all. Throws the codes of a failed write, too.
VISIONKIT_API void write_coco_panoptic(const std::string& path, const PanopticDataset& dataset);

}  // namespace visionkit
