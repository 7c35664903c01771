#include "evaluate/report/chart.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace visionkit {
namespace {

// Small units, so that letters of 12 stay readable where the chart is as wide as a phone.
constexpr double width = 360;
constexpr double height = 290;
constexpr double left = 34;
constexpr double right = width - 14;
constexpr double top = 28;
constexpr double bottom = height - 42;

double x_of(double x) { return left + (right - left) * std::clamp(x, 0.0, 1.0); }
double y_of(double y) { return bottom - (bottom - top) * std::clamp(y, 0.0, 1.0); }
std::string number(double value) { return fmt::format("{:.1f}", value); }
std::string place(const ChartPoint& point) { return number(x_of(point.x)) + "," + number(y_of(point.y)); }

void straight(Html& html, std::string_view css_class, const ChartPoint& a, const ChartPoint& b) {
  html.empty("line", {{"class", std::string(css_class)},
                      {"x1", number(x_of(a.x))},
                      {"y1", number(y_of(a.y))},
                      {"x2", number(x_of(b.x))},
                      {"y2", number(y_of(b.y))}});
}

void letters(Html& html, double x, double y, const char* anchor, std::string_view text) {
  html.element("text", {{"x", number(x)}, {"y", number(y)}, {"text-anchor", anchor}}, text);
}

void write_axes(Html& html, const ChartText& text) {
  for (int i = 0; i <= 5; ++i) {
    const double at = i / 5.0;
    straight(html, "grid", {0, at}, {1, at});
    straight(html, "grid", {at, 0}, {at, 1});
    letters(html, left - 6, y_of(at) + 4, "end", fmt::format("{:.1f}", at));
    letters(html, x_of(at), bottom + 16, "middle", fmt::format("{:.1f}", at));
  }
  letters(html, 4, 13, "start", text.y);
  letters(html, right, height - 6, "end", text.x);
}

// Points that would not move the line by a tenth of a unit are left out.
std::string path_of(std::span<const ChartPoint> points) {
  std::string path;
  std::string last;
  for (const auto& point : points) {
    auto next = place(point);
    if (next == last) continue;
    path += path.empty() ? "" : " ";
    path += next;
    last = std::move(next);
  }
  return path;
}

}  // namespace

void ChartArea::line(std::span<const ChartPoint> points, int style) {
  const auto css_class = style < 0 ? std::string("other") : fmt::format("line line{}", style);
  html_.empty("polyline", {{"class", css_class}, {"points", path_of(points)}});
}

void ChartArea::band(std::span<const ChartPoint> low, std::span<const ChartPoint> high) {
  std::vector<ChartPoint> around(low.begin(), low.end());
  around.insert(around.end(), high.rbegin(), high.rend());
  html_.empty("polygon", {{"class", "band"}, {"points", path_of(around)}});
}

void ChartArea::bar(double x1, double x2, double share, std::string_view css_class) {
  html_.empty("rect", {{"class", std::string(css_class)},
                       {"x", number(x_of(x1) + 0.5)},
                       {"y", number(y_of(share))},
                       {"width", number(std::max(0.5, x_of(x2) - x_of(x1) - 1))},
                       {"height", number(bottom - y_of(share))}});
}

void ChartArea::diagonal() { straight(html_, "diagonal", {0, 0}, {1, 1}); }

void ChartArea::marker(const ChartPoint& point) {
  html_.empty("circle",
              {{"class", "marker"}, {"cx", number(x_of(point.x))}, {"cy", number(y_of(point.y))}, {"r", "4"}});
}

void write_chart(Html& html, const ChartText& text, const std::function<void(ChartArea&)>& draw,
                 const std::function<void()>& below) {
  html.element("figure", {{"class", "chart"}}, [&] {
    html.element("p", {{"class", "chart-title"}}, text.title);
    html.element("svg",
                 {{"viewBox", fmt::format("0 0 {} {}", width, height)},
                  {"role", "img"},
                  {"aria-labelledby", fmt::format("{0}-title {0}-description", text.id)}},
                 [&] {
                   html.element("title", {{"id", text.id + "-title"}}, text.title);
                   html.element("desc", {{"id", text.id + "-description"}}, text.description);
                   write_axes(html, text);
                   ChartArea area(html);
                   draw(area);
                 });
    html.element("figcaption", below);
  });
}

void write_legend(Html& html, std::span<const LegendEntry> entries) {
  html.element("ul", {{"class", "legend"}}, [&] {
    for (const auto& entry : entries) {
      html.element("li", [&] {
        html.element("svg", {{"viewBox", "0 0 28 12"}, {"aria-hidden", "true"}}, [&] {
          if (entry.css_class.starts_with("line") || entry.css_class == "other")
            html.empty("line", {{"class", entry.css_class == "other" ? entry.css_class : "line " + entry.css_class},
                                {"x1", "0"},
                                {"y1", "6"},
                                {"x2", "28"},
                                {"y2", "6"}});
          else
            html.empty("rect", {{"class", entry.css_class}, {"x", "2"}, {"y", "1"}, {"width", "24"}, {"height", "10"}});
        });
        html.text(entry.name);
      });
    }
  });
}

}  // namespace visionkit
