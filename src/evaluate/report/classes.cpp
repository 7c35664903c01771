#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

struct ClassRow {
  double rank = 0;  // by which the worst are chosen; NaN where there is nothing to judge
  std::vector<std::string> cells;
};

struct ClassTable {
  std::string caption;
  std::vector<TableColumn> columns;
  std::vector<ClassRow> rows;
  std::string ranked_by;
};

ClassId class_at(std::size_t i) { return ClassId(static_cast<std::int32_t>(i)); }

double rank_of(double value, std::uint64_t support) {
  return support == 0 ? std::numeric_limits<double>::quiet_NaN() : value;
}

ClassTable table_of(const ClassificationReport& report, const Labels& labels) {
  ClassTable table = {
      .caption = "Classes",
      .columns = {{"Class", ColumnKind::text}, {"Pictures"}, {"Predicted"}, {"Precision"}, {"Recall"}, {"F1"}},
      .rows = {},
      .ranked_by = "F1"};
  const bool has_curves = !report.curves.empty();
  if (has_curves) table.columns.insert(table.columns.end(), {{"AP"}, {"ROC AUC"}});
  for (std::size_t i = 0; i < report.confusion.counts.size(); ++i) {
    const auto& counts = report.confusion.counts[i];
    const auto& rates = report.confusion.rates.classes[i];
    ClassRow row = {rank_of(rates.f_score, counts.support()),
                    {name_cell(labels[class_at(i)]), count_text(counts.support()), count_text(counts.predicted()),
                     figure_cell(rates.precision), figure_cell(rates.recall), figure_cell(rates.f_score)}};
    if (has_curves) {
      row.cells.push_back(figure_cell(report.curves[i].average_precision));
      row.cells.push_back(figure_cell(report.curves[i].roc_auc));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

ClassTable table_of(const MultiLabelReport& report, const Labels& labels) {
  ClassTable table = {.caption = "Labels: how often each was rightly and wrongly said",
                      .columns = {{"Label", ColumnKind::text},
                                  {"True yes"},
                                  {"False yes"},
                                  {"False no"},
                                  {"True no"},
                                  {"Precision"},
                                  {"Recall"},
                                  {"F1"}},
                      .rows = {},
                      .ranked_by = "F1"};
  const bool has_curves = !report.curves.empty();
  if (has_curves) table.columns.insert(table.columns.end(), {{"AP"}, {"Best F1"}, {"at score"}});
  for (std::size_t i = 0; i < report.counts.size(); ++i) {
    const auto& counts = report.counts[i];
    const auto& rates = report.rates.classes[i];
    ClassRow row = {
        rank_of(rates.f_score, counts.support()),
        {name_cell(labels[class_at(i)]), count_text(counts.true_positives), count_text(counts.false_positives),
         count_text(counts.false_negatives), count_text(counts.true_negatives), figure_cell(rates.precision),
         figure_cell(rates.recall), figure_cell(rates.f_score)}};
    if (has_curves) {
      const auto& curve = report.curves[i];
      row.cells.push_back(figure_cell(curve.average_precision));
      row.cells.push_back(figure_cell(curve.best.f1));
      row.cells.push_back(figure_cell(curve.best.threshold));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

ClassTable table_of(const DetectionReport& report) {
  ClassTable table = {.caption = fmt::format("Classes, judged by {}", to_string(report.match_by)),
                      .columns = {{"Class", ColumnKind::text},
                                  {"Objects"},
                                  {"Predictions"},
                                  {"AP"},
                                  {"AP50"},
                                  {"AP75"},
                                  {"AP small"},
                                  {"AP medium"},
                                  {"AP large"},
                                  {"AR"},
                                  {"Best F1"},
                                  {"at score"}},
                      .rows = {},
                      .ranked_by = "AP"};
  for (const auto& each : report.classes) {
    table.rows.push_back(
        {rank_of(each.ap, each.objects),
         {name_cell(each.category.name.empty() ? fmt::format("{}", each.category.id) : each.category.name),
          count_text(each.objects), count_text(each.predictions), figure_cell(each.ap), figure_cell(each.ap50),
          figure_cell(each.ap75), figure_cell(each.ap_small), figure_cell(each.ap_medium), figure_cell(each.ap_large),
          figure_cell(each.ar), figure_cell(each.best_f1), figure_cell(each.best_f1_score)}});
  }
  return table;
}

ClassTable table_of(const SegmentationReport& report, const Labels& labels) {
  ClassTable table = {
      .caption = "Classes, by pixels",
      .columns = {{"Class", ColumnKind::text}, {"Part of pixels"}, {"IoU"}, {"Dice"}, {"Precision"}, {"Recall"}},
      .rows = {},
      .ranked_by = "IoU"};
  const bool has_boundary = !report.boundary_iou.empty();
  if (has_boundary) table.columns.push_back({"Boundary IoU"});
  for (std::size_t i = 0; i < report.counts.size(); ++i) {
    const auto support = report.counts[i].support();
    const auto& rates = report.rates.classes[i];
    ClassRow row = {
        rank_of(rates.iou, support),
        {name_cell(labels[class_at(i)]),
         percent_text(static_cast<double>(support) / static_cast<double>(report.pixels)), figure_cell(rates.iou),
         figure_cell(rates.dice), figure_cell(rates.precision), figure_cell(rates.recall)}};
    if (has_boundary) row.cells.push_back(figure_cell(report.boundary_iou[i]));
    table.rows.push_back(std::move(row));
  }
  return table;
}

ClassTable table_of(const PanopticReport& report, const Labels& labels) {
  ClassTable table = {.caption = "Classes, by segments",
                      .columns = {{"Class", ColumnKind::text},
                                  {"Kind", ColumnKind::text},
                                  {"PQ"},
                                  {"SQ"},
                                  {"RQ"},
                                  {"Found"},
                                  {"False"},
                                  {"Missed"}},
                      .rows = {},
                      .ranked_by = "PQ"};
  for (const auto& [category, counts, quality] : report.classes) {
    table.rows.push_back(
        {rank_of(quality.pq, counts.true_positives + counts.false_negatives),
         {name_cell(labels[category.id]), std::string(to_string(category.kind)), figure_cell(quality.pq),
          figure_cell(quality.sq), figure_cell(quality.rq), count_text(counts.true_positives),
          count_text(counts.false_positives), count_text(counts.false_negatives)}});
  }
  return table;
}

void write(Html& html, ClassTable table, const PageLimits& limits) {
  const auto count = table.rows.size();
  if (count > limits.rows) {
    std::stable_sort(table.rows.begin(), table.rows.end(), [](const ClassRow& a, const ClassRow& b) {
      return std::isnan(b.rank) ? !std::isnan(a.rank) : a.rank < b.rank;
    });
    table.rows.resize(limits.rows);
    table.caption += fmt::format(": the {} of {} with the lowest {}", limits.rows, count_text(count), table.ranked_by);
  }
  HtmlTable shown = {.caption = std::move(table.caption), .columns = std::move(table.columns), .rows = {}};
  for (auto& row : table.rows) shown.rows.push_back(std::move(row.cells));
  write_table(html, shown);
  if (count > limits.rows) note(html, "All classes are in the JSON.");
}

}  // namespace

void write_classes(Html& html, const Evaluation& evaluation, const PageLimits& limits) {
  const auto& labels = evaluation.labels;
  if (const auto* report = std::get_if<ClassificationReport>(&evaluation.scores)) {
    write(html, table_of(*report, labels), limits);
  } else if (const auto* multi_label = std::get_if<MultiLabelReport>(&evaluation.scores)) {
    write(html, table_of(*multi_label, labels), limits);
  } else if (const auto* detection = std::get_if<DetectionEvaluation>(&evaluation.scores)) {
    write(html, table_of(detection->boxes.report), limits);
    if (detection->masks) write(html, table_of(detection->masks->report), limits);
  } else if (const auto* segmentation = std::get_if<SegmentationReport>(&evaluation.scores)) {
    write(html, table_of(*segmentation, labels), limits);
  } else if (const auto* panoptic = std::get_if<PanopticReport>(&evaluation.scores)) {
    write(html, table_of(*panoptic, labels), limits);
  }
}

}  // namespace visionkit
