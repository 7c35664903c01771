#include <visionkit/dataset/yolo.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <unordered_set>

#include "dataset/folder.hpp"
#include "dataset/rings.hpp"
#include "dataset/yolo_description.hpp"

namespace visionkit {
namespace {

constexpr std::string_view label_extension[] = {".txt"};

class RowReader {
 public:
  RowReader(Size image, std::size_t class_count, std::string what)
      : image_(image), class_count_(class_count), what_(std::move(what)) {}

  std::vector<TrueObject> read(std::string_view text) {
    refuse_utf16(text, what_);
    std::vector<TrueObject> objects;
    for_each_line(text, [&](std::size_t number, std::string_view line) {
      line_ = number;
      split(line);
      if (!words_.empty()) objects.push_back(read_row());
    });
    return objects;
  }

 private:
  template <class... Args>
  [[noreturn]] void refuse(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) const {
    fail(code, "{} line {}: {}", what_, line_, fmt::format(format, std::forward<Args>(args)...));
  }

  void split(std::string_view line) {
    words_.clear();
    for (;;) {
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      if (line.empty()) return;
      const auto end = std::min(line.find_first_of(" \t"), line.size());
      words_.push_back(line.substr(0, end));
      line.remove_prefix(end);
    }
  }

  TrueObject read_row() const {
    if (words_.size() < 5 || words_.size() % 2 == 0) {
      refuse(ErrorCode::dataset_syntax, "{} numbers; accepted are 5 (class, box) or 7, 9, ... (class, polygon)",
             words_.size());
    }
    TrueObject object;
    object.category_id = read_class();
    if (words_.size() == 5) {
      const ObjectBox part{coordinate(1), coordinate(2), coordinate(3), coordinate(4)};
      if (part.width == 0 || part.height == 0) refuse(ErrorCode::dataset_schema, "a box without area");
      const auto width = part.width * image_.width;
      const auto height = part.height * image_.height;
      object.box = {part.x * image_.width - width / 2, part.y * image_.height - height / 2, width, height};
      object.area = object.box.area();
      return object;
    }
    Polygon polygon;
    for (std::size_t i = 1; i < words_.size(); i += 2) {
      polygon.push_back({coordinate(i) * image_.width, coordinate(i + 1) * image_.height});
    }
    object.box = box_around(polygon);
    object.area = area_of(polygon);
    if (object.box.area() <= 0) refuse(ErrorCode::dataset_schema, "a polygon without area");
    object.segmentation = std::vector<Polygon>{std::move(polygon)};
    return object;
  }

  std::int64_t read_class() const {
    std::size_t value = 0;
    const auto word = words_[0];
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    if (result.ec != std::errc() || result.ptr != word.data() + word.size() || value >= class_count_) {
      refuse(ErrorCode::dataset_syntax, "the class '{}'; 0 to {} are accepted", word.substr(0, 40),
             static_cast<std::int64_t>(class_count_) - 1);
    }
    return static_cast<std::int64_t>(value);
  }

  double coordinate(std::size_t position) const {
    double value = 0;
    const auto word = words_[position];
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    const bool is_number = result.ec == std::errc() && result.ptr == word.data() + word.size();
    if (!is_number || !(value >= 0 && value <= 1)) {
      refuse(ErrorCode::dataset_schema, "the coordinate '{}'; numbers from 0 to 1 are accepted", word.substr(0, 40));
    }
    return value;
  }

  Size image_;
  std::size_t class_count_;
  std::string what_;
  std::size_t line_ = 0;
  std::vector<std::string_view> words_;
};

void check(Size size, std::string_view picture) {
  if (size.width > 0 && size.height > 0) return;
  fail(ErrorCode::invalid_argument, "reading YOLO labels: the size of '{}' is {}, sides from 1 are expected", picture,
       to_string(size));
}

class SplitReader {
 public:
  SplitReader(const std::string& root, const YoloReadOptions& options) : root_(root), options_(options) {}

  AnnotatedObjects read() {
    const auto description = read_yolo_description(root_ + "/data.yaml");
    const auto sources = sources_of(description);
    for (const auto& name : description.names) {
      data_.categories.push_back({.id = static_cast<std::int64_t>(data_.categories.size()), .name = name});
    }
    const bool is_one_folder = sources.size() == 1 && !is_list(sources[0]);
    for (const auto& source : sources) {
      if (is_list(source)) {
        read_list(source);
      } else {
        for (const auto& name : list_files(root_ + "/" + source, picture_extensions, "YOLO pictures")) {
          const auto picture = normal(source + "/" + name);
          read_picture(picture, is_one_folder ? name : picture);
        }
      }
    }
    for (const auto& source : sources) {
      if (!is_list(source)) note_lone_labels(source);
    }
    return {std::move(data_), notes_.take()};
  }

 private:
  // Without "." and doubled slashes, so that one file has one name.
  static std::string normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().generic_string();
  }

  static bool is_list(std::string_view source) { return source.ends_with(".txt"); }

  std::vector<std::string> sources_of(const YoloDescription& description) const {
    if (!options_.images.empty()) return {options_.images};
    const auto found = description.splits.find(options_.split);
    if (found != description.splits.end()) return found->second;
    fail(ErrorCode::dataset_reference, "YOLO description '{}/data.yaml': there is no folder of the split '{}'", root_,
         options_.split);
  }

  std::string read_small_text(const std::string& path, const char* what) const {
    return read_text(path,
                     {.what = what, .max_bytes = options_.max_file_bytes, .too_large = ErrorCode::dataset_too_large});
  }

  void read_list(const std::string& list) {
    const auto path = root_ + "/" + list;
    const auto text = read_small_text(path, "list of YOLO pictures");
    refuse_utf16(text, fmt::format("list of YOLO pictures '{}'", path));
    for_each_line(text, [&](std::size_t number, std::string_view line) {
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      line = line.substr(0, line.find_last_not_of(" \t") + 1);
      if (line.empty()) return;
      if (leaves_folder(line)) {
        fail(ErrorCode::dataset_reference, "list of YOLO pictures '{}' line {}: '{}' leaves the folder of the data set",
             path, number, line);
      }
      const auto folder = line.starts_with("./") ? list.substr(0, list.rfind('/') + 1) : std::string();
      const auto picture = normal(folder + std::string(line));
      if (!has_extension(picture, picture_extensions)) {
        notes_.add("entry of a list that is no picture: left out", picture);
      } else if (!is_file(root_ + "/" + picture)) {
        notes_.add("picture of a list is missing: left out", picture);
      } else {
        read_picture(picture, picture);
      }
    });
  }

  // `picture` is relative to the root.
  void read_picture(const std::string& picture, const std::string& name) {
    if (!pictures_.insert(picture).second) return notes_.add("picture that came before: left out", picture);
    const auto path = root_ + "/" + picture;
    AnnotatedImage image{.id = static_cast<std::int64_t>(data_.images.size()) + 1, .file_name = name};
    image.size = options_.image_size(path);
    check(image.size, path);
    const auto label = fmt::format("{}.txt", without_extension(beside_labels(picture)));
    used_.insert(label);
    try {
      const auto label_path = root_ + "/" + label;
      const auto text = read_small_text(label_path, "YOLO labels");
      for (auto& object : parse_yolo_labels(text, image.size, data_.categories.size(), label_path)) {
        object.id = static_cast<std::int64_t>(data_.objects.size()) + 1;
        object.image_id = image.id;
        data_.objects.push_back(std::move(object));
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
      notes_.add("picture without labels: has no objects", name);
    }
    data_.images.push_back(std::move(image));
  }

  void note_lone_labels(const std::string& folder) {
    auto labels = beside_labels(folder + "/");
    labels.pop_back();
    if (!is_folder(root_ + "/" + labels)) return;
    for (const auto& name : list_files(root_ + "/" + labels, label_extension, "YOLO labels")) {
      const auto label = normal(labels + "/" + name);
      if (!used_.contains(label)) notes_.add("labels without a picture: left out", label);
    }
  }

  const std::string& root_;
  const YoloReadOptions& options_;
  ObjectDataset data_;
  NoteList notes_;
  std::unordered_set<std::string> pictures_;
  std::unordered_set<std::string> used_;
};

void check(const YoloReadOptions& options) {
  if (!options.image_size) {
    fail(ErrorCode::invalid_option, "YoloReadOptions::image_size is empty; a function is needed");
  }
  check_limit(options.max_file_bytes, std::uint64_t{1} << 30U, "YoloReadOptions::max_file_bytes");
  check_folder_option(options.images, "YoloReadOptions::images");
}

}  // namespace

AnnotatedObjects read_yolo(const std::string& root, const YoloReadOptions& options) {
  return guarded("reading YOLO labels", [&] {
    check(options);
    return SplitReader(root, options).read();
  });
}

std::vector<TrueObject> parse_yolo_labels(std::string_view text, Size image, std::size_t class_count,
                                          std::string_view name) {
  return guarded("reading YOLO labels", [&] {
    check(image, name);
    return RowReader(image, class_count, fmt::format("YOLO labels '{}'", name)).read(text);
  });
}

}  // namespace visionkit
