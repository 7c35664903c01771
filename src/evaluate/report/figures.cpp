#include <algorithm>

#include <fmt/format.h>

#include "evaluate/report/glossary.hpp"
#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

// Those have a column in the table of classes.
bool is_of_class(const Figure& figure) {
  return figure.name.starts_with("ap of ") || figure.name.starts_with("mask_ap of ");
}

void write_key_figures(Html& html, std::span<const Figure> figures, Task task) {
  html.element("dl", {{"class", "cards"}}, [&] {
    for (const auto& key : key_figures(task)) {
      const auto figure =
          std::find_if(figures.begin(), figures.end(), [&](const Figure& each) { return each.name == key.figure; });
      if (figure == figures.end()) continue;
      html.element("div", [&] {
        html.element("dt", key.title);
        html.element("dd", {{"class", "value"}}, figure_cell(figure->value));
        html.element("dd", {{"class", "meaning"}}, meaning_of(key.figure));
      });
    }
  });
}

}  // namespace

void write_figures(Html& html, const Evaluation& evaluation, const PageLimits& limits) {
  const auto all = figures(evaluation);
  write_key_figures(html, all, evaluation.task);
  note(html,
       "1 is the best and 0 the worst where nothing else is said; \"-\" stands where there was nothing to measure.");
  HtmlTable table = {.caption = "All figures",
                     .columns = {{"Figure", ColumnKind::text}, {"Value"}, {"Meaning", ColumnKind::text}},
                     .rows = {}};
  for (const auto& figure : all) {
    if (is_of_class(figure) || table.rows.size() == 2 * limits.rows) continue;
    table.rows.push_back({name_cell(figure.name), figure_cell(figure.value), meaning_of(figure.name)});
  }
  details(html, fmt::format("All {}, with their names in the JSON", plural(table.rows.size(), "figure")),
          [&] { write_table(html, table); });
}

}  // namespace visionkit
