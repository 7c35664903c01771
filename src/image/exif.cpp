#include "image/exif.hpp"

#include <cstddef>
#include <cstring>

#include "image/bytes.hpp"

namespace visionkit {

int exif_orientation(std::span<const std::uint8_t> block) {
  constexpr std::uint32_t orientation_tag = 0x0112;
  constexpr std::uint32_t type_short = 3;
  constexpr std::size_t entry_bytes = 12;

  if (block.size() >= 6 && std::memcmp(block.data(), "Exif\0\0", 6) == 0) block = block.subspan(6);
  if (block.size() < 8) return 1;
  const bool is_big = block[0] == 'M' && block[1] == 'M';
  const bool is_little = block[0] == 'I' && block[1] == 'I';
  if (!is_big && !is_little) return 1;
  const auto order = is_big ? ByteOrder::big : ByteOrder::little;
  if (u16(block.data() + 2, order) != 42) return 1;

  const std::size_t directory = u32(block.data() + 4, order);
  if (directory > block.size() - 2 || directory < 8) return 1;
  const std::size_t count = u16(block.data() + directory, order);
  std::size_t position = directory + 2;
  for (std::size_t i = 0; i < count && position + entry_bytes <= block.size(); ++i, position += entry_bytes) {
    const auto* entry = block.data() + position;
    if (u16(entry, order) != orientation_tag) continue;
    const auto value = u16(entry + 8, order);
    return u16(entry + 2, order) == type_short && u32(entry + 4, order) == 1 && value >= 1 && value <= 8
               ? static_cast<int>(value)
               : 1;
  }
  return 1;
}

}  // namespace visionkit
