#include "runtime/thread_budget.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace visionkit {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(std::move(part));
  return parts;
}

bool has(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// A mounted tree of cgroups that may limit processor time, and where this process is in it.
struct Tree {
  bool is_second_version = false;
  std::string mount;  // the folder
  std::string place;  // below it, empty or beginning with '/'
};

// "4:cpu,cpuacct:/docker/1f", and for version 2 "0::/docker/1f".
std::string place_of(const std::string& memberships, bool is_second_version) {
  for (const auto& line : split(memberships, '\n')) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (is_second_version ? line.starts_with("0::") : has(split(controllers, ','), "cpu"))
      return line.substr(second + 1);
  }
  return "";
}

// Of a container only a part of the tree may be mounted, `root`; a place outside of it cannot be looked at.
std::string below(const std::string& place, const std::string& root) {
  if (place == "/" || place == root || place.starts_with("/..")) return "";
  if (root == "/") return place;
  return place.starts_with(root + "/") ? place.substr(root.size()) : "";
}

// "33 31 0:29 /root /mount/point rw,relatime - cgroup cgroup rw,cpu"
std::vector<Tree> trees_of(const std::string& mounts, const std::string& memberships) {
  std::vector<Tree> trees;
  for (const auto& line : split(mounts, '\n')) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const auto front = split(line.substr(0, dash), ' ');
    const auto back = split(line.substr(dash + 3), ' ');
    if (front.size() < 5 || back.empty()) continue;
    const bool is_second_version = back[0] == "cgroup2";
    const bool is_first_version = back[0] == "cgroup" && has(split(back.back(), ','), "cpu");
    if (!is_first_version && !is_second_version) continue;
    trees.push_back({is_second_version, front[4], below(place_of(memberships, is_second_version), front[3])});
  }
  return trees;
}

// Microseconds in a period of so many microseconds; anything else, "max" and -1 say, is no limit.
std::optional<double> quota_of(const std::string& quota, const std::string& period) {
  const auto number = [](const std::string& text) {
    std::istringstream stream(text);
    double value = 0;
    return stream >> value && std::isfinite(value) ? value : -1;
  };
  if (number(quota) <= 0 || number(period) <= 0) return {};
  return number(quota) / number(period);
}

std::optional<double> quota_of(const Tree& tree, const std::string& folder, const TextOfFile& text_of) {
  if (!tree.is_second_version)
    return quota_of(text_of(folder + "/cpu.cfs_quota_us"), text_of(folder + "/cpu.cfs_period_us"));
  const auto parts = split(text_of(folder + "/cpu.max"), ' ');
  return parts.size() < 2 ? std::nullopt : quota_of(parts[0], parts[1]);
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::vector<int> allowed_processors() {
  const auto free = [](cpu_set_t* set) { CPU_FREE(set); };
  for (int limit = CPU_SETSIZE; limit <= 64 * CPU_SETSIZE;
       limit *= 2) {  // larger machines refuse sets that are too small
    const std::unique_ptr<cpu_set_t, decltype(free)> set(CPU_ALLOC(limit), free);
    const auto bytes = CPU_ALLOC_SIZE(limit);
    if (set == nullptr || ::sched_getaffinity(::getpid(), bytes, set.get()) != 0) continue;
    std::vector<int> processors;
    for (int i = 0; i < limit; ++i) {
      if (CPU_ISSET_S(i, bytes, set.get())) processors.push_back(i);
    }
    return processors;
  }
  return {};
}

int machine_processors() { return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))); }

std::optional<double> processor_quota(const TextOfFile& text_of) {
  std::optional<double> least;
  for (const auto& tree : trees_of(text_of("/proc/self/mountinfo"), text_of("/proc/self/cgroup"))) {
    for (auto place = tree.place;; place.resize(place.rfind('/'))) {
      const auto quota = quota_of(tree, tree.mount + place, text_of);
      if (quota && (!least || *quota < *least)) least = quota;
      if (place.find('/') == std::string::npos) break;
    }
  }
  return least;
}

std::optional<double> processor_quota() { return processor_quota(text_of_file); }

int thread_budget(std::size_t processors, std::optional<double> quota) {
  auto threads = static_cast<double>(processors);
  constexpr double rounding = 1e-3;  // some tools write 99999 of 100000 microseconds for one processor
  if (quota) threads = std::min(threads, std::floor(*quota + rounding));
  return static_cast<int>(std::clamp(threads, 1.0, static_cast<double>(max_threads)));
}

int thread_budget() {
  const auto processors = allowed_processors().size();
  return thread_budget(processors == 0 ? static_cast<std::size_t>(machine_processors()) : processors,
                       processor_quota());
}

}  // namespace visionkit
