#include "core/large_memory.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "core/fail.hpp"

namespace visionkit {

LargeMemory allocate_large(std::size_t bytes, const char* what) {
  constexpr std::size_t huge_page = std::size_t{2} << 20U;
  constexpr std::size_t worthwhile = 4 * huge_page;
  void* memory = nullptr;
  if (bytes >= worthwhile) {
    const auto rounded = (bytes + huge_page - 1) / huge_page * huge_page;
    memory = std::aligned_alloc(huge_page, rounded);
#if defined(__linux__)
    if (memory != nullptr) {
      ::madvise(memory, rounded, MADV_HUGEPAGE);  // advice only: a refusal costs speed, nothing else
    }
#endif
  } else {
    memory = std::malloc(bytes == 0 ? 1 : bytes);
  }
  if (memory == nullptr) fail(ErrorCode::out_of_memory, "{} of {} bytes does not fit into memory", what, bytes);
  return LargeMemory(static_cast<std::uint8_t*>(memory));
}

}  // namespace visionkit
