#include <visionkit/dataset/coco.hpp>

#include "core/fail.hpp"
#include "dataset/folder.hpp"
#include "dataset/json_text.hpp"

namespace visionkit {
namespace {

void write_box(JsonText& out, const ObjectBox& box) {
  out.raw("\"bbox\":[").number(box.x).raw(",").number(box.y).raw(",");
  out.number(box.width).raw(",").number(box.height).raw("]");
}

// Starts with a comma; nothing for an object without.
void write_segmentation(JsonText& out, const Segmentation& segmentation) {
  if (const auto* mask = std::get_if<Mask>(&segmentation)) {
    out.raw(",\"segmentation\":").mask(*mask);
  } else if (const auto* polygons = std::get_if<std::vector<Polygon>>(&segmentation)) {
    out.raw(",\"segmentation\":").list(*polygons, [&](const Polygon& polygon) { out.polygon(polygon); });
  }
}

constexpr std::string_view next_line = ",\n";

}  // namespace

std::string to_coco_json(const ObjectDataset& dataset) {
  return guarded("writing COCO annotations", [&] {
    JsonText out("COCO's JSON");
    out.raw("{\"images\":")
        .list(
            dataset.images,
            [&](const AnnotatedImage& image) {
              out.raw("{\"id\":").number(image.id);
              if (image.size != Size{}) {
                out.raw(",\"width\":").number(image.size.width).raw(",\"height\":").number(image.size.height);
              }
              if (!image.file_name.empty()) out.raw(",\"file_name\":").text(image.file_name);
              out.raw("}");
            },
            next_line);
    out.raw(",\n\"categories\":")
        .list(
            dataset.categories,
            [&](const Category& category) {
              out.raw("{\"id\":").number(category.id).raw(",\"name\":").text(category.name);
              if (!category.supercategory.empty()) out.raw(",\"supercategory\":").text(category.supercategory);
              out.raw("}");
            },
            next_line);
    out.raw(",\n\"annotations\":")
        .list(
            dataset.objects,
            [&](const TrueObject& object) {
              out.raw("{\"id\":").number(object.id).raw(",\"image_id\":").number(object.image_id);
              out.raw(",\"category_id\":")
                  .number(object.category_id)
                  .raw(",\"iscrowd\":")
                  .number(object.is_crowd ? 1 : 0);
              out.raw(",\"area\":").number(object.area).raw(",");
              write_box(out, object.box);
              write_segmentation(out, object.segmentation);
              out.raw("}");
            },
            next_line);
    return out.raw("}\n").take();
  });
}

std::string to_coco_json(std::span<const Prediction> predictions) {
  return guarded("writing COCO results", [&] {
    JsonText out("COCO's JSON");
    out.list(
        predictions,
        [&](const Prediction& prediction) {
          out.raw("{\"image_id\":").number(prediction.image_id);
          out.raw(",\"category_id\":").number(prediction.category_id).raw(",\"score\":").number(prediction.score);
          out.raw(",");
          write_box(out, prediction.box);
          write_segmentation(out, prediction.segmentation);
          out.raw("}");
        },
        next_line);
    return out.raw("\n").take();
  });
}

void write_coco(const std::string& path, const ObjectDataset& dataset) {
  guarded("writing COCO annotations", [&] { write_text(path, to_coco_json(dataset), "COCO annotations"); });
}

void write_coco_results(const std::string& path, std::span<const Prediction> predictions) {
  guarded("writing COCO results", [&] { write_text(path, to_coco_json(predictions), "COCO results"); });
}

}  // namespace visionkit
