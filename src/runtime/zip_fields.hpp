// Little-endian numbers and extra fields of zip headers, shared by the two halves of the zip checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace visionkit {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint32_t all_ones32 = 0xffffffff;
constexpr std::uint16_t descriptor_flag = 0x0008;
constexpr std::uint16_t utf8_flag = 0x0800;
constexpr std::uint16_t zip64_extra = 0x0001;
constexpr std::uint16_t zip64_version = 45;

// The caller has checked that the bytes are there.
inline std::uint16_t u16(Bytes bytes, std::uint64_t at) {
  return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8U);
}
inline std::uint32_t u32(Bytes bytes, std::uint64_t at) {
  return u16(bytes, at) | static_cast<std::uint32_t>(u16(bytes, at + 2)) << 16U;
}
inline std::uint64_t u64(Bytes bytes, std::uint64_t at) {
  return u32(bytes, at) | static_cast<std::uint64_t>(u32(bytes, at + 4)) << 32U;
}

/// The contents of the first extra field with this number; empty when there is none.
inline Bytes find_extra(Bytes extra, std::uint16_t id) {
  while (extra.size() >= 4) {
    const std::size_t size = u16(extra, 2);
    if (size > extra.size() - 4) break;
    if (u16(extra, 0) == id) return extra.subspan(4, size);
    extra = extra.subspan(4 + size);
  }
  return {};
}

}  // namespace visionkit
