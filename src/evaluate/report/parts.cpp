#include "evaluate/report/parts.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace visionkit {
namespace {

constexpr std::size_t longest_name = 60;

std::string cell_class(ColumnKind kind) { return kind == ColumnKind::number ? "number" : "words"; }

// Whoever uses a keyboard can scroll it, too.
template <class Body>
void scrolling_table(Html& html, const std::string& caption, const HtmlAttributes& attributes, const Body& body) {
  html.element("div", {{"class", "scroll"}, {"role", "group"}, {"tabindex", "0"}, {"aria-label", caption}}, [&] {
    html.element("table", attributes, [&] {
      html.element("caption", [&] { html.element("span", caption); });
      body();
    });
  });
}

void write_heads(Html& html, const std::vector<TableColumn>& columns) {
  html.element("thead", [&] {
    html.element("tr", [&] {
      for (const auto& [name, kind] : columns)
        html.element("th", {{"scope", "col"}, {"class", cell_class(kind)}}, name);
    });
  });
}

// A name that may go on in a new line after each '_', as on a phone.
void write_breakable(Html& html, std::string_view name) {
  while (!name.empty()) {
    const auto place = name.find('_');
    const auto part = name.substr(0, place == std::string_view::npos ? place : place + 1);
    html.text(part);
    name.remove_prefix(part.size());
    if (!name.empty()) html.empty("wbr");
  }
}

void write_bar(Html& html, std::size_t series, double share) {
  html.empty("rect", {{"class", fmt::format("bar{}", series)},
                      {"x", "0"},
                      {"y", fmt::format("{}", series * 9)},
                      {"width", fmt::format("{:.1f}", 100 * share)},
                      {"height", "8"}});
}

}  // namespace

std::string figure_cell(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

std::string count_text(std::uint64_t count) {
  auto text = fmt::format("{}", count);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3)
    text.insert(static_cast<std::size_t>(i), 1, ',');
  return text;
}

std::string percent_text(double share) { return std::isnan(share) ? "-" : fmt::format("{:.1f}%", 100 * share); }

std::string duration_text(double milliseconds) {
  if (std::isnan(milliseconds)) return "-";
  if (milliseconds >= 1000) return fmt::format("{:.2f} s", milliseconds / 1000);
  return fmt::format("{:.{}f} ms", milliseconds, milliseconds < 10 ? 2 : 1);
}

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string name_cell(std::string_view name) { return shorten(name, longest_name); }

void write_table(Html& html, const HtmlTable& table) {
  scrolling_table(html, table.caption, {}, [&] {
    write_heads(html, table.columns);
    html.element("tbody", [&] {
      for (const auto& row : table.rows) {
        html.element("tr", [&] {
          html.element("th", {{"scope", "row"}}, [&] { write_breakable(html, row.front()); });
          for (std::size_t i = 1; i < row.size(); ++i)
            html.element("td", {{"class", cell_class(table.columns[i].kind)}}, row[i]);
        });
      }
    });
  });
}

void write_bars(Html& html, const BarTable& table) {
  double largest = 0;
  for (const auto& row : table.rows) {
    for (const double value : row.values) largest = std::isnan(value) ? largest : std::max(largest, value);
  }
  scrolling_table(html, table.caption, {{"class", "balance"}}, [&] {
    html.element("thead", [&] {
      html.element("tr", [&] {
        html.element("th", {{"scope", "col"}}, table.head);
        for (std::size_t i = 0; i < table.series.size(); ++i) {
          html.element("th", {{"scope", "col"}, {"class", "number"}}, [&] {
            html.element("span", {{"class", fmt::format("key bar{}", i)}, {"aria-hidden", "true"}}, "");
            html.text(table.series[i]);
          });
        }
        html.element("td", {{"class", "bars"}}, "");  // no head: the bars repeat the numbers
      });
    });
    html.element("tbody", [&] {
      for (const auto& row : table.rows) {
        html.element("tr", [&] {
          html.element("th", {{"scope", "row"}}, row.name);
          for (const auto& text : row.texts) html.element("td", {{"class", "number"}}, text);
          html.element("td", {{"class", "bars"}}, [&] {
            html.element("svg",
                         {{"viewBox", fmt::format("0 0 100 {}", row.values.size() * 9 - 1)},
                          {"preserveAspectRatio", "none"},
                          {"aria-hidden", "true"}},
                         [&] {
                           for (std::size_t i = 0; i < row.values.size(); ++i) {
                             if (row.values[i] > 0) write_bar(html, i, row.values[i] / largest);
                           }
                         });
          });
        });
      }
    });
  });
}

void note(Html& html, std::string_view text) { html.element("p", {{"class", "note"}}, text); }

}  // namespace visionkit
