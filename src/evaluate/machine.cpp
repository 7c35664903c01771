#include "evaluate/machine.hpp"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include <visionkit/core/version.hpp>

namespace visionkit {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const auto begin = line.find_first_not_of(" \t", line.find(':') + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

}  // namespace

int usable_processors() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::string machine_text() {
  auto text = processor_name();
  if (!text.empty()) text += ", ";
  text += fmt::format("{} of {} cores", usable_processors(), ::sysconf(_SC_NPROCESSORS_ONLN));
  struct utsname system {};
  if (::uname(&system) == 0) text += fmt::format(", {} {} {}", system.sysname, system.release, system.machine);
  return text;
}

std::string library_text() {
  return fmt::format("visionkit {}.{}.{}", VISIONKIT_VERSION_MAJOR, VISIONKIT_VERSION_MINOR, VISIONKIT_VERSION_PATCH);
}

std::string time_text() {
  using namespace std::chrono;
  const auto now = floor<seconds>(system_clock::now());
  const auto day = floor<days>(now);
  const year_month_day date(day);
  const hh_mm_ss time(now - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

}  // namespace visionkit
