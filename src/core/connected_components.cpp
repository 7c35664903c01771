// Connected components of runs, down the columns: runs of one class that touch in neighboring columns are joined by
// union-find (Tarjan 1975; path halving), so that only runs, not pixels, are looked at twice. Column order is the
// order of Mask's runs: the runs of a component, in the order found, are its mask.
#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include <visionkit/core/label_map.hpp>

#include "core/fail.hpp"

namespace visionkit {
namespace {

struct Run {
  std::uint32_t column;
  std::uint32_t first;  // row
  std::uint32_t end;    // row after the last
  std::int32_t label;
};

// The runs of all columns, in order, and where each column's begin.
struct ColumnRuns {
  std::vector<Run> runs;
  std::vector<std::size_t> columns;
};

// `wanted(id)`: whether pixels of that id take part.
template <class Id, class Wanted>
ColumnRuns runs_of(std::span<const Id> ids, Size size, Wanted wanted) {
  constexpr std::size_t block = 64;  // columns at a time: a cache line of every row
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  ColumnRuns result;
  std::vector<Id> turned(block * height);
  for (std::size_t start = 0; start < width; start += block) {
    const auto count = std::min(block, width - start);
    for (std::size_t y = 0; y < height; ++y) {
      const auto* const row = ids.data() + y * width + start;
      for (std::size_t x = 0; x < count; ++x) turned[x * height + y] = row[x];
    }
    for (std::size_t x = 0; x < count; ++x) {
      result.columns.push_back(result.runs.size());
      const auto* const column = turned.data() + x * height;
      for (std::size_t y = 0; y < height;) {
        const auto first = y;
        while (y < height && column[y] == column[first]) ++y;
        if (wanted(column[first])) {
          result.runs.push_back({static_cast<std::uint32_t>(start + x), static_cast<std::uint32_t>(first),
                                 static_cast<std::uint32_t>(y), column[first]});
        }
      }
    }
  }
  result.columns.push_back(result.runs.size());
  return result;
}

ColumnRuns runs_of(const Mask& mask) {
  const auto height = static_cast<std::uint64_t>(mask.size().height);
  ColumnRuns result;
  std::uint64_t position = 0;
  bool is_foreground = false;
  const auto add = [&](std::uint64_t column, std::uint64_t first, std::uint64_t end) {
    while (result.columns.size() <= column) result.columns.push_back(result.runs.size());
    auto& runs = result.runs;
    if (!runs.empty() && runs.back().column == column && runs.back().end == first) {
      runs.back().end = static_cast<std::uint32_t>(end);
    } else {
      runs.push_back(
          {static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end), 0});
    }
  };
  for (const auto length : mask.runs()) {
    const auto end = position + length;
    while (is_foreground && position < end) {
      const auto column = position / height;
      const auto stop = std::min(end, (column + 1) * height);
      add(column, position - column * height, stop - column * height);
      position = stop;
    }
    position = end;
    is_foreground = !is_foreground;
  }
  while (result.columns.size() <= static_cast<std::size_t>(mask.size().width))
    result.columns.push_back(result.runs.size());
  return result;
}

class Sets {
 public:
  explicit Sets(std::size_t count) : parents_(count) { std::iota(parents_.begin(), parents_.end(), std::size_t{0}); }

  std::size_t root(std::size_t run) {
    while (parents_[run] != run) run = parents_[run] = parents_[parents_[run]];
    return run;
  }
  // The earlier run stays the root: components come in the order of their first pixels.
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parents_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parents_;
};

Sets joined(const ColumnRuns& all, Connectivity connectivity) {
  const std::uint32_t reach = connectivity == Connectivity::eight ? 1 : 0;
  Sets sets(all.runs.size());
  for (std::size_t column = 1; column + 1 < all.columns.size(); ++column) {
    const auto left_end = all.columns[column];
    const auto right_end = all.columns[column + 1];
    auto start = all.columns[column - 1];
    for (auto right = left_end; right < right_end; ++right) {
      const auto& b = all.runs[right];
      while (start < left_end && all.runs[start].end + reach <= b.first) ++start;
      for (auto left = start; left < left_end && all.runs[left].first < b.end + reach; ++left) {
        if (all.runs[left].label == b.label) sets.join(left, right);
      }
    }
  }
  return sets;
}

// Collects the runs of one component, columns first.
struct Collector {
  ConnectedComponent component;
  std::vector<std::uint32_t> runs;
  std::uint64_t end = 0;  // position after the last pixel
};

std::vector<ConnectedComponent> components_of(const ColumnRuns& all, Size size, Connectivity connectivity) {
  auto sets = joined(all, connectivity);
  const auto height = static_cast<std::uint64_t>(size.height);
  std::vector<Collector> found;
  std::vector<std::size_t> places(all.runs.size());
  for (std::size_t i = 0; i < all.runs.size(); ++i) {
    const auto& run = all.runs[i];
    const auto root = sets.root(i);
    if (root == i) {
      places[i] = found.size();
      found.push_back({});
      found.back().component.label = ClassId(run.label);
      found.back().component.box = {static_cast<float>(run.column), static_cast<float>(run.first), 0, 0};
    }
    auto& [component, runs, end] = found[places[root]];
    const auto length = run.end - run.first;
    const auto start = run.column * height + run.first;
    component.area += length;
    component.box.y1 = std::min(component.box.y1, static_cast<float>(run.first));
    component.box.x2 = static_cast<float>(run.column + 1);
    component.box.y2 = std::max(component.box.y2, static_cast<float>(run.end));
    if (start == end && !runs.empty()) {
      runs.back() += length;
    } else {
      runs.push_back(static_cast<std::uint32_t>(start - end));
      runs.push_back(length);
    }
    end = start + length;
  }
  const auto pixels = static_cast<std::uint64_t>(size.width) * height;
  std::vector<ConnectedComponent> components;
  components.reserve(found.size());
  for (auto& [component, runs, end] : found) {
    if (end < pixels) runs.push_back(static_cast<std::uint32_t>(pixels - end));
    component.mask = Mask::from_runs(std::move(runs), size);
    components.push_back(std::move(component));
  }
  return components;
}

template <class Wanted>
std::vector<ConnectedComponent> components_of(const LabelMap& map, Connectivity connectivity, Wanted wanted) {
  return guarded("connected components", [&] {
    const auto runs =
        map.bits() == 8 ? runs_of(map.ids_8bit(), map.size(), wanted) : runs_of(map.ids_16bit(), map.size(), wanted);
    return components_of(runs, map.size(), connectivity);
  });
}

}  // namespace

std::vector<ConnectedComponent> connected_components(const LabelMap& map, Connectivity connectivity) {
  return components_of(map, connectivity, [none = map.void_id().value](std::int32_t id) { return id != none; });
}

std::vector<ConnectedComponent> connected_components(const LabelMap& map, ClassId label, Connectivity connectivity) {
  return components_of(map, connectivity, [label](std::int32_t id) { return id == label.value; });
}

std::vector<ConnectedComponent> connected_components(const Mask& mask, Connectivity connectivity) {
  return guarded("connected components", [&] { return components_of(runs_of(mask), mask.size(), connectivity); });
}

std::string_view to_string(Connectivity connectivity) noexcept {
  switch (connectivity) {
    case Connectivity::four: return "four";
    case Connectivity::eight: return "eight";
  }
  return "unknown";
}

}  // namespace visionkit
