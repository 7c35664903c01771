// Pascal VOC's data sets: one XML file for each picture, with the picture's size and a box for every object. Pixels are
// counted from 1 and a box includes its last ones, so xmin 1, xmax 1 is the first column: x = 0, width = 1 here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

struct VocReadOptions {
  /// The accepted classes; category ids are positions in it. Empty: those that appear, in the order of their bytes.
  std::vector<std::string> classes = {};
  std::string annotations = "Annotations";  ///< the folder of the XML files, below the root
  std::string images = "JPEGImages";        ///< that of the pictures, for notes on missing ones; empty: not compared
  std::uint64_t max_file_bytes = std::uint64_t{16} << 20U;  ///< larger files are refused; 1 to 1 GiB
};

struct VocWriteOptions {
  std::string annotations = "Annotations";  ///< the folder below the root; it is made
};

/// One XML file.
struct VocPicture {
  struct Object {
    std::string name;
    ObjectBox box = {};
    bool is_difficult = false;
    friend bool operator==(const Object&, const Object&) = default;
  };
  std::string file_name;
  Size size = {};
  std::vector<Object> objects = {};
  friend bool operator==(const VocPicture&, const VocPicture&) = default;
};

/// Reads every XML file below the folder of annotations, in the order of their names; ids from 1. A difficult object is
/// a crowd (TrueObject::is_crowd): finding it is neither right nor wrong. Areas are those of the boxes; poses, parts,
/// truncation and segmentation are not read. Annotations without a picture and pictures without annotations are noted.
///
/// Throws the codes of a failed read, invalid_option, dataset_too_large, dataset_syntax (broken XML and any document
/// type, so that no entity is ever expanded; with the line), dataset_schema (a missing size, xmin above xmax, a box
/// without a pixel of the picture, a class that is not accepted; with the line), dataset_reference (a file name that
/// leaves the folder).
[[nodiscard]] VISIONKIT_API AnnotatedObjects read_voc(const std::string& root, const VocReadOptions& options = {});

/// One file from memory; `name` stands for the path in messages.
[[nodiscard]] VISIONKIT_API VocPicture parse_voc(std::string_view xml, std::string_view name = "in memory");

/// One file as text; numbers have the fewest digits that give the same double back. Throws invalid_argument for numbers
/// that are not finite and names with control characters.
[[nodiscard]] VISIONKIT_API std::string to_voc_xml(const VocPicture& picture);

/// Writes an XML file for each picture; crowds become difficult objects. Gives what the format has no place for:
/// segmentations, areas, sides below a pixel, boxes outside of the picture, supercategories, categories without
/// objects. Each file is there whole or not at all.
///
/// Throws invalid_option, invalid_argument, dataset_schema (pictures without name or size, two with one stem, repeated
/// ids), dataset_reference (unknown ids, names that leave the folder), and the codes of a failed write.
VISIONKIT_API std::vector<DatasetNote> write_voc(const std::string& root, const ObjectDataset& dataset,
                                                 const VocWriteOptions& options = {});

}  // namespace visionkit
