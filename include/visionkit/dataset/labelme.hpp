// LabelMe's data sets (wkentaro/labelme): one JSON file for each picture, with shapes that have a label. What covers
// an area becomes an object; shapes of one label and one group_id are one object. The picture inside of such a file
// (imageData) is never decoded; its path (imagePath) is relative to the file.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

struct LabelmeReadOptions {
  /// The accepted classes; category ids are positions in it. Empty: those that appear, in the order of their bytes.
  std::vector<std::string> classes = {};
  std::string annotations = {};  ///< the folder of the JSON files, below the root; empty: the root
  /// Decodes the PNG of a shape "mask": `[](auto png) { return decode_mask(png); }`. Empty: such shapes are left out.
  std::function<Mask(std::span<const std::uint8_t> png)> decode_mask = {};
  std::uint64_t max_file_bytes = std::uint64_t{64} << 20U;  ///< larger files are refused; 1 to 1 GiB
};

struct LabelmeWriteOptions {
  std::string annotations = {};  ///< the folder below the root; it is made
};

/// One JSON file.
struct LabelmePicture {
  struct Object {
    std::string name;
    ObjectBox box = {};
    Segmentation segmentation = {};
    friend bool operator==(const Object&, const Object&) = default;
  };
  std::string file_name = {};  ///< relative to the folder of the file, parted by '/'
  Size size = {};              ///< 0 x 0 where the file does not tell
  std::vector<Object> objects = {};
  std::vector<DatasetNote> notes = {};  ///< what was left out
  friend bool operator==(const LabelmePicture&, const LabelmePicture&) = default;
};

/// Reads every JSON file below the folder of annotations, in the order of their names; ids from 1. File names are
/// relative to the root, whatever the folder of annotations. Areas are those of boxes and masks, and the sum over an
/// object's polygons. Missing pictures and pictures without annotations are noted.
///
/// A rectangle is a box; in a group with others it is a polygon, as are oriented rectangles and circles (corners on the
/// circle, so many that no edge is further from it than a quarter of a pixel, 12 to 1024). A group with a mask becomes
/// one mask. Points, lines and linestrips cover nothing: they are left out and noted, as are masks without decode_mask.
///
/// Throws the codes of a failed read, invalid_option, dataset_too_large, dataset_syntax (with the byte), and with the
/// JSON pointer dataset_schema (a shape of an unknown type, the wrong number of points or without area, coordinates
/// beyond 100,000,000, a class that is not accepted) or dataset_reference (an imagePath outside of the root). What
/// decode_mask throws leaves as dataset_schema when it is an Error, else as internal.
[[nodiscard]] VISIONKIT_API AnnotatedObjects read_labelme(const std::string& root,
                                                          const LabelmeReadOptions& options = {});

/// One file from memory, of which `options` gives decode_mask; `name` stands for the path in messages.
[[nodiscard]] VISIONKIT_API LabelmePicture parse_labelme(std::string_view json, const LabelmeReadOptions& options = {},
                                                         std::string_view name = "in memory");

/// One file as text: boxes as rectangles, polygons as polygons with a common group_id where there are several, masks
/// as their outlines; numbers have the fewest digits that give the same double back. Throws invalid_argument for
/// numbers that are not finite and names that are not UTF-8.
[[nodiscard]] VISIONKIT_API std::string to_labelme_json(const LabelmePicture& picture);

/// Writes a JSON file for each picture. Gives what the format has no place for: crowds (left out), boxes and areas that
/// are not those of the polygons, masks (their outlines are written), polygons of fewer than 3 points, objects without
/// area, supercategories, categories without objects. Each file is there whole or not at all.
///
/// Throws invalid_option, invalid_argument, dataset_schema (pictures without name or size, two with one stem, repeated
/// ids, a category without a name), dataset_reference (unknown ids, names that leave the folder), and the codes of a
/// failed write.
VISIONKIT_API std::vector<DatasetNote> write_labelme(const std::string& root, const ObjectDataset& dataset,
                                                     const LabelmeWriteOptions& options = {});

}  // namespace visionkit
