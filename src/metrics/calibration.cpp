#include <visionkit/metrics/calibration.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/fail.hpp"
#include "metrics/curves_text.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int max_bins = 10000;

}  // namespace

Calibration::Calibration(int bins) {
  if (bins < 1 || bins > max_bins) fail(ErrorCode::invalid_option, "bins is {}, expected 1..{}", bins, max_bins);
  guarded("calibration", [&] { bins_.resize(static_cast<std::size_t>(bins)); });
}

void Calibration::add(double confidence, Correctness answer) {
  const double error = confidence - (answer == Correctness::right ? 1 : 0);
  add(confidence, answer, error * error);
}

void Calibration::add(double confidence, Correctness answer, double squared_error) {
  if (!(confidence >= 0 && confidence <= 1))
    fail(ErrorCode::invalid_argument, "a confidence of {}; expected 0..1", confidence);
  if (!(squared_error >= 0 && squared_error <= 2))
    fail(ErrorCode::invalid_argument, "a squared error of {}; expected 0..2", squared_error);
  const auto position = static_cast<std::ptrdiff_t>(std::ceil(confidence * static_cast<double>(bins_.size()))) - 1;
  auto& bin = bins_[static_cast<std::size_t>(std::max<std::ptrdiff_t>(position, 0))];
  ++bin.samples;
  bin.right += answer == Correctness::right ? 1U : 0U;
  bin.confidence.add(confidence);
  squared_error_.add(squared_error);
}

void Calibration::merge(const Calibration& other) {
  if (other.bins_.size() != bins_.size()) {
    fail(ErrorCode::invalid_argument, "merging a calibration of {} bins into one of {}", other.bins_.size(),
         bins_.size());
  }
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    bins_[i].samples += other.bins_[i].samples;
    bins_[i].right += other.bins_[i].right;
    bins_[i].confidence.merge(other.bins_[i].confidence);
  }
  squared_error_.merge(other.squared_error_);
}

CalibrationReport Calibration::report() const {
  return guarded("a calibration report", [&] {
    CalibrationReport report;
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      const auto& bin = bins_[i];
      const auto count = static_cast<double>(bin.samples);
      const auto width = static_cast<double>(bins_.size());
      report.samples += bin.samples;
      report.bins.push_back({.low = static_cast<double>(i) / width,
                             .high = static_cast<double>(i + 1) / width,
                             .samples = bin.samples,
                             .confidence = bin.samples == 0 ? nan : bin.confidence.value() / count,
                             .accuracy = bin.samples == 0 ? nan : static_cast<double>(bin.right) / count});
    }
    const auto all = static_cast<double>(report.samples);
    if (report.samples == 0) report.expected_error = report.largest_error = nan;
    report.brier = report.samples == 0 ? nan : squared_error_.value() / all;
    for (const auto& bin : report.bins) {
      if (bin.samples == 0) continue;
      const double error = std::abs(bin.accuracy - bin.confidence);
      report.expected_error += error * static_cast<double>(bin.samples) / all;
      report.largest_error = std::max(report.largest_error, error);
    }
    return report;
  });
}

std::vector<Figure> figures(const CalibrationReport& report) {
  return {{"expected_calibration_error", report.expected_error},
          {"largest_calibration_error", report.largest_error},
          {"brier", report.brier}};
}

std::string to_string(const CalibrationReport& report) {
  TextTable table({"confidence", "samples", "mean", "accuracy"});
  for (const auto& bin : report.bins) {
    if (bin.samples == 0) continue;
    table.row({fmt::format("{:.3f} .. {:.3f}", bin.low, bin.high), fmt::format("{}", bin.samples),
               figure_text(bin.confidence), figure_text(bin.accuracy)});
  }
  return figure_table(figures(report)) + "\n" + table.text();
}

void write(Json& json, const CalibrationReport& report) {
  json["samples"] = report.samples;
  write(json, figures(report));
  auto& bins = json["bins"] = Json::array();
  for (const auto& bin : report.bins) {
    bins.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"samples", bin.samples},
                    {"confidence", bin.confidence},
                    {"accuracy", bin.accuracy}});
  }
}

std::string to_json(const CalibrationReport& report) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("calibration");
    write(json, report);
    return text_of(json);
  });
}

}  // namespace visionkit
