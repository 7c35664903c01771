#include "dataset/folder.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "core/write_file.hpp"

namespace visionkit {
namespace {

ErrorCode code_of(std::error_code error) {
  const auto is = [&](std::errc condition) { return error == condition; };
  if (is(std::errc::no_such_file_or_directory)) return ErrorCode::not_found;
  if (is(std::errc::not_a_directory)) return ErrorCode::not_regular_file;
  const bool is_denied = is(std::errc::permission_denied) || is(std::errc::read_only_file_system);
  return is_denied ? ErrorCode::permission_denied : ErrorCode::io;
}

[[noreturn]] void fail_folder(const char* verb, const char* what, const std::string& path, std::error_code error) {
  fail(code_of(error), "cannot {} the folder of {} '{}': {}", verb, what, path, error.message());
}

template <class Entry>
std::unordered_map<std::int64_t, std::size_t> positions_of(const std::vector<Entry>& entries, const char* what,
                                                           const char* noun) {
  std::unordered_map<std::int64_t, std::size_t> positions;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (positions.emplace(entries[i].id, i).second) continue;
    fail(ErrorCode::dataset_schema, "cannot write {}: the id {} of a {} appears twice", what, entries[i].id, noun);
  }
  return positions;
}

void check_image(const AnnotatedImage& image, const char* what) {
  if (image.file_name.empty() || image.size.width < 1 || image.size.height < 1) {
    fail(ErrorCode::dataset_schema, "cannot write {}: the picture {} '{}' of {} needs a name and a size", what,
         image.id, image.file_name, to_string(image.size));
  }
  if (leaves_folder(image.file_name)) {
    fail(ErrorCode::dataset_reference, "cannot write {}: the name '{}' leaves the folder of the data set", what,
         image.file_name);
  }
}

}  // namespace

bool leaves_folder(std::string_view name) {
  if (name.starts_with('/') || name.starts_with('\\') || name.find('\0') != std::string_view::npos) return true;
  if (name.size() > 1 && name[1] == ':') return true;
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find_first_of("/\\", begin), name.size());
    if (name.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

std::string_view without_extension(std::string_view name) {
  const auto dot = name.rfind('.');
  const auto slash = name.rfind('/');
  const auto begin = slash == std::string_view::npos ? 0 : slash + 1;
  return dot == std::string_view::npos || dot <= begin ? name : name.substr(0, dot);
}

bool has_extension(const std::string& path, std::span<const std::string_view> extensions) {
  auto extension = std::filesystem::path(path).extension().string();
  for (auto& letter : extension) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::vector<std::string> list_folders(const std::string& folder, const char* what) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (is_folder(entry->path().string())) names.push_back(entry->path().filename().string());
  }
  if (error) fail_folder("list", what, folder, error);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> list_files(const std::string& folder, std::span<const std::string_view> extensions,
                                    const char* what) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code broken_link;
    if (!has_extension(entry->path().string(), extensions) || !entry->is_regular_file(broken_link)) continue;
    names.push_back(entry->path().lexically_relative(folder).generic_string());
  }
  if (error) fail_folder("list", what, folder, error);
  std::sort(names.begin(), names.end());
  return names;
}

void check_limit(std::uint64_t value, std::uint64_t most, const char* field) {
  if (value < 1 || value > most) fail(ErrorCode::invalid_option, "{} is {}, expected 1 to {}", field, value, most);
}

void check_folder_option(const std::string& folder, const char* field) {
  if (!leaves_folder(folder)) return;
  fail(ErrorCode::invalid_option, "{} is '{}', a folder below the root is expected", field, folder);
}

void make_parent_folder(const std::string& path, const char* what) {
  const auto parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) fail_folder("make", what, parent.string(), error);
}

std::ifstream open_text(const std::string& path, const char* what) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!error && !std::filesystem::is_regular_file(status)) {
    fail(ErrorCode::not_regular_file, "{} '{}': not a regular file", what, path);
  }
  std::ifstream file(path, std::ios::binary);
  if (!error && !file) error = {errno, std::generic_category()};
  if (error) fail(code_of(error), "cannot read {} '{}': {}", what, path, error.message());
  return file;
}

std::string read_text(const std::string& path, const FileRule& rule) {
  const auto bytes = read_file(path, rule);
  return {bytes.begin(), bytes.end()};
}

void write_text(const std::string& path, std::string_view text, const char* what) {
  write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, what);
}

void refuse_utf16(std::string_view text, std::string_view what) {
  if (text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE") || text.substr(0, 4).find('\0') < 4) {
    fail(ErrorCode::dataset_syntax, "{}: this is UTF-16, UTF-8 is accepted", what);
  }
}

std::string_view without_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

void NoteList::add(std::string_view what, std::string_view where, std::size_t count) {
  const auto note = std::find_if(notes_.begin(), notes_.end(), [&](const auto& each) { return each.what == what; });
  if (note != notes_.end()) {
    note->count += count;
  } else {
    notes_.push_back({std::string(what), count, std::string(where)});
  }
}

std::vector<ImageObjects> group_by_image(const ObjectDataset& dataset, const char* what) {
  const auto images = positions_of(dataset.images, what, "picture");
  const auto categories = positions_of(dataset.categories, what, "category");
  std::vector<ImageObjects> groups;
  std::unordered_set<std::string_view> stems;
  for (const auto& image : dataset.images) {
    check_image(image, what);
    if (!stems.insert(without_extension(image.file_name)).second) {
      fail(ErrorCode::dataset_schema, "cannot write {}: '{}' and another picture would share one file", what,
           image.file_name);
    }
    groups.push_back({&image, {}});
  }
  for (const auto& object : dataset.objects) {
    const auto image = images.find(object.image_id);
    const auto category = categories.find(object.category_id);
    if (image == images.end() || category == categories.end()) {
      fail(ErrorCode::dataset_reference,
           "cannot write {}: the picture {} or the category {} of object {} is not listed", what, object.image_id,
           object.category_id, object.id);
    }
    groups[image->second].objects.push_back({&object, category->second});
  }
  return groups;
}

}  // namespace visionkit
