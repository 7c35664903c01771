// How many threads may work at the same time: what the scheduler and the container allow, not what the machine has.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace visionkit {

/// The most threads that one call ever gets; more lose at this library's sizes of networks.
inline constexpr int max_threads = 256;

/// Processors that the process, by its first thread, may run on, in rising order; empty where the system does not tell.
std::vector<int> allowed_processors();

/// Processors that the machine has switched on, at least 1.
int machine_processors();

/// The processor time that the container's cgroups (version 1 or 2, any of the nested ones) grant in a unit of
/// time: 1.5 is one and a half processors. Nothing when there is no limit.
std::optional<double> processor_quota();

/// The threads of a call that runs alone: allowed_processors(), within processor_quota() rounded down, 1..max_threads.
/// Rounded down because a process that used up its quota stands still, with all of its threads, for the rest of the
/// period (up to 0.1 s): 1.5 processors are 1 steady thread and time for the host's own work.
int thread_budget();
int thread_budget(std::size_t processors, std::optional<double> quota);

/// The text of a file, empty when it cannot be read.
using TextOfFile = std::function<std::string(const std::string& path)>;

/// processor_quota() by what the files of /proc/self and of the mounted cgroups say.
std::optional<double> processor_quota(const TextOfFile& text_of);

}  // namespace visionkit
