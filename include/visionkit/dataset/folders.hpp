// Data sets that are nothing but files: a folder for each class, or pictures and masks with the same names. Only names
// are read; the pictures are image/io.hpp's, the masks image/mask_io.hpp's. Lists of labels in a table are
// label_table.hpp.
#pragma once

#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

/// A picture and the names of its classes.
struct LabeledImage {
  std::string file;  ///< relative to the root, parted by '/'
  std::vector<std::string> labels;
  friend bool operator==(const LabeledImage&, const LabeledImage&) = default;
};

struct LabeledImages {
  std::vector<std::string> classes;  ///< in the order of their bytes, as torchvision's ImageFolder numbers them
  std::vector<LabeledImage> images;
  std::vector<DatasetNote> notes;  ///< what was left out
};

/// A picture and the file that says what its pixels are.
struct MaskPair {
  std::string image;  ///< relative to the folder of pictures
  std::string mask;   ///< relative to the folder of masks
  friend bool operator==(const MaskPair&, const MaskPair&) = default;
};

struct MaskPairs {
  std::vector<MaskPair> pairs;  ///< in the order of the pictures' names
  std::vector<DatasetNote> notes;
};

/// root/cat/a.jpg, root/cat/more/b.png, root/dog/c.jpg: every folder in the root is a class, and the pictures below it
/// (JPEG, PNG, WebP, BMP, TIFF, by extension) belong to it; ordered by class and name. Folders without pictures are
/// classes, too, and noted; so are pictures that lie in no folder.
/// Throws not_found, permission_denied, not_regular_file (the root is no folder), io, dataset_schema (no folder in it).
[[nodiscard]] VISIONKIT_API LabeledImages read_class_folders(const std::string& root);

/// Pairs pictures with masks whose names are equal but for the extension, also in subfolders. What has no counterpart
/// is left out and noted. Throws not_found, permission_denied, not_regular_file (no folder), io, dataset_schema (two
/// pictures or two masks of one name).
[[nodiscard]] VISIONKIT_API MaskPairs read_mask_pairs(const std::string& images, const std::string& masks);

}  // namespace visionkit
