#include <visionkit/doctor.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/fail.hpp"
#include "core/library_text.hpp"
#include "image/codec_versions.hpp"
#include "metrics/table.hpp"
#include "runtime/loaded_libraries.hpp"
#include "runtime/processor.hpp"
#include "runtime/thread_budget.hpp"
#include "runtime/thread_share.hpp"
#include "runtime/torch_facts.hpp"
#include "tasks/diagnosis.hpp"

namespace visionkit {
namespace {

// By how the names of their files begin.
constexpr std::array known_libraries = {std::pair("libgomp", "OpenMP"),         std::pair("libiomp", "OpenMP"),
                                        std::pair("libomp", "OpenMP"),          std::pair("libtbb.so", "TBB"),
                                        std::pair("libopenblas", "BLAS"),       std::pair("libblas.so", "BLAS"),
                                        std::pair("libmkl_rt", "BLAS"),         std::pair("libmkl_core", "BLAS"),
                                        std::pair("libtorch_cpu", "LibTorch"),  std::pair("libtorch_cuda", "LibTorch"),
                                        std::pair("libopenvino.so", "OpenVINO")};

std::vector<LoadedLibrary> libraries_of_interest() {
  std::vector<LoadedLibrary> found;
  for (const auto& path : loaded_libraries()) {
    for (const auto& [beginning, kind] : known_libraries) {
      if (file_name(path).starts_with(beginning)) found.push_back({kind, path});
    }
  }
  return found;
}

std::string blas_text(const std::vector<LoadedLibrary>& loaded, const std::string& mkl) {
  if (!mkl.empty()) return mkl;  // part of LibTorch; what else is loaded belongs to others, OpenCV say
  for (const auto& [kind, path] : loaded) {
    if (kind != "BLAS") continue;
    const auto core = openblas_core(path);  // Debian's libblas.so.3 may be any of them
    if (!core.empty()) return fmt::format("OpenBLAS, core {}", core);
  }
  const bool is_plain = std::any_of(loaded.begin(), loaded.end(),
                                    [](const auto& each) { return file_name(each.path).starts_with("libblas"); });
  return is_plain ? "reference BLAS" : "";
}

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string finding_text(const Finding& finding) {
  auto text = fmt::format("{}: {}: {}\n", to_string(finding.severity), finding.subject, finding.found);
  if (!finding.advice.empty()) text += fmt::format("  -> {}\n", finding.advice);
  return text;
}

Json engines_json(const std::vector<EngineInfo>& engines) {
  auto list = Json::array();
  for (const auto& each : engines)
    list.push_back({{"engine", to_string(each.engine)},
                    {"available", each.is_available},
                    {"version", each.version},
                    {"reason", each.reason}});
  return list;
}

}  // namespace

DoctorReport doctor() {
  return guarded("looking at the process", [] {
    const auto [name, instruction_sets] = this_processor();
    const auto torch = torch_facts();
    DoctorReport report = {
        .library = library_text(),
        .processor = name,
        .instruction_sets = instruction_sets,
        .machine_processors = machine_processors(),
        .allowed_processors = static_cast<int>(allowed_processors().size()),
        .quota = processor_quota(),
        .threads = thread_budget(),
        .threads_now = ThreadShare(0).threads(),
        .engines = engines(),
        .torch_kernels = torch.kernels,
        .omp_wait_policy = variable("OMP_WAIT_POLICY"),
        .gomp_spin_count = variable("GOMP_SPINCOUNT"),
    };
    report.loaded = libraries_of_interest();  // after engines(), which may load some
    report.blas = blas_text(report.loaded, torch.mkl);
    for (auto& [library, version] : codec_versions()) report.codecs.push_back({library, version});
    report.findings = diagnosis(report);
    return report;
  });
}

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::advice: return "advice";
    case Severity::warning: return "warning";
  }
  return "unknown";
}

std::string to_string(const DoctorReport& report) {
  std::string text;
  const auto line = [&](std::string_view what, std::string_view value) {
    if (!value.empty()) text += fmt::format("{:<13}{}\n", what, value);
  };
  line("library", report.library);
  line("processor", report.processor);
  line("has", fmt::format("{}", fmt::join(report.instruction_sets, " ")));
  line("processors", fmt::format("{} of {}, quota {}", report.allowed_processors, report.machine_processors,
                                 report.quota ? fmt::format("{:.4g}", *report.quota) : "none"));
  line("threads", fmt::format("{} for a call, {} now", report.threads, report.threads_now));
  for (const auto& engine : report.engines) {
    line("engine", fmt::format("{} {}", to_string(engine.engine),
                               engine.is_available ? engine.version : fmt::format("not available: {}", engine.reason)));
  }
  line("kernels", report.torch_kernels);
  line("BLAS", report.blas);
  for (const auto& [kind, path] : report.loaded) line(kind, path);
  line("waiting", fmt::format("OMP_WAIT_POLICY {}, GOMP_SPINCOUNT {}",
                              report.omp_wait_policy.empty() ? "not set" : report.omp_wait_policy,
                              report.gomp_spin_count.empty() ? "not set" : report.gomp_spin_count));
  for (const auto& [name, version] : report.codecs) line("codec", fmt::format("{} {}", name, version));
  for (const auto& finding : report.findings) text.append(1, '\n').append(finding_text(finding));
  return text;
}

std::string to_json(const DoctorReport& report) {
  return guarded("writing what was found as JSON", [&] {
    auto json = report_json("doctor");
    json["library"] = report.library;
    json["processor"] = report.processor;
    json["instruction_sets"] = report.instruction_sets;
    json["machine_processors"] = report.machine_processors;
    json["allowed_processors"] = report.allowed_processors;
    json["quota"] = report.quota ? Json(*report.quota) : Json();
    json["threads"] = report.threads;
    json["threads_now"] = report.threads_now;
    json["engines"] = engines_json(report.engines);
    json["torch_kernels"] = report.torch_kernels;
    json["blas"] = report.blas;
    auto& codecs = json["codecs"] = Json::object();
    for (const auto& [name, version] : report.codecs) codecs[name] = version;
    auto& loaded = json["loaded"] = Json::array();
    for (const auto& [kind, path] : report.loaded) loaded.push_back({{"kind", kind}, {"path", path}});
    json["omp_wait_policy"] = report.omp_wait_policy;
    json["gomp_spin_count"] = report.gomp_spin_count;
    auto& findings = json["findings"] = Json::array();
    for (const auto& [severity, subject, found, advice] : report.findings)
      findings.push_back(
          {{"severity", to_string(severity)}, {"subject", subject}, {"found", found}, {"advice", advice}});
    return text_of(json);
  });
}

}  // namespace visionkit
