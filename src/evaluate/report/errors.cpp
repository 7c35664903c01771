#include <fmt/format.h>

#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

std::string_view meaning_of(DetectionErrorKind kind) {
  switch (kind) {
    case DetectionErrorKind::localization: return "the right class, but the place is not exact enough";
    case DetectionErrorKind::classification: return "the right place, but another class";
    case DetectionErrorKind::duplicate: return "an object that was found already";
    case DetectionErrorKind::background: return "nothing is there";
    case DetectionErrorKind::both: return "another class, and the place is not exact enough";
    case DetectionErrorKind::missed: return "an object that nothing points at";
  }
  return {};
}

void write(Html& html, const DetectionScores& scores) {
  const auto& report = scores.errors;
  HtmlTable table = {
      .caption = fmt::format("Errors by {}: {} of {} found, AP at this overlap {}", to_string(scores.report.match_by),
                             count_text(report.hits), plural(report.objects, "object"), figure_cell(report.ap)),
      .columns = {{"Kind", ColumnKind::text}, {"Number"}, {"Lost AP"}, {"Meaning", ColumnKind::text}},
      .rows = {}};
  for (const auto& [kind, count, lost] : report.errors) {
    table.rows.push_back(
        {std::string(to_string(kind)), count_text(count), figure_cell(lost), std::string(meaning_of(kind))});
  }
  write_table(html, table);
}

}  // namespace

void write_errors(Html& html, const Evaluation& evaluation) {
  const auto* detection = std::get_if<DetectionEvaluation>(&evaluation.scores);
  if (detection == nullptr) return;
  write(html, detection->boxes);
  if (detection->masks) write(html, *detection->masks);
  note(html,
       "Counted over predictions of any score. Lost AP is how much higher AP would be without errors of the kind "
       "(after TIDE); the parts do not add up.");
}

}  // namespace visionkit
