#include "evaluate/machine.hpp"

#include <sys/utsname.h>

#include <chrono>

#include <fmt/format.h>

#include "runtime/processor.hpp"
#include "runtime/thread_budget.hpp"

namespace visionkit {

std::string machine_text() {
  auto text = this_processor().name;
  if (!text.empty()) text += ", ";
  text += fmt::format("{} of {} cores", thread_budget(), machine_processors());
  struct utsname system {};
  if (::uname(&system) == 0) text += fmt::format(", {} {} {}", system.sysname, system.release, system.machine);
  return text;
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
