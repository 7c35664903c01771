// Writes zip archives as Python's zipfile does, and archives that lie, for tests of the checks in src/runtime.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace visionkit::test {

/// Where a record's sizes stand.
enum class ZipSizes { header, zip64, descriptor };

struct ZipInput {
  std::string name = {};
  std::string contents = {};
  std::uint16_t method = 0;  ///< 8 packs with deflate; other numbers are only written down
  ZipSizes sizes = ZipSizes::header;
  std::optional<std::uint32_t> declared_bytes = {};         ///< instead of the true size, in both headers
  std::optional<std::uint32_t> declared_packed_bytes = {};  ///< the same
};

std::vector<std::uint8_t> make_zip(const std::vector<ZipInput>& records);

/// The records of a small archive that passes every check; nothing that LibTorch could run.
std::vector<ZipInput> torchscript_records();

/// A raw deflate stream.
std::string deflate(std::string_view contents);

void put16(std::span<std::uint8_t> bytes, std::size_t at, std::uint16_t value);
void put32(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value);

}  // namespace visionkit::test
