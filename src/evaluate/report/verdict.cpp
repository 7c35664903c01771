#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

// Digits enough to see on which side of the limit a value is.
std::string value_text(double value, double limit) {
  auto text = figure_cell(value);
  if (text == figure_cell(limit) && value != limit) text = fmt::format("{}", value);
  return text;
}

std::string_view outcome_of(const FigureVerdict& verdict) {
  if (verdict.is_met) return "\u2713 met";
  return std::isnan(verdict.value) ? "\u2717 not met: nothing to measure" : "\u2717 not met";
}

}  // namespace

void write_verdict(Html& html, std::span<const FigureVerdict> verdicts) {
  if (verdicts.empty()) return;
  const auto met = static_cast<std::size_t>(
      std::count_if(verdicts.begin(), verdicts.end(), [](const FigureVerdict& verdict) { return verdict.is_met; }));
  const bool is_passed = met == verdicts.size();
  html.element("p", {{"class", is_passed ? "verdict passed" : "verdict failed"}}, [&] {
    html.element("strong", is_passed ? "\u2713 Passed" : "\u2717 Failed");
    html.text(fmt::format(": {} of {} met.", met, plural(verdicts.size(), "limit")));
  });
  HtmlTable table = {.caption = "Figures against their limits",
                     .columns = {{"Figure", ColumnKind::text}, {"At least"}, {"Value"}, {"Outcome", ColumnKind::text}},
                     .rows = {}};
  for (const auto& verdict : verdicts) {
    table.rows.push_back({name_cell(verdict.limit.figure), value_text(verdict.limit.least, verdict.value),
                          value_text(verdict.value, verdict.limit.least), std::string(outcome_of(verdict))});
  }
  write_table(html, table);
}

}  // namespace visionkit
