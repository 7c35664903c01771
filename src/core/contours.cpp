// Outlines of a mask, column by column over its runs. The outline consists of horizontal edges, which end where the
// next column has no edge of the same kind at the same height, and of vertical edges, which on each line between two
// columns join the ends of horizontal edges there, from top to bottom in pairs.
#include <visionkit/core/polygons.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {
namespace {

constexpr auto none = std::numeric_limits<std::uint32_t>::max();

// A straight piece of the outline above (`is_top`) or below pixels. A neighbour is the edge at the other end of the
// vertical edge that starts at this end.
struct HorizontalEdge {
  std::uint32_t y = 0;
  bool is_top = false;
  bool is_traced = false;
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  std::uint32_t left_neighbour = none;
  std::uint32_t right_neighbour = none;
  std::uint32_t parent = none;  // of the same part of the mask, towards its representative
};

class Outliner {
 public:
  std::vector<Contour> outline(const Mask& mask) {
    const auto height = static_cast<std::uint32_t>(mask.size().height);
    SegmentReader reader(mask.runs());
    std::vector<std::uint32_t> heights;  // of the edges in the column, from top to bottom
    std::uint32_t column = 0;
    for (Segment segment; reader.next(segment);) {
      while (segment.begin != segment.end) {
        const auto x = segment.begin / height;
        if (x != column) {
          add_column(column, heights);
          if (x > column + 1) add_column(column + 1, {});
          column = x;
          heights.clear();
        }
        const auto top = x * height;
        const auto end = std::min(segment.end - top, height);
        heights.insert(heights.end(), {segment.begin - top, end});
        segment.begin = top + end;
        if (heights.front() == 0 && end == height && heights.size() == 2) {  // whole columns change nothing
          add_column(x, heights);
          const auto more = (segment.end - segment.begin) / height;
          column += more;
          segment.begin += more * height;
        }
      }
    }
    add_column(column, heights);
    add_column(column + 1, {});
    return trace();
  }

 private:
  // The edges of column x, of which those continue that the column before had at the same height.
  void add_column(std::uint32_t x, std::span<const std::uint32_t> heights) {
    current_.clear();
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < previous_.size() || j < heights.size()) {
      const bool is_top = j % 2 == 0;
      const auto old_y = i < previous_.size() ? edges_[previous_[i]].y : none;
      const auto new_y = j < heights.size() ? heights[j] : none;
      if (old_y == new_y && edges_[previous_[i]].is_top == is_top) {
        current_.push_back(previous_[i++]);
        ++j;
      } else if (old_y < new_y || (old_y == new_y && is_top)) {
        end_at(x, previous_[i++]);
      } else {
        start_at(x, new_y, is_top);
        ++j;
      }
    }
    for (std::size_t k = 0; k < current_.size(); k += 2) join(current_[k], current_[k + 1]);
    previous_.swap(current_);
  }

  void end_at(std::uint32_t x, std::uint32_t edge) {
    edges_[edge].right = x;
    connect(edge);
  }

  void start_at(std::uint32_t x, std::uint32_t y, bool is_top) {
    const auto edge = static_cast<std::uint32_t>(edges_.size());
    edges_.push_back({.y = y, .is_top = is_top, .left = x, .right = none, .parent = edge});
    current_.push_back(edge);
    connect(edge);
  }

  // Every second end on a line closes the vertical edge that the one above it opened.
  void connect(std::uint32_t edge) {
    if (open_ == none) {
      open_ = edge;
      return;
    }
    neighbour(open_) = edge;
    neighbour(edge) = open_;
    join(open_, edge);
    open_ = none;
  }

  // The neighbour at the end that was added last.
  std::uint32_t& neighbour(std::uint32_t edge) {
    return edges_[edge].right == none ? edges_[edge].left_neighbour : edges_[edge].right_neighbour;
  }

  std::uint32_t representative(std::uint32_t edge) {
    while (edges_[edge].parent != edge) {
      edges_[edge].parent = edges_[edges_[edge].parent].parent;
      edge = edges_[edge].parent;
    }
    return edge;
  }

  void join(std::uint32_t a, std::uint32_t b) {
    a = representative(a);
    b = representative(b);
    edges_[std::max(a, b)].parent = std::min(a, b);
  }

  // The first edge of a part belongs to its outer ring, since a hole begins further right.
  std::vector<Contour> trace() {
    std::vector<Contour> contours;
    std::vector<std::uint32_t> contour_of(edges_.size(), none);
    for (std::uint32_t edge = 0; edge < edges_.size(); ++edge) {
      if (edges_[edge].is_traced || !edges_[edge].is_top) continue;
      auto ring = trace_ring(edge);
      auto& contour = contour_of[representative(edge)];
      if (contour == none) {
        contour = static_cast<std::uint32_t>(contours.size());
        contours.emplace_back().outer = std::move(ring);
      } else {
        contours[contour].holes.push_back(std::move(ring));
      }
    }
    return contours;
  }

  // Upper edges are walked to the right, lower ones to the left.
  Polygon trace_ring(std::uint32_t start) {
    Polygon ring;
    auto at = start;
    do {
      auto& edge = edges_[at];
      edge.is_traced = true;
      const double x = edge.is_top ? edge.right : edge.left;
      at = edge.is_top ? edge.right_neighbour : edge.left_neighbour;
      ring.push_back({x, static_cast<double>(edge.y)});
      ring.push_back({x, static_cast<double>(edges_[at].y)});
    } while (at != start);
    return ring;
  }

  std::vector<HorizontalEdge> edges_;
  std::vector<std::uint32_t> previous_;
  std::vector<std::uint32_t> current_;
  std::uint32_t open_ = none;
};

}  // namespace

std::vector<Contour> contours(const Mask& mask) {
  return guarded("outlining a mask", [&] { return Outliner().outline(mask); });
}

Polygon to_polygon(const Contour& contour) {
  return guarded("joining the rings of a contour", [&] {
    auto polygon = contour.outer;
    for (const auto& hole : contour.holes) {
      if (hole.empty() || contour.outer.empty()) continue;
      polygon.push_back(contour.outer.front());
      polygon.insert(polygon.end(), hole.begin(), hole.end());
      polygon.push_back(hole.front());
    }
    return polygon;
  });
}

}  // namespace visionkit
