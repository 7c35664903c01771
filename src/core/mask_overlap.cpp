#include <visionkit/core/mask.hpp>

#include <algorithm>

#include "core/fail.hpp"
#include "core/mask_columns.hpp"
#include "core/mask_runs.hpp"

namespace visionkit {
namespace {

double divide(std::uint64_t common, std::uint64_t a, std::uint64_t b, OverlapRule rule) {
  if (common == 0) return 0;
  switch (rule) {
    case OverlapRule::union_area: return static_cast<double>(common) / static_cast<double>(a + b - common);
    case OverlapRule::first_area: return static_cast<double>(common) / static_cast<double>(a);
    case OverlapRule::smaller_area: return static_cast<double>(common) / static_cast<double>(std::min(a, b));
  }
  return 0;
}

std::vector<MaskColumns> columns_of(std::span<const Mask> masks) {
  std::vector<MaskColumns> columns;
  columns.reserve(masks.size());
  for (const auto& mask : masks) columns.emplace_back(mask);
  return columns;
}

}  // namespace

std::string_view to_string(OverlapRule rule) noexcept {
  switch (rule) {
    case OverlapRule::union_area: return "union_area";
    case OverlapRule::first_area: return "first_area";
    case OverlapRule::smaller_area: return "smaller_area";
  }
  return "unknown";
}

double mask_iou(const Mask& a, const Mask& b, OverlapRule rule) {
  check_same_size(a, b, "the overlap of masks");
  return divide(common_area(a, b), a.area(), b.area(), rule);
}

std::vector<double> mask_iou_matrix(std::span<const Mask> first, std::span<const Mask> second,
                                    std::span<const std::uint8_t> crowd) {
  return guarded("the overlaps of masks", [&] {
    if (!crowd.empty() && crowd.size() != second.size()) {
      fail(ErrorCode::invalid_argument, "the overlaps of masks: {} crowd flags for {} masks", crowd.size(),
           second.size());
    }
    const auto rows = columns_of(first);
    const auto others = columns_of(second);
    std::vector<double> overlaps;
    overlaps.reserve(rows.size() * others.size());
    for (const auto& a : rows) {
      for (std::size_t j = 0; j < others.size(); ++j) {
        const auto& b = others[j];
        if (!a.is_near(b)) {
          overlaps.push_back(0);
        } else if (a.mask().size() != b.mask().size()) {
          overlaps.push_back(-1);
        } else {
          const bool is_crowd = !crowd.empty() && crowd[j] != 0;
          overlaps.push_back(divide(a.common_area(b), a.area(), b.area(),
                                    is_crowd ? OverlapRule::first_area : OverlapRule::union_area));
        }
      }
    }
    return overlaps;
  });
}

}  // namespace visionkit
