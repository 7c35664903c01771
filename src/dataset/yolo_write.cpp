#include <visionkit/dataset/yolo.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "dataset/folder.hpp"
#include "dataset/rings.hpp"
#include "dataset/yolo_description.hpp"

namespace visionkit {
namespace {

class RowWriter {
 public:
  RowWriter(const YoloWriteOptions& options, NoteList& notes) : rows_(options.rows), notes_(notes) {}

  std::string write(const ImageObjects& picture) {
    text_.clear();
    size_ = picture.image->size;
    for (const auto& [object, category] : picture.objects) {
      where_ = fmt::format("object {}", object->id);
      if (object->is_crowd) {
        notes_.add("crowd: left out", where_);
      } else if (rows_ == YoloRows::polygons) {
        write_polygon(*object, category);
      } else {
        write_box(*object, category);
      }
    }
    return text_;
  }

 private:
  void write_box(const TrueObject& object, std::size_t category) {
    if (!std::holds_alternative<std::monostate>(object.segmentation)) notes_.add("segmentation: left out", where_);
    if (object.area != object.box.area()) notes_.add("area: becomes that of the box", where_);
    const auto box = cut(object.box);
    if (!box) return;
    row(category);
    for (const auto part : {(box->x + box->width / 2) / size_.width, (box->y + box->height / 2) / size_.height,
                            box->width / size_.width, box->height / size_.height}) {
      number(part);
    }
  }

  void write_polygon(const TrueObject& object, std::size_t category) {
    auto ring = ring_of(object);
    if (ring.empty()) return;
    bool is_cut = false;
    for (auto& point : ring) {
      const PolygonPoint inside{std::clamp(point.x, 0.0, static_cast<double>(size_.width)),
                                std::clamp(point.y, 0.0, static_cast<double>(size_.height))};
      is_cut = is_cut || inside != point;
      point = inside;
    }
    if (!(box_around(ring).area() > 0)) return notes_.add("nothing in the picture: left out", where_);
    if (is_cut) notes_.add("reaches beyond the picture: cut", where_);
    if (object.area != area_of(ring)) notes_.add("area: becomes that of the polygon", where_);
    row(category);
    for (const auto& point : ring) {
      number(point.x / size_.width);
      number(point.y / size_.height);
    }
  }

  Polygon ring_of(const TrueObject& object) {
    std::vector<Polygon> polygons;
    if (const auto* given = std::get_if<std::vector<Polygon>>(&object.segmentation)) {
      polygons = *given;
    } else if (const auto* mask = std::get_if<Mask>(&object.segmentation)) {
      notes_.add("mask: becomes its outline", where_);
      polygons = outlines(*mask);
    }
    std::erase_if(polygons, [](const Polygon& polygon) { return polygon.size() < 3; });
    if (polygons.size() > 1) notes_.add("several polygons: joined by bridges", where_);
    if (!polygons.empty()) return joined(polygons);
    notes_.add("no segmentation: becomes its box", where_);
    const auto box = cut(object.box);
    if (!box) return {};
    const auto right = box->x + box->width;
    const auto bottom = box->y + box->height;
    return {{box->x, box->y}, {right, box->y}, {right, bottom}, {box->x, bottom}};
  }

  // The part inside the picture.
  std::optional<ObjectBox> cut(const ObjectBox& box) {
    const auto left = std::clamp(box.x, 0.0, static_cast<double>(size_.width));
    const auto top = std::clamp(box.y, 0.0, static_cast<double>(size_.height));
    const auto right = std::clamp(box.x + box.width, 0.0, static_cast<double>(size_.width));
    const auto bottom = std::clamp(box.y + box.height, 0.0, static_cast<double>(size_.height));
    if (!(right > left && bottom > top)) {
      notes_.add("nothing in the picture: left out", where_);
      return std::nullopt;
    }
    constexpr double rounding = 1e-6;  // of numbers that were divided by a side and multiplied by it
    if (right - left > box.width - rounding && bottom - top > box.height - rounding) return box;
    notes_.add("reaches beyond the picture: cut", where_);
    return ObjectBox{left, top, right - left, bottom - top};
  }

  void row(std::size_t category) {
    if (!text_.empty()) text_ += '\n';
    text_ += fmt::format("{}", category);
  }
  void number(double part) {
    if (!std::isfinite(part)) {
      fail(ErrorCode::invalid_argument, "cannot write YOLO labels: {} has a coordinate that is not finite", where_);
    }
    // Rounding may leave 0..1 by a bit.
    fmt::format_to(std::back_inserter(text_), " {}", std::clamp(part, 0.0, 1.0));
  }

  YoloRows rows_;
  NoteList& notes_;
  std::string text_;
  std::string where_;
  Size size_ = {};
};

// What data.yaml says, with the splits that are there already.
YoloDescription description_of(const ObjectDataset& dataset, const std::string& path, const std::string& split) {
  YoloDescription description;
  for (const auto& category : dataset.categories) description.names.push_back(category.name);
  description.splits[split] = {"images/" + split};
  const auto text = to_yaml(description);
  if (parse_yolo_description(text).names != description.names) {
    fail(ErrorCode::dataset_schema, "cannot write YOLO labels: a name of a category is not UTF-8");
  }
  try {
    const auto present = read_yolo_description(path);
    if (present.names != description.names) {
      fail(ErrorCode::dataset_schema, "cannot write YOLO labels: '{}' has other names of classes", path);
    }
    description.splits.insert(present.splits.begin(), present.splits.end());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
  }
  return description;
}

}  // namespace

std::string_view to_string(YoloRows rows) noexcept { return rows == YoloRows::boxes ? "boxes" : "polygons"; }

std::vector<DatasetNote> write_yolo(const std::string& root, const ObjectDataset& dataset,
                                    const YoloWriteOptions& options) {
  return guarded("writing YOLO labels", [&] {
    if (options.split != "train" && options.split != "val" && options.split != "test") {
      fail(ErrorCode::invalid_option, "YoloWriteOptions::split is '{}', expected train, val or test", options.split);
    }
    constexpr const char* what = "YOLO labels";
    const auto pictures = group_by_image(dataset, what);
    const auto description = description_of(dataset, root + "/data.yaml", options.split);
    NoteList notes;
    for (const auto& category : dataset.categories) {
      if (!category.supercategory.empty()) notes.add("supercategory: left out", category.name);
    }
    RowWriter writer(options, notes);
    for (const auto& picture : pictures) {
      const auto path =
          fmt::format("{}/labels/{}/{}.txt", root, options.split, without_extension(picture.image->file_name));
      make_parent_folder(path, what);
      write_text(path, writer.write(picture), what);
    }
    make_parent_folder(root + "/data.yaml", what);
    write_text(root + "/data.yaml", to_yaml(description), what);
    return notes.take();
  });
}

}  // namespace visionkit
