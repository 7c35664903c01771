#include <visionkit/decode/panoptic.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {
namespace {

void check(const LabelMap& semantic, std::span<const Detection> instances, const PanopticMergeOptions& options) {
  if (!(options.score_threshold >= 0 && options.score_threshold <= 1)) {
    fail(ErrorCode::invalid_option, "score_threshold is {}, expected 0..1", options.score_threshold);
  }
  if (!(options.overlap_threshold >= 0 && options.overlap_threshold <= 1)) {
    fail(ErrorCode::invalid_option, "overlap_threshold is {}, expected 0..1", options.overlap_threshold);
  }
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const auto& mask = instances[i].mask;
    if (!mask || mask->size() != semantic.size()) {
      fail(ErrorCode::invalid_argument, "instance {} has {}, expected a mask of {}", i,
           mask ? "a mask of " + to_string(mask->size()) : "no mask", to_string(semantic.size()));
    }
  }
}

// Those that take part, the best first.
std::vector<std::size_t> ranked(std::span<const Detection> instances, float score_threshold) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (instances[i].score >= score_threshold) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return instances[a].score > instances[b].score; });
  return order;
}

// Calls use(first, last) for the pixels of a mask, column by column.
template <class Use>
void for_each_run(const Mask& mask, std::vector<std::uint32_t>& pixels, Use use) {
  std::size_t place = 0;
  bool is_inside = false;
  for (const auto length : mask.runs()) {
    if (is_inside) use(pixels.begin() + static_cast<std::ptrdiff_t>(place), length);
    place += length;
    is_inside = !is_inside;
  }
}

std::vector<std::uint32_t> row_major(const std::vector<std::uint32_t>& columns, Size size) {
  constexpr std::size_t block = 16;  // columns at a time: a cache line of every row
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  std::vector<std::uint32_t> rows(columns.size());
  for (std::size_t start = 0; start < width; start += block) {
    const auto end = std::min(start + block, width);
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = start; x < end; ++x) rows[y * width + x] = columns[x * height + y];
    }
  }
  return rows;
}

template <class Id>
void add_stuff(std::span<const Id> labels, const PanopticMergeOptions& options, std::vector<std::uint32_t>& ids,
               std::vector<PanopticSegment>& segments) {
  std::map<std::int32_t, std::uint64_t> areas;
  for (const auto label : options.stuff) areas[label.value] = 0;
  std::vector<std::uint64_t> counts(std::size_t{std::numeric_limits<Id>::max()} + 1);
  for (std::size_t i = 0; i < ids.size(); ++i) counts[labels[i]] += ids[i] == panoptic_void ? 1 : 0;
  std::vector<std::uint32_t> id_of(counts.size(), panoptic_void);
  for (auto& [label, area] : areas) {
    if (label < 0 || static_cast<std::size_t>(label) + 1 >= counts.size()) continue;  // not in this map
    area = counts[static_cast<std::size_t>(label)];
    if (area == 0 || area < options.min_stuff_area) continue;
    const auto id = static_cast<std::uint32_t>(segments.size() + 1);
    id_of[static_cast<std::size_t>(label)] = id;
    segments.push_back({});
    segments.back().id = id;
    segments.back().label = ClassId(label);
    segments.back().kind = PanopticKind::stuff;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == panoptic_void) ids[i] = id_of[labels[i]];
  }
}

}  // namespace

PanopticMap merge_panoptic(const LabelMap& semantic, std::span<const Detection> instances,
                           const PanopticMergeOptions& options) {
  return guarded("merging panoptic segments", [&] {
    check(semantic, instances, options);
    const auto size = semantic.size();
    const auto pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    std::vector<std::uint32_t> columns(pixels, panoptic_void);  // in the order of the runs
    std::vector<PanopticSegment> segments;
    for (const auto index : ranked(instances, options.score_threshold)) {
      const auto& instance = instances[index];
      std::uint64_t area = 0;
      std::uint64_t taken = 0;
      for_each_run(*instance.mask, columns, [&](auto first, std::uint32_t length) {
        area += length;
        taken += length - static_cast<std::uint64_t>(std::count(first, first + length, panoptic_void));
      });
      if (taken == area || static_cast<double>(taken) / static_cast<double>(area) > options.overlap_threshold) continue;
      const auto id = static_cast<std::uint32_t>(segments.size() + 1);
      for_each_run(*instance.mask, columns,
                   [&](auto first, std::uint32_t length) { std::replace(first, first + length, panoptic_void, id); });
      segments.push_back({});
      segments.back().id = id;
      segments.back().label = instance.label;
      segments.back().score = instance.score;
    }
    auto ids = row_major(columns, size);
    if (semantic.bits() == 8) {
      add_stuff(semantic.ids_8bit(), options, ids, segments);
    } else {
      add_stuff(semantic.ids_16bit(), options, ids, segments);
    }
    measure_segments(ids, size, segments);
    return PanopticMap(std::move(ids), size, std::move(segments));
  });
}

}  // namespace visionkit
