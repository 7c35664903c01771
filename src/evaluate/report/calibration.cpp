#include <algorithm>

#include <fmt/format.h>

#include "evaluate/report/chart.hpp"
#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

const CalibrationReport* calibration_of(const Evaluation& evaluation) {
  if (const auto* report = std::get_if<ClassificationReport>(&evaluation.scores))
    return report->calibration ? &*report->calibration : nullptr;
  if (const auto* report = std::get_if<MultiLabelReport>(&evaluation.scores))
    return report->calibration ? &*report->calibration : nullptr;
  return nullptr;
}

void write_bins(Html& html, const CalibrationReport& report) {
  HtmlTable table = {.caption = "Confidence and what was right",
                     .columns = {{"Confidence", ColumnKind::text}, {"Answers"}, {"Mean confidence"}, {"Right"}},
                     .rows = {}};
  for (const auto& bin : report.bins) {
    table.rows.push_back({fmt::format("{:.3f} to {:.3f}", bin.low, bin.high), count_text(bin.samples),
                          figure_cell(bin.confidence), figure_cell(bin.accuracy)});
  }
  details(html, "As a table", [&] { write_table(html, table); });
}

}  // namespace

void write_calibration(Html& html, const Evaluation& evaluation) {
  const auto* report = calibration_of(evaluation);
  if (report == nullptr || report->samples == 0) return;
  std::uint64_t fullest = 1;
  for (const auto& bin : report->bins) fullest = std::max(fullest, bin.samples);
  html.element("div", {{"class", "charts"}}, [&] {
    write_chart(
        html,
        {.id = "reliability",
         .title = "Reliability",
         .description = fmt::format("The part that is right for each confidence. Expected calibration error {}, "
                                    "largest {}.",
                                    figure_cell(report->expected_error), figure_cell(report->largest_error)),
         .x = "confidence",
         .y = "part that is right"},
        [&](ChartArea& area) {
          for (const auto& bin : report->bins) {
            if (bin.samples > 0) area.bar(bin.low, bin.high, bin.accuracy, "bar0");
          }
          area.diagonal();
        },
        [&] {
          html.element("p", fmt::format("Where a model says 0.8 it should be right in 8 of 10 cases: then bars end on "
                                        "the dashed line. Shorter bars are overconfidence. Expected calibration "
                                        "error {}, largest {}.",
                                        figure_cell(report->expected_error), figure_cell(report->largest_error)));
          write_bins(html, *report);
        });
    write_chart(
        html,
        {.id = "confidence",
         .title = "How often each confidence occurs",
         .description =
             fmt::format("The number of answers in each of {} ranges, relative to the fullest, which has {}.",
                         report->bins.size(), count_text(fullest)),
         .x = "confidence",
         .y = "answers, relative"},
        [&](ChartArea& area) {
          for (const auto& bin : report->bins) {
            if (bin.samples > 0)
              area.bar(bin.low, bin.high, static_cast<double>(bin.samples) / static_cast<double>(fullest), "bar1");
          }
        },
        [&] {
          html.element("p", fmt::format("Of {}; the longest bar stands for {}. Short bars say little about "
                                        "reliability.",
                                        plural(report->samples, "answer"), count_text(fullest)));
        });
  });
}

}  // namespace visionkit
