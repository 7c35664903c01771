#include <cmath>
#include <span>
#include <vector>

#include <visionkit/dataset/panoptic.hpp>

#include <nlohmann/json.hpp>

#include "core/fail.hpp"
#include "core/write_file.hpp"

namespace visionkit {
namespace {

using Json = nlohmann::ordered_json;

double finite(float value) {
  if (!std::isfinite(value)) {
    fail(ErrorCode::invalid_argument, "writing panoptic JSON: {} is no number that JSON can hold", value);
  }
  return value;
}

Json json_of(const AnnotatedImage& image) {
  Json json = {{"id", image.id}, {"file_name", image.file_name}};
  if (image.size != Size{}) {
    json["width"] = image.size.width;
    json["height"] = image.size.height;
  }
  return json;
}

Json json_of(const PanopticClass& each) {
  return {{"id", each.category.id},
          {"name", each.category.name},
          {"supercategory", each.category.supercategory},
          {"isthing", each.kind == PanopticKind::thing ? 1 : 0}};
}

Json json_of(const PanopticSegment& segment) {
  const auto& box = segment.box;
  Json json = {{"id", segment.id},
               {"category_id", segment.label.value},
               {"area", segment.area},
               {"bbox", {finite(box.x1), finite(box.y1), finite(box.width()), finite(box.height())}},
               {"iscrowd", segment.is_crowd ? 1 : 0}};
  if (segment.score != 1) json["score"] = finite(segment.score);
  return json;
}

Json json_of(const PanopticAnnotation& annotation) {
  Json segments = Json::array();
  for (const auto& segment : annotation.segments) segments.push_back(json_of(segment));
  return {
      {"image_id", annotation.image_id}, {"file_name", annotation.file_name}, {"segments_info", std::move(segments)}};
}

template <class Entry>
Json json_of(const std::vector<Entry>& entries) {
  Json list = Json::array();
  for (const auto& entry : entries) list.push_back(json_of(entry));
  return list;
}

}  // namespace

std::string to_coco_json(const PanopticDataset& dataset) {
  return guarded("writing panoptic JSON", [&] {
    Json json = Json::object();
    if (!dataset.images.empty()) json["images"] = json_of(dataset.images);
    json["annotations"] = json_of(dataset.annotations);
    if (!dataset.classes.empty()) json["categories"] = json_of(dataset.classes);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  });
}

void write_coco_panoptic(const std::string& path, const PanopticDataset& dataset) {
  const auto text = to_coco_json(dataset);
  write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "panoptic JSON");
}

}  // namespace visionkit
