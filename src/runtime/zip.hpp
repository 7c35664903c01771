// Reads the directory of a zip file and proves that it describes every byte of the file. What is accepted is written
// down in archive.hpp. Nothing is unpacked here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/device.hpp>

namespace visionkit {

enum class Packing : std::uint16_t { stored = 0, deflated = 8 };

/// One record of a checked archive.
struct ZipRecord {
  std::string name;  ///< with its folders
  Packing packing = Packing::stored;
  std::uint32_t crc32 = 0;   ///< of the unpacked bytes
  std::uint64_t offset = 0;  ///< of the packed bytes in the file
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;  ///< unpacked

  [[nodiscard]] bool is_folder() const { return name.ends_with('/'); }
};

/// The fields that a local header and a central directory entry share, as they stand in the file.
struct ZipHeader {
  std::uint16_t version_needed = 0;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint16_t time = 0;
  std::uint16_t date = 0;
  std::uint32_t crc32 = 0;
  std::uint32_t packed_bytes = 0;  // all ones: the number is in the zip64 extra field
  std::uint32_t bytes = 0;
  std::string_view name;
  std::span<const std::uint8_t> extra;
};

/// One record as the file describes it.
struct ZipEntry {
  ZipHeader central;
  ZipHeader local;
  std::uint16_t made_by = 0;
  std::uint16_t first_disk = 0;
  std::uint16_t internal_attributes = 0;
  std::uint32_t external_attributes = 0;
  std::uint16_t comment_bytes = 0;
  // Resolved through zip64.
  std::uint64_t header_offset = 0;
  std::uint64_t data_offset = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t descriptor_bytes = 0;
};

/// The entries in the order of the central directory, borrowed from `file`. Checks structure, names and limits; `model`
/// is the file's name for messages. Throws model_corrupt, model_too_large.
std::vector<ZipEntry> read_zip_entries(std::span<const std::uint8_t> file, std::string_view model,
                                       const ModelLimits& limits);

/// Checks the fields that nothing else protects against the values of PyTorch's writer and of Python's zipfile.
/// Throws model_corrupt, and model_format for a compression method that LibTorch does not read.
void check_zip_writers(std::span<const ZipEntry> entries, std::string_view model);

}  // namespace visionkit
