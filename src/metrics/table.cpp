#include "metrics/table.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace visionkit {
namespace {

// The characters that JSON does not take as they are. Bytes above 127 pass: labels are UTF-8.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

// Columns of UTF-8 text, one for each code point.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string figure_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

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

void JsonWriter::name(std::string_view key) {
  if (!text_.empty() && text_.back() != '{' && text_.back() != '[') text_ += ',';
  if (!key.empty()) text_ += quoted(key) + ":";
}

void JsonWriter::open(std::string_view key, char bracket) {
  name(key);
  text_ += bracket;
  closers_ += bracket == '{' ? '}' : ']';
}

void JsonWriter::close() {
  text_ += closers_.back();
  closers_.pop_back();
}

void JsonWriter::value(std::string_view key, double value) {
  name(key);
  text_ += std::isfinite(value) ? fmt::format("{}", value) : "null";
}

void JsonWriter::value(std::string_view key, std::uint64_t value) {
  name(key);
  text_ += fmt::format("{}", value);
}

void JsonWriter::value(std::string_view key, std::int64_t value) {
  name(key);
  text_ += fmt::format("{}", value);
}

void JsonWriter::value(std::string_view key, std::string_view value) {
  name(key);
  text_ += quoted(value);
}

void JsonWriter::values(std::string_view key, std::span<const double> values) {
  array(key);
  for (const double each : values) value({}, each);
  close();
}

void JsonWriter::values(std::string_view key, std::span<const std::uint64_t> values) {
  array(key);
  for (const auto each : values) value({}, each);
  close();
}

void JsonWriter::report(std::string_view kind) {
  object();
  value("report", kind);
  value("schema_version", report_schema_version);
}

std::string JsonWriter::text() && {
  while (!closers_.empty()) close();
  return std::move(text_);
}

void write(JsonWriter& json, const PerSample& samples) {
  if (samples.values.empty()) return;
  json.object("per_sample");
  json.value("name", samples.name);
  json.array("values");
  for (const auto& each : samples.values) {
    json.array();
    json.value({}, each.sample);
    json.value({}, each.value);
    json.close();
  }
  json.close();
  json.close();
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
