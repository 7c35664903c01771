// Coordinates of the caller's image and of the network's input do not mix.
#include <visionkit/core/geometry.hpp>

namespace visionkit {

float width(const Box& box) { return box.width(); }

void boxes() {
  const Box box{1, 2, 3, 4};
  const ModelBox model_box{1, 2, 3, 4};
  const Point point{1, 2};
  width(box);
  width(model_box);  // REJECT
  width({1, 2, 3, 4});
  const Box copy = box;
  const Box mixed = model_box;  // REJECT
  const ModelBox back = box;    // REJECT
  static_cast<void>(copy == box);
  static_cast<void>(model_box == box);   // REJECT
  const ModelPoint model_point = point;  // REJECT
  static_cast<void>(point);
}

}  // namespace visionkit
