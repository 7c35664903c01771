// What annotation files say about pictures, and what result files claim: plain values between the readers (dataset/)
// and the scores (metrics/). Ids are those of the files, coordinates are doubles in pixels with edges at integers,
// because published scores depend on their last bit. What a model answers is results.hpp; Prediction can be made of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/polygons.hpp>

namespace visionkit {

/// A box as files have it: the left upper corner, width and height. Nothing is enforced; a negative side covers
/// nothing.
struct ObjectBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  [[nodiscard]] constexpr double area() const { return width * height; }
  friend constexpr bool operator==(const ObjectBox&, const ObjectBox&) = default;
};

/// The pixels of an object: none given, polygons, or a mask.
using Segmentation = std::variant<std::monostate, std::vector<Polygon>, Mask>;

/// A picture of a data set. Size and file name may be missing: 0 x 0 and "".
struct AnnotatedImage {
  std::int64_t id = 0;
  std::string file_name = {};
  Size size = {};
  friend bool operator==(const AnnotatedImage&, const AnnotatedImage&) = default;
};

/// A class of a data set.
struct Category {
  std::int64_t id = 0;
  std::string name = {};
  std::string supercategory = {};
  friend bool operator==(const Category&, const Category&) = default;
};

/// An object that somebody marked.
struct TrueObject {
  std::int64_t id = 0;
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  ObjectBox box = {};
  double area = 0;        ///< square pixels of the object; decides its size class
  bool is_crowd = false;  ///< a region of many objects: finding it is neither right nor wrong
  Segmentation segmentation = {};
  friend bool operator==(const TrueObject&, const TrueObject&) = default;
};

/// An object that somebody claims to have found.
struct Prediction {
  std::int64_t image_id = 0;
  std::int64_t category_id = 0;
  double score = 0;
  ObjectBox box = {};
  double area = 0;  ///< decides whether a prediction that found nothing counts in a size class
  Segmentation segmentation = {};
  friend bool operator==(const Prediction&, const Prediction&) = default;
};

/// Pictures with everything that was marked in them. Entries refer to each other by id, in any order.
struct ObjectDataset {
  std::vector<AnnotatedImage> images;
  std::vector<Category> categories;
  std::vector<TrueObject> objects;
  friend bool operator==(const ObjectDataset&, const ObjectDataset&) = default;
};

/// Something that a reader put right or left out, and how often.
struct DatasetNote {
  std::string what;  ///< "area missing: computed"
  std::size_t count = 0;
  std::string first;  ///< where in the file it happened first: "/annotations/7/area"
  friend bool operator==(const DatasetNote&, const DatasetNote&) = default;
};

/// A data set as a reader of folders gives it.
struct AnnotatedObjects {
  ObjectDataset dataset;
  std::vector<DatasetNote> notes;  ///< what was put right or left out
};

/// The pixels of an object in a picture of this size: its segmentation, or its box where there is none, by COCO's
/// rasteriser. A mask is taken as it is, whatever its size. Throws what rasterize() throws.
[[nodiscard]] VISIONKIT_API Mask to_mask(const Segmentation& segmentation, const ObjectBox& box, Size size);

VISIONKIT_API std::string to_string(const ObjectBox& box);     ///< "[12.5, 30, 87.5 x 50]"
VISIONKIT_API std::string to_string(const DatasetNote& note);  ///< "area missing: computed (3 times, first at ...)"

}  // namespace visionkit
