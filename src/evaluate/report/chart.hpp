// Charts as SVG inside the page: two axes from 0 to 1, lines, bars, a band. Colours come from the style sheet; lines
// differ in their dashes, too. Every chart has a title and a description for those who cannot see it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluate/report/html.hpp"

namespace visionkit {

struct ChartPoint {
  double x = 0;  // 0..1, as y
  double y = 0;
};

struct ChartText {
  std::string id;  // unique on the page
  std::string title;
  std::string description;
  std::string x;  // what the axes are
  std::string y;
};

/// Draws into the area between the axes.
class ChartArea {
 public:
  explicit ChartArea(Html& html) : html_(html) {}
  /// `style` 0 is the bold line, 1 to 6 are others, -1 is a thin one.
  void line(std::span<const ChartPoint> points, int style);
  /// Between two lines with the same x.
  void band(std::span<const ChartPoint> low, std::span<const ChartPoint> high);
  void bar(double x1, double x2, double share, std::string_view css_class);
  void diagonal();
  void marker(const ChartPoint& point);

 private:
  Html& html_;
};

/// A <figure> with the chart, then what `below` writes: a legend, a caption.
void write_chart(Html& html, const ChartText& text, const std::function<void(ChartArea&)>& draw,
                 const std::function<void()>& below);

struct LegendEntry {
  std::string css_class;  // "line1", "other", "band", "bar0"
  std::string name;
};
void write_legend(Html& html, std::span<const LegendEntry> entries);

}  // namespace visionkit
