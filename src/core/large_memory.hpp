// Memory for pictures and whole files: never filled, and in huge pages where the system leaves that to the program,
// because the page faults of a large picture cost as much as decoding it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <visionkit/core/config.hpp>

namespace visionkit {

struct FreeLargeMemory {
  void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
};
using LargeMemory = std::unique_ptr<std::uint8_t[], FreeLargeMemory>;

/// To be released with std::free(). Throws out_of_memory, which names what it was for: "an image", say.
VISIONKIT_API LargeMemory allocate_large(std::size_t bytes, const char* what);

}  // namespace visionkit
