#include <visionkit/dataset/labelme.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <numbers>
#include <optional>
#include <utility>

#include "core/base64.hpp"
#include "dataset/json_walk.hpp"
#include "dataset/labelme_read.hpp"
#include "dataset/picture_files.hpp"
#include "dataset/rings.hpp"

namespace visionkit {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view json_extension[] = {".json"};
constexpr double max_coordinate = 1e8;  // the rasteriser's

// Of plain base64: no white space, no other alphabet, no data URL.
std::optional<std::vector<std::uint8_t>> decode_plain_base64(std::string_view text) {
  static constexpr auto alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"sv;
  text = text.substr(0, text.find_last_not_of('=') + 1);
  if (text.empty() || text.size() % 4 == 1 || text.find_first_not_of(alphabet) != text.npos) return std::nullopt;
  return decode_base64(text, text.size());
}

// So many corners that an edge is at most a quarter of a pixel from the circle; a multiple of four has its box.
Polygon circle(const PolygonPoint& center, const PolygonPoint& edge) {
  const auto radius = std::hypot(edge.x - center.x, edge.y - center.y);
  const auto needed = std::numbers::pi / std::acos(std::max(1 - 0.25 / radius, -1.0));
  const auto corners = 4 * static_cast<int>(std::ceil(std::clamp(needed, 12.0, 1024.0) / 4));
  Polygon polygon;
  for (int i = 0; i < corners; ++i) {
    const auto angle = 2 * std::numbers::pi * i / corners;
    polygon.push_back({center.x + radius * std::cos(angle), center.y + radius * std::sin(angle)});
  }
  return polygon;
}

Polygon corners_of(const ObjectBox& box) {
  const auto right = box.x + box.width;
  const auto bottom = box.y + box.height;
  return {{box.x, box.y}, {right, box.y}, {right, bottom}, {box.x, bottom}};
}

struct Shape {
  std::string_view label;
  std::string_view type = "polygon";
  std::optional<std::int64_t> group;
  Polygon points;
  std::optional<std::string_view> png;
};

// The shapes of one object, in their order.
struct Parts {
  std::size_t first = 0;  // position of the first shape
  std::string name = {};
  std::vector<Polygon> polygons = {};
  bool is_rectangle = false;  // the only one is a rectangle
  struct Piece {
    Mask mask;
    int x, y;
  };
  std::vector<Piece> masks = {};
};

class PictureReader {
 public:
  PictureReader(std::vector<std::uint8_t> bytes, std::string_view name, std::string_view folder,
                const LabelmeReadOptions& options)
      : walk_(std::move(bytes), fmt::format("LabelMe annotations '{}'", name)), folder_(folder), options_(options) {}

  LabelmePicture read() {
    std::optional<std::string> path;
    bool has_shapes = false;
    walk_.document([&](JsonWalk::Value root) {
      walk_.object(root, [&](std::string_view key, JsonWalk::Value value) {
        if (key == "imagePath") {
          path = read_path(walk_.text(value));
        } else if (key == "imageWidth" && walk_.type(value) != "null") {
          picture_.size.width = side(value);
        } else if (key == "imageHeight" && walk_.type(value) != "null") {
          picture_.size.height = side(value);
        } else if (key == "shapes") {
          has_shapes = true;
          walk_.array(value, [&](JsonWalk::Value each) {
            add(read_shape(each));
            ++shapes_;
          });
        } else {
          return false;
        }
        return true;
      });
      picture_.file_name = required(walk_, path, "imagePath");
      if (!has_shapes) walk_.refuse(ErrorCode::dataset_schema, "the key 'shapes' is missing");
    });
    if ((picture_.size.width == 0) != (picture_.size.height == 0)) {
      walk_.refuse(ErrorCode::dataset_schema, "imageWidth or imageHeight alone");
    }
    for (auto& parts : parts_) picture_.objects.push_back(finish(std::move(parts)));
    picture_.notes = notes_.take();
    return std::move(picture_);
  }

 private:
  std::string read_path(std::string_view text) {
    std::string path(text);
    std::replace(path.begin(), path.end(), '\\', '/');  // of Windows
    if (path.empty()) walk_.refuse(ErrorCode::dataset_schema, "the path is empty");
    const bool is_rooted = path[0] == '/';
    if (!is_rooted) path = std::filesystem::path(folder_ + path).lexically_normal().generic_string();
    if (is_rooted || (text.size() > 1 && text[1] == ':') || leaves_folder(path)) {
      walk_.refuse(ErrorCode::dataset_reference, "the path '{}' leaves the folder of the data set", text);
    }
    return path;
  }

  int side(JsonWalk::Value value) {
    return static_cast<int>(walk_.integer_in(value, 1, std::numeric_limits<int>::max()));
  }

  Shape read_shape(JsonWalk::Value value) {
    Shape shape;
    bool has_points = false;
    walk_.object(value, [&](std::string_view key, JsonWalk::Value inner) {
      if (key == "label") {
        shape.label = walk_.text(inner);
      } else if (key == "points") {
        has_points = true;
        walk_.array(inner, [&](JsonWalk::Value each) { shape.points.push_back(read_point(each)); });
      } else if (key == "shape_type" && walk_.type(inner) != "null") {
        shape.type = walk_.text(inner);
      } else if (key == "group_id" && walk_.type(inner) != "null") {
        shape.group = walk_.integer(inner);
      } else if (key == "mask" && walk_.type(inner) != "null") {
        shape.png = walk_.text(inner);
      } else {
        return false;
      }
      return true;
    });
    if (shape.label.empty()) walk_.refuse(ErrorCode::dataset_schema, "a shape without a label");
    if (!has_points) walk_.refuse(ErrorCode::dataset_schema, "the key 'points' is missing");
    return shape;
  }

  PolygonPoint read_point(JsonWalk::Value value) {
    std::vector<double> numbers;
    walk_.array(
        value,
        [&](JsonWalk::Value each) {
          numbers.push_back(walk_.number(each));
          if (std::abs(numbers.back()) <= max_coordinate) return;
          walk_.refuse(ErrorCode::dataset_schema, "the coordinate {} is beyond {}", numbers.back(), max_coordinate);
        },
        "a list of two numbers");
    if (numbers.size() == 2) return {numbers[0], numbers[1]};
    walk_.refuse(ErrorCode::dataset_schema, "a point of {} numbers, 2 are expected", numbers.size());
  }

  void check_points(const Shape& shape, std::size_t least, std::size_t most) {
    if (shape.points.size() >= least && shape.points.size() <= most) return;
    walk_.refuse(ErrorCode::dataset_schema, "a {} of {} points", shape.type, shape.points.size());
  }

  void add(Shape shape) {
    constexpr auto any = std::numeric_limits<std::size_t>::max();
    if (shape.type == "rectangle") {
      // Some programs write all four corners.
      check_points(shape, 2, 4);
      const auto box = box_around(shape.points);
      if (shape.points.size() > 2 && (shape.points.size() != 4 || area_of(shape.points) != box.area())) {
        walk_.refuse(ErrorCode::dataset_schema, "a rectangle needs two opposite corners, or all four");
      }
      auto& parts = parts_of(shape);
      parts.is_rectangle = parts.polygons.empty();
      parts.polygons.push_back(corners_of(box));
    } else if (shape.type == "polygon" || shape.type == "oriented_rectangle") {
      check_points(shape, 3, any);
      parts_of(shape).polygons.push_back(std::move(shape.points));
    } else if (shape.type == "circle") {
      check_points(shape, 2, 2);
      parts_of(shape).polygons.push_back(circle(shape.points[0], shape.points[1]));
    } else if (shape.type == "mask") {
      check_points(shape, 2, 2);
      add_mask(shape);
    } else if (shape.type == "point" || shape.type == "points" || shape.type == "line" || shape.type == "linestrip") {
      notes_.add(fmt::format("shape '{}' has no area: left out", shape.type), walk_.pointer());
    } else {
      walk_.refuse(ErrorCode::dataset_schema,
                   "the shape_type '{}'; polygon, rectangle, oriented_rectangle, circle, mask, point, points, line and "
                   "linestrip are accepted",
                   shape.type.substr(0, 40));
    }
  }

  Parts& parts_of(const Shape& shape) {
    if (shape.group) {
      const auto [place, is_new] = groups_.emplace(std::pair(*shape.group, std::string(shape.label)), parts_.size());
      if (!is_new) {
        parts_[place->second].is_rectangle = false;
        return parts_[place->second];
      }
    }
    parts_.push_back({.first = shapes_, .name = std::string(shape.label)});
    return parts_.back();
  }

  void add_mask(const Shape& shape) {
    if (!shape.png) walk_.refuse(ErrorCode::dataset_schema, "the key 'mask' is missing");
    if (!options_.decode_mask) {
      return notes_.add("shape 'mask' without decode_mask: left out", walk_.pointer());
    }
    const auto png = decode_plain_base64(*shape.png);
    if (!png) walk_.refuse(ErrorCode::dataset_schema, "the mask is not in base64");
    const auto& from = shape.points[0];
    const auto& to = shape.points[1];
    try {
      auto mask = options_.decode_mask(*png);
      // The last row and column count, too; they were whole numbers before they were moved about.
      if (std::abs(mask.size().width - (to.x - from.x + 1)) > 1 ||
          std::abs(mask.size().height - (to.y - from.y + 1)) > 1) {
        fail(ErrorCode::dataset_schema, "a mask of {} from {}, {} to {}, {}", to_string(mask.size()), from.x, from.y,
             to.x, to.y);
      }
      const auto x = static_cast<int>(std::lround(from.x));
      const auto y = static_cast<int>(std::lround(from.y));
      parts_of(shape).masks.push_back({std::move(mask), x, y});
    } catch (const Error& error) {
      walk_.refuse(ErrorCode::dataset_schema, "{}", error.what());
    }
  }

  template <class... Args>
  [[noreturn]] void refuse(const Parts& parts, fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorCode::dataset_schema, "{} /shapes/{}: {}", walk_.what(), parts.first,
         fmt::format(format, std::forward<Args>(args)...));
  }

  // When the size of the picture is known, which stands behind the shapes.
  LabelmePicture::Object finish(Parts parts) const {
    LabelmePicture::Object object;
    if (!parts.masks.empty()) {
      auto mask = united(parts);
      const auto around = mask.bounding_box();
      object.box = {around.x1, around.y1, around.width(), around.height()};
      object.segmentation = std::move(mask);
    } else {
      object.box = box_around(parts.polygons);
      if (!parts.is_rectangle) object.segmentation = std::move(parts.polygons);
    }
    const auto& box = object.box;
    if (!(box.width > 0 && box.height > 0)) refuse(parts, "a shape without area");
    const auto& size = picture_.size;
    if (size != Size{} &&
        (box.x >= size.width || box.y >= size.height || box.x + box.width <= 0 || box.y + box.height <= 0)) {
      refuse(parts, "a shape in {}, outside of the picture of {}", to_string(box), to_string(size));
    }
    object.name = std::move(parts.name);
    return object;
  }

  Mask united(const Parts& parts) const {
    if (picture_.size == Size{}) refuse(parts, "a mask in a picture without imageWidth and imageHeight");
    try {
      std::vector<Mask> masks;
      for (const auto& piece : parts.masks) masks.push_back(place(piece.mask, piece.x, piece.y, picture_.size));
      if (!parts.polygons.empty()) masks.push_back(rasterize(parts.polygons, picture_.size));
      return unite(masks);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid_argument) throw;
      refuse(parts, "{}", error.what());
    }
  }

  JsonWalk walk_;
  std::string folder_;
  const LabelmeReadOptions& options_;
  LabelmePicture picture_;
  NoteList notes_;
  std::size_t shapes_ = 0;  // read so far
  std::vector<Parts> parts_;
  std::map<std::pair<std::int64_t, std::string>, std::size_t> groups_;
};

AnnotatedObjects read_folder(const std::string& root, const LabelmeReadOptions& options) {
  constexpr const char* what = "LabelMe annotations";
  PictureCollector pictures(options.classes, what);
  const std::string below = options.annotations.empty() ? "" : options.annotations + "/";
  for (const auto& name : list_files(below.empty() ? root : root + "/" + options.annotations, json_extension, what)) {
    const auto path = root + "/" + below + name;
    auto bytes =
        read_file(path, {.what = what, .max_bytes = options.max_file_bytes, .too_large = ErrorCode::dataset_too_large});
    const auto folder = below + name.substr(0, name.rfind('/') + 1);
    auto picture = read_labelme_file(std::move(bytes), path, folder, options);
    for (const auto& note : picture.notes) {
      pictures.notes().add(note.what, fmt::format("{} {}", below + name, note.first), note.count);
    }
    pictures.add_picture(std::move(picture.file_name), picture.size, path);
    for (auto& object : picture.objects) {
      const auto area = area_of(object.box, object.segmentation);
      pictures.add_object(std::move(object.name),
                          {.box = object.box, .area = area, .segmentation = std::move(object.segmentation)});
    }
  }
  pictures.compare_pictures(root);
  return pictures.take();
}

}  // namespace

LabelmePicture read_labelme_file(std::vector<std::uint8_t> bytes, std::string_view name, std::string_view folder,
                                 const LabelmeReadOptions& options) {
  return PictureReader(std::move(bytes), name, folder, options).read();
}

LabelmePicture parse_labelme(std::string_view json, const LabelmeReadOptions& options, std::string_view name) {
  return guarded("reading LabelMe annotations", [&] {
    return read_labelme_file({json.begin(), json.end()}, name, "", options);
  });
}

AnnotatedObjects read_labelme(const std::string& root, const LabelmeReadOptions& options) {
  return guarded("reading LabelMe annotations", [&] {
    check_folder_option(options.annotations, "LabelmeReadOptions::annotations");
    check_limit(options.max_file_bytes, std::uint64_t{1} << 30U, "LabelmeReadOptions::max_file_bytes");
    check_classes(options.classes, "LabelmeReadOptions::classes");
    return read_folder(root, options);
  });
}

}  // namespace visionkit
