// How reports are written: aligned text tables, and JSON without white space.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// "0.1234", and "-" for NaN.
std::string figure_text(double value);
/// "+0.1234", and "-" for NaN.
std::string change_text(double value);

/// Rows of cells; the first column stands left, the others right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head) : rows_{std::move(head)} {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// A name and numbers.
  void row(std::string name, std::span<const double> values);
  /// A line for each row, without spaces at its end.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// A table of two columns.
std::string figure_table(std::span<const Figure> figures);

/// Keys stay in the order in which they are written; NaN and infinities become null.
using Json = nlohmann::ordered_json;

/// What all reports start with.
VISIONKIT_API Json report_json(std::string_view kind);
VISIONKIT_API std::string text_of(const Json& json);
/// A key for each figure.
VISIONKIT_API void write(Json& json, std::span<const Figure> figures);
/// The kept values of a report: "per_sample":{"name":...,"values":[[sample,value],...]}; nothing when there are none.
void write(Json& json, const PerSample& samples);
/// Rows of `width` numbers.
Json matrix_json(std::span<const std::uint64_t> cells, std::size_t width);

/// Their mean without the NaN; NaN without any.
double mean_value(const PerSample& samples);
/// Puts kept values into the order that PerSample promises.
void sort_samples(std::vector<SampleValue>& values);

}  // namespace visionkit
