// The contents of one record of a zip file: checked against its size and checksum, and unpacked.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/zip.hpp"

namespace visionkit {

/// Throws model_corrupt when the record does not unpack to its declared size and CRC-32, or when its deflate stream has
/// bits that no decoder looks at and that are not zero. Takes constant memory.
void check_record(std::span<const std::uint8_t> file, const ZipRecord& record, std::string_view model);

/// The unpacked contents. Throws as check_record() does.
std::string unpack_record(std::span<const std::uint8_t> file, const ZipRecord& record, std::string_view model);

}  // namespace visionkit
