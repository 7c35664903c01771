#include <visionkit/image/draw.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include <visionkit/core/error.hpp>

#include "encoded.hpp"
#include "image/canvas.hpp"
#include "image/palette.hpp"

using namespace visionkit;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

const Labels labels(
    {"person", "traffic light",
     "a name that is much longer than most of the pictures in which it is drawn, so that it has to be cut"});

Color pixel(const Image& image, int x, int y) {
  const auto* p = image.row(y) + 3 * x;
  return {p[0], p[1], p[2]};
}

Image gray(Size size) {
  Image image(size, PixelFormat::rgb8);
  std::ranges::fill(image.pixels(), std::uint8_t{120});
  return image;
}

// The smallest box around all pixels in which two pictures differ.
PixelBox changed(const Image& a, const Image& b) {
  PixelBox box = {a.width(), a.height(), 0, 0};
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      if (pixel(a, x, y) == pixel(b, x, y)) continue;
      box = {std::min(box.x1, x), std::min(box.y1, y), std::max(box.x2, x + 1), std::max(box.y2, y + 1)};
    }
  }
  return box;
}

int count(const Image& image, Color color) {
  int n = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) n += pixel(image, x, y) == color ? 1 : 0;
  }
  return n;
}

std::string refusal(const ImageView& image, const DrawOptions& options) {
  std::string detections, classes;
  const auto text_of = [](auto&& call) -> std::string {
    try {
      call();
      return "accepted";
    } catch (const Error& error) {
      return std::string(to_string(error.code())) + ": " + error.what();
    }
  };
  detections = text_of([&] { (void)draw(image, std::vector<Detection>{}, options); });
  classes = text_of([&] { (void)draw(image, Classification{}, options); });
  CHECK(detections == classes);
  CHECK(detections == text_of([&] { (void)draw(image, std::vector<JudgedDetection>{}, options); }));
  return detections;
}

}  // namespace

TEST_CASE("without results the picture is the input, as rgb8") {
  for (const auto format :
       {PixelFormat::rgb8, PixelFormat::bgr8, PixelFormat::rgba8, PixelFormat::bgra8, PixelFormat::gray8}) {
    const auto image = test::make_picture({31, 17}, format);
    const auto expected = convert(image, PixelFormat::rgb8);
    CHECK(draw(image, std::vector<Detection>{}) == expected);
    CHECK(draw(image, std::vector<JudgedDetection>{}) == expected);
    CHECK(draw(image, Classification{}) == expected);
  }
}

TEST_CASE("boxes that are NaN, outside or without area are not drawn") {
  const auto image = test::make_picture({64, 48});
  const std::vector<Detection> boxes = {{{nan_value, 0, 9, 9}, ClassId(0), 1}, {{0, 0, 9, nan_value}, ClassId(0), 1},
                                        {{64, 0, 99, 9}, ClassId(0), 1},       {{-9, -9, 0, 0}, ClassId(0), 1},
                                        {{30, 30, 10, 10}, ClassId(0), 1},     {{5, 5, 5, 20}, ClassId(0), 1}};
  CHECK(draw(image, boxes) == image);
}

TEST_CASE("pictures of every shape survive every box, and the input stays as it was") {
  const std::vector<Detection> boxes = {{{-infinity, -infinity, infinity, infinity}, ClassId(2), infinity},
                                        {{-1e30F, 0.2F, 1e30F, 0.7F}, ClassId(1), nan_value},
                                        {{0, 0, 1, 1}, ClassId(0), 0.5F},
                                        {{-40, 3, 5, 800}, ClassId(-7), -3},
                                        {{0.4F, 0.4F, 0.6F, 0.6F}, ClassId(1 << 30), 1}};
  std::vector<JudgedDetection> judged;
  Classification classes;
  for (const auto& box : boxes) {
    for (const auto outcome : {Outcome::hit, Outcome::false_positive, Outcome::missed})
      judged.push_back({box, outcome});
    classes.classes.push_back({box.label, box.score});
  }
  for (const auto& size : {Size{1, 1}, Size{2, 2}, Size{5000, 20}, Size{20, 5000}, Size{1, 900}, Size{900, 1},
                           Size{32, 32}, Size{7, 300}}) {
    for (const auto format : {PixelFormat::rgb8, PixelFormat::gray8, PixelFormat::bgra8}) {
      const auto image = test::make_picture(size, format);
      const auto before = image;
      for (const auto style : {ScoreStyle::number, ScoreStyle::bar, ScoreStyle::number_and_bar, ScoreStyle::none}) {
        CAPTURE(to_string(size));
        const DrawOptions options = {.labels = labels, .score_style = style};
        for (const auto& drawn :
             {draw(image, boxes, options), draw(image, judged, options), draw(image, classes, options)}) {
          CHECK(drawn.size() == size);
          CHECK(drawn.format() == PixelFormat::rgb8);
        }
      }
      CHECK(image == before);
    }
  }
}

TEST_CASE("a box is drawn on its edge, half inside and half outside, and nothing else is touched") {
  const auto image = gray({400, 300});
  const auto drawn = draw(image, std::vector<Detection>{{{100, 100, 300, 200}, ClassId(0), 0.5F}},
                          {.labels = labels, .line_width = 4});
  const auto color = class_color("person");
  for (const int x : {98, 99, 100, 101, 298, 299, 300, 301}) CHECK(pixel(drawn, x, 150) == color);
  for (const int y : {198, 199, 200, 201}) CHECK(pixel(drawn, 200, y) == color);
  CHECK(pixel(drawn, 200, 150) == pixel(image, 200, 150));
  const auto touched = changed(image, drawn);
  CHECK(touched.x1 == 97);  // the rim
  CHECK(touched.x2 == 303);
  CHECK(touched.y2 == 203);
  CHECK(touched.y1 < 97);  // the label
}

TEST_CASE("the same detections in any order give the same picture") {
  const auto image = test::make_picture({320, 240});
  std::vector<Detection> boxes;
  for (int i = 0; i < 12; ++i) {
    const auto x = static_cast<float>(20 * i);
    boxes.push_back({{x, x / 2, x + 60, x / 2 + 40}, ClassId(i % 3), 0.5F});
  }
  const auto drawn = draw(image, boxes, {.labels = labels});
  std::ranges::reverse(boxes);
  CHECK(draw(image, boxes, {.labels = labels}) == drawn);
}

TEST_CASE("the color of a class follows its name alone") {
  CHECK(class_color("person") == Color{213, 94, 0});  // a stored value: colors are stable from version to version
  CHECK(class_color("") == class_color(std::string()));
  std::set<std::tuple<int, int, int>> seen;
  for (int i = 0; i < 2000; ++i) {
    const auto color = class_color("class " + std::to_string(i));
    seen.insert({color.red, color.green, color.blue});
    CHECK(contrast(color, contrasting(color)) >= 4.5);  // WCAG AA for text
  }
  CHECK(seen.size() == 21);
}

TEST_CASE("what was judged is told apart without colors") {
  const auto image = gray({640, 480});
  const auto painted = [&](Outcome outcome) {
    // A column of the left edge, below the label and above the corner.
    const auto drawn = draw(image, std::vector<JudgedDetection>{{{{100, 100, 400, 400}, ClassId(0), 0.5F}, outcome}},
                            {.labels = labels});
    const auto color = pixel(drawn, 100, 399);
    int edge = 0;
    for (int y = 180; y < 320; ++y) edge += pixel(drawn, 100, y) == color ? 1 : 0;
    return std::pair(edge, pixel(drawn, 250, 250) == pixel(image, 250, 250));
  };
  CHECK(painted(Outcome::hit) == std::pair(140, true));
  const auto [dashes, is_clear] = painted(Outcome::false_positive);
  CHECK(dashes > 40);
  CHECK(dashes < 100);
  CHECK(is_clear);
  CHECK(painted(Outcome::missed) == std::pair(0, false));  // corners and a tint
}

TEST_CASE("a score bar is as long as the score") {
  const auto image = gray({640, 480});
  const auto ink = [&](float score) {
    const auto drawn = draw(image, std::vector<Detection>{{{100, 100, 400, 400}, ClassId(0), score}},
                            {.labels = labels, .score_style = ScoreStyle::bar});
    return count(drawn, contrasting(class_color("person")));
  };
  const int none = ink(0);
  const int half = ink(0.5F);
  const int full = ink(1);
  CHECK(half - none > 50);
  CHECK(std::abs((full - none) - 2 * (half - none)) <= 6);
  CHECK(ink(nan_value) == none);
  CHECK(ink(7) == full);
}

TEST_CASE("a caption has a line for each class, as many as were asked for and fit") {
  const auto image = gray({640, 480});
  Classification result;
  for (int i = 0; i < 40; ++i) result.classes.push_back({ClassId(i), 1.0F / static_cast<float>(i + 1)});
  int last = 0;
  for (const int lines : {1, 2, 5, 10, 1000}) {
    const auto box = changed(image, draw(image, result, {.labels = labels, .max_classes = lines}));
    CHECK(box.y2 > last);
    CHECK(box.x2 < 640);
    last = box.y2;
  }
  CHECK(last <= 480);
}

TEST_CASE("letters lose their accents, and anything else beyond ASCII is a question mark") {
  CHECK(to_ascii("Gr\xC3\xB6\xC3\x9F"
                 "e \xC3\x85ngstr\xC3\xB6m") == "Grosse Angstrom");
  CHECK(to_ascii("\xE6\x97\xA5\xE6\x9C\xAC\xF0\x9F\x90\x88") == "???");
  CHECK(to_ascii("a\tb\nc\x7F") == "a?b?c?");
  CHECK(to_ascii("\xC3") == "?");
  CHECK(to_ascii("\xFFok\xE6\x97") == "?ok?");
}

TEST_CASE("text is cut to a width") {
  const std::string text = "refrigerator";
  for (const int height : {5, 8, 11, 30, 200}) {
    const int full = text_width(text, height);
    CHECK(shortened(text, height, full) == text);
    const auto cut = shortened(text, height, full - 1);
    CHECK(cut.ends_with("..."));
    CHECK(text_width(cut, height) < full);
    CHECK(text.starts_with(shortened(text, height, 4 * height)));  // no room for dots
    CHECK(shortened(text, height, 0).empty());
    CHECK(shortened(text, height, -5).empty());
  }
  CHECK(text_width(shortened(std::string(5'000'000, 'i'), 10, 300), 10) <= 300);
}

TEST_CASE("text lies within its measures") {
  for (const int height : {5, 8, 11, 30, 100}) {
    const std::string text = "Hxgj|_Q8";
    Image image({text_width(text, height) + 20, 3 * height}, PixelFormat::rgb8);
    draw_text(image, text, 10, 2 * height, height, {255, 255, 255});
    const auto box = changed(image, Image(image.size(), PixelFormat::rgb8));
    CAPTURE(height);
    CHECK(box.x1 >= 9);
    CHECK(box.x2 <= image.width() - 9);
    CHECK(box.y2 <= 2 * height + text_depth(height) + 1);
    Image capital({3 * height, 3 * height}, PixelFormat::rgb8);
    draw_text(capital, "H", height, 2 * height, height, {255, 255, 255});
    const auto h = changed(capital, Image(capital.size(), PixelFormat::rgb8));
    CHECK(std::abs(h.height() - height) <= 1);
    CHECK(std::abs(h.y2 - 2 * height) <= 1);
  }
}

TEST_CASE("options out of range are refused by name") {
  const auto image = gray({8, 8});
  CHECK(refusal(image, {.line_width = -1}) ==
        "invalid_option: line_width is -1, expected 1..1000, or 0 for a value by the size of the picture");
  CHECK(refusal(image, {.line_width = 1001}) != "accepted");
  CHECK(refusal(image, {.text_height = 4}) ==
        "invalid_option: text_height is 4, expected 5..1000, or 0 for a value by the size of the picture");
  CHECK(refusal(image, {.max_classes = 0}) == "invalid_option: max_classes is 0, expected 1..1000");
  CHECK(refusal(image, {.score_style = static_cast<ScoreStyle>(9)}) ==
        "invalid_option: score_style is 9, expected number, bar, number_and_bar or none");
  CHECK(refusal(image, {.line_width = 1000, .text_height = 1000, .max_classes = 1000}) == "accepted");
  CHECK(refusal({}, {}) == "invalid_argument: the image has a null pointer");
}
