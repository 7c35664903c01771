#include <visionkit/dataset/panoptic.hpp>

#include <limits>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/fail.hpp"
#include "dataset/folder.hpp"
#include "dataset/json_walk.hpp"

namespace visionkit {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{4} << 30U;  // simdjson's limit
constexpr std::int64_t largest_id = 0xFFFFFF;                  // of a segment: three bytes of a pixel

void check_options(const PanopticReadOptions& options) {
  check_limit(options.max_bytes, most_bytes, "PanopticReadOptions::max_bytes");
}

class PanopticReader {
 public:
  PanopticReader(std::vector<std::uint8_t> bytes, std::string what) : walk_(std::move(bytes), std::move(what)) {}

  PanopticDataset read() {
    walk_.document([&](JsonWalk::Value root) {
      walk_.object(root, [&](std::string_view key, JsonWalk::Value value) {
        if (key == "images") {
          walk_.array(value, [&](JsonWalk::Value each) { dataset_.images.push_back(image(each)); });
        } else if (key == "categories") {
          walk_.array(value, [&](JsonWalk::Value each) { add_class(each); });
        } else if (key == "annotations") {
          walk_.array(value, [&](JsonWalk::Value each) { dataset_.annotations.push_back(annotation(each)); });
          has_annotations_ = true;
        } else {
          return false;
        }
        return true;
      });
      if (!has_annotations_) walk_.refuse(ErrorCode::dataset_schema, "the key 'annotations' is missing");
    });
    check_images();
    set_kinds();
    return std::move(dataset_);
  }

 private:
  AnnotatedImage image(JsonWalk::Value value) {
    AnnotatedImage image;
    bool has_id = false;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value field) {
      if (key == "id") {
        image.id = id(field);
        has_id = true;
      } else if (key == "file_name") {
        image.file_name = file_name(field);
      } else if (key == "width") {
        image.size.width = static_cast<int>(walk_.integer_in(field, 0, std::numeric_limits<int>::max()));
      } else if (key == "height") {
        image.size.height = static_cast<int>(walk_.integer_in(field, 0, std::numeric_limits<int>::max()));
      } else {
        return false;
      }
      return true;
    });
    require(has_id, "id");
    if (!images_.insert(image.id).second) {
      walk_.refuse(ErrorCode::dataset_schema, "image {} is listed twice", image.id);
    }
    return image;
  }

  void add_class(JsonWalk::Value value) {
    PanopticClass entry;
    bool has_id = false;
    bool has_kind = false;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value field) {
      if (key == "id") {
        entry.category.id = label(field).value;
        has_id = true;
      } else if (key == "name") {
        entry.category.name = walk_.text(field);
      } else if (key == "supercategory") {
        entry.category.supercategory = walk_.text(field);
      } else if (key == "isthing") {
        entry.kind = walk_.integer_in(field, 0, 1) == 1 ? PanopticKind::thing : PanopticKind::stuff;
        has_kind = true;
      } else {
        return false;
      }
      return true;
    });
    require(has_id, "id");
    require(has_kind, "isthing");
    if (!kinds_.emplace(entry.category.id, entry.kind).second) {
      walk_.refuse(ErrorCode::dataset_schema, "category {} is listed twice", entry.category.id);
    }
    dataset_.classes.push_back(std::move(entry));
  }

  PanopticAnnotation annotation(JsonWalk::Value value) {
    PanopticAnnotation annotation;
    bool has_image = false;
    bool has_segments = false;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value field) {
      if (key == "image_id") {
        annotation.image_id = id(field);
        has_image = true;
      } else if (key == "file_name") {
        annotation.file_name = file_name(field);
      } else if (key == "segments_info") {
        std::unordered_set<std::uint32_t> known;
        walk_.array(field, [&](JsonWalk::Value each) {
          annotation.segments.push_back(segment(each));
          const auto id = annotation.segments.back().id;
          if (!known.insert(id).second) {
            walk_.refuse(ErrorCode::dataset_schema, "segment {} is listed twice", id);
          }
        });
        has_segments = true;
      } else {
        return false;
      }
      return true;
    });
    require(has_image, "image_id");
    require(has_segments, "segments_info");
    return annotation;
  }

  PanopticSegment segment(JsonWalk::Value value) {
    PanopticSegment segment;
    bool has_id = false;
    bool has_label = false;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value field) {
      if (key == "id") {
        segment.id = static_cast<std::uint32_t>(walk_.integer_in(field, 1, largest_id));
        has_id = true;
      } else if (key == "category_id") {
        segment.label = label(field);
        has_label = true;
      } else if (key == "area") {
        segment.area = static_cast<std::uint64_t>(walk_.integer_in(field, 0, std::numeric_limits<std::int64_t>::max()));
      } else if (key == "bbox") {
        segment.box = box(field);
      } else if (key == "iscrowd") {
        segment.is_crowd = walk_.integer_in(field, 0, 1) == 1;
      } else if (key == "score") {
        segment.score = static_cast<float>(walk_.number(field));
      } else {
        return false;
      }
      return true;
    });
    require(has_id, "id");
    require(has_label, "category_id");
    return segment;
  }

  Box box(JsonWalk::Value value) {
    std::vector<float> numbers;
    walk_.array(
        value, [&](JsonWalk::Value each) { numbers.push_back(static_cast<float>(walk_.number(each))); },
        "a list of 4 numbers");
    if (numbers.size() != 4) {
      walk_.refuse(ErrorCode::dataset_schema, "a box of {} numbers, expected 4: x, y, width, height", numbers.size());
    }
    if (!(numbers[2] >= 0 && numbers[3] >= 0)) {
      walk_.refuse(ErrorCode::dataset_schema, "a box of {} x {} pixels", numbers[2], numbers[3]);
    }
    return {numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3]};
  }

  std::int64_t id(JsonWalk::Value value) {
    return walk_.integer_in(value, 0, std::numeric_limits<std::int64_t>::max());
  }

  ClassId label(JsonWalk::Value value) {
    return ClassId(static_cast<std::int32_t>(walk_.integer_in(value, 0, std::numeric_limits<std::int32_t>::max())));
  }

  std::string file_name(JsonWalk::Value value) {
    const auto name = walk_.text(value);
    if (leaves_folder(name)) {
      walk_.refuse(ErrorCode::dataset_reference, "the name '{}' leaves the folder of the data set", name);
    }
    return std::string(name);
  }

  void require(bool is_there, std::string_view key) {
    if (!is_there) walk_.refuse(ErrorCode::dataset_schema, "the key '{}' is missing", key);
  }

  // Once all images and categories are known: they may come last.
  void check_images() const {
    if (images_.empty()) return;
    for (std::size_t i = 0; i < dataset_.annotations.size(); ++i) {
      const auto id = dataset_.annotations[i].image_id;
      if (images_.contains(id)) continue;
      fail(ErrorCode::dataset_reference, "{} /annotations/{}/image_id: image {} is not listed", walk_.what(), i, id);
    }
  }

  void set_kinds() {
    if (kinds_.empty()) return;
    for (std::size_t i = 0; i < dataset_.annotations.size(); ++i) {
      for (auto& segment : dataset_.annotations[i].segments) {
        const auto found = kinds_.find(segment.label.value);
        if (found == kinds_.end()) {
          fail(ErrorCode::dataset_reference, "{} /annotations/{}/segments_info: category {} is not listed",
               walk_.what(), i, segment.label.value);
        }
        segment.kind = found->second;
      }
    }
  }

  JsonWalk walk_;
  PanopticDataset dataset_;
  bool has_annotations_ = false;
  std::unordered_set<std::int64_t> images_;
  std::unordered_map<std::int64_t, PanopticKind> kinds_;
};

}  // namespace

PanopticDataset read_coco_panoptic(const std::string& path, const PanopticReadOptions& options) {
  return guarded("reading panoptic JSON", [&] {
    check_options(options);
    auto bytes = read_file(
        path, {.what = "data set", .max_bytes = options.max_bytes, .too_large = ErrorCode::dataset_too_large});
    return PanopticReader(std::move(bytes), "panoptic JSON '" + path + "'").read();
  });
}

PanopticDataset parse_coco_panoptic(std::string_view json, const PanopticReadOptions& options, std::string_view name) {
  return guarded("reading panoptic JSON", [&] {
    check_options(options);
    if (json.size() > options.max_bytes) {
      fail(ErrorCode::dataset_too_large, "panoptic JSON '{}' has {} bytes, max_bytes is {}", name, json.size(),
           options.max_bytes);
    }
    return PanopticReader({json.begin(), json.end()}, fmt::format("panoptic JSON '{}'", name)).read();
  });
}

}  // namespace visionkit
