#include <algorithm>

#include <fmt/format.h>

#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

// Counts with names; rows are the truth.
struct Matrix {
  std::string caption;
  std::string unit;  // "pictures"
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::vector<std::uint64_t> counts;  // [rows, columns]

  [[nodiscard]] std::uint64_t at(std::size_t row, std::size_t column) const {
    return counts[row * columns.size() + column];
  }
  [[nodiscard]] std::uint64_t row_sum(std::size_t row) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) sum += at(row, i);
    return sum;
  }
};

// With more, the counts would widen the cells too much.
constexpr std::size_t most_classes_with_counts = 12;
// Longer names stand upright above their columns.
constexpr std::size_t longest_flat_name = 3;

std::vector<std::string> names_of(const Labels& labels, int classes) {
  std::vector<std::string> names;
  for (int i = 0; i < classes; ++i) names.push_back(name_cell(labels[ClassId(i)]));
  return names;
}

Matrix matrix_of(const ConfusionReport& report, const Labels& labels) {
  const auto names = names_of(labels, report.classes);
  return {"Confusion matrix", "pictures", names, names, report.cells};
}

Matrix matrix_of(const SegmentationReport& report, const Labels& labels) {
  const auto names = names_of(labels, report.classes);
  return {"Confusion matrix", "pixels", names, names, report.confusion};
}

Matrix matrix_of(const DetectionScores& scores) {
  const auto& confusion = scores.errors.confusion;
  std::vector<std::string> names;
  for (const auto& category : confusion.categories)
    names.push_back(name_cell(category.name.empty() ? fmt::format("{}", category.id) : category.name));
  auto rows = names;
  auto columns = names;
  rows.emplace_back("nothing there");
  columns.emplace_back("not found");
  return {fmt::format("Confusion matrix by {}, of predictions with a score of at least {}",
                      to_string(scores.report.match_by), DetectionErrorOptions{}.score_threshold),
          "objects",
          std::move(rows),
          std::move(columns),
          {confusion.counts.begin(), confusion.counts.end()}};
}

// Fill and letters of a cell: five steps, of blue where the answer is right and of orange where it is wrong.
std::string cell_class(double share, bool is_right) {
  const int step = share <= 0 ? 0 : share < 0.05 ? 1 : share < 0.2 ? 2 : share < 0.5 ? 3 : share < 0.8 ? 4 : 5;
  return step == 0 ? "zero" : fmt::format("{}{}", is_right ? "right" : "wrong", step);
}

std::string cell_text(double share) {
  const double percent = 100 * share;
  if (percent > 0 && percent < 1) return "<1";
  if (percent > 99 && percent < 100) return ">99";
  return fmt::format("{:.0f}", percent);
}

void write_row(Html& html, const Matrix& matrix, std::size_t row) {
  const auto sum = matrix.row_sum(row);
  html.element("tr", [&] {
    html.element("th", {{"scope", "row"}}, matrix.rows[row]);
    for (std::size_t i = 0; i < matrix.columns.size(); ++i) {
      const auto count = matrix.at(row, i);
      const double share = sum == 0 ? 0 : static_cast<double>(count) / static_cast<double>(sum);
      const bool is_right = i == row && i + 1 <= matrix.rows.size() && matrix.rows[row] == matrix.columns[i];
      html.element("td", {{"class", cell_class(share, is_right)}}, [&] {
        html.text(sum == 0 ? "-" : cell_text(share));
        if (matrix.columns.size() <= most_classes_with_counts && count > 0) html.element("small", count_text(count));
      });
    }
    html.element("td", {{"class", "sum"}}, count_text(sum));
  });
}

void write_matrix(Html& html, const Matrix& matrix) {
  const auto caption = fmt::format("{}. A row is the truth, a column the answer; percent of the row{}", matrix.caption,
                                   matrix.columns.size() <= most_classes_with_counts
                                       ? fmt::format(", and the number of {} below", matrix.unit)
                                       : std::string{});
  html.element("div", {{"class", "scroll"}, {"role", "group"}, {"tabindex", "0"}, {"aria-label", matrix.caption}}, [&] {
    const bool is_flat = std::all_of(matrix.columns.begin(), matrix.columns.end(),
                                     [](const std::string& name) { return name.size() <= longest_flat_name; });
    html.element("table", {{"class", is_flat ? "matrix" : "matrix turned"}}, [&] {
      html.element("caption", [&] { html.element("span", caption); });
      html.element("thead", [&] {
        html.element("tr", [&] {
          html.element("th", {{"scope", "col"}}, "Truth");
          for (const auto& name : matrix.columns)
            html.element("th", {{"scope", "col"}}, [&] { html.element("span", name); });
          html.element("th", {{"scope", "col"}}, [&] { html.element("span", "all"); });
        });
      });
      html.element("tbody", [&] {
        for (std::size_t i = 0; i < matrix.rows.size(); ++i) write_row(html, matrix, i);
      });
    });
  });
}

void write_pairs(Html& html, const Matrix& matrix, std::size_t most) {
  struct Pair {
    std::size_t row = 0;
    std::size_t column = 0;
    std::uint64_t count = 0;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < matrix.rows.size(); ++i) {
    for (std::size_t k = 0; k < matrix.columns.size(); ++k) {
      if (i != k && matrix.at(i, k) > 0) pairs.push_back({i, k, matrix.at(i, k)});
    }
  }
  const auto shown = std::min(most, pairs.size());
  std::partial_sort(
      pairs.begin(), pairs.begin() + static_cast<std::ptrdiff_t>(shown), pairs.end(), [](const Pair& a, const Pair& b) {
        return a.count != b.count ? a.count > b.count : std::pair(a.row, a.column) < std::pair(b.row, b.column);
      });
  if (pairs.empty()) {
    html.element("p", "No class was taken for another.");
    return;
  }
  HtmlTable table = {
      .caption = fmt::format("{}: the {} of {} that are confused most", matrix.caption, plural(shown, "pair"),
                             count_text(pairs.size())),
      .columns = {{"Truth", ColumnKind::text}, {"Answer", ColumnKind::text}, {"Count"}, {"Part of truth"}},
      .rows = {}};
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [row, column, count] = pairs[i];
    table.rows.push_back({matrix.rows[row], matrix.columns[column], count_text(count),
                          percent_text(static_cast<double>(count) / static_cast<double>(matrix.row_sum(row)))});
  }
  write_table(html, table);
  note(html, "The whole matrix is in the JSON.");
}

}  // namespace

void write_confusion(Html& html, const Evaluation& evaluation, const PageLimits& limits) {
  std::vector<Matrix> matrices;
  if (const auto* report = std::get_if<ClassificationReport>(&evaluation.scores))
    matrices.push_back(matrix_of(report->confusion, evaluation.labels));
  if (const auto* report = std::get_if<SegmentationReport>(&evaluation.scores))
    matrices.push_back(matrix_of(*report, evaluation.labels));
  if (const auto* report = std::get_if<DetectionEvaluation>(&evaluation.scores)) {
    matrices.push_back(matrix_of(report->boxes));
    if (report->masks) matrices.push_back(matrix_of(*report->masks));
  }
  if (matrices.empty() || matrices.front().counts.empty()) return;
  for (const auto& matrix : matrices) {
    if (matrix.columns.size() <= limits.matrix_classes + 1)
      write_matrix(html, matrix);
    else
      write_pairs(html, matrix, limits.rows);
  }
}

}  // namespace visionkit
