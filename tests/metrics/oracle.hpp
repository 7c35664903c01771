// What the oracle tests of this folder share: numbers of JSON files and how they are compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "decode/tally.hpp"
#include "support/files.hpp"

namespace visionkit::test {

inline constexpr double exact_tolerance = 1e-9;  // scikit-learn computes in double
inline constexpr double float_tolerance = 1e-6;  // torchmetrics in float

/// Numbers may be written as "nan", "inf" and "-inf".
inline double number(const nlohmann::json& value) {
  if (!value.is_string()) return value.get<double>();
  const auto text = value.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

inline bool is_refused(const nlohmann::json& value) {
  return value.is_string() && value.get<std::string>().starts_with("raises");
}

inline bool is_close(double value, double expected, double tolerance) {
  if (std::isnan(expected)) return std::isnan(value);
  return std::abs(value - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

inline void compare(Tally& tally, double value, const nlohmann::json& expected, double tolerance,
                    const std::string& what) {
  const double number_expected = number(expected);
  tally.add(is_close(value, number_expected, tolerance), fmt::format("{}: {} is not {}", what, value, number_expected));
}

inline void compare(Tally& tally, const std::vector<double>& values, const nlohmann::json& expected, double tolerance,
                    const std::string& what) {
  if (values.size() != expected.size()) {
    tally.add(false, fmt::format("{}: {} values, expected {}", what, values.size(), expected.size()));
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    compare(tally, values[i], expected[i], tolerance, fmt::format("{} [{}]", what, i));
}

/// Runs `use` on every case of a file of the folder "metrics".
template <class Use>
void for_each_metrics_case(const std::string& file, Use&& use) {
  const auto folder = oracle_folder("metrics");
  if (!folder) {
    MESSAGE("oracle.metrics ", file, ": skipped, no oracle folder");
    return;
  }
  Tally tally("oracle.metrics " + file);
  for (const auto& each : read_json(*folder / file)) use(*folder, each, tally);
}

}  // namespace visionkit::test
