#include <algorithm>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {

Mask place(const Mask& part, int x, int y, Size size) {
  return guarded("placing a mask", [&] {
    RunWriter writer(mask_pixels(size, "placing a mask"));
    const std::int64_t part_height = part.size().height;
    SegmentReader reader(part.runs());
    // A segment may go on in the next columns; in the larger picture it is in pieces.
    for (Segment segment; reader.next(segment);) {
      for (std::int64_t position = segment.begin; position < segment.end;) {
        const auto column = position / part_height;
        const auto end = std::min<std::int64_t>(segment.end, (column + 1) * part_height);
        const auto to_column = column + x;
        const auto top = std::clamp<std::int64_t>(position - column * part_height + y, 0, size.height);
        const auto bottom = std::clamp<std::int64_t>(end - column * part_height + y, 0, size.height);
        if (to_column >= 0 && to_column < size.width && top < bottom) {
          writer.toggle(static_cast<std::uint32_t>(to_column * size.height + top));
          writer.toggle(static_cast<std::uint32_t>(to_column * size.height + bottom));
        }
        position = end;
      }
    }
    return Mask::from_runs(std::move(writer).finish(), size);
  });
}

}  // namespace visionkit
