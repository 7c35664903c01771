// Numbers out of encoded bytes. The caller has checked that they are there.
#pragma once

#include <cstdint>

namespace visionkit {

enum class ByteOrder { little, big };

inline std::uint32_t be16(const std::uint8_t* p) { return std::uint32_t{p[0]} << 8U | p[1]; }
inline std::uint32_t be32(const std::uint8_t* p) { return be16(p) << 16U | be16(p + 2); }
inline std::uint32_t le16(const std::uint8_t* p) { return std::uint32_t{p[1]} << 8U | p[0]; }
inline std::uint32_t le24(const std::uint8_t* p) { return std::uint32_t{p[2]} << 16U | le16(p); }
inline std::uint32_t le32(const std::uint8_t* p) { return le16(p + 2) << 16U | le16(p); }
inline std::uint32_t u16(const std::uint8_t* p, ByteOrder order) { return order == ByteOrder::big ? be16(p) : le16(p); }
inline std::uint32_t u32(const std::uint8_t* p, ByteOrder order) { return order == ByteOrder::big ? be32(p) : le32(p); }

}  // namespace visionkit
