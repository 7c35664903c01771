// Precision over recall and F1 over score: of each class where there are few, else their mean, where most of them lie,
// and the weakest.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "evaluate/report/chart.hpp"
#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

constexpr std::size_t steps = 101;  // of a curve: 0, 0.01 .. 1
constexpr std::size_t most_single_classes = 6;
constexpr std::size_t weakest_classes = 3;
constexpr std::size_t most_thin_lines = 20;  // above, a band shows where the classes lie

using Samples = std::array<double, steps>;

double at(std::size_t step) { return static_cast<double>(step) / (steps - 1); }

// The highest precision at each recall or above, as COCO's average precision has it.
Samples precision_of(const ClassCurve& curve) {
  Samples samples{};
  double best = 0;
  auto point = curve.points.rbegin();
  for (std::size_t i = steps; i-- > 0;) {
    for (; point != curve.points.rend() && point->recall >= at(i); ++point) best = std::max(best, point->precision);
    samples[i] = best;
  }
  return samples;
}

// F1 when answers below each score are dropped.
Samples f1_of(const ClassCurve& curve) {
  Samples samples{};
  double f1 = 0;
  auto point = curve.points.begin();
  for (std::size_t i = steps; i-- > 0;) {
    for (; point != curve.points.end() && point->score >= at(i); ++point) f1 = std::isnan(point->f1) ? 0 : point->f1;
    samples[i] = f1;
  }
  return samples;
}

double mean_of(const Samples& samples) { return std::accumulate(samples.begin(), samples.end(), 0.0) / steps; }

// At each step the value that `part` of the classes do not exceed.
Samples quantile_of(const std::vector<Samples>& classes, double part) {
  Samples result{};
  std::vector<double> values(classes.size());
  for (std::size_t i = 0; i < steps; ++i) {
    std::transform(classes.begin(), classes.end(), values.begin(), [&](const Samples& each) { return each[i]; });
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    result[i] = *place;
  }
  return result;
}

Samples mean_of(const std::vector<Samples>& classes) {
  Samples result{};
  for (const auto& each : classes) {
    for (std::size_t i = 0; i < steps; ++i) result[i] += each[i] / static_cast<double>(classes.size());
  }
  return result;
}

std::vector<ChartPoint> points_of(const Samples& samples) {
  std::vector<ChartPoint> points;
  for (std::size_t i = 0; i < steps; ++i) points.push_back({at(i), samples[i]});
  return points;
}

struct Line {
  std::string name;
  int style = 0;
  Samples samples = {};
};

// What both charts show: the same classes in the same colours.
struct Chosen {
  std::vector<std::size_t> classes;
  bool has_mean = false;
  bool are_weakest = false;  // there are others
  bool has_band = false;     // which stands for the others
};

Chosen choose(const std::vector<Samples>& precisions) {
  const auto count = precisions.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (count <= most_single_classes) return {order, count > 1, false, false};
  std::vector<double> areas;
  for (const auto& each : precisions) areas.push_back(mean_of(each));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return areas[a] < areas[b]; });
  order.resize(weakest_classes);
  return {order, true, true, count > most_thin_lines};
}

std::vector<Line> lines_of(const std::vector<Samples>& classes, const Evaluation& evaluation, const Chosen& chosen) {
  std::vector<Line> lines;
  if (chosen.has_mean) lines.push_back({fmt::format("mean of {} classes", classes.size()), 0, mean_of(classes)});
  int style = 1;
  for (const auto place : chosen.classes) {
    auto name = name_cell(evaluation.labels[evaluation.curves[place].label]);
    lines.push_back({chosen.are_weakest ? "weakest: " + name : name, style++, classes[place]});
  }
  return lines;
}

void write_numbers(Html& html, const ChartText& text, const std::vector<Line>& lines) {
  HtmlTable table = {
      .caption = fmt::format("{}: {} at each {}", text.title, text.y, text.x), .columns = {{text.x}}, .rows = {}};
  for (const auto& line : lines) table.columns.push_back({line.name});
  for (std::size_t i = 0; i < steps; i += 10) {
    std::vector<std::string> row = {fmt::format("{:.1f}", at(i))};
    for (const auto& line : lines) row.push_back(figure_cell(line.samples[i]));
    table.rows.push_back(std::move(row));
  }
  details(html, "As a table", [&] { write_table(html, table); });
}

struct CurveChart {
  ChartText text;
  std::string remark;
  std::vector<ChartPoint> markers = {};
};

void write_curve_chart(Html& html, CurveChart chart, const std::vector<Samples>& classes,
                       const std::vector<Line>& lines, const Chosen& chosen) {
  std::vector<LegendEntry> legend;
  for (const auto& line : lines) legend.push_back({fmt::format("line{}", line.style), line.name});
  if (chosen.has_band)
    legend.push_back({"band", "the middle 80% of the classes"});
  else if (chosen.are_weakest)
    legend.push_back({"other", "other classes"});
  chart.text.description = fmt::format("{} {} of {}: {:.2f} at {} 0.2, {:.2f} at 0.5, {:.2f} at 0.8.", chart.remark,
                                       chart.text.y, lines.front().name, lines.front().samples[20], chart.text.x,
                                       lines.front().samples[50], lines.front().samples[80]);
  write_chart(
      html, chart.text,
      [&](ChartArea& area) {
        if (chosen.has_band) {
          area.band(points_of(quantile_of(classes, 0.1)), points_of(quantile_of(classes, 0.9)));
        } else if (chosen.are_weakest) {
          for (const auto& each : classes) area.line(points_of(each), -1);
        }
        for (auto line = lines.rbegin(); line != lines.rend(); ++line) area.line(points_of(line->samples), line->style);
        for (const auto& marker : chart.markers) area.marker(marker);
      },
      [&] {
        write_legend(html, legend);
        html.element("p", chart.remark);
        write_numbers(html, chart.text, lines);
      });
}

}  // namespace

void write_curves(Html& html, const Evaluation& evaluation) {
  if (evaluation.curves.empty()) return;
  std::vector<Samples> precisions;
  std::vector<Samples> f1s;
  for (const auto& curve : evaluation.curves) {
    precisions.push_back(precision_of(curve));
    f1s.push_back(f1_of(curve));
  }
  const auto chosen = choose(precisions);
  const auto f1_lines = lines_of(f1s, evaluation, chosen);
  const auto& first = f1_lines.front();
  const auto best = std::max_element(first.samples.begin(), first.samples.end());
  const auto best_score = at(static_cast<std::size_t>(best - first.samples.begin()));
  html.element("div", {{"class", "charts"}}, [&] {
    write_curve_chart(html,
                      {.text = {.id = "precision-recall",
                                .title = "Precision over recall",
                                .description = {},
                                .x = "recall",
                                .y = "precision"},
                       .remark = "How many answers are right (precision) when so much of the truth is to be found "
                                 "(recall). The closer to the upper right, the better."},
                      precisions, lines_of(precisions, evaluation, chosen), chosen);
    write_curve_chart(html,
                      {.text = {.id = "f1", .title = "F1 over score", .description = {}, .x = "score", .y = "F1"},
                       .remark = fmt::format("The balance of precision and recall when answers below a score are "
                                             "dropped. Best for the {}: {:.2f} at the score {:.2f}, the dot.",
                                             first.name, *best, best_score),
                       .markers = {{best_score, *best}}},
                      f1s, f1_lines, chosen);
  });
}

}  // namespace visionkit
