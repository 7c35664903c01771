#include <visionkit/dataset/voc.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <pugixml.hpp>

#include "dataset/picture_files.hpp"

namespace visionkit {
namespace {

constexpr std::string_view xml_extension[] = {".xml"};

class PictureReader {
 public:
  PictureReader(std::string_view xml, std::string_view name) : xml_(xml), name_(name) {}

  VocPicture read() {
    refuse_utf16(xml_, fmt::format("VOC annotations '{}' line 1", name_));
    pugi::xml_document document;
    // Entities of a document type are never expanded by pugixml; a file that has one is no annotation file.
    const auto parsed = document.load_buffer(xml_.data(), xml_.size(), pugi::parse_default | pugi::parse_doctype);
    if (!parsed) refuse(ErrorCode::dataset_syntax, parsed.offset, "{}", parsed.description());
    for (const auto node : document.children()) {
      if (node.type() == pugi::node_doctype) {
        refuse(ErrorCode::dataset_syntax, node.offset_debug(), "a document type, which is not accepted");
      }
    }
    const auto root = document.child("annotation");
    if (!root) refuse(ErrorCode::dataset_schema, 0, "the element 'annotation' is missing");

    VocPicture picture;
    picture.file_name = text(child(root, "filename"));
    if (leaves_folder(picture.file_name)) {
      refuse(ErrorCode::dataset_reference, root.child("filename").offset_debug(),
             "the name '{}' leaves the folder of the data set", picture.file_name);
    }
    const auto size = child(root, "size");
    picture.size = {side(child(size, "width")), side(child(size, "height"))};
    for (const auto node : root.children("object")) picture.objects.push_back(read_object(node, picture.size));
    return picture;
  }

 private:
  template <class... Args>
  [[noreturn]] void refuse(ErrorCode code, std::ptrdiff_t offset, fmt::format_string<Args...> format,
                           Args&&... args) const {
    // pugixml turns other encodings into UTF-8 first, so that a place may be beyond the text.
    const auto before = xml_.substr(0, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
    fail(code, "VOC annotations '{}' line {}: {}", name_, std::count(before.begin(), before.end(), '\n') + 1,
         fmt::format(format, std::forward<Args>(args)...));
  }

  pugi::xml_node child(pugi::xml_node node, const char* key) const {
    const auto found = node.child(key);
    if (!found) refuse(ErrorCode::dataset_schema, node.offset_debug(), "the element '{}' is missing", key);
    return found;
  }

  std::string text(pugi::xml_node node) const {
    const std::string_view value = node.text().get();
    const auto begin = std::min(value.find_first_not_of(" \t\r\n"), value.size());
    const auto end = value.find_last_not_of(" \t\r\n");
    if (begin == value.size()) refuse(ErrorCode::dataset_schema, node.offset_debug(), "'{}' is empty", node.name());
    return std::string(value.substr(begin, end + 1 - begin));
  }

  template <class Number>
  Number number(pugi::xml_node node, const char* expected) const {
    const auto word = text(node);
    Number value = 0;
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    if (result.ec != std::errc() || result.ptr != word.data() + word.size()) {
      refuse(ErrorCode::dataset_schema, node.offset_debug(), "{} is '{}', {} is expected", node.name(),
             word.substr(0, 40), expected);
    }
    return value;
  }

  int side(pugi::xml_node node) const {
    const auto pixels = number<int>(node, "a whole number of pixels");
    if (pixels < 1) refuse(ErrorCode::dataset_schema, node.offset_debug(), "a {} of {} pixels", node.name(), pixels);
    return pixels;
  }

  VocPicture::Object read_object(pugi::xml_node node, Size size) const {
    VocPicture::Object object{.name = text(child(node, "name"))};
    const auto box = child(node, "bndbox");
    const auto edge = [&](const char* key) {
      const auto found = child(box, key);
      const auto value = number<double>(found, "a number");
      if (!std::isfinite(value)) refuse(ErrorCode::dataset_schema, found.offset_debug(), "{} is not finite", key);
      return value;
    };
    const auto left = edge("xmin"), top = edge("ymin"), right = edge("xmax"), bottom = edge("ymax");
    if (left > right || top > bottom) {
      refuse(ErrorCode::dataset_schema, box.offset_debug(), "a box from {}, {} to {}, {}; min above max", left, top,
             right, bottom);
    }
    object.box = {left - 1, top - 1, right - (left - 1), bottom - (top - 1)};
    if (right <= 0 || bottom <= 0 || left >= size.width + 1.0 || top >= size.height + 1.0) {
      refuse(ErrorCode::dataset_schema, box.offset_debug(), "a box from {}, {} to {}, {}, outside of the picture of {}",
             left, top, right, bottom, to_string(size));
    }
    if (const auto difficult = node.child("difficult")) {
      const auto value = number<int>(difficult, "0 or 1");
      if (value != 0 && value != 1) {
        refuse(ErrorCode::dataset_schema, difficult.offset_debug(), "difficult is {}, 0 or 1 is expected", value);
      }
      object.is_difficult = value == 1;
    }
    return object;
  }

  std::string_view xml_;
  std::string_view name_;
};

AnnotatedObjects read_folder(const std::string& root, const VocReadOptions& options) {
  constexpr const char* what = "VOC annotations";
  PictureCollector pictures(options.classes, what);
  const auto folder = root + "/" + options.annotations;
  for (const auto& name : list_files(folder, xml_extension, what)) {
    const auto path = folder + "/" + name;
    const auto xml =
        read_text(path, {.what = what, .max_bytes = options.max_file_bytes, .too_large = ErrorCode::dataset_too_large});
    auto picture = parse_voc(xml, path);
    // Files in folders describe pictures in folders, and file names rarely say so.
    const auto slash = name.rfind('/');
    if (slash != std::string::npos && picture.file_name.find('/') == std::string::npos) {
      picture.file_name = name.substr(0, slash + 1) + picture.file_name;
    }
    pictures.add_picture(std::move(picture.file_name), picture.size, path);
    for (auto& object : picture.objects) {
      pictures.add_object(std::move(object.name),
                          {.box = object.box, .area = object.box.area(), .is_crowd = object.is_difficult});
    }
  }
  if (!options.images.empty()) pictures.compare_pictures(root + "/" + options.images);
  return pictures.take();
}

void check(const VocReadOptions& options) {
  check_folder_option(options.annotations, "VocReadOptions::annotations");
  check_folder_option(options.images, "VocReadOptions::images");
  check_limit(options.max_file_bytes, std::uint64_t{1} << 30U, "VocReadOptions::max_file_bytes");
  check_classes(options.classes, "VocReadOptions::classes");
}

struct TextWriter : pugi::xml_writer {
  void write(const void* data, std::size_t size) override { text.append(static_cast<const char*>(data), size); }
  std::string text;
};

void add_text(pugi::xml_node node, const char* key, const std::string& text) {
  // pugixml would write references to such characters, which XML does not allow.
  if (std::any_of(text.begin(), text.end(), [](unsigned char each) { return each < ' '; })) {
    fail(ErrorCode::invalid_argument, "writing VOC annotations: {} '{}' holds a control character", key, text);
  }
  node.append_child(key).text().set(text.c_str());
}

void add_number(pugi::xml_node node, const char* key, double value) {
  if (!std::isfinite(value)) {
    fail(ErrorCode::invalid_argument, "writing VOC annotations: {} is {}, a finite number is expected", key, value);
  }
  add_text(node, key, fmt::format("{}", value));
}

// A box as it will be read again; nothing for one that would be refused.
std::optional<ObjectBox> to_voc_box(const TrueObject& object, Size image, NoteList& notes) {
  const auto where = fmt::format("object {}", object.id);
  auto box = object.box;
  if (!(box.x < image.width && box.y < image.height && box.x + box.width > 0 && box.y + box.height > 0)) {
    notes.add("nothing in the picture: left out", where);
    return std::nullopt;
  }
  if (!std::holds_alternative<std::monostate>(object.segmentation)) notes.add("segmentation: left out", where);
  if (box.width < 1 || box.height < 1) {
    notes.add("side below a pixel: becomes one", where);
    box.width = std::max(box.width, 1.0);
    box.height = std::max(box.height, 1.0);
  }
  if (object.area != box.area()) notes.add("area: becomes that of the box", where);
  return box;
}

void write_picture(const std::string& path, const VocPicture& picture) {
  const auto text = to_voc_xml(picture);
  const auto is_same = [](const VocPicture::Object& a, const VocPicture::Object& b) { return a.name == b.name; };
  const auto back = parse_voc(text, path);
  if (back.file_name != picture.file_name ||
      !std::equal(back.objects.begin(), back.objects.end(), picture.objects.begin(), picture.objects.end(), is_same)) {
    fail(ErrorCode::dataset_schema, "cannot write VOC annotations '{}': a name has characters that XML cannot hold",
         path);
  }
  make_parent_folder(path, "VOC annotations");
  write_text(path, text, "VOC annotations");
}

}  // namespace

VocPicture parse_voc(std::string_view xml, std::string_view name) {
  return guarded("reading VOC annotations", [&] { return PictureReader(xml, name).read(); });
}

AnnotatedObjects read_voc(const std::string& root, const VocReadOptions& options) {
  return guarded("reading VOC annotations", [&] {
    check(options);
    return read_folder(root, options);
  });
}

std::string to_voc_xml(const VocPicture& picture) {
  return guarded("writing VOC annotations", [&] {
    pugi::xml_document document;
    auto root = document.append_child("annotation");
    add_text(root, "filename", picture.file_name);
    auto size = root.append_child("size");
    add_number(size, "width", picture.size.width);
    add_number(size, "height", picture.size.height);
    add_number(size, "depth", 3);
    for (const auto& object : picture.objects) {
      auto node = root.append_child("object");
      add_text(node, "name", object.name);
      add_text(node, "difficult", object.is_difficult ? "1" : "0");
      auto box = node.append_child("bndbox");
      add_number(box, "xmin", object.box.x + 1);
      add_number(box, "ymin", object.box.y + 1);
      add_number(box, "xmax", object.box.x + object.box.width);
      add_number(box, "ymax", object.box.y + object.box.height);
    }
    TextWriter writer;
    document.save(writer, "\t", pugi::format_indent | pugi::format_no_declaration, pugi::encoding_utf8);
    return std::move(writer.text);
  });
}

std::vector<DatasetNote> write_voc(const std::string& root, const ObjectDataset& dataset,
                                   const VocWriteOptions& options) {
  return guarded("writing VOC annotations", [&] {
    check_folder_option(options.annotations, "VocWriteOptions::annotations");
    NoteList notes;
    std::vector<std::size_t> uses(dataset.categories.size());
    for (const auto& [image, objects] : group_by_image(dataset, "VOC annotations")) {
      VocPicture picture{.file_name = image->file_name, .size = image->size};
      for (const auto& [object, category] : objects) {
        const auto box = to_voc_box(*object, image->size, notes);
        if (!box) continue;
        ++uses[category];
        picture.objects.push_back({dataset.categories[category].name, *box, object->is_crowd});
      }
      write_picture(fmt::format("{}/{}/{}.xml", root, options.annotations, without_extension(image->file_name)),
                    picture);
    }
    note_categories(dataset.categories, uses, notes);
    return notes.take();
  });
}

}  // namespace visionkit
