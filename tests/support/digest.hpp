// The digests by which oracle files name arrays: {dtype, shape, crc32, file?}, over the raw bytes in C order.
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

namespace visionkit::test {

/// The checksum of zlib and PNG as eight hexadecimal digits.
inline std::string crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0xFFFFFFFFU;
  for (const auto byte : bytes) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ (0xEDB88320U & (0U - (sum & 1U)));
  }
  char text[9];
  std::snprintf(text, sizeof text, "%08x", ~sum);
  return text;
}

/// The bytes of values.
template <class Range>
std::span<const std::uint8_t> bytes_of(const Range& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// Whether values are those of a digest, bit for bit.
template <class Range>
bool has_digest(const Range& values, const nlohmann::json& digest) {
  return crc32(bytes_of(values)) == digest.at("crc32").template get<std::string>();
}

}  // namespace visionkit::test
