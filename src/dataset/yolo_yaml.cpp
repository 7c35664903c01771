#include <visionkit/dataset/yolo.hpp>

#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "dataset/folder.hpp"
#include "dataset/yolo_description.hpp"

namespace visionkit {
namespace {

constexpr std::size_t max_depth = 8;

struct YamlNode {
  enum class Kind { null, text, list, map };

  Kind kind = Kind::null;
  std::size_t line = 0;
  std::string text = {};
  std::vector<YamlNode> children = {};  // of a map: key, value, key, value...
};

// Builds a tree from what yaml-cpp's parser meets. Its own document loader would follow aliases.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string what) : what_(std::move(what)) {}

  [[nodiscard]] YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "", anchor);
    add({.kind = YamlNode::Kind::null, .line = line_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse(mark, "an alias"); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    add({.kind = YamlNode::Kind::text, .line = line_of(mark), .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  static std::size_t line_of(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.line) + 1; }

  [[noreturn]] void refuse(const YAML::Mark& mark, const char* found) const {
    fail(ErrorCode::dataset_syntax, "{} line {}: {}, which is not accepted there", what_, line_of(mark), found);
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) refuse(mark, "an anchor");
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "a tag");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    check(mark, tag, anchor);
    if (open_.size() == max_depth) refuse(mark, "a value more than 8 levels deep");
    open_.push_back({.kind = kind, .line = line_of(mark)});
  }

  void close() {
    auto node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().children.push_back(std::move(node));
    }
  }

  std::string what_;
  YamlNode root_;
  std::vector<YamlNode> open_;
};

class DescriptionReader {
 public:
  explicit DescriptionReader(std::string what) : what_(std::move(what)) {}

  YoloDescription read(std::string_view text) {
    const auto root = parse(text);
    if (root.kind != YamlNode::Kind::map) refuse(ErrorCode::dataset_schema, root, "a map of keys is expected");
    std::optional<std::size_t> count;
    bool has_names = false;
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i + 1 < root.children.size(); i += 2) {
      const auto& key = root.children[i];
      const auto& value = root.children[i + 1];
      if (!keys.insert(key.text).second) refuse(ErrorCode::dataset_syntax, key, "a key that is there twice");
      if (key.text == "names") {
        has_names = true;
        read_names(value);
      } else if (key.text == "nc") {
        count = number(value);
      } else if (key.text == "train" || key.text == "val" || key.text == "test") {
        read_split(key.text, value);
      }
    }
    if (!has_names) refuse(ErrorCode::dataset_schema, root, "the key 'names' is missing");
    if (count && *count != description_.names.size()) {
      fail(ErrorCode::dataset_schema, "{}: nc is {}, and there are {} names", what_, *count, description_.names.size());
    }
    return std::move(description_);
  }

 private:
  [[noreturn]] void refuse(ErrorCode code, const YamlNode& node, const char* fault) const {
    fail(code, "{} line {}: {}", what_, node.line, fault);
  }

  YamlNode parse(std::string_view text) const {
    if (text.size() > max_description_bytes) {
      fail(ErrorCode::dataset_too_large, "{} has {} bytes; at most {} are accepted", what_, text.size(),
           max_description_bytes);
    }
    refuse_utf16(text, what_);
    // YAML forbids tabs where they would indent; yaml-cpp takes some for spaces.
    for_each_line(text, [&](std::size_t number, std::string_view line) {
      if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos) {
        fail(ErrorCode::dataset_syntax, "{} line {}: a tab at its beginning; YAML is indented by spaces", what_,
             number);
      }
    });
    std::istringstream stream{std::string(text)};
    TreeBuilder builder(what_);
    try {
      YAML::Parser parser(stream);
      if (!parser.HandleNextDocument(builder)) fail(ErrorCode::dataset_syntax, "{} is empty", what_);
      TreeBuilder second(what_);
      if (parser.HandleNextDocument(second)) {
        fail(ErrorCode::dataset_syntax, "{}: several documents, one is accepted", what_);
      }
    } catch (const YAML::Exception& error) {
      fail(ErrorCode::dataset_syntax, "{} line {}: {}", what_, error.mark.line + 1, error.msg);
    }
    return builder.take();
  }

  std::size_t number(const YamlNode& node) const {
    std::size_t value = 0;
    const auto* end = node.text.data() + node.text.size();
    const auto result = std::from_chars(node.text.data(), end, value);
    if (node.kind != YamlNode::Kind::text || result.ec != std::errc() || result.ptr != end) {
      refuse(ErrorCode::dataset_schema, node, "a whole number from 0 is expected");
    }
    return value;
  }

  const std::string& text(const YamlNode& node, const char* expected) const {
    if (node.kind != YamlNode::Kind::text || node.text.empty()) refuse(ErrorCode::dataset_schema, node, expected);
    return node.text;
  }

  // A list, or a map of every number from 0 to a name.
  void read_names(const YamlNode& node) {
    constexpr const char* expected = "the name of a class is expected";
    if (node.kind == YamlNode::Kind::list) {
      for (const auto& child : node.children) description_.names.push_back(text(child, expected));
    } else if (node.kind == YamlNode::Kind::map) {
      std::map<std::size_t, std::string> names;
      for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        if (!names.emplace(number(node.children[i]), text(node.children[i + 1], expected)).second) {
          refuse(ErrorCode::dataset_schema, node.children[i], "a class number that is there twice");
        }
      }
      if (!names.empty() && names.rbegin()->first + 1 != names.size()) {
        refuse(ErrorCode::dataset_schema, node, "class numbers from 0 without a gap are expected");
      }
      for (auto& [key, name] : names) description_.names.push_back(std::move(name));
    }
    if (description_.names.empty()) refuse(ErrorCode::dataset_schema, node, "a list or map of names is expected");
    std::set<std::string_view> seen;
    for (const auto& name : description_.names) {
      if (!seen.insert(name).second) refuse(ErrorCode::dataset_schema, node, "a name is there twice");
    }
  }

  void read_split(const std::string& split, const YamlNode& node) {
    if (node.kind == YamlNode::Kind::null) return;  // "test:" without a value is common
    auto& sources = description_.splits[split];
    if (node.kind == YamlNode::Kind::list) {
      for (const auto& child : node.children) sources.push_back(source(child));
    } else {
      sources.push_back(source(node));
    }
    if (sources.empty()) refuse(ErrorCode::dataset_schema, node, source_expected);
  }

  std::string source(const YamlNode& node) const {
    std::string_view path = text(node, source_expected);
    // Roboflow's exports start with "../" and mean the folder of data.yaml; so reads Ultralytics.
    if (path.starts_with("../")) path.remove_prefix(3);
    if (leaves_folder(path)) {
      refuse(ErrorCode::dataset_reference, node, "a folder or list outside of the folder of the data set");
    }
    return std::string(path);
  }

  static constexpr const char* source_expected =
      "a folder of pictures, a list of paths, or several of them are expected";

  std::string what_;
  YoloDescription description_;
};

}  // namespace

YoloDescription parse_yolo_description(std::string_view yaml, std::string_view name) {
  return guarded("reading a YOLO description",
                 [&] { return DescriptionReader(fmt::format("YOLO description '{}'", name)).read(yaml); });
}

}  // namespace visionkit
