// How many threads a process may use, by the texts that Linux, Docker, Kubernetes and systemd leave in its files.
#include "runtime/thread_budget.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include <doctest/doctest.h>

#include "runtime/thread_share.hpp"

using namespace visionkit;

namespace {

using Files = std::map<std::string, std::string>;

std::optional<double> quota(const Files& files) {
  return processor_quota([&](const std::string& path) {
    const auto found = files.find(path);
    return found == files.end() ? std::string() : found->second;
  });
}

const std::string second = "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string first =
    "25 21 0:22 / /proc rw - proc proc rw\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime shared:10 - cgroup cgroup rw,cpuset\n";

Files of_second(const std::string& place, const Files& limits) {
  Files files = {{"/proc/self/mountinfo", second}, {"/proc/self/cgroup", "0::" + place + "\n"}};
  for (const auto& [folder, text] : limits) files["/sys/fs/cgroup" + folder + "/cpu.max"] = text;
  return files;
}

}  // namespace

TEST_CASE("the quota of cgroups version 2 is the least of all nested ones") {
  CHECK(quota(of_second("/", {{"", "150000 100000\n"}})) == 1.5);
  CHECK(quota(of_second("/", {{"", "max 100000\n"}})) == std::nullopt);
  CHECK(quota(of_second("/", {})) == std::nullopt);
  const auto nested = [](const char* outer, const char* inner) {
    return of_second("/kubepods/pod1/box", {{"/kubepods", outer}, {"/kubepods/pod1/box", inner}});
  };
  CHECK(quota(nested("400000 100000", "50000 100000")) == 0.5);
  CHECK(quota(nested("200000 100000", "max 100000")) == 2);
  CHECK(quota(nested("25000 50000", "300000 100000")) == 0.5);
  CHECK(quota(of_second("/../../other", {{"", "300000 100000"}})) == 3);  // a namespace that shows no more
}

TEST_CASE("the quota of cgroups version 1 is that of the tree with the controller cpu") {
  Files files = {{"/proc/self/mountinfo", first},
                 {"/proc/self/cgroup", "5:cpuset:/wrong\n4:cpu,cpuacct:/docker/1f\n0::/\n"},
                 {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"},
                 {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"},
                 {"/sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_quota_us", "250000\n"},
                 {"/sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_period_us", "100000\n"}};
  CHECK(quota(files) == 2.5);
  SUBCASE("also where the container sees only its own part of the tree") {
    files["/proc/self/mountinfo"] =
        "32 31 0:29 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro,relatime - cgroup cgroup rw,cpu,cpuacct\n";
    files["/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us"] = "100000\n";
    CHECK(quota(files) == 1);
  }
  SUBCASE("also beside a version 2 tree without the controller") {
    files["/proc/self/mountinfo"] += "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
    CHECK(quota(files) == 2.5);
  }
}

TEST_CASE("files that are missing, cut or strange are no limit") {
  CHECK(quota({}) == std::nullopt);
  CHECK(quota({{"/proc/self/mountinfo", "1 2\n - \nx - cgroup2\n"}, {"/proc/self/cgroup", "::\n0:\n\n"}}) ==
        std::nullopt);
  for (const auto* text : {"", "max", "100000", "0 100000", "-1 100000", "x 100000", "100000 0", "1e999 100000"}) {
    CAPTURE(text);
    CHECK(quota(of_second("/", {{"", text}})) == std::nullopt);
  }
}

TEST_CASE("the budget is the processors within the quota rounded down, at least one and at most 256") {
  CHECK(thread_budget(8, {}) == 8);
  CHECK(thread_budget(8, 0.5) == 1);
  CHECK(thread_budget(8, 1.5) == 1);
  CHECK(thread_budget(8, 2) == 2);
  CHECK(thread_budget(8, 0.99999) == 1);
  CHECK(thread_budget(8, 2.9999) == 3);
  CHECK(thread_budget(2, 64) == 2);
  CHECK(thread_budget(0, {}) == 1);
  CHECK(thread_budget(5000, {}) == 256);
}

TEST_CASE("this process has processors and a budget within them") {
  const auto processors = allowed_processors();
  CHECK(!processors.empty());
  CHECK(std::is_sorted(processors.begin(), processors.end()));
  CHECK(thread_budget() >= 1);
  CHECK(thread_budget() <= static_cast<int>(processors.size()));
}

TEST_CASE("a call gets the number that was asked for, or a share within the budget") {
  CHECK(ThreadShare(3).threads() == 3);
  const ThreadShare first_call(0);
  const ThreadShare second_call(0);
  CHECK(first_call.threads() >= 1);
  CHECK(first_call.threads() <= thread_budget());
  CHECK(second_call.threads() <= std::max(1, thread_budget() / 2));
}

TEST_CASE("a steady call gets the whole budget however many there are, in its own thread only") {
  const ThreadShare other(0);
  const SteadyThreads steady;
  CHECK(ThreadShare(0).threads() == thread_budget());
  CHECK(ThreadShare(7).threads() == 7);
  int elsewhere = 0;
  std::thread([&] { elsewhere = ThreadShare(0).threads(); }).join();
  CHECK(elsewhere <= std::max(1, thread_budget() / 2));
}
