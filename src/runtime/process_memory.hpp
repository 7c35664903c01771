// How much memory this process has, as the system counts it.
#pragma once

#include <cstdint>

namespace visionkit {

/// Bytes that lie in memory now; 0 where the system does not tell.
std::uint64_t resident_bytes();
/// The most that there ever were since the process began. It cannot be set back without changing what others see.
std::uint64_t peak_resident_bytes();

}  // namespace visionkit
