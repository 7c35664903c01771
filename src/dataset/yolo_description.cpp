#include "dataset/yolo_description.hpp"

#include <nlohmann/json.hpp>

#include "dataset/folder.hpp"

namespace visionkit {
namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

YoloDescription read_yolo_description(const std::string& path) {
  return parse_yolo_description(read_text(path, {.what = "YOLO description",
                                                 .max_bytes = max_description_bytes,
                                                 .too_large = ErrorCode::dataset_too_large}),
                                path);
}

std::string to_yaml(const YoloDescription& description) {
  std::string text = "path: .\n";
  for (const auto& [split, sources] : description.splits) {
    text += fmt::format("{}:", split);
    if (sources.size() == 1) text += fmt::format(" {}\n", quoted(sources[0]));
    if (sources.size() == 1) continue;
    text += '\n';
    for (const auto& source : sources) text += fmt::format("  - {}\n", quoted(source));
  }
  text += fmt::format("nc: {}\nnames:\n", description.names.size());
  for (std::size_t i = 0; i < description.names.size(); ++i) {
    text += fmt::format("  {}: {}\n", i, quoted(description.names[i]));
  }
  return text;
}

std::string beside_labels(const std::string& name) {
  const auto rooted = "/" + name;
  const auto found = rooted.rfind("/images/");
  if (found == std::string::npos) return name;
  return rooted.substr(1, found) + "labels/" + rooted.substr(found + 8);
}

}  // namespace visionkit
