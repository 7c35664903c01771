#include <visionkit/dataset/coco.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "dataset/coco_read.hpp"
#include "dataset/folder.hpp"

namespace visionkit {
namespace {

class AnnotationReader {
 public:
  AnnotationReader(std::vector<std::uint8_t> bytes, std::string what, const CocoReadOptions& options)
      : reader_(std::move(bytes), std::move(what), options), walk_(reader_.walk()) {}

  CocoAnnotations read() {
    bool has_images = false;
    bool has_categories = false;
    bool has_annotations = false;
    walk_.document([&](JsonWalk::Value root) {
      walk_.object(root, [&](std::string_view key, JsonWalk::Value value) {
        if (key == "images") {
          has_images = true;
          walk_.array(value, [&](JsonWalk::Value element) { read_image(element); });
        } else if (key == "categories") {
          has_categories = true;
          walk_.array(value, [&](JsonWalk::Value element) { read_category(element); });
        } else if (key == "annotations") {
          has_annotations = true;
          walk_.array(value, [&](JsonWalk::Value element) { read_object(element); });
        } else {
          return false;
        }
        return true;
      });
    });
    for (const auto& [is_there, key] : {std::pair{has_images, "images"}, std::pair{has_categories, "categories"},
                                        std::pair{has_annotations, "annotations"}}) {
      if (!is_there) walk_.refuse(ErrorCode::dataset_schema, "the key '{}' is missing", key);
    }
    index_images();
    index_categories();
    check_objects();
    return {std::move(data_), reader_.take_notes()};
  }

 private:
  static constexpr double unknown_area = std::numeric_limits<double>::quiet_NaN();

  int side(JsonWalk::Value value) {
    const auto pixels = walk_.integer(value);
    if (pixels < 1 || pixels > std::numeric_limits<int>::max()) {
      walk_.refuse(ErrorCode::dataset_schema, "a side of {} pixels, 1 to {} are accepted", pixels,
                   std::numeric_limits<int>::max());
    }
    return static_cast<int>(pixels);
  }

  // Ids stand for entries of files; a negative one is a mistake of whoever wrote it.
  std::int64_t id(JsonWalk::Value value) {
    const auto result = walk_.integer(value);
    if (result < 0 && reader_.rules() != CocoRules::pycocotools) {
      walk_.refuse(ErrorCode::dataset_schema, "the id {} is negative", result);
    }
    return result;
  }

  void read_image(JsonWalk::Value value) {
    AnnotatedImage image;
    std::optional<std::int64_t> image_id;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "id") {
        image_id = id(inner);
      } else if (key == "width") {
        image.size.width = side(inner);
      } else if (key == "height") {
        image.size.height = side(inner);
      } else if (key == "file_name") {
        image.file_name = walk_.text(inner);
        if (leaves_folder(image.file_name)) {
          walk_.refuse(ErrorCode::dataset_reference, "the name '{}' leaves the folder of the data set",
                       image.file_name);
        }
      } else {
        return false;
      }
      return true;
    });
    image.id = required(walk_, image_id, "id");
    if ((image.size.width == 0) != (image.size.height == 0)) {
      walk_.refuse(ErrorCode::dataset_schema, "an image has a width or a height alone");
    }
    data_.images.push_back(std::move(image));
  }

  void read_category(JsonWalk::Value value) {
    Category category;
    std::optional<std::int64_t> category_id;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "id") {
        category_id = id(inner);
      } else if (key == "name") {
        category.name = walk_.text(inner);
      } else if (key == "supercategory" && walk_.type(inner) == "string") {
        category.supercategory = walk_.text(inner);
      } else {
        return false;
      }
      return true;
    });
    category.id = required(walk_, category_id, "id");
    data_.categories.push_back(std::move(category));
  }

  void read_object(JsonWalk::Value value) {
    reader_.begin_entry();
    TrueObject object;
    std::optional<std::int64_t> object_id;
    std::optional<std::int64_t> image_id;
    std::optional<std::int64_t> category_id;
    std::optional<ObjectBox> box;
    std::optional<std::int64_t> crowd;
    object.area = unknown_area;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "id") {
        object_id = id(inner);
      } else if (key == "image_id") {
        image_id = id(inner);
      } else if (key == "category_id") {
        category_id = id(inner);
      } else if (key == "bbox") {
        box = reader_.box(inner);
      } else if (key == "area" && walk_.type(inner) != "null") {
        object.area = walk_.number(inner);
      } else if (key == "iscrowd") {
        crowd = walk_.integer(inner);
        if (*crowd != 0 && *crowd != 1) {
          reader_.fault(ErrorCode::dataset_schema, "iscrowd is neither 0 nor 1", fmt::format("it is {}", *crowd));
        }
      } else if (key == "segmentation" && walk_.type(inner) != "null") {
        object.segmentation = reader_.segmentation(inner);
      } else {
        return false;
      }
      return true;
    });
    object.id = required(walk_, object_id, "id");
    object.image_id = required(walk_, image_id, "image_id");
    object.category_id = required(walk_, category_id, "category_id");
    object.box = required(walk_, box, "bbox");
    if (!crowd && reader_.rules() == CocoRules::drop_invalid) {
      reader_.note("iscrowd missing: taken as 0");
      crowd = 0;
    }
    object.is_crowd = required(walk_, crowd, "iscrowd") != 0;
    if (object.is_crowd && std::holds_alternative<std::vector<Polygon>>(object.segmentation)) {
      reader_.fault(ErrorCode::dataset_schema, "crowd with polygons", "a crowd has run lengths");
    }
    if (!reader_.is_dropped()) {
      data_.objects.push_back(std::move(object));
      positions_.push_back(seen_);
    }
    ++seen_;
  }

  // The last of several images with one id is the one that pycocotools knows.
  void index_images() {
    for (std::size_t i = 0; i < data_.images.size(); ++i) {
      const auto& image = data_.images[i];
      const bool is_new = sizes_.insert_or_assign(image.id, image.size).second;
      if (!is_new) report_repeated("image", "images", i, image.id);
    }
    drop_repeated(data_.images);
  }

  void index_categories() {
    for (std::size_t i = 0; i < data_.categories.size(); ++i) {
      const auto id = data_.categories[i].id;
      if (!category_ids_.insert(id).second) report_repeated("category", "categories", i, id);
    }
    drop_repeated(data_.categories);
  }

  void report_repeated(const char* what, const char* list, std::size_t position, std::int64_t id) {
    reader_.fault(ErrorCode::dataset_schema, fmt::format("repeated {} id", what), fmt::format("{} came before", id),
                  {.list = list, .position = position, .key = "id"});
  }

  // Keeps one entry for each id: the first, or under CocoRules::pycocotools the last, in the place of the first.
  template <class T>
  void drop_repeated(std::vector<T>& entries) {
    std::unordered_map<std::int64_t, std::size_t> places;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto [place, is_new] = places.emplace(entries[i].id, kept);
      if (is_new) {
        if (kept != i) entries[kept] = std::move(entries[i]);
        ++kept;
      } else if (reader_.rules() == CocoRules::pycocotools) {
        entries[place->second] = std::move(entries[i]);
      }
    }
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(kept), entries.end());
  }

  void check_objects() {
    if (reader_.rules() == CocoRules::pycocotools) return repeat_last();
    std::unordered_set<std::int64_t> ids;
    ids.reserve(data_.objects.size());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < data_.objects.size(); ++i) {
      auto& object = data_.objects[i];
      reader_.begin_entry();
      check_object(object, {.list = "annotations", .position = positions_[i]});
      if (reader_.is_dropped()) continue;
      if (!ids.insert(object.id).second) report_repeated("annotation", "annotations", positions_[i], object.id);
      if (reader_.is_dropped()) continue;
      if (kept != i) data_.objects[kept] = std::move(object);
      ++kept;
    }
    data_.objects.resize(kept);
  }

  void check_object(TrueObject& object, EntryPlace place) {
    const auto image = sizes_.find(object.image_id);
    if (image == sizes_.end()) {
      place.key = "image_id";
      reader_.fault(ErrorCode::dataset_reference, "unknown image", fmt::format("{} is not listed", object.image_id),
                    place);
    }
    if (!category_ids_.contains(object.category_id)) {
      place.key = "category_id";
      reader_.fault(ErrorCode::dataset_reference, "unknown category",
                    fmt::format("{} is not listed", object.category_id), place);
    }
    if (reader_.is_dropped()) return;
    reader_.check_box(object.box, image->second, place);
    reader_.check_size(object.segmentation, image->second, place);
    if (!reader_.is_dropped()) complete_area(object, image->second, place);
  }

  void complete_area(TrueObject& object, Size image, EntryPlace place) {
    // A rasterised object may touch one more pixel on every side.
    const auto most = (object.box.width + 2) * (object.box.height + 2);
    if (object.area > 0 && object.area <= most) return;
    place.key = "area";
    reader_.note(std::isnan(object.area) ? "area missing: computed" : "area impossible: computed", place);
    const bool has_pixels = !std::holds_alternative<std::monostate>(object.segmentation) &&
                            (std::holds_alternative<Mask>(object.segmentation) || image != Size{});
    object.area =
        has_pixels ? static_cast<double>(to_mask(object.segmentation, object.box, image).area()) : object.box.area();
  }

  // pycocotools looks an annotation up by id in the list of its picture, and the later entry has replaced the earlier:
  // it stands in both places, in the order of the pictures that the places belong to.
  void repeat_last() {
    std::unordered_map<std::int64_t, std::size_t> last;  // by id
    last.reserve(data_.objects.size());
    for (std::size_t i = 0; i < data_.objects.size(); ++i) {
      last.insert_or_assign(data_.objects[i].id, i);
      if (!std::isnan(data_.objects[i].area)) continue;
      fail(ErrorCode::dataset_schema, "{} /annotations/{}: the key 'area' is missing", walk_.what(), positions_[i]);
    }
    if (last.size() == data_.objects.size()) return;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < data_.objects.size(); ++i) {
      const auto& object = data_.objects[i];
      if (sizes_.contains(object.image_id) && category_ids_.contains(object.category_id)) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return data_.objects[a].image_id < data_.objects[b].image_id;
    });
    std::vector<TrueObject> objects;
    objects.reserve(order.size());
    for (const auto i : order) objects.push_back(data_.objects[last.at(data_.objects[i].id)]);
    data_.objects = std::move(objects);
  }

  CocoReader reader_;
  JsonWalk& walk_;
  ObjectDataset data_;
  std::size_t seen_ = 0;
  std::vector<std::size_t> positions_;  // of the objects in the file
  std::unordered_map<std::int64_t, Size> sizes_;
  std::set<std::int64_t> category_ids_;
};

CocoAnnotations read_annotations(std::vector<std::uint8_t> bytes, std::string_view name,
                                 const CocoReadOptions& options) {
  return AnnotationReader(std::move(bytes), fmt::format("COCO annotations '{}'", name), options).read();
}

}  // namespace

CocoAnnotations read_coco(const std::string& path, const CocoReadOptions& options) {
  return guarded("reading COCO annotations",
                 [&] { return read_annotations(read_json_file(path, options), path, options); });
}

CocoAnnotations parse_coco(std::string_view json, const CocoReadOptions& options, std::string_view name) {
  return guarded("reading COCO annotations", [&] {
    return read_annotations({json.begin(), json.end()}, name, options);
  });
}

}  // namespace visionkit
