#include "tasks/diagnosis.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/loaded_libraries.hpp"

namespace visionkit {
namespace {

using Findings = std::vector<Finding>;

std::vector<std::string> paths_of(const DoctorReport& report, std::string_view kind) {
  std::vector<std::string> paths;
  for (const auto& library : report.loaded) {
    if (library.kind == kind) paths.push_back(library.path);
  }
  return paths;
}

bool has_set(const DoctorReport& report, std::string_view name) {
  return std::find(report.instruction_sets.begin(), report.instruction_sets.end(), name) !=
         report.instruction_sets.end();
}

void judge_threads(const DoctorReport& report, Findings& findings) {
  if (report.quota && *report.quota < report.allowed_processors) {
    findings.push_back({Severity::note, "threads",
                        fmt::format("the container's quota is {:.4g} of {} processors: calls use {} threads",
                                    *report.quota, report.allowed_processors, report.threads),
                        ""});
  }
  if (report.quota && *report.quota > 1 && *report.quota - std::floor(*report.quota) > 0.2) {
    findings.push_back({Severity::advice, "threads",
                        fmt::format("{:.2g} processors of the quota are left over, because a process that uses it up "
                                    "stands still for the rest of the period",
                                    *report.quota - std::floor(*report.quota)),
                        "give the container a whole number of processors"});
  }
  if (report.allowed_processors < report.machine_processors) {
    findings.push_back({Severity::note, "threads",
                        fmt::format("this process may use {} of the machine's {} processors", report.allowed_processors,
                                    report.machine_processors),
                        ""});
  }
  if (report.threads_now < report.threads) {
    findings.push_back({Severity::warning, "neighbors",
                        fmt::format("other work keeps the processors busy: calls use {} of {} threads now",
                                    report.threads_now, report.threads),
                        "give this process processors of its own (taskset, cpusets), or expect longer calls"});
  }
}

void judge_openmp(const DoctorReport& report, Findings& findings) {
  const auto runtimes = paths_of(report, "OpenMP");
  const bool is_gnu = std::any_of(runtimes.begin(), runtimes.end(),
                                  [](const auto& path) { return file_name(path).starts_with("libgomp"); });
  const bool waits_briefly = report.omp_wait_policy == "passive" || report.omp_wait_policy == "PASSIVE" ||
                             (!report.gomp_spin_count.empty() && report.omp_wait_policy.empty());
  if (is_gnu && !waits_briefly && report.threads > 1) {
    findings.push_back(
        {Severity::warning, "OpenMP",
         "libgomp's threads spin while they wait for each other: beside busy processes, calls on several threads can "
         "take 40 times as long. LibTorch's calls go on with one thread then; the host's own OpenMP code does not",
         "start the process with GOMP_SPINCOUNT=2000, or with OMP_WAIT_POLICY=passive (10 to 35 % slower when alone)"});
  }
  if (runtimes.size() > 1) {
    findings.push_back({Severity::warning, "OpenMP",
                        fmt::format("{} OpenMP libraries are loaded, each with threads of its own: {}", runtimes.size(),
                                    fmt::join(runtimes, ", ")),
                        "link the host and LibTorch with the same one"});
  }
  const auto pools = paths_of(report, "TBB");
  if (pools.size() > 1) {
    findings.push_back({Severity::advice, "TBB",
                        fmt::format("{} copies of TBB are loaded, each with threads of its own: {}", pools.size(),
                                    fmt::join(pools, ", ")),
                        "load one"});
  }
}

void judge_kernels(const DoctorReport& report, Findings& findings) {
  const bool has_avx512 = has_set(report, "avx512f");
  for (const auto* core : {"Haswell", "Zen", "SandyBridge", "Nehalem", "Prescott"}) {
    if (has_avx512 && report.blas == fmt::format("OpenBLAS, core {}", core)) {
      findings.push_back({Severity::advice, "BLAS",
                          fmt::format("OpenBLAS chose its kernels for {}, this processor has AVX-512", core),
                          "start the process with OPENBLAS_CORETYPE=SkylakeX"});
    }
  }
  if (report.blas.starts_with("reference")) {
    findings.push_back({Severity::warning, "BLAS", "LibTorch runs on the reference BLAS, which is many times slower",
                        "install OpenBLAS (Debian: libopenblas0-pthread)"});
  }
  const bool is_below = (has_avx512 && report.torch_kernels != "AVX512") ||
                        (has_set(report, "avx2") && report.torch_kernels == "DEFAULT");
  if (is_below) {
    findings.push_back({Severity::advice, "LibTorch",
                        fmt::format("its kernels are those for {}, the processor has more", report.torch_kernels),
                        "unset ATEN_CPU_CAPABILITY, or use a LibTorch that was built for this processor"});
  }
  for (const auto& engine : report.engines) {
    if (!engine.is_available) {
      findings.push_back({Severity::advice, "engines",
                          fmt::format("{} is not available: {}", to_string(engine.engine), engine.reason),
                          "install it; networks that it takes run faster"});
    }
  }
}

}  // namespace

std::vector<Finding> diagnosis(const DoctorReport& report) {
  Findings findings;
  judge_threads(report, findings);
  judge_openmp(report, findings);
  judge_kernels(report, findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

}  // namespace visionkit
