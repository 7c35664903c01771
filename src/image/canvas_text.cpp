// Text by OpenCV's Hershey fonts. cv::putText anti-aliases hair lines poorly and knows only whole pixels of stroke
// width, so the text is drawn several times too large, without anti-aliasing, and every block of it becomes the opacity
// of a pixel.
#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "image/canvas.hpp"
#include "image/palette.hpp"

namespace visionkit {
namespace {

constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
constexpr double font_capital = 21;     // font units from the baseline to the top of a capital letter
constexpr int room_for_dots = 7;        // heights of capitals: in less, "..." would take too much of the name
constexpr double stroke_share = 0.125;  // of the height of capitals, between regular and bold

struct Type {
  int factor;     // how many times too large
  double scale;   // OpenCV's font scale
  int thickness;  // of strokes, at that size
};

Type type_of(int height) {
  const int factor = height <= 24 ? 4 : 2;
  const double size = static_cast<double>(factor) * height;
  const int thickness = static_cast<int>(std::lround(size * stroke_share));
  // The stroke reaches half its width beyond the outline, above and below.
  return {.factor = factor, .scale = (size - thickness) / font_capital, .thickness = thickness};
}

// U+00C0..U+00FF without accents.
constexpr std::string_view latin = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

// The code point that starts at text[i], and moves i behind it; U+FFFD for a broken one.
char32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i++]);
  const int more = lead < 0x80 ? 0 : lead >> 5U == 6 ? 1 : lead >> 4U == 14 ? 2 : lead >> 3U == 30 ? 3 : -1;
  if (more < 0) return 0xFFFD;
  char32_t code = more == 0 ? lead : lead & (0x3FU >> static_cast<unsigned>(more));
  for (int k = 0; k < more; ++k, ++i) {
    if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) return 0xFFFD;
    code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  return code;
}

}  // namespace

std::string to_ascii(std::string_view text) {
  std::string ascii;
  for (std::size_t i = 0; i < text.size();) {
    const auto code = next_code_point(text, i);
    if (code >= 0x20 && code < 0x7F) {
      ascii += static_cast<char>(code);
    } else if (code == 0xDF) {
      ascii += "ss";
    } else {
      ascii += code >= 0xC0 && code <= 0xFF ? latin[code - 0xC0] : '?';
    }
  }
  return ascii;
}

int text_width(const std::string& text, int height) {
  const auto type = type_of(height);
  int baseline = 0;
  const auto size = cv::getTextSize(text, font, type.scale, type.thickness, &baseline);
  return (size.width + type.factor - 1) / type.factor;
}

int text_depth(int height) { return static_cast<int>(std::lround(0.34 * height)); }

std::string shortened(const std::string& text, int height, int width) {
  const auto longest =
      std::min(text.size(), static_cast<std::size_t>(std::max(width, 0)));  // a letter has a pixel or more
  if (longest == text.size() && text_width(text, height) <= width) return text;
  const std::string dots = width < room_for_dots * height ? "" : "...";
  const auto cut = [&](std::size_t length) {
    auto start = text.substr(0, length);
    while (!start.empty() && start.back() == ' ') start.pop_back();
    return start + dots;
  };
  std::size_t fits = 0;
  for (std::size_t low = 1, high = longest; low <= high;) {
    const auto middle = (low + high) / 2;
    if (text_width(cut(middle), height) <= width) {
      fits = middle;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return fits < 2 ? std::string() : cut(fits);
}

void draw_text(Image& image, const std::string& text, int left, int baseline, int height, Color color) {
  const auto type = type_of(height);
  const int above = height + 2;
  const int rows = above + text_depth(height) + 2;
  const int columns = text_width(text, height) + 2;
  cv::Mat large = cv::Mat::zeros(rows * type.factor, columns * type.factor, CV_8UC1);
  cv::putText(large, text, {type.factor, above * type.factor - type.thickness / 2}, font, type.scale, cv::Scalar(255),
              type.thickness, cv::LINE_8);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      int covered = 0;
      for (int dy = 0; dy < type.factor; ++dy) {
        const auto* row = large.ptr<std::uint8_t>(y * type.factor + dy) + x * type.factor;
        for (int dx = 0; dx < type.factor; ++dx) covered += row[dx];
      }
      if (covered == 0) continue;
      const int px = left - 1 + x;
      const int py = baseline - above + y;
      fill(image, {px, py, px + 1, py + 1}, color, covered / (255.0 * type.factor * type.factor));
    }
  }
}

}  // namespace visionkit
