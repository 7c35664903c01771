// Memory for pixels: never filled, and in huge pages where the system leaves that to the program, because the page
// faults of a large picture cost as much as decoding it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace visionkit {

struct FreePixelMemory {
  void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
};
using PixelMemory = std::unique_ptr<std::uint8_t[], FreePixelMemory>;

/// To be released with std::free(). Throws out_of_memory.
PixelMemory allocate_pixels(std::size_t bytes);

}  // namespace visionkit
