// What examples/benchmark.cpp measured, and how it is shown.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace example {

struct Throughput {
  int callers = 0;
  double pictures_per_second = 0;
};

struct Measured {
  std::string model = {};
  std::string picture = {};
  std::size_t batch = 1;
  int runs = 0;
  double load_ms = 0;
  double first_call_ms = 0;
  double resident_before = 0;  ///< here and below megabytes
  double resident_loaded = 0;
  double resident_after = 0;
  visionkit::LatencyReport latency = {};
  visionkit::Profile profile = {};  ///< of the timed calls and the first
  std::vector<Throughput> throughput = {};
  visionkit::ModelDescription description = {};
  visionkit::DoctorReport doctor = {};
};

/// A report to read.
inline void print_text(const Measured& m) {
  const auto heading = [](const char* text) { fmt::print("\n{}\n{:-<{}}\n", text, "", std::string(text).size()); };
  fmt::print("{}\n{}, batch {}, {} runs\n", m.model, m.picture, m.batch, m.runs);
  heading("Load and memory");
  fmt::print("load         {:9.1f} ms\n", m.load_ms);
  fmt::print("resident     {:9.1f} MB before, {:.1f} loaded, {:.1f} after the last call\n", m.resident_before,
             m.resident_loaded, m.resident_after);
  heading("Latency of a call");
  fmt::print("first        {:9.3f} ms, {:.2f} times the median\n", m.first_call_ms, m.first_call_ms / m.latency.p50_ms);
  for (const auto& [name, ms] : {std::pair("median", m.latency.p50_ms), std::pair("90 %", m.latency.p90_ms),
                                 std::pair("99 %", m.latency.p99_ms), std::pair("longest", m.latency.max_ms)})
    fmt::print("{:<12} {:9.3f} ms\n", name, ms);
  heading("Throughput");
  for (const auto& [callers, rate] : m.throughput)
    fmt::print("{:<12} {:9.1f} pictures a second\n", fmt::format("{} caller{}", callers, callers > 1 ? "s" : ""), rate);
  heading("Steps of a call, ms");
  fmt::print("{}", to_string(m.profile));
  heading("The model, and the engines that were tried");
  fmt::print("{}", to_string(m.description));
  heading("This process");
  fmt::print("{}", to_string(m.doctor));
}

/// One object with all of it.
inline void print_json(const Measured& m) {
  nlohmann::ordered_json json = {
      {"report", "benchmark"},
      {"model", m.model},
      {"picture", m.picture},
      {"batch", m.batch},
      {"runs", m.runs},
      {"engine", m.description.engine},
      {"load_ms", m.load_ms},
      {"first_call_ms", m.first_call_ms},
      {"resident_mb", {{"before", m.resident_before}, {"loaded", m.resident_loaded}, {"after", m.resident_after}}},
      {"latency", nlohmann::ordered_json::parse(to_json(m.latency))}};
  for (const auto& [callers, rate] : m.throughput)
    json["throughput"].push_back({{"callers", callers}, {"pictures_per_second", rate}});
  json["profile"] = nlohmann::ordered_json::parse(to_json(m.profile));
  for (const auto& trial : m.description.trials) {
    json["trials"].push_back({{"engine", to_string(trial.engine)},
                              {"form", trial.form},
                              {"ms", trial.ms},
                              {"difference", trial.difference},
                              {"is_chosen", trial.is_chosen},
                              {"reason", trial.reason}});
  }
  json["doctor"] = nlohmann::ordered_json::parse(to_json(m.doctor));
  fmt::print("{}\n", to_line(json));
}

}  // namespace example
