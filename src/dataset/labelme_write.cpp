#include <visionkit/dataset/labelme.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "dataset/json_text.hpp"
#include "dataset/labelme_read.hpp"
#include "dataset/picture_files.hpp"
#include "dataset/rings.hpp"

namespace visionkit {
namespace {

class ShapeWriter {
 public:
  std::string write(const LabelmePicture& picture) {
    out_.raw("{\"version\":\"5.5.0\",\"flags\":{},\"shapes\":[");
    for (std::size_t i = 0; i < picture.objects.size(); ++i) write_object(picture.objects[i], i + 1);
    out_.raw(is_first_ ? "],\n" : "\n],\n").raw("\"imagePath\":").exact_text(picture.file_name);
    out_.raw(",\"imageData\":null,\"imageHeight\":");
    write_or_null(picture.size.height);
    out_.raw(",\"imageWidth\":");
    write_or_null(picture.size.width);
    return out_.raw("}\n").take();
  }

 private:
  void write_object(const LabelmePicture::Object& object, std::size_t group) {
    std::vector<Polygon> polygons;
    if (const auto* mask = std::get_if<Mask>(&object.segmentation)) {
      polygons = outlines(*mask);
    } else if (const auto* given = std::get_if<std::vector<Polygon>>(&object.segmentation)) {
      polygons = *given;
    } else {
      const auto& box = object.box;
      write_shape(object.name, {{box.x, box.y}, {box.x + box.width, box.y + box.height}}, "rectangle", no_group);
    }
    const auto common = polygons.size() > 1 ? group : no_group;
    for (const auto& polygon : polygons) write_shape(object.name, polygon, "polygon", common);
  }

  void write_shape(const std::string& name, const Polygon& points, std::string_view type, std::size_t group) {
    out_.raw(is_first_ ? "\n" : ",\n").raw("{\"label\":").exact_text(name).raw(",\"points\":");
    is_first_ = false;
    out_.list(points,
              [&](const PolygonPoint& point) { out_.raw("[").number(point.x).raw(",").number(point.y).raw("]"); });
    out_.raw(",\"group_id\":");
    write_or_null(group);
    out_.raw(",\"description\":\"\",\"shape_type\":").text(type).raw(",\"flags\":{},\"mask\":null}");
  }

  template <class Number>
  void write_or_null(Number number) {
    if (number == 0) {
      out_.raw("null");
    } else {
      out_.number(number);
    }
  }

  static constexpr std::size_t no_group = 0;

  JsonText out_{"LabelMe annotations"};
  bool is_first_ = true;
};

// An object as it will be read again; nothing for one that would be refused.
std::optional<LabelmePicture::Object> to_labelme(const TrueObject& object, const std::string& name, Size image,
                                                 NoteList& notes) {
  const auto where = fmt::format("object {}", object.id);
  if (object.is_crowd) {
    notes.add("crowd: left out", where);
    return std::nullopt;
  }
  LabelmePicture::Object written{.name = name, .box = object.box, .segmentation = object.segmentation};
  if (const auto* mask = std::get_if<Mask>(&object.segmentation)) {
    notes.add("mask: becomes its outline", where);
    written.segmentation = outlines(*mask);
  }
  if (auto* polygons = std::get_if<std::vector<Polygon>>(&written.segmentation)) {
    if (std::erase_if(*polygons, [](const Polygon& polygon) { return polygon.size() < 3; }) > 0) {
      notes.add("polygon of fewer than 3 points: left out", where);
    }
    if (polygons->empty()) {
      notes.add("no polygon: becomes its box", where);
      written.segmentation = std::monostate();
    } else {
      written.box = box_around(*polygons);
    }
  }
  const auto& box = written.box;
  if (!(box.width > 0 && box.height > 0 && box.x < image.width && box.y < image.height && box.x + box.width > 0 &&
        box.y + box.height > 0)) {
    notes.add("nothing in the picture: left out", where);
    return std::nullopt;
  }
  if (box != object.box) notes.add("box: becomes that of the polygons", where);
  const bool is_box = std::holds_alternative<std::monostate>(written.segmentation);
  if (object.area != area_of(box, written.segmentation)) {
    notes.add(is_box ? "area: becomes that of the box" : "area: becomes that of the polygons", where);
  }
  return written;
}

// `folder`: of the file, below the root.
void write_picture(const std::string& path, const std::string& folder, const LabelmePicture& picture) {
  const auto text = to_labelme_json(picture);
  try {
    static_cast<void>(read_labelme_file({text.begin(), text.end()}, path, folder, {}));
  } catch (const Error& error) {
    fail(ErrorCode::dataset_schema, "cannot write what could not be read again: {}", error.what());
  }
  make_parent_folder(path, "LabelMe annotations");
  write_text(path, text, "LabelMe annotations");
}

}  // namespace

std::string to_labelme_json(const LabelmePicture& picture) {
  return guarded("writing LabelMe annotations", [&] { return ShapeWriter().write(picture); });
}

std::vector<DatasetNote> write_labelme(const std::string& root, const ObjectDataset& dataset,
                                       const LabelmeWriteOptions& options) {
  return guarded("writing LabelMe annotations", [&] {
    check_folder_option(options.annotations, "LabelmeWriteOptions::annotations");
    NoteList notes;
    std::vector<std::size_t> uses(dataset.categories.size());
    for (const auto& [image, objects] : group_by_image(dataset, "LabelMe annotations")) {
      const auto below =
          std::filesystem::path(options.annotations) / fmt::format("{}.json", without_extension(image->file_name));
      const auto folder = below.parent_path();
      LabelmePicture picture{.size = image->size};
      picture.file_name = std::filesystem::path(image->file_name).lexically_relative(folder).generic_string();
      for (const auto& [object, category] : objects) {
        auto written = to_labelme(*object, dataset.categories[category].name, image->size, notes);
        if (!written) continue;
        ++uses[category];
        picture.objects.push_back(std::move(*written));
      }
      write_picture((std::filesystem::path(root) / below).string(), folder.empty() ? "" : folder.generic_string() + "/",
                    picture);
    }
    note_categories(dataset.categories, uses, notes);
    return notes.take();
  });
}

}  // namespace visionkit
