// What all drawings share: checked options and the measures that follow from the size of a picture.
#pragma once

#include <visionkit/image/draw.hpp>

namespace visionkit {

/// Throws invalid_option.
void check_options(const DrawOptions& options);
/// Throws invalid_option unless `value` is 0 (by the size of the picture) or min..1000.
void check_measure(const char* field, int value, int min);
/// Throws invalid_option unless 0..1.
void check_opacity(const char* field, double value);

/// In pixels.
struct DrawLook {
  int line = 1;    ///< of a box
  int rim = 0;     ///< the contrasting edge on both sides of a line
  int text = 5;    ///< capital letters
  int margin = 2;  ///< left and right of a text
  int row = 9;     ///< a line of text with what is above and below it
  int bar = 2;     ///< height of a score bar

  /// From the top of a line of text to the row below its capital letters.
  [[nodiscard]] int baseline() const { return (row + text) / 2; }
};

/// 0 for what follows from the size of the picture.
struct AskedMeasures {
  int line_width = 0;
  int text_height = 0;
};

DrawLook look_for(Size size, const AskedMeasures& asked);

}  // namespace visionkit
