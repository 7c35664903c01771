#include <visionkit/core/labels.hpp>

#include <algorithm>
#include <unordered_set>

#include "core/fail.hpp"
#include "core/file.hpp"

namespace visionkit {
namespace {

constexpr std::uint64_t max_file_bytes = std::uint64_t{16} << 20U;
constexpr std::size_t max_line_bytes = 4096;

}  // namespace

Labels::Labels(std::vector<std::string> names) : names_(std::move(names)) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i].empty()) fail(ErrorCode::invalid_option, "label {} is empty", i);
    if (!seen.insert(names_[i]).second) fail(ErrorCode::invalid_option, "label {} repeats the name '{}'", i, names_[i]);
  }
}

std::string Labels::operator[](ClassId id) const {
  const auto index = static_cast<std::size_t>(id.value);
  return id.value >= 0 && index < names_.size() ? names_[index] : to_string(id);
}

std::optional<ClassId> Labels::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return ClassId(static_cast<std::int32_t>(found - names_.begin()));
}

Labels read_labels(const std::string& path) {
  return guarded("reading labels", [&] {
    const auto bytes =
        read_file(path, {.what = "labels file", .max_bytes = max_file_bytes, .too_large = ErrorCode::invalid_option});
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::vector<std::string> names;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      auto line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() > max_line_bytes)
        fail(ErrorCode::invalid_option, "labels file '{}': line {} has {} bytes; at most {} are accepted", path,
             names.size() + 1, line.size(), max_line_bytes);
      names.emplace_back(line);
    }
    if (names.empty()) fail(ErrorCode::invalid_option, "labels file '{}' is empty; one name a line is expected", path);
    try {
      return Labels(std::move(names));
    } catch (const Error& error) {
      fail(error.code(), "labels file '{}': {}", path, error.what());
    }
  });
}

std::string to_string(ClassId id) { return std::to_string(id.value); }

}  // namespace visionkit
