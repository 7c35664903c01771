#include <visionkit/core/geometry.hpp>

#include <fmt/format.h>

namespace visionkit {
namespace {

template <class P>
std::string point_text(const P& p) {
  return fmt::format("({:.1f}, {:.1f})", p.x, p.y);
}

template <class B>
std::string box_text(const B& b) {
  return fmt::format("[{:.1f}, {:.1f}, {:.1f}, {:.1f}]", b.x1, b.y1, b.x2, b.y2);
}

}  // namespace

std::string to_string(const Size& size) { return fmt::format("{}x{}", size.width, size.height); }
std::string to_string(const Point& point) { return point_text(point); }
std::string to_string(const ModelPoint& point) { return point_text(point); }
std::string to_string(const Box& box) { return box_text(box); }
std::string to_string(const ModelBox& box) { return box_text(box); }

}  // namespace visionkit
