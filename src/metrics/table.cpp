#include "metrics/table.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace visionkit {
namespace {

// Columns of UTF-8 text, one for each code point.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string figure_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

std::string change_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:+.4f}", value); }

void TextTable::row(std::string name, std::span<const double> values) {
  std::vector<std::string> cells = {std::move(name)};
  for (const double value : values) cells.push_back(figure_text(value));
  row(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const auto& cells : rows_) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], width_of(cells[i]));
  }
  std::string out;
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - width_of(cells[i]), ' ');
      if (i == 0) {
        out += cells[i] + (cells.size() > 1 ? padding : "");
      } else {
        out += "  " + padding + cells[i];
      }
    }
    out += '\n';
  }
  return out;
}

std::string figure_table(std::span<const Figure> figures) {
  TextTable table({"figure", "value"});
  for (const auto& figure : figures) table.row(figure.name, std::span(&figure.value, 1));
  return table.text();
}

Json report_json(std::string_view kind) { return {{"report", kind}, {"schema_version", report_schema_version}}; }

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void write(Json& json, std::span<const Figure> figures) {
  for (const auto& figure : figures) json[figure.name] = figure.value;
}

void write(Json& json, const PerSample& samples) {
  if (samples.values.empty()) return;
  auto values = Json::array();
  for (const auto& each : samples.values) values.push_back({each.sample, each.value});
  json["per_sample"] = {{"name", samples.name}, {"values", std::move(values)}};
}

Json matrix_json(std::span<const std::uint64_t> cells, std::size_t width) {
  auto rows = Json::array();
  for (std::size_t i = 0; i < cells.size(); i += width) {
    const auto row = cells.subspan(i, width);
    rows.push_back(std::vector(row.begin(), row.end()));
  }
  return rows;
}

double mean_value(const PerSample& samples) {
  double sum = 0;
  double count = 0;
  for (const auto& each : samples.values) {
    if (std::isnan(each.value)) continue;
    sum += each.value;
    ++count;
  }
  return sum / count;
}

void sort_samples(std::vector<SampleValue>& values) {
  const auto key = [](const SampleValue& each) {
    const bool is_nan = std::isnan(each.value);
    return std::tuple(each.sample, is_nan, is_nan ? 0 : each.value);
  };
  std::sort(values.begin(), values.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

}  // namespace visionkit
