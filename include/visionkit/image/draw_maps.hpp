// Pictures of label maps: classes tinted over the picture with a legend below it, where a prediction differs from the
// truth, and pictures side by side. Boxes and instance masks are draw.hpp. Every function leaves its arguments alone,
// gives an rgb8 picture and is safe to call from many threads.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/image/draw.hpp>
#include <visionkit/image/image.hpp>

namespace visionkit {

struct MapDrawOptions {
  Labels labels = {};  ///< class names; a class without one is drawn by its number
  /// Classes that are left as the picture shows them. Void pixels always are.
  std::vector<std::string> untinted = {"background"};
  double opacity = 0.5;     ///< of the tint, 0..1
  int line_width = 0;       ///< along the edges of areas, 1..1000 pixels; 0: by the size of the picture
  int text_height = 0;      ///< of the legend's capital letters, 5..1000 pixels; 0: by the size of the picture
  int legend_entries = 24;  ///< at most so many classes, the largest; 0: no legend
};

/// The colour of each class in pictures of maps: class_color() of its name, or the next one that no class before it
/// has, so that the first 21 classes differ.
[[nodiscard]] VISIONKIT_API std::vector<Color> map_colors(const Labels& labels);

/// The picture tinted by class, and below it a legend with each class and its share. The map has the size of the
/// picture. Throws invalid_argument (different sizes, a view that check_view() refuses), invalid_option, out_of_memory.
[[nodiscard]] VISIONKIT_API Image draw(const ImageView& image, const LabelMap& map, const MapDrawOptions& options = {});

/// The segments of a panoptic map: stuff in the colour of its class, things in shades of theirs, with a line around
/// each; the legend counts the things. Throws as above.
[[nodiscard]] VISIONKIT_API Image draw(const ImageView& image, const PanopticMap& map,
                                       const MapDrawOptions& options = {});

/// Where a label map is right and where it is wrong, in the colours of judged detections: right pixels green, those
/// with a class that is not theirs orange, those of a class of the truth that are untinted in the prediction blue;
/// pixels that are untinted in both stay. The legend says how many. Void pixels of the truth are not judged. The maps
/// may have different bits. Throws as above.
[[nodiscard]] VISIONKIT_API Image draw_differences(const ImageView& image, const LabelMap& predicted,
                                                   const LabelMap& truth, const MapDrawOptions& options = {});

/// A picture with a line of text above it.
struct Panel {
  ImageView image;
  std::string title = {};
};

/// Pictures beside each other, from left to right, tops aligned on a dark ground. Throws invalid_argument (no panel, a
/// view that check_view() refuses), out_of_memory.
[[nodiscard]] VISIONKIT_API Image side_by_side(std::span<const Panel> panels);

}  // namespace visionkit
