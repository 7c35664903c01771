// What doctor() finds, by reports that are made up here, and that this process can be looked at.
#include <visionkit/doctor.hpp>

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/refusal.hpp"
#include "tasks/diagnosis.hpp"

using namespace visionkit;
using test::contains;

namespace {

// A process with nothing to complain about.
DoctorReport healthy() {
  return {.instruction_sets = {"avx2", "avx512f"},
          .machine_processors = 8,
          .allowed_processors = 8,
          .threads = 8,
          .threads_now = 8,
          .engines = {{.engine = Engine::libtorch, .is_available = true, .version = "2.13.0"}},
          .torch_kernels = "AVX512",
          .loaded = {{"OpenMP", "/usr/lib/libgomp.so.1"}},
          .gomp_spin_count = "2000"};
}

std::string findings_of(const std::function<void(DoctorReport&)>& change) {
  auto report = healthy();
  change(report);
  std::string text;
  for (const auto& [severity, subject, found, advice] : diagnosis(report))
    text += std::string(to_string(severity)) + " " + subject + ": " + found + " -> " + advice + "\n";
  return text;
}

}  // namespace

TEST_CASE("a healthy process has no findings") {
  CHECK(findings_of([](DoctorReport&) {}) == "");
}

TEST_CASE("each fault has its finding, with what to do about it") {
  struct Case {
    std::function<void(DoctorReport&)> change;
    const char* beginning;
    const char* advice;
  };
  const std::vector<Case> cases = {
      {[](auto& r) { r.gomp_spin_count = ""; }, "warning OpenMP: libgomp's threads spin", "GOMP_SPINCOUNT=2000"},
      {[](auto& r) { r.omp_wait_policy = "active"; }, "warning OpenMP: libgomp's threads spin", "passive"},
      {[](auto& r) {
         r.loaded.push_back({"OpenMP", "/opt/libiomp5.so"});
       },
       "warning OpenMP: 2 OpenMP libraries", "same one"},
      {[](auto& r) {
         r.loaded.insert(r.loaded.end(), {{"TBB", "/a/libtbb.so.12"}, {"TBB", "/b/libtbb.so.12"}});
       },
       "advice TBB: 2 copies", "load one"},
      {[](auto& r) { r.quota = 2, r.threads = r.threads_now = 2; }, "note threads: the container's quota is 2 of 8",
       ""},
      {[](auto& r) { r.quota = 1.5, r.threads = r.threads_now = 1; }, "advice threads: 0.5 processors of the quota",
       "whole number"},
      {[](auto& r) { r.allowed_processors = r.threads = r.threads_now = 4; }, "note threads: this process may use 4 of",
       ""},
      {[](auto& r) { r.threads_now = 1; }, "warning neighbors: other work keeps the processors busy: calls use 1 of 8",
       "taskset"},
      {[](auto& r) { r.blas = "OpenBLAS, core Haswell"; }, "advice BLAS: OpenBLAS chose its kernels for Haswell",
       "OPENBLAS_CORETYPE"},
      {[](auto& r) { r.blas = "reference BLAS"; }, "warning BLAS: LibTorch runs on the reference BLAS",
       "libopenblas0-pthread"},
      {[](auto& r) { r.torch_kernels = "AVX2"; }, "advice LibTorch: its kernels are those for AVX2",
       "ATEN_CPU_CAPABILITY"},
      {[](auto& r) { r.engines.push_back({.engine = Engine::openvino, .reason = "no such file"}); },
       "advice engines: openvino is not available: no such file", "install"},
  };
  for (const auto& [change, beginning, advice] : cases) {
    CAPTURE(beginning);
    const auto text = findings_of(change);
    CHECK(text.substr(0, std::string(beginning).size()) == beginning);
    CHECK(contains(text, advice));
  }
}

TEST_CASE("waiting that is short, or impossible, is no fault") {
  for (const auto* policy : {"passive", "PASSIVE"})
    CHECK(findings_of([&](auto& r) { r.omp_wait_policy = policy, r.gomp_spin_count = ""; }) == "");
  CHECK(findings_of([](auto& r) { r.loaded.clear(), r.gomp_spin_count = ""; }) == "");
  const auto alone = findings_of([](auto& r) {
    r.machine_processors = r.allowed_processors = r.threads = r.threads_now = 1;
    r.gomp_spin_count = "";
  });
  CHECK(alone == "");
}

TEST_CASE("OpenBLAS for an old chip is no fault on an old chip") {
  CHECK(findings_of([](auto& r) {
          r.instruction_sets = {"avx2"};
          r.torch_kernels = "AVX2";
          r.blas = "OpenBLAS, core Haswell";
        }) == "");
}

TEST_CASE("warnings come first") {
  auto report = healthy();
  report.allowed_processors = report.threads = 4;
  report.threads_now = 1;
  report.blas = "OpenBLAS, core Zen";
  std::vector<Severity> order;
  for (const auto& finding : diagnosis(report)) order.push_back(finding.severity);
  CHECK(order == std::vector{Severity::warning, Severity::advice, Severity::note});
}

TEST_CASE("doctor() looks at this process") {
  const auto report = doctor();
  CHECK(report.library.starts_with("visionkit "));
  CHECK(report.allowed_processors >= 1);
  CHECK(report.machine_processors >= report.allowed_processors);
  CHECK(report.threads >= 1);
  CHECK(report.threads_now <= report.threads);
  CHECK(!report.engines.empty());
  CHECK(!report.torch_kernels.empty());
  CHECK(report.codecs.size() == 4);
  for (const auto& codec : report.codecs) {
    CAPTURE(codec.name);
    CHECK(std::count(codec.version.begin(), codec.version.end(), '.') >= 1);
    CHECK(codec.version.find_first_not_of("0123456789.") == std::string::npos);
  }
  CHECK(std::any_of(report.loaded.begin(), report.loaded.end(),
                    [](const auto& library) { return library.kind == "LibTorch"; }));
  const auto text = to_string(report);
  for (const auto* part : {"threads", "kernels", "libtorch", "OMP_WAIT_POLICY", "libjpeg-turbo"}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
}

TEST_CASE("a report prints its findings, and all of it is in the JSON") {
  auto report = healthy();
  report.quota = 1.5;
  report.findings = {{Severity::warning, "OpenMP", "it spins", "do not"}};
  CHECK(contains(to_string(report), "warning: OpenMP: it spins\n  -> do not\n"));
  const auto json = nlohmann::json::parse(to_json(report));
  CHECK(json["report"] == "doctor");
  CHECK(json["quota"] == 1.5);
  CHECK(json["engines"][0]["version"] == "2.13.0");
  CHECK(json["findings"][0]["severity"] == "warning");
  CHECK(json["loaded"][0]["path"] == "/usr/lib/libgomp.so.1");
  CHECK(nlohmann::json::parse(to_json(DoctorReport{}))["quota"].is_null());
}
