// Labels of pictures as a table of comma-separated values (RFC 4180): a row "file,label[,label...]" for each picture,
// with quotes around a cell that holds a comma, a quote or the end of a line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <visionkit/core/config.hpp>
#include <visionkit/dataset/folders.hpp>

namespace visionkit {

/// Whether the first row names the columns.
enum class TableHeader { absent, present };

VISIONKIT_API std::string_view to_string(TableHeader header) noexcept;

struct LabelTableOptions {
  TableHeader header = TableHeader::absent;
  std::string root = {};  ///< the folder of the pictures: those that are missing are noted; empty: not looked at
  std::uint64_t max_bytes = std::uint64_t{1} << 30U;  ///< larger files are refused; 1 to 4 GiB
};

/// Reads a table; rows in the order of the file, classes in the order of their bytes. Empty cells behind the first
/// label are no labels, empty rows are skipped.
///
/// Throws the codes of a failed read, invalid_option, dataset_too_large (the file, or a cell beyond 64 KiB),
/// dataset_syntax (empty, quotes that do not fit; with the line), dataset_schema (a row without a label, a label or a
/// file that is there twice; with the line), dataset_reference (a name that leaves the folder).
[[nodiscard]] VISIONKIT_API LabeledImages read_label_table(const std::string& path,
                                                           const LabelTableOptions& options = {});
/// The same from memory; `name` stands for the path in messages.
[[nodiscard]] VISIONKIT_API LabeledImages parse_label_table(std::string_view text,
                                                            const LabelTableOptions& options = {},
                                                            std::string_view name = "in memory");

/// The rows without a header. Throws invalid_argument for a picture without a name or a label, and
/// for NUL bytes in them.
[[nodiscard]] VISIONKIT_API std::string to_label_table(std::span<const LabeledImage> images);
/// The same into a file, which is there whole or not at all. Throws the codes of a failed write, too.
VISIONKIT_API void write_label_table(const std::string& path, std::span<const LabeledImage> images);

}  // namespace visionkit
