#include "tasks/call_log.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/fail.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr std::array steps = {std::pair("decode", &Profile::decode), std::pair("preprocess", &Profile::preprocess),
                              std::pair("network", &Profile::network), std::pair("postprocess", &Profile::postprocess),
                              std::pair("total", &Profile::total)};

std::string ms_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.3f}", value); }

}  // namespace

CallTimings CallClock::timings() const {
  auto timings = timings_;
  timings.postprocess_ms = std::max(0.0, ms_since(begin_) - timings.total_ms());
  return timings;
}

void CallLog::add(const CallTimings& timings, std::size_t pictures) {
  if (pictures == 0) return;
  const std::lock_guard lock(mutex_);
  const Call call = {timings, pictures};
  if (last_.size() < profile_window)
    last_.push_back(call);
  else
    last_[calls_ % profile_window] = call;
  ++calls_;
  pictures_ += pictures;
}

Profile CallLog::profile() const {
  return guarded("making a profile", [&] {
    Profile profile;
    std::vector<Call> calls;
    {
      const std::lock_guard lock(mutex_);
      calls = last_;
      profile.calls = calls_;
      profile.pictures = pictures_;
    }
    const auto report = [&](auto&& ms_of) {
      LatencyMetric metric;
      for (const auto& call : calls) {
        const std::chrono::duration<double, std::milli> ms(ms_of(call.timings));
        if (ms.count() >= 0) metric.add(std::chrono::round<std::chrono::nanoseconds>(ms), call.pictures);
      }
      auto made = metric.report();
      made.per_sample = {};
      return made;
    };
    constexpr double left_out = -1;
    profile.decode = report([](const CallTimings& t) { return t.decode_ms > 0 ? t.decode_ms : left_out; });
    profile.preprocess = report([](const CallTimings& t) { return t.preprocess_ms; });
    profile.network = report([](const CallTimings& t) { return t.network_ms; });
    profile.postprocess = report([](const CallTimings& t) { return t.postprocess_ms; });
    profile.total = report([](const CallTimings& t) { return t.total_ms(); });
    return profile;
  });
}

std::string to_string(const Profile& profile) {
  static constexpr auto row = "{:<11}  {:>6}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}\n";
  auto text = fmt::format("{} calls, {} pictures\n\n", profile.calls, profile.pictures) +
              fmt::format(row, "ms", "calls", "mean", "p50", "p90", "p99", "max");
  for (const auto& [name, step] : steps) {
    const auto& report = profile.*step;
    text += fmt::format(row, name, report.calls, ms_text(report.mean_ms), ms_text(report.p50_ms),
                        ms_text(report.p90_ms), ms_text(report.p99_ms), ms_text(report.max_ms));
  }
  return text;
}

std::string to_json(const Profile& profile) {
  return guarded("writing a profile as JSON", [&] {
    auto json = report_json("profile");
    json["calls"] = profile.calls;
    json["pictures"] = profile.pictures;
    auto& list = json["steps"] = Json::object();
    for (const auto& [name, step] : steps) list[name] = Json::parse(to_json(profile.*step));
    return text_of(json);
  });
}

}  // namespace visionkit
