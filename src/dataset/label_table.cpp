#include <visionkit/dataset/label_table.hpp>

#include <algorithm>
#include <set>
#include <unordered_set>

#include "dataset/folder.hpp"

namespace visionkit {
namespace {

constexpr std::size_t max_cell_bytes = std::size_t{64} << 10U;

class TableReader {
 public:
  TableReader(std::string_view text, const LabelTableOptions& options, std::string_view name)
      : text_(without_mark(text)), options_(options), name_(name) {}

  LabeledImages read() {
    refuse_utf16(text_, fmt::format("label table '{}'", name_));
    if (text_.empty()) fail(ErrorCode::dataset_syntax, "label table '{}' is empty", name_);
    bool is_header = options_.header == TableHeader::present;
    while (place_ < text_.size()) {
      row_line_ = line_;
      auto cells = read_row();
      const bool is_empty = cells.size() == 1 && cells[0].empty();
      if (!is_empty && !is_header) add(std::move(cells));
      if (!is_empty) is_header = false;
    }
    return {{classes_.begin(), classes_.end()}, std::move(images_), notes_.take()};
  }

 private:
  template <class... Args>
  [[noreturn]] void refuse(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) const {
    fail(code, "label table '{}' line {}: {}", name_, row_line_, fmt::format(format, std::forward<Args>(args)...));
  }

  std::vector<std::string> read_row() {
    std::vector<std::string> cells;
    for (;;) {
      cells.push_back(read_cell());
      if (place_ == text_.size()) return cells;
      const auto mark = text_[place_++];
      if (mark == ',') continue;
      if (mark == '\r') ++place_;  // read_cell() ends at "\r\n" only
      ++line_;
      return cells;
    }
  }

  // Ends at a comma, the end of a line or of the text.
  std::string read_cell() {
    std::string cell;
    if (place_ == text_.size() || text_[place_] != '"') {
      while (!is_end()) append(cell);
      if (cell.find('"') != std::string::npos) refuse(ErrorCode::dataset_syntax, "a quote inside of a cell without");
      return cell;
    }
    for (++place_;;) {
      if (place_ == text_.size()) refuse(ErrorCode::dataset_syntax, "a cell whose quote is never closed");
      if (text_[place_] == '"') {
        ++place_;
        if (place_ == text_.size() || text_[place_] != '"') break;
      }
      if (text_[place_] == '\n') ++line_;
      append(cell);
    }
    if (!is_end()) refuse(ErrorCode::dataset_syntax, "characters behind the closing quote of a cell");
    return cell;
  }

  [[nodiscard]] bool is_end() const {
    const auto rest = text_.substr(place_);
    return rest.empty() || rest[0] == ',' || rest[0] == '\n' || rest.starts_with("\r\n");
  }

  void append(std::string& cell) {
    if (cell.size() == max_cell_bytes) {
      refuse(ErrorCode::dataset_too_large, "a cell of more than {} bytes", max_cell_bytes);
    }
    cell += text_[place_++];
  }

  void add(std::vector<std::string> cells) {
    while (cells.size() > 1 && cells.back().empty()) cells.pop_back();
    LabeledImage image{.file = std::move(cells[0]), .labels = {}};
    cells.erase(cells.begin());
    image.labels = std::move(cells);
    if (image.file.empty() || image.labels.empty()) {
      refuse(ErrorCode::dataset_schema, "a file and at least one label are expected");
    }
    if (leaves_folder(image.file)) {
      refuse(ErrorCode::dataset_reference, "the name '{}' leaves the folder of the data set", image.file);
    }
    if (!files_.insert(image.file).second) refuse(ErrorCode::dataset_schema, "'{}' is there twice", image.file);
    std::set<std::string_view> labels;
    for (const auto& label : image.labels) {
      if (label.empty()) refuse(ErrorCode::dataset_schema, "an empty label before another");
      if (label.find('\0') != std::string::npos) refuse(ErrorCode::dataset_schema, "a label with a NUL byte");
      if (!labels.insert(label).second) refuse(ErrorCode::dataset_schema, "the label '{}' is there twice", label);
      classes_.insert(label);
    }
    if (!options_.root.empty() && !is_file(options_.root + "/" + image.file)) {
      notes_.add("labels of a missing picture: kept", image.file);
    }
    images_.push_back(std::move(image));
  }

  std::string_view text_;
  const LabelTableOptions& options_;
  std::string_view name_;
  std::size_t place_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
  std::vector<LabeledImage> images_;
  std::set<std::string> classes_;
  std::unordered_set<std::string> files_;
  NoteList notes_;
};

void check(const LabelTableOptions& options) {
  check_limit(options.max_bytes, std::uint64_t{4} << 30U, "LabelTableOptions::max_bytes");
}

std::string cell(const std::string& text) {
  if (text.empty() || text.find('\0') != std::string::npos) {
    fail(ErrorCode::invalid_argument, "writing a label table: a file or a label is empty or holds a NUL byte");
  }
  // At the beginning of a file some bytes would be taken for the mark of an encoding.
  const bool is_markable = static_cast<unsigned char>(text[0]) >= 0xEF;
  if (!is_markable && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const auto letter : text) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  return quoted + '"';
}

}  // namespace

std::string_view to_string(TableHeader header) noexcept { return header == TableHeader::absent ? "absent" : "present"; }

LabeledImages read_label_table(const std::string& path, const LabelTableOptions& options) {
  return guarded("reading a label table", [&] {
    check(options);
    const auto text = read_text(
        path, {.what = "label table", .max_bytes = options.max_bytes, .too_large = ErrorCode::dataset_too_large});
    return TableReader(text, options, path).read();
  });
}

LabeledImages parse_label_table(std::string_view text, const LabelTableOptions& options, std::string_view name) {
  return guarded("reading a label table", [&] {
    check(options);
    return TableReader(text, options, name).read();
  });
}

std::string to_label_table(std::span<const LabeledImage> images) {
  return guarded("writing a label table", [&] {
    std::string text;
    for (const auto& image : images) {
      if (image.labels.empty()) {
        fail(ErrorCode::invalid_argument, "writing a label table: '{}' has no label", image.file);
      }
      text += cell(image.file);
      for (const auto& label : image.labels) {
        text += ',';
        text += cell(label);
      }
      text += '\n';
    }
    return text;
  });
}

void write_label_table(const std::string& path, std::span<const LabeledImage> images) {
  guarded("writing a label table", [&] { write_text(path, to_label_table(images), "label table"); });
}

}  // namespace visionkit
