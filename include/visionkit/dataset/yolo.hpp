// YOLO's data sets: a data.yaml with the names of the classes, and for each picture a text file with one object a line,
// in parts of the picture's width and height: "class center_x center_y width height", or a polygon
// "class x1 y1 x2 y2 x3 y3 ...". images/val/a/b.jpg is described by labels/val/a/b.txt; pictures outside a folder
// "images" have their text beside them. Pictures are not opened here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

struct YoloReadOptions {
  /// The size of a picture by its path, from read_image() say. Needed, because the texts have no pixels.
  std::function<Size(const std::string& path)> image_size = {};
  std::string split = "val";                                ///< the key of data.yaml: "train", "val", "test"
  std::string images = {};                                  ///< the folder of the pictures; empty: the one of the split
  std::uint64_t max_file_bytes = std::uint64_t{16} << 20U;  ///< larger texts are refused; 1 to 1 GiB
};

/// The rows that are written. One file should not mix them: common readers take boxes for polygons then.
enum class YoloRows {
  boxes,     ///< segmentations are left out
  polygons,  ///< what has several parts is joined by bridges without area, what has none is its box
};

VISIONKIT_API std::string_view to_string(YoloRows rows) noexcept;

struct YoloWriteOptions {
  std::string split = "val";  ///< one folder name
  YoloRows rows = YoloRows::boxes;
};

/// What data.yaml says.
struct YoloDescription {
  std::vector<std::string> names;  ///< by class number
  /// Where the pictures of a split are: folders, and texts (".txt") with a path of a picture on each line; relative to
  /// the root.
  std::map<std::string, std::vector<std::string>> splits;
  friend bool operator==(const YoloDescription&, const YoloDescription&) = default;
};

/// Reads a split: ids from 1; category ids are class numbers. The pictures of a folder come in the order of their
/// names, those of a list in its order. Names are relative to the split's folder; to the root when there are several or
/// a list. Boxes are taken as they are, also beyond the picture. Areas are those of boxes and polygons. Pictures
/// without labels, labels without a picture, and entries of a list that are missing, no pictures or there twice are
/// noted. The key `path` is not used: `root` is the folder of data.yaml. In lists "./" is the folder of the list, and
/// other paths begin at the root.
///
/// Throws the codes of a failed read, invalid_option, dataset_too_large, dataset_syntax (no row, a class out of range,
/// what data.yaml does not need: anchors, tags, tabs; with the line), dataset_schema (numbers outside 0..1, a box
/// without area, names and nc that differ), dataset_reference (a folder, list or picture outside of the root, a split
/// that is not there). What image_size throws leaves as internal unless it is an Error.
[[nodiscard]] VISIONKIT_API AnnotatedObjects read_yolo(const std::string& root, const YoloReadOptions& options);

/// A data.yaml from memory; `name` stands for the path in messages.
[[nodiscard]] VISIONKIT_API YoloDescription parse_yolo_description(std::string_view yaml,
                                                                   std::string_view name = "in memory");
/// The objects of one picture from memory, without ids of their own and of the picture. An empty text has none.
[[nodiscard]] VISIONKIT_API std::vector<TrueObject> parse_yolo_labels(std::string_view text, Size image,
                                                                      std::size_t class_count,
                                                                      std::string_view name = "in memory");

/// Writes labels/<split>/ and data.yaml; class numbers are the positions of the categories, numbers have the fewest
/// digits that give the same double back. Pictures belong into images/<split>/ and are not touched. Other splits of a
/// data.yaml with the same names stay. Gives what the format has no place for: crowds (left out), boxes beyond the
/// picture (cut), segmentations, areas, supercategories. Each file is there whole or not at all.
///
/// Throws invalid_option, invalid_argument (a coordinate that is not finite), dataset_schema (pictures without name or
/// size, two with one stem, repeated ids, a data.yaml with other names), dataset_reference (unknown ids, names that
/// leave the folder), and the codes of a failed write.
VISIONKIT_API std::vector<DatasetNote> write_yolo(const std::string& root, const ObjectDataset& dataset,
                                                  const YoloWriteOptions& options = {});

}  // namespace visionkit
