// What the sections of the report share: how numbers are written, and tables.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/report/html.hpp"

namespace visionkit {

/// "0.8312", and "-" for NaN.
std::string figure_cell(double value);
/// "12,345"
std::string count_text(std::uint64_t count);
/// "83.1%", and "-" for NaN.
std::string percent_text(double share);
/// "12.3 ms", "1.25 s", and "-" for NaN.
std::string duration_text(double milliseconds);
/// "1 picture", "2 pictures"
std::string plural(std::uint64_t count, std::string_view noun);
/// A name from outside, short enough for a table.
std::string name_cell(std::string_view name);

/// Letters stand left, numbers right.
enum class ColumnKind { text, number };

struct TableColumn {
  std::string name;
  ColumnKind kind = ColumnKind::number;
};

/// The first cell of a row is its head.
struct HtmlTable {
  std::string caption;
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::string>> rows;
};

/// A table in a box of its own, which scrolls where the table is wider than the page.
void write_table(Html& html, const HtmlTable& table);

/// A bar for each of up to two series beside the numbers themselves.
struct BarRow {
  std::string name;
  std::vector<double> values;      ///< 0..largest of all rows; of each series
  std::vector<std::string> texts;  ///< the same as text
};
struct BarTable {
  std::string caption;
  std::string head;                 ///< of the names
  std::vector<std::string> series;  ///< one or two
  std::vector<BarRow> rows;
};
void write_bars(Html& html, const BarTable& table);

/// A small remark.
void note(Html& html, std::string_view text);

/// Something to open.
template <std::invocable Body>
void details(Html& html, std::string_view summary, Body&& body) {
  html.element("details", [&] {
    html.element("summary", summary);
    body();
  });
}

}  // namespace visionkit
