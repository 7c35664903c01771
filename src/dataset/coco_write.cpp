#include <visionkit/dataset/coco.hpp>

#include <cmath>
#include <iterator>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "core/fail.hpp"
#include "core/write_file.hpp"

namespace visionkit {
namespace {

class JsonText {
 public:
  JsonText& raw(std::string_view text) {
    text_ += text;
    return *this;
  }
  JsonText& integer(std::int64_t value) {
    fmt::format_to(std::back_inserter(text_), "{}", value);
    return *this;
  }
  JsonText& number(double value) {
    if (!std::isfinite(value)) {
      fail(ErrorCode::invalid_argument, "writing COCO's JSON: {} is no number that JSON can hold", value);
    }
    fmt::format_to(std::back_inserter(text_), "{}", value);
    return *this;
  }
  // Bytes that are not UTF-8 become U+FFFD.
  JsonText& text(const std::string& value) {
    text_ += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return *this;
  }
  JsonText& box(const ObjectBox& box) {
    raw("\"bbox\":[").number(box.x).raw(",").number(box.y).raw(",");
    return number(box.width).raw(",").number(box.height).raw("]");
  }
  // Starts with a comma; nothing for an object without.
  JsonText& segmentation(const Segmentation& segmentation) {
    if (const auto* mask = std::get_if<Mask>(&segmentation)) {
      raw(",\"segmentation\":{\"size\":[").integer(mask->size().height).raw(",").integer(mask->size().width);
      return raw("],\"counts\":").text(mask->to_rle()).raw("}");
    }
    if (const auto* polygons = std::get_if<std::vector<Polygon>>(&segmentation)) {
      raw(",\"segmentation\":");
      list(*polygons, [this](const Polygon& polygon) {
        list(polygon, [this](const PolygonPoint& point) { number(point.x).raw(",").number(point.y); });
      });
    }
    return *this;
  }
  template <class Entries, class Write>
  JsonText& list(const Entries& entries, Write&& write, std::string_view between = ",") {
    raw("[");
    bool is_first = true;
    for (const auto& entry : entries) {
      if (!is_first) raw(between);
      is_first = false;
      write(entry);
    }
    return raw("]");
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

constexpr std::string_view next_line = ",\n";

void write_text(const std::string& path, const std::string& text, const char* what) {
  write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, what);
}

}  // namespace

std::string to_coco_json(const ObjectDataset& dataset) {
  return guarded("writing COCO annotations", [&] {
    JsonText out;
    out.raw("{\"images\":")
        .list(
            dataset.images,
            [&](const AnnotatedImage& image) {
              out.raw("{\"id\":").integer(image.id);
              if (image.size != Size{}) {
                out.raw(",\"width\":").integer(image.size.width).raw(",\"height\":").integer(image.size.height);
              }
              if (!image.file_name.empty()) out.raw(",\"file_name\":").text(image.file_name);
              out.raw("}");
            },
            next_line);
    out.raw(",\n\"categories\":")
        .list(
            dataset.categories,
            [&](const Category& category) {
              out.raw("{\"id\":").integer(category.id).raw(",\"name\":").text(category.name);
              if (!category.supercategory.empty()) out.raw(",\"supercategory\":").text(category.supercategory);
              out.raw("}");
            },
            next_line);
    out.raw(",\n\"annotations\":")
        .list(
            dataset.objects,
            [&](const TrueObject& object) {
              out.raw("{\"id\":").integer(object.id).raw(",\"image_id\":").integer(object.image_id);
              out.raw(",\"category_id\":").integer(object.category_id).raw(",\"iscrowd\":").integer(object.is_crowd);
              out.raw(",\"area\":").number(object.area).raw(",").box(object.box).segmentation(object.segmentation);
              out.raw("}");
            },
            next_line);
    return out.raw("}\n").take();
  });
}

std::string to_coco_json(std::span<const Prediction> predictions) {
  return guarded("writing COCO results", [&] {
    JsonText out;
    out.list(
        predictions,
        [&](const Prediction& prediction) {
          out.raw("{\"image_id\":").integer(prediction.image_id);
          out.raw(",\"category_id\":").integer(prediction.category_id).raw(",\"score\":").number(prediction.score);
          out.raw(",").box(prediction.box).segmentation(prediction.segmentation).raw("}");
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
