#include <visionkit/evaluate/report.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "core/fail.hpp"
#include "core/write_file.hpp"
#include "evaluate/report/html.hpp"
#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"
#include "evaluate/report/style.hpp"

namespace visionkit {
namespace {

constexpr std::uint64_t least_max_bytes = 100'000;
constexpr std::uint64_t most_max_bytes = std::uint64_t{1} << 30U;
constexpr std::uint64_t frame_of_samples = 2000;  // bytes of their headings and remarks
// Short of bytes, tables are cut before the page is refused.
constexpr std::array page_limits{PageLimits{}, PageLimits{.rows = 10, .matrix_classes = 10}};

struct Section {
  std::string_view id;  // what the navigation links to
  std::string_view title;
  Html content;
};

void check(const ReportOptions& options) {
  if (options.max_bytes < least_max_bytes || options.max_bytes > most_max_bytes)
    fail(ErrorCode::invalid_option, "max_bytes is {}, expected {}..{}", options.max_bytes, least_max_bytes,
         most_max_bytes);
  if (options.sample_width < 64 || options.sample_width > 4096)
    fail(ErrorCode::invalid_option, "sample_width is {}, expected 64..4096", options.sample_width);
}

std::string title_of(const Evaluation& evaluation, const ReportOptions& options) {
  if (!options.title.empty()) return options.title;
  const auto& record = evaluation.model.record;
  auto task = std::string(to_string(evaluation.task));
  std::replace(task.begin(), task.end(), '_', ' ');
  const auto& name = record.name.empty() ? evaluation.model.file : record.name;
  return name.empty() ? task : fmt::format("{}: {}", name, task);
}

template <class Write>
void add(std::vector<Section>& sections, std::string_view id, std::string_view title, const Write& write) {
  Section section = {id, title, {}};
  write(section.content);
  if (!section.content.markup().empty()) sections.push_back(std::move(section));
}

std::vector<Section> numbers(const Evaluation& evaluation, std::span<const FigureVerdict> verdicts,
                             const PageLimits& limits) {
  std::vector<Section> list;
  add(list, "verdict", "Verdict", [&](Html& html) { write_verdict(html, verdicts); });
  add(list, "figures", "Figures", [&](Html& html) { write_figures(html, evaluation, limits); });
  add(list, "run", "Run", [&](Html& html) { write_run(html, evaluation); });
  add(list, "pictures", "Pictures", [&](Html& html) { write_pictures(html, evaluation, limits); });
  add(list, "classes", "Classes", [&](Html& html) { write_classes(html, evaluation, limits); });
  add(list, "curves", "Curves", [&](Html& html) { write_curves(html, evaluation); });
  add(list, "errors", "Kinds of errors", [&](Html& html) { write_errors(html, evaluation); });
  add(list, "confusion", "Confusion", [&](Html& html) { write_confusion(html, evaluation, limits); });
  add(list, "calibration", "Calibration", [&](Html& html) { write_calibration(html, evaluation); });
  add(list, "balance", "Class balance", [&](Html& html) { write_balance(html, evaluation, limits); });
  add(list, "timing", "Timing", [&](Html& html) { write_timing(html, evaluation); });
  return list;
}

void write_head(Html& html, std::string_view title) {
  html.element("head", [&] {
    html.empty("meta", {{"charset", "utf-8"}});
    html.empty("meta", {{"http-equiv", "Content-Security-Policy"},
                        {"content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}});
    html.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    html.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
    html.element("title", title);
    html.style(report_style());
  });
}

void write_navigation(Html& html, std::span<const Section> sections) {
  html.element("nav", {{"aria-label", "Sections"}}, [&] {
    html.element("ul", [&] {
      for (const auto& section : sections) {
        html.element("li", [&] { html.element("a", {{"href", fmt::format("#{}", section.id)}}, section.title); });
      }
    });
  });
}

std::string page_of(const Evaluation& evaluation, std::string_view title, std::span<const Section> sections) {
  Html html;
  html.element("html", {{"lang", "en"}}, [&] {
    write_head(html, title);
    html.element("body", [&] {
      html.element("header", [&] {
        html.element("h1", title);
        html.element("p", {{"class", "note"}},
                     fmt::format("{}{}{}", plural(evaluation.pictures, "picture"),
                                 evaluation.run.began.empty() ? "" : ", ", evaluation.run.began));
        write_navigation(html, sections);
      });
      html.element("main", [&] {
        for (const auto& section : sections) {
          const auto heading = fmt::format("{}-heading", section.id);
          html.element("section", {{"id", std::string(section.id)}, {"aria-labelledby", heading}}, [&] {
            html.element("h2", {{"id", heading}}, section.title);
            html.append(section.content);
          });
        }
      });
      html.element("footer", [&] {
        note(html, fmt::format("Made by {}. The JSON file beside this page has the same numbers with all digits.",
                               evaluation.run.library.empty() ? "visionkit" : evaluation.run.library));
      });
    });
  });
  return "<!DOCTYPE html>\n" + html.markup() + "\n";
}

std::string make_page(const Evaluation& evaluation, const ReportOptions& options) {
  check(options);
  const auto verdicts = check_limits(figures(evaluation), options.limits);
  const auto title = shorten(title_of(evaluation, options), 200);
  std::uint64_t needed = 0;
  for (const auto& limits : page_limits) {
    auto sections = numbers(evaluation, verdicts, limits);
    needed = page_of(evaluation, title, sections).size() + frame_of_samples;
    if (needed > options.max_bytes) continue;
    auto samples = write_samples(evaluation, options.sample_width, options.max_bytes - needed);
    const auto before_timing = sections.back().id == "timing" ? sections.end() - 1 : sections.end();
    std::vector<Section> shown;
    if (!samples.worst.markup().empty()) shown.push_back({"worst", "Worst samples", std::move(samples.worst)});
    if (!samples.random.markup().empty()) shown.push_back({"random", "Random samples", std::move(samples.random)});
    sections.insert(before_timing, std::make_move_iterator(shown.begin()), std::make_move_iterator(shown.end()));
    return page_of(evaluation, title, sections);
  }
  fail(ErrorCode::invalid_option, "max_bytes is {}, but the page takes {} without any sample", options.max_bytes,
       needed);
}

void write_text(const std::string& path, const std::string& text, const char* what) {
  write_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, what);
}

}  // namespace

std::string to_html(const Evaluation& evaluation, const ReportOptions& options) {
  return guarded("making a report", [&] { return make_page(evaluation, options); });
}

void write_report(const std::string& path, const Evaluation& evaluation, const ReportOptions& options) {
  guarded("writing a report", [&] {
    constexpr std::string_view extension = ".html";
    if (!std::string_view(path).ends_with(extension))
      fail(ErrorCode::invalid_option, "the path of a report is '{}', expected one that ends in {}", path, extension);
    const auto page = to_html(evaluation, options);
    const auto json = to_json(evaluation);
    write_text(path.substr(0, path.size() - extension.size()) + ".json", json, "report");
    write_text(path, page, "report");
  });
}

}  // namespace visionkit
