#include "image/draw_look.hpp"

#include <algorithm>
#include <cmath>

#include "core/fail.hpp"
#include "image/canvas.hpp"

namespace visionkit {
namespace {

int rounded(double value, int min, int max) {
  return std::clamp(static_cast<int>(std::lround(value)), min, std::max(min, max));
}

}  // namespace

void check_measure(const char* field, int value, int min) {
  if (value == 0 || (value >= min && value <= 1000)) return;
  fail(ErrorCode::invalid_option, "{} is {}, expected {}..1000, or 0 for a value by the size of the picture", field,
       value, min);
}

void check_opacity(const char* field, double value) {
  if (!(value >= 0 && value <= 1)) fail(ErrorCode::invalid_option, "{} is {}, expected 0..1", field, value);
}

void check_options(const DrawOptions& options) {
  check_measure("line_width", options.line_width, 1);
  check_measure("text_height", options.text_height, 5);
  check_opacity("mask_opacity", options.mask_opacity);
  if (options.max_classes < 1 || options.max_classes > 1000) {
    fail(ErrorCode::invalid_option, "max_classes is {}, expected 1..1000", options.max_classes);
  }
  if (to_string(options.score_style) == "unknown") {
    fail(ErrorCode::invalid_option, "score_style is {}, expected number, bar, number_and_bar or none",
         static_cast<int>(options.score_style));
  }
}

DrawLook look_for(Size size, const AskedMeasures& asked) {
  const double side = std::sqrt(static_cast<double>(size.width) * size.height);
  const int shorter = std::min(size.width, size.height);
  DrawLook look;
  look.line = asked.line_width > 0 ? asked.line_width : rounded(side / 260, 1, shorter / 12);
  look.rim = shorter < 100 ? 0 : std::max(1, look.line / 4);
  // Capitals below 8 pixels are hard to read, and are drawn only where there is no room for larger ones.
  look.text =
      asked.text_height > 0 ? asked.text_height : rounded(side / 56, std::clamp(shorter / 5, 5, 8), shorter / 6);
  look.margin = std::max(2, look.text / 2);
  look.row = look.text + 2 * std::max(2, text_depth(look.text) + 1);
  look.bar = rounded(0.3 * look.text, 2, look.text);
  return look;
}

}  // namespace visionkit
