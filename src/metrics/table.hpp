// How reports are written: aligned text tables, and JSON without white space.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// "0.1234", and "-" for NaN.
std::string figure_text(double value);

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

/// Writes one JSON value; keys are empty inside arrays. Doubles have the fewest digits that give the same double back,
/// NaN and infinities are null.
class JsonWriter {
 public:
  void object(std::string_view key = {}) { open(key, '{'); }
  void array(std::string_view key = {}) { open(key, '['); }
  void close();
  void value(std::string_view key, double value);
  void value(std::string_view key, std::uint64_t value);
  void value(std::string_view key, std::int64_t value);
  void value(std::string_view key, int value) { this->value(key, std::int64_t{value}); }
  void value(std::string_view key, std::string_view value);
  void values(std::string_view key, std::span<const double> values);
  void values(std::string_view key, std::span<const std::uint64_t> values);
  /// Opens an object that starts with what all reports start with.
  void report(std::string_view kind);
  /// Closes what is open.
  [[nodiscard]] std::string text() &&;

 private:
  void open(std::string_view key, char bracket);
  void name(std::string_view key);

  std::string text_;
  std::string closers_;
};

/// The kept values of a report: "per_sample":{"name":...,"values":[[sample,value],...]}; nothing when there are none.
void write(JsonWriter& json, const PerSample& samples);
/// Their mean without the NaN; NaN without any.
double mean_value(const PerSample& samples);
/// Puts kept values into the order that PerSample promises.
void sort_samples(std::vector<SampleValue>& values);

}  // namespace visionkit
