#include "runtime/process_memory.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace visionkit {

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  return file >> all >> resident ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

// Not ru_maxrss of getrusage(), which remembers the program that was there before exec().
std::uint64_t peak_resident_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    std::uint64_t kibibytes = 0;
    if (line.starts_with("VmHWM:") && std::istringstream(line.substr(6)) >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

}  // namespace visionkit
