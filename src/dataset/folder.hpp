// What readers and writers of folders share: lists of files, names that may be opened, lines with their numbers, notes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/truth.hpp>

#include "core/fail.hpp"
#include "core/file.hpp"

namespace visionkit {

/// In lower case.
inline constexpr std::string_view picture_extensions[] = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"};

/// Names that leave the folder that they are relative to, on any system: "../a", "/a", "C:a", a NUL byte.
bool leaves_folder(std::string_view name);

/// A name without the extension of its last part: "a.b/c.jpg" gives "a.b/c".
std::string_view without_extension(std::string_view name);

/// In any case.
bool has_extension(const std::string& path, std::span<const std::string_view> extensions);

bool is_folder(const std::string& path);
bool is_file(const std::string& path);

/// The names of the folders in a folder, in the order of their bytes; those behind symbolic links, too. Throws as
/// list_files().
std::vector<std::string> list_folders(const std::string& folder, const char* what);

/// The regular files below a folder whose extension, in any case, is one of these: relative to it, parted by '/', in
/// the order of their bytes. Folders behind symbolic links are not entered. `what` is the noun of messages.
/// Throws not_found, permission_denied, not_regular_file (it is no folder), io.
std::vector<std::string> list_files(const std::string& folder, std::span<const std::string_view> extensions,
                                    const char* what);

/// Throw invalid_option, with the name of the field.
void check_limit(std::uint64_t value, std::uint64_t most, const char* field);
void check_folder_option(const std::string& folder, const char* field);

/// Throws what write_file() throws for a folder that cannot be made.
void make_parent_folder(const std::string& path, const char* what);

/// A regular file for reading piece by piece. Throws not_found, permission_denied, not_regular_file, io.
std::ifstream open_text(const std::string& path, const char* what);

std::string read_text(const std::string& path, const FileRule& rule);
void write_text(const std::string& path, std::string_view text, const char* what);

/// Throws dataset_syntax for text whose first bytes are those of UTF-16 or UTF-32.
void refuse_utf16(std::string_view text, std::string_view what);

/// Text without a UTF-8 mark.
std::string_view without_mark(std::string_view text);

/// Calls on_line(number, line) for every line, numbers from 1, without its end ("\n" or "\r\n").
template <class OnLine>
void for_each_line(std::string_view text, OnLine&& on_line) {
  text = without_mark(text);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    on_line(number, line);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// Counts what was put right or left out; in the order of the first time.
class NoteList {
 public:
  void add(std::string_view what, std::string_view where, std::size_t count = 1);
  [[nodiscard]] std::vector<DatasetNote> take() { return std::move(notes_); }

 private:
  std::vector<DatasetNote> notes_;
};

/// A picture with its objects, for formats that have one file for each picture.
struct ImageObjects {
  const AnnotatedImage* image = nullptr;
  struct Entry {
    const TrueObject* object;
    std::size_t category;  ///< its position in the data set
  };
  std::vector<Entry> objects;
};

/// In the order of the data set. Throws dataset_schema (a picture without a name or a size, two that would share a file
/// of annotations, repeated ids), dataset_reference (unknown ids, a name that leaves the folder).
std::vector<ImageObjects> group_by_image(const ObjectDataset& dataset, const char* what);

}  // namespace visionkit
