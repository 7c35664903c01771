#include "dataset/json_text.hpp"

#include <algorithm>

#include <simdjson.h>
#include <nlohmann/json.hpp>

namespace visionkit {

JsonText& JsonText::text(std::string_view value) {
  const auto is_printable = [](char each) { return each >= ' ' && each <= '~'; };
  if (!std::all_of(value.begin(), value.end(), is_printable)) {
    return raw(nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  text_ += '"';
  while (!value.empty()) {
    const auto plain = std::min(value.find_first_of("\"\\"), value.size());
    raw(value.substr(0, plain));
    if (plain == value.size()) break;
    text_ += '\\';
    text_ += value[plain];
    value.remove_prefix(plain + 1);
  }
  return raw("\"");
}

JsonText& JsonText::exact_text(std::string_view value) {
  if (!simdjson::validate_utf8(value.data(), value.size())) {
    fail(ErrorCode::invalid_argument, "writing {}: '{}' is not UTF-8", what_, value.substr(0, 60));
  }
  return text(value);
}

JsonText& JsonText::mask(const Mask& mask) {
  raw("{\"size\":[").number(mask.size().height).raw(",").number(mask.size().width);
  return raw("],\"counts\":").text(mask.to_rle()).raw("}");
}

JsonText& JsonText::polygon(const Polygon& polygon) {
  return list(polygon, [this](const PolygonPoint& point) { number(point.x).raw(",").number(point.y); });
}

}  // namespace visionkit
