#include <visionkit/image/draw_maps.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "core/fail.hpp"
#include "image/canvas.hpp"
#include "image/draw_look.hpp"
#include "image/legend.hpp"
#include "image/paint.hpp"
#include "image/palette.hpp"

namespace visionkit {
namespace {

constexpr Color dark = {24, 24, 24};
constexpr Color light = {240, 240, 240};
constexpr std::array shades = {0.0, 0.35, -0.35, 0.6};  // of the things of a class; negative: darker

void check(const ImageView& image, Size size, const MapDrawOptions& options) {
  check_view(image);
  check_opacity("opacity", options.opacity);
  check_measure("line_width", options.line_width, 1);
  check_measure("text_height", options.text_height, 5);
  if (options.legend_entries < 0 || options.legend_entries > 1000)
    fail(ErrorCode::invalid_option, "legend_entries is {}, expected 0..1000", options.legend_entries);
  if (image.size() != size) {
    fail(ErrorCode::invalid_argument, "the map is {}, the picture is {}", to_string(size), to_string(image.size()));
  }
}

Regions regions_of(const LabelMap& map) {
  Regions regions = {.size = map.size(), .ids = {}};
  if (map.bits() == 8)
    regions.ids.assign(map.ids_8bit().begin(), map.ids_8bit().end());
  else
    regions.ids.assign(map.ids_16bit().begin(), map.ids_16bit().end());
  return regions;
}

// How classes are named and coloured.
class Look {
 public:
  explicit Look(const MapDrawOptions& options) : options_(&options), colors_(map_colors(options.labels)) {}

  [[nodiscard]] bool is_tinted(ClassId label) const {
    return std::find(options_->untinted.begin(), options_->untinted.end(), options_->labels[label]) ==
           options_->untinted.end();
  }
  [[nodiscard]] Color color(ClassId label) const {
    const auto index = static_cast<std::size_t>(label.value);
    return index < colors_.size() ? colors_[index] : class_color(options_->labels[label]);
  }

 private:
  const MapDrawOptions* options_;
  std::vector<Color> colors_;
};

// A share as a person reads it: never 0 % of something that is there.
std::string percent(double fraction) {
  return fraction < 0.001 ? std::string("< 0.1 %") : fmt::format("{:.1f} %", 100 * fraction);
}

// A thin edge is enough where areas have colours of their own.
int edge_of(const DrawLook& look, const MapDrawOptions& options) {
  return options.line_width > 0 ? options.line_width : std::max(1, look.line / 2);
}

// What became of one pixel.
enum class Verdict : std::uint8_t { ignored, right, wrong, missed };

}  // namespace

std::vector<Color> map_colors(const Labels& labels) {
  return guarded("choosing colours", [&] { return distinct_colors(labels.names()); });
}

Image draw(const ImageView& view, const LabelMap& map, const MapDrawOptions& options) {
  return guarded("drawing a label map", [&] {
    check(view, map.size(), options);
    auto image = convert(view, PixelFormat::rgb8);
    const auto measures = look_for(image.size(), {0, options.text_height});
    const Look look(options);
    auto areas = map.areas();
    std::erase_if(areas, [&](const auto& area) { return area.label == map.void_id(); });
    std::vector<std::optional<AreaStyle>> styles;
    for (const auto& [label, pixels] : areas) {
      const auto index = static_cast<std::size_t>(label.value);
      styles.resize(index + 1);
      if (look.is_tinted(label))
        styles[index] = AreaStyle{look.color(label), options.opacity, edge_of(measures, options)};
    }
    paint_regions(image, regions_of(map), [&](std::uint32_t id) -> const AreaStyle* {
      return id < styles.size() && styles[id] ? &*styles[id] : nullptr;
    });
    std::stable_sort(areas.begin(), areas.end(), [](const auto& a, const auto& b) { return a.pixels > b.pixels; });
    std::erase_if(areas, [&](const auto& area) { return !look.is_tinted(area.label); });
    std::vector<LegendEntry> legend;
    for (const auto& [label, pixels] : areas) {
      if (legend.size() == static_cast<std::size_t>(options.legend_entries)) break;
      legend.push_back({look.color(label), options.labels[label] + " " + percent(map.fraction(label))});
    }
    return with_legend(std::move(image), legend, measures);
  });
}

Image draw(const ImageView& view, const PanopticMap& map, const MapDrawOptions& options) {
  return guarded("drawing a panoptic map", [&] {
    check(view, map.size(), options);
    auto image = convert(view, PixelFormat::rgb8);
    const auto measures = look_for(image.size(), {0, options.text_height});
    const Look look(options);
    struct Row {
      std::size_t segments = 0;
      std::uint64_t pixels = 0;
      bool is_thing = false;
    };
    std::map<ClassId, Row> rows;
    std::map<std::uint32_t, AreaStyle> styles;
    for (const auto& segment : map.segments()) {
      if (!look.is_tinted(segment.label)) continue;
      auto& row = rows[segment.label];
      const bool is_thing = segment.kind == PanopticKind::thing;
      // Neighbouring things of a class differ in lightness, and by the line between them.
      const double shade = is_thing ? shades[row.segments % shades.size()] : 0;
      const auto color = mix(look.color(segment.label), shade < 0 ? dark : light, std::abs(shade));
      styles[segment.id] = {color, options.opacity, edge_of(measures, options)};
      row = {row.segments + 1, row.pixels, row.is_thing || is_thing};
    }
    // Areas that the segments state need not be those of the map.
    std::vector<PanopticSegment> measured(map.segments().begin(), map.segments().end());
    measure_segments(map.ids(), map.size(), measured);
    for (const auto& segment : measured) {
      if (styles.contains(segment.id)) rows[segment.label].pixels += segment.area;
    }
    const Regions regions = {.size = map.size(), .ids = {map.ids().begin(), map.ids().end()}};
    paint_regions(image, regions, [&](std::uint32_t id) -> const AreaStyle* {
      const auto found = styles.find(id);
      return found == styles.end() ? nullptr : &found->second;
    });
    std::vector<std::pair<ClassId, Row>> sorted(rows.begin(), rows.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.pixels > b.second.pixels; });
    std::vector<LegendEntry> legend;
    for (const auto& [label, row] : sorted) {
      if (legend.size() == static_cast<std::size_t>(options.legend_entries)) break;
      const auto share = percent(static_cast<double>(row.pixels) / static_cast<double>(map.ids().size()));
      const auto count = row.is_thing ? fmt::format("{} x ", row.segments) : std::string();
      legend.push_back({look.color(label), count + options.labels[label] + " " + share});
    }
    return with_legend(std::move(image), legend, measures);
  });
}

Image draw_differences(const ImageView& view, const LabelMap& predicted, const LabelMap& truth,
                       const MapDrawOptions& options) {
  return guarded("drawing differences of label maps", [&] {
    check(view, predicted.size(), options);
    check(view, truth.size(), options);
    auto image = convert(view, PixelFormat::rgb8);
    const auto measures = look_for(image.size(), {0, options.text_height});
    const Look look(options);
    const auto ours = regions_of(predicted);
    auto verdicts = regions_of(truth);
    std::array<std::uint64_t, 4> counts = {};
    for (std::size_t i = 0; i < ours.ids.size(); ++i) {
      const ClassId is(static_cast<std::int32_t>(ours.ids[i]));
      const ClassId should(static_cast<std::int32_t>(verdicts.ids[i]));
      const bool is_seen = is != predicted.void_id() && look.is_tinted(is);
      auto verdict = Verdict::wrong;
      if (should == truth.void_id() || (!is_seen && !look.is_tinted(should)))
        verdict = Verdict::ignored;
      else if (!is_seen)
        verdict = Verdict::missed;
      else if (is == should)
        verdict = Verdict::right;
      verdicts.ids[i] = static_cast<std::uint32_t>(verdict);
      ++counts[static_cast<std::size_t>(verdict)];
    }
    const int edge = edge_of(measures, options);
    const std::array<AreaStyle, 4> styles = {{{},
                                              {hit_color, options.opacity, 0},
                                              {false_color, options.opacity, edge},
                                              {missed_color, options.opacity, edge}}};
    paint_regions(image, verdicts, [&](std::uint32_t id) { return id == 0 ? nullptr : &styles[id]; });
    if (options.legend_entries == 0) return image;
    const auto judged = std::max<std::uint64_t>(counts[1] + counts[2] + counts[3], 1);
    std::vector<LegendEntry> legend;
    for (const auto& [verdict, name] : {std::pair{1, "right"}, {2, "wrong"}, {3, "missed"}}) {
      const auto count = counts[static_cast<std::size_t>(verdict)];
      legend.push_back(
          {styles[static_cast<std::size_t>(verdict)].color,
           fmt::format("{} {}", name,
                       count == 0 ? "0 %" : percent(static_cast<double>(count) / static_cast<double>(judged)))});
    }
    return with_legend(std::move(image), legend, measures);
  });
}

Image side_by_side(std::span<const Panel> panels) {
  return guarded("putting pictures side by side", [&] {
    if (panels.empty()) fail(ErrorCode::invalid_argument, "no picture to put side by side, expected at least 1");
    Size largest;
    bool has_titles = false;
    for (const auto& panel : panels) {
      check_view(panel.image);
      largest = {std::max(largest.width, panel.image.width), std::max(largest.height, panel.image.height)};
      has_titles = has_titles || !panel.title.empty();
    }
    const auto look = look_for(largest, {});
    const int gap = look.margin;
    const int top = has_titles ? look.row + look.margin : 0;
    Size size = {-gap, largest.height + top};
    for (const auto& panel : panels) size.width += panel.image.width + gap;
    Image result(size, PixelFormat::rgb8);
    fill(result, {0, 0, size.width, size.height}, dark);
    int left = 0;
    for (const auto& panel : panels) {
      const auto image = convert(panel.image, PixelFormat::rgb8);
      for (int y = 0; y < image.height(); ++y)
        std::copy_n(image.row(y), image.stride(), result.row(top + y) + 3 * std::ptrdiff_t{left});
      const auto title = shortened(to_ascii(panel.title), look.text, image.width() - 2 * look.margin);
      if (!title.empty())
        draw_text(result, title, left + look.margin, look.margin / 2 + look.baseline(), look.text, light);
      left += image.width() + gap;
    }
    return result;
  });
}

}  // namespace visionkit
