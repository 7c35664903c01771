// COCO's JSON files: annotations of objects ("instances") and results of detectors, read and written. Reading is strict
// by default: what contradicts the format is refused with its place in the file. Scores are metrics/detection.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>

namespace visionkit {

/// What happens to an entry that is well-formed and wrong: a box without area, an id that appears twice, an unknown
/// image. Broken JSON, missing keys and values of the wrong type are refused under every rule.
enum class CocoRules {
  strict,        ///< it is refused
  drop_invalid,  ///< it is left out and counted; a missing iscrowd is 0
  /// What pycocotools accepts is accepted and means the same: odd boxes, areas and scores stay, the later of two
  /// entries with one id counts twice, annotations of unlisted images stay and are not scored. For its numbers to the
  /// last bit.
  pycocotools,
};

VISIONKIT_API std::string_view to_string(CocoRules rules) noexcept;

struct CocoReadOptions {
  CocoRules rules = CocoRules::strict;
  std::uint64_t max_bytes = std::uint64_t{4} << 30U;  ///< larger files are refused; 1 to 4 GiB
};

/// An annotation file.
struct CocoAnnotations {
  ObjectDataset dataset;           ///< in the order of the file
  std::vector<DatasetNote> notes;  ///< what was put right or left out
};

/// A results file.
struct CocoResults {
  std::vector<Prediction> predictions;  ///< in the order of the file, which decides between equal scores
  std::vector<DatasetNote> notes;
};

/// Reads annotations: the keys images, categories and annotations, of which id, file_name, width, height; id, name,
/// supercategory; id, image_id, category_id, bbox, area, iscrowd, segmentation are used. A missing or impossible area
/// is computed (not under CocoRules::pycocotools) and noted; a picture may lack its name and size. File names that are
/// absolute or contain ".." are refused under every rule.
///
/// Throws the codes of a failed read, invalid_option, dataset_too_large, dataset_syntax (with the byte), and
/// dataset_schema or dataset_reference (with the JSON pointer).
[[nodiscard]] VISIONKIT_API CocoAnnotations read_coco(const std::string& path, const CocoReadOptions& options = {});
/// The same from memory; `name` stands for the path in messages.
[[nodiscard]] VISIONKIT_API CocoAnnotations parse_coco(std::string_view json, const CocoReadOptions& options = {},
                                                       std::string_view name = "in memory");

/// Reads results for the images and categories of `truth`: a list, or the list "annotations" of an object, of image_id,
/// category_id, score, and bbox or segmentation or both. As in pycocotools the first entry decides for the file: when
/// it has a box, areas are those of the boxes; otherwise areas and boxes are those of the masks. Results of unknown
/// images are refused under CocoRules::pycocotools, too; those of unknown categories stay there, and are not scored.
/// Throws as read_coco().
[[nodiscard]] VISIONKIT_API CocoResults read_coco_results(const std::string& path, const ObjectDataset& truth,
                                                          const CocoReadOptions& options = {});
[[nodiscard]] VISIONKIT_API CocoResults parse_coco_results(std::string_view json, const ObjectDataset& truth,
                                                           const CocoReadOptions& options = {},
                                                           std::string_view name = "in memory");

/// The data set as COCO's JSON; numbers have the fewest digits that give the same double back, masks are compressed run
/// lengths. Throws invalid_argument for numbers that JSON cannot hold, out_of_memory.
[[nodiscard]] VISIONKIT_API std::string to_coco_json(const ObjectDataset& dataset);
/// Results as COCO's JSON. The box is written always, so areas are those of the boxes when they are read again.
[[nodiscard]] VISIONKIT_API std::string to_coco_json(std::span<const Prediction> predictions);

/// to_coco_json() into a file, which is there whole or not at all. Throws what it throws, and the codes of a failed
/// write.
VISIONKIT_API void write_coco(const std::string& path, const ObjectDataset& dataset);
VISIONKIT_API void write_coco_results(const std::string& path, std::span<const Prediction> predictions);

}  // namespace visionkit
