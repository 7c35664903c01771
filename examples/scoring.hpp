// What the programs that score share: annotations of objects in any format, what readers put right, limits.
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/dataset/labelme.hpp>
#include <visionkit/dataset/voc.hpp>
#include <visionkit/dataset/yolo.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/image/mask_io.hpp>
#include <visionkit/metrics/limits.hpp>

namespace example {

/// Where annotations of objects are.
struct ObjectSource {
  std::string path;           ///< the file of COCO, the folder of others
  std::string split = "val";  ///< of a YOLO data set
  visionkit::CocoRules rules = visionkit::CocoRules::strict;
};

/// By the name of the format.
inline const std::map<std::string, std::function<visionkit::AnnotatedObjects(const ObjectSource&)>> object_formats = {
    {"coco",
     [](const ObjectSource& source) {
       auto read = visionkit::read_coco(source.path, {.rules = source.rules});
       return visionkit::AnnotatedObjects{std::move(read.dataset), std::move(read.notes)};
     }},
    {"labelme",
     [](const ObjectSource& source) {
       return visionkit::read_labelme(source.path,
                                      {.decode_mask = [](auto png) { return visionkit::decode_mask(png); }});
     }},
    {"voc", [](const ObjectSource& source) { return visionkit::read_voc(source.path); }},
    {"yolo",
     [](const ObjectSource& source) {
       const auto size = [](const std::string& path) { return visionkit::read_image(path).size(); };
       return visionkit::read_yolo(source.path, {.image_size = size, .split = source.split});
     }},
};

inline void print_notes(std::span<const visionkit::DatasetNote> notes) {
  for (const auto& note : notes) fmt::print(stderr, "note: {}\n", to_string(note));
}

/// Of "name=value" each.
inline std::vector<visionkit::FigureLimit> parse_limits(std::span<const std::string> texts) {
  std::vector<visionkit::FigureLimit> limits;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    const auto number = equals == std::string::npos ? "" : text.substr(equals + 1);
    std::size_t used = 0;
    double least = 0;
    try {
      least = std::stod(number, &used);
    } catch (const std::logic_error&) {
      used = 0;  // no number
    }
    if (used == 0 || used != number.size())
      throw std::runtime_error("--fail-under '" + text + "': expected a name and a number, as ap50=0.5");
    limits.push_back({text.substr(0, equals), least});
  }
  return limits;
}

/// How many figures are below their limit; each is named on standard error.
inline int count_below(std::span<const visionkit::Figure> figures, std::span<const visionkit::FigureLimit> limits) {
  int below = 0;
  for (const auto& [limit, value, is_met] : visionkit::check_limits(figures, limits)) {
    if (is_met) continue;
    fmt::print(stderr, "{} is {:.4f}, below {}\n", limit.figure, value, limit.least);
    ++below;
  }
  return below;
}

}  // namespace example
