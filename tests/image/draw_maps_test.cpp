#include <visionkit/image/draw_maps.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include <visionkit/core/error.hpp>

#include "image/palette.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using visionkit::test::refusal;

namespace {

constexpr Size size = {60, 40};
const Labels labels({"background", "road", "car"});

Image gray() {
  Image image(size, PixelFormat::rgb8);
  std::ranges::fill(image.pixels(), std::uint8_t{120});
  return image;
}

Color pixel(const Image& image, int x, int y) {
  const auto* p = image.row(y) + 3 * x;
  return {p[0], p[1], p[2]};
}

// Columns 0..19 background, 20..39 road, 40..59 car; the bottom 10 rows void.
LabelMap stripes(int shift = 0) {
  std::vector<std::uint8_t> ids(60 * 40, 255);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 60; ++x)
      ids[static_cast<std::size_t>(y * 60 + x)] = static_cast<std::uint8_t>(std::clamp(x - shift, 0, 59) / 20);
  }
  return {std::move(ids), size};
}

}  // namespace

TEST_CASE("classes are tinted with a line around them; the background and void stay as they are") {
  const auto colors = map_colors(labels);
  const auto image = draw(gray(), stripes(), {.labels = labels, .legend_entries = 0});
  CHECK(image.size() == size);
  CHECK(pixel(image, 5, 5) == Color{120, 120, 120});
  CHECK(pixel(image, 30, 35) == Color{120, 120, 120});
  CHECK(pixel(image, 30, 5) == mix({120, 120, 120}, colors[1], 0.5));
  CHECK(pixel(image, 50, 5) == mix({120, 120, 120}, colors[2], 0.5));
  CHECK(pixel(image, 20, 5) == colors[1]);
  CHECK(pixel(image, 39, 5) == colors[1]);
  CHECK(pixel(image, 50, 29) == colors[2]);
}

TEST_CASE("a legend with the tinted classes is put below the picture") {
  const auto without = draw(gray(), stripes(), {.labels = labels, .legend_entries = 0});
  const auto with = draw(gray(), stripes(), {.labels = labels});
  CHECK(with.width() == 60);
  CHECK(with.height() > 40);
  CHECK(std::equal(without.pixels().begin(), without.pixels().end(), with.pixels().begin()));
  const auto colors = map_colors(labels);
  int swatches = 0;
  for (int y = 40; y < with.height(); ++y) {
    for (int x = 0; x < 60; ++x) swatches += pixel(with, x, y) == colors[1] || pixel(with, x, y) == colors[2] ? 1 : 0;
  }
  CHECK(swatches > 2 * 16);
}

TEST_CASE("the things of a panoptic map differ from each other, stuff has the colour of its class") {
  std::vector<std::uint32_t> ids(60 * 40, panoptic_void);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 60; ++x) ids[static_cast<std::size_t>(y * 60 + x)] = static_cast<std::uint32_t>(1 + x / 20);
  }
  const PanopticMap map(std::move(ids), size,
                        {{.id = 1, .label = ClassId(1), .kind = PanopticKind::stuff},
                         {.id = 2, .label = ClassId(2)},
                         {.id = 3, .label = ClassId(2)}});
  const auto image = draw(gray(), map, {.labels = labels});
  const auto colors = map_colors(labels);
  CHECK(image.height() > 40);
  CHECK(pixel(image, 10, 10) == mix({120, 120, 120}, colors[1], 0.5));
  CHECK(pixel(image, 30, 10) == mix({120, 120, 120}, colors[2], 0.5));
  CHECK_FALSE(pixel(image, 50, 10) == pixel(image, 30, 10));
  CHECK(pixel(image, 39, 10) == colors[2]);
  CHECK(pixel(image, 30, 35) == Color{120, 120, 120});
}

TEST_CASE("the classes of a model have colours of their own as long as the palette has any") {
  std::vector<std::string> names;
  for (int i = 0; i < 21; ++i) names.push_back("class " + std::to_string(i));
  std::set<std::tuple<int, int, int>> different;
  for (const auto& color : map_colors(Labels(names))) different.emplace(color.red, color.green, color.blue);
  CHECK(different.size() == 21);
  CHECK(map_colors(labels).front() == class_color("background"));
  names.emplace_back("one more");
  CHECK(map_colors(Labels(names)).size() == 22);
}

TEST_CASE("differences are green where a class is right, orange where it is wrong, blue where it is missed") {
  const auto image = draw_differences(gray(), stripes(), stripes(-10), {.labels = labels, .legend_entries = 0});
  const auto tinted = [](Color color) { return mix({120, 120, 120}, color, 0.5); };
  CHECK(pixel(image, 5, 5) == Color{120, 120, 120});
  CHECK(pixel(image, 15, 5) == tinted(missed_color));
  CHECK(pixel(image, 25, 5) == tinted(hit_color));
  CHECK(pixel(image, 35, 5) == tinted(false_color));
  CHECK(pixel(image, 50, 5) == tinted(hit_color));
  CHECK(pixel(image, 50, 35) == Color{120, 120, 120});
}

TEST_CASE("maps of 8 and of 16 bits with the same classes give the same picture") {
  std::vector<std::uint16_t> wide;
  const auto map = stripes();
  for (const auto id : map.ids_8bit()) wide.push_back(id == 255 ? std::uint16_t{0xFFFF} : std::uint16_t{id});
  CHECK(draw(gray(), LabelMap(wide, size), {.labels = labels}) == draw(gray(), stripes(), {.labels = labels}));
  CHECK(draw_differences(gray(), LabelMap(wide, size), stripes(7), {.labels = labels}) ==
        draw_differences(gray(), stripes(), stripes(7), {.labels = labels}));
}

TEST_CASE("panels stand beside each other, titles above them") {
  const auto image = gray();
  const std::vector<Panel> bare = {{image}, {image}};
  const std::vector<Panel> titled = {{image, "left"}, {image, "right"}};
  CHECK(side_by_side(bare).height() == 40);
  CHECK(side_by_side(bare).width() > 120);
  CHECK(side_by_side(titled).height() > 40);
  CHECK(pixel(side_by_side(bare), 0, 0) == Color{120, 120, 120});
  CHECK(pixel(side_by_side(bare), side_by_side(bare).width() - 1, 39) == Color{120, 120, 120});
}

TEST_CASE("what cannot be drawn is refused with a reason") {
  const Image small({10, 10}, PixelFormat::rgb8);
  CHECK(refusal([&] { return draw(small, stripes()); }) == "invalid_argument: the map is 60x40, the picture is 10x10");
  CHECK(refusal([&] { return draw(gray(), stripes(), {.opacity = 1.5}); }) ==
        "invalid_option: opacity is 1.5, expected 0..1");
  CHECK(refusal([&] { return draw(gray(), stripes(), {.legend_entries = -1}); }) ==
        "invalid_option: legend_entries is -1, expected 0..1000");
  CHECK(refusal([&] { return side_by_side({}); }) ==
        "invalid_argument: no picture to put side by side, expected at least 1");
  const Detection wrong = {{1, 1, 9, 9}, ClassId(0), 0.5F, Mask::from_runs({100}, {10, 10})};
  CHECK(refusal([&] { return draw(gray(), std::span(&wrong, 1)); }) ==
        "invalid_argument: a detection has a mask of 10x10, the picture is 60x40");
}

TEST_CASE("the mask of a detection is tinted and outlined inside") {
  std::vector<std::uint8_t> dense(60 * 40, 0);
  for (int y = 10; y < 30; ++y) std::fill_n(dense.begin() + y * 60 + 20, 30, std::uint8_t{1});
  const Detection found = {{0, 0, 60, 40}, ClassId(2), 0.5F, Mask::from_dense(dense, size)};
  const auto image = draw(gray(), std::span(&found, 1), {.labels = labels, .score_style = ScoreStyle::none});
  const auto color = class_color("car");
  CHECK(pixel(image, 35, 20) == mix({120, 120, 120}, color, 0.4));
  CHECK(pixel(image, 20, 20) == color);
  CHECK(pixel(image, 49, 20) == color);
  CHECK(pixel(image, 18, 20) == Color{120, 120, 120});
}
