#include <visionkit/image/draw.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/fail.hpp"
#include "image/canvas.hpp"
#include "image/draw_look.hpp"
#include "image/label_layout.hpp"
#include "image/paint.hpp"
#include "image/palette.hpp"

namespace visionkit {
namespace {

constexpr double missed_tint = 0.2;
constexpr int wide_label =
    14;  // heights of capitals: about twelve letters, wide enough to cut the name and keep the score

// A box and what is written on it.
struct Item {
  PixelBox box;
  std::string name;
  float score;
  bool has_score;
  Color color;
  FrameStyle style;
  const Mask* mask = nullptr;
};

const Mask* mask_of(const Detection& detection, Size size) {
  if (!detection.mask) return nullptr;
  if (detection.mask->size() != size) {
    fail(ErrorCode::invalid_argument, "a detection has a mask of {}, the picture is {}",
         to_string(detection.mask->size()), to_string(size));
  }
  return &*detection.mask;
}

bool has_bar(ScoreStyle style) { return style == ScoreStyle::bar || style == ScoreStyle::number_and_bar; }

// The first of "name 0.93", where there is some room "na... 0.93", "name", "na..." that fits.
std::string label_text(const Item& item, ScoreStyle style, int height, int width) {
  if (item.has_score && (style == ScoreStyle::number || style == ScoreStyle::number_and_bar)) {
    const auto score = fmt::format(" {:.2f}", item.score);
    const auto name = shortened(item.name, height, width - text_width(score, height));
    const bool is_worth_it = name == item.name || width >= wide_label * height;
    if (!name.empty() && is_worth_it && text_width(name + score, height) <= width) return name + score;
  }
  return shortened(item.name, height, width);
}

// Half of the line lies outside the box, where the picture has room for it.
PixelBox frame_of(const PixelBox& box, int line, Size size) {
  const int out = line / 2;
  return {std::max(box.x1 - out, 0), std::max(box.y1 - out, 0), std::min(box.x2 + out, size.width),
          std::min(box.y2 + out, size.height)};
}

// The edge that sets a line or a label off from a background of its own colour.
Color rim_color(Color color) { return mix(color, contrasting(color), 0.65); }

void draw_label(Image& image, const PixelBox& place, const Item& item, const std::string& text, const DrawLook& look) {
  const auto ink = contrasting(item.color);
  fill(image, place, rim_color(item.color));
  const int rim = std::min(look.rim, 1);
  fill(image, {place.x1 + rim, place.y1 + rim, place.x2 - rim, place.y2 - rim}, item.color);
  draw_text(image, text, place.x1 + look.margin, place.y1 + look.baseline(), look.text, ink);
  if (place.height() <= look.row) return;
  const PixelBox track = {place.x1 + look.margin, place.y2 - 2 * look.bar, place.x2 - look.margin, place.y2 - look.bar};
  const auto share = std::isnan(item.score) ? 0 : std::clamp(item.score, 0.0F, 1.0F);
  const auto end = track.x1 + static_cast<int>(std::lround(share * static_cast<float>(track.width())));
  fill(image, track, mix(item.color, ink, 0.3));
  fill(image, {track.x1, track.y1, end, track.y2}, ink);
}

Image draw_items(const ImageView& view, std::vector<Item> items, const DrawOptions& options) {
  auto image = convert(view, PixelFormat::rgb8);
  const auto look = look_for(image.size(), {options.line_width, options.text_height});
  std::vector<LabelRequest> requests;
  std::vector<std::string> texts;
  for (auto& item : items) {
    item.box = frame_of(item.box, look.line, image.size());
    const int room = std::max({item.box.width(), image.width() * 45 / 100, wide_label * look.text});
    texts.push_back(label_text(item, options.score_style, look.text, std::min(room, image.width()) - 2 * look.margin));
    const int width = texts.back().empty() ? 0 : text_width(texts.back(), look.text) + 2 * look.margin;
    const int height = look.row + (item.has_score && has_bar(options.score_style) ? 2 * look.bar : 0);
    requests.push_back({item.box, {width, height}});
  }
  // Best scores last, on top of the others.
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (item->mask != nullptr) paint_mask(image, *item->mask, {item->color, options.mask_opacity, look.line});
  }
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (item->style == FrameStyle::corners) fill(image, item->box, item->color, missed_tint);
    draw_frame(image, {item->box, look.line, look.rim, item->style, item->color, rim_color(item->color)});
  }
  const auto places = place_labels(image.size(), requests);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (places[i]) draw_label(image, *places[i], items[i], texts[i], look);
  }
  return image;
}

}  // namespace

std::string_view to_string(ScoreStyle style) noexcept {
  switch (style) {
    case ScoreStyle::number: return "number";
    case ScoreStyle::bar: return "bar";
    case ScoreStyle::number_and_bar: return "number_and_bar";
    case ScoreStyle::none: return "none";
  }
  return "unknown";
}

Image draw(const ImageView& image, std::span<const Detection> detections, const DrawOptions& options) {
  return guarded("drawing detections", [&] {
    check_view(image);
    check_options(options);
    std::vector<Item> items;
    const auto sorted = sort_by_score(detections);
    for (const auto& detection : sorted) {
      const auto box = to_pixels(detection.box, image.size());
      if (box.is_empty()) continue;
      const auto name = options.labels[detection.label];
      items.push_back({box, to_ascii(name), detection.score, true, class_color(name), FrameStyle::solid,
                       mask_of(detection, image.size())});
    }
    return draw_items(image, std::move(items), options);
  });
}

Image draw(const ImageView& image, std::span<const JudgedDetection> judged, const DrawOptions& options) {
  return guarded("drawing judged detections", [&] {
    check_view(image);
    check_options(options);
    std::vector<Item> items;
    for (const auto& [detection, outcome] : judged) {
      const auto box = to_pixels(detection.box, image.size());
      if (box.is_empty()) continue;
      const auto name = to_ascii(options.labels[detection.label]);
      const auto* const mask = mask_of(detection, image.size());
      switch (outcome) {
        case Outcome::hit:
          items.push_back({box, name, detection.score, true, hit_color, FrameStyle::solid, mask});
          break;
        case Outcome::false_positive:
          items.push_back({box, "false: " + name, detection.score, true, false_color, FrameStyle::dashed, mask});
          break;
        case Outcome::missed:
          items.push_back({box, "missed: " + name, 0, false, missed_color, FrameStyle::corners, mask});
          break;
      }
    }
    // The errors are what one looks for.
    std::stable_partition(items.begin(), items.end(), [](const Item& item) { return item.style != FrameStyle::solid; });
    return draw_items(image, std::move(items), options);
  });
}

}  // namespace visionkit
