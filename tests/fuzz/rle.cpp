// libFuzzer: any string and any runs for any size are either refused with an Error or make masks whose ways to pixels,
// strings, contours and back agree, and whose set algebra adds up. Input: width, height, how many bytes the string has;
// the string; runs of the second mask. Seeds: tests/fuzz/seeds/rle.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <visionkit/core/error.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/polygons.hpp>

namespace {

using namespace visionkit;

constexpr std::uint64_t max_pixels = 1U << 12U;  // more are only parsed

void require(bool holds) {
  if (!holds) __builtin_trap();
}

template <class Make>
std::optional<Mask> attempt(Make make) {
  try {
    return make();
  } catch (const Error& error) {
    require(error.code() == ErrorCode::invalid_argument);
    return std::nullopt;
  }
}

void check(const Mask& mask) {
  const auto size = mask.size();
  require(Mask::from_rle(mask.to_rle(), size) == mask);
  const auto box = mask.bounding_box();
  require(mask.empty() ? box == Box{} : box.x1 < box.x2 && box.y1 < box.y2);
  if (static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height) > max_pixels) return;
  require(Mask::from_dense(mask.to_dense(), size) == mask);
  require(subtract(Mask::from_box(box, size), mask).area() + mask.area() == Mask::from_box(box, size).area());
  std::vector<Polygon> polygons;
  for (const auto& part : contours(mask)) polygons.push_back(to_polygon(part));
  require(rasterize(polygons, size) == mask);
}

void check(const Mask& a, const Mask& b) {
  const auto common = intersect(a, b).area();
  const auto all = unite(a, b).area();
  require(common + all == a.area() + b.area());
  require(subtract(a, b).area() + common == a.area());
  const auto overlap = mask_iou(a, b);
  require(overlap == (common == 0 ? 0 : static_cast<double>(common) / static_cast<double>(all)));
  require(mask_iou_matrix({&a, 1}, {&b, 1})[0] == overlap);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 5) return 0;
  const Size picture = {data[0] | (data[1] & 0x7F) << 8, data[2] | (data[3] & 0x7F) << 8};
  const auto length = size - 5 < data[4] ? size - 5 : data[4];
  const auto* runs_begin = data + 5 + length;
  const std::string_view text(reinterpret_cast<const char*>(data) + 5, length);

  const auto first = attempt([&] { return Mask::from_rle(text, picture); });
  if (first) check(*first);
  auto left = static_cast<std::uint64_t>(picture.width) * static_cast<std::uint64_t>(picture.height);
  std::vector<std::uint32_t> runs;
  for (const auto* at = runs_begin; at + 1 < data + size && left > 0; at += 2) {
    const auto run = std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8U;
    runs.push_back(run < left ? run : static_cast<std::uint32_t>(left));
    left -= runs.back();
  }
  if (size % 2 == 0) runs.push_back(static_cast<std::uint32_t>(left));
  const auto second = attempt([&] { return Mask::from_runs(runs, picture); });
  if (second) check(*second);
  if (first && second) check(*first, *second);
  return 0;
}
