#include <visionkit/core/panoptic.hpp>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {
namespace {

void check_count(std::span<const std::uint32_t> ids, Size size) {
  if (size.width < 0 || size.height < 0) {
    fail(ErrorCode::invalid_argument, "a panoptic map of {} pixels", to_string(size));
  }
  const auto pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  if (ids.size() != pixels) {
    fail(ErrorCode::shape, "a panoptic map of {} needs {} ids, got {}", to_string(size), pixels, ids.size());
  }
}

// Pixels with one id beside each other.
struct IdRun {
  std::uint32_t id;
  std::size_t begin;
  std::size_t end;
};

// Calls use(run) for all runs of the ids [begin, end).
template <class Use>
void for_each_run(std::span<const std::uint32_t> ids, std::size_t begin, std::size_t end, Use use) {
  while (begin < end) {
    auto stop = begin + 1;
    while (stop < end && ids[stop] == ids[begin]) ++stop;
    use(IdRun{ids[begin], begin, stop});
    begin = stop;
  }
}

std::unordered_map<std::uint32_t, std::size_t> index_of(std::span<const PanopticSegment> segments) {
  std::unordered_map<std::uint32_t, std::size_t> index;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto id = segments[i].id;
    if (id == panoptic_void) fail(ErrorCode::invalid_argument, "segment {} has the id of void, {}", i, id);
    if (!index.emplace(id, i).second) fail(ErrorCode::invalid_argument, "segment {} is listed twice", id);
  }
  return index;
}

template <class Id>
std::vector<Id> labels_of(const PanopticMap& map) {
  const auto index = index_of(map.segments());
  const auto ids = map.ids();
  std::vector<Id> labels(ids.size(), std::numeric_limits<Id>::max());
  for_each_run(ids, 0, ids.size(), [&](const IdRun& run) {
    if (run.id == panoptic_void) return;
    const auto label = map.segments()[index.at(run.id)].label.value;
    std::fill(labels.begin() + static_cast<std::ptrdiff_t>(run.begin),
              labels.begin() + static_cast<std::ptrdiff_t>(run.end), static_cast<Id>(label));
  });
  return labels;
}

}  // namespace

PanopticMap::PanopticMap(std::vector<std::uint32_t> ids, Size size, std::vector<PanopticSegment> segments)
    : size_(size), ids_(std::move(ids)), segments_(std::move(segments)) {
  guarded("panoptic map", [&] {
    check_count(ids_, size_);
    const auto index = index_of(segments_);
    for_each_run(ids_, 0, ids_.size(), [&](const IdRun& run) {
      if (run.id != panoptic_void && !index.contains(run.id)) {
        const auto width = static_cast<std::size_t>(size_.width);
        fail(ErrorCode::invalid_argument, "pixel ({}, {}) belongs to segment {}, which is not listed",
             run.begin % width, run.begin / width, run.id);
      }
    });
  });
}

const PanopticSegment* PanopticMap::at(int x, int y) const {
  if (x < 0 || x >= size_.width || y < 0 || y >= size_.height) {
    fail(ErrorCode::invalid_argument, "pixel ({}, {}) of a panoptic map of {}", x, y, to_string(size_));
  }
  return find(ids_[static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width) + static_cast<std::size_t>(x)]);
}

const PanopticSegment* PanopticMap::find(std::uint32_t id) const noexcept {
  const auto found = std::find_if(segments_.begin(), segments_.end(), [id](const auto& each) { return each.id == id; });
  return found == segments_.end() ? nullptr : &*found;
}

Mask PanopticMap::mask_of(std::uint32_t id) const {
  return guarded("mask of a segment", [&] {
    std::vector<std::uint8_t> pixels(ids_.size());
    if (id != panoptic_void) {
      std::transform(ids_.begin(), ids_.end(), pixels.begin(), [id](std::uint32_t each) { return each == id ? 1 : 0; });
    }
    return Mask::from_dense(pixels, size_);
  });
}

LabelMap PanopticMap::label_map() const {
  return guarded("label map of segments", [&] {
    std::int32_t highest = 0;
    for (const auto& segment : segments_) {
      const auto label = segment.label.value;
      if (label < 0 || label > 65534) {
        fail(ErrorCode::invalid_argument, "segment {} has the label {}, a label map holds 0..65534", segment.id, label);
      }
      highest = std::max(highest, label);
    }
    return highest < 255 ? LabelMap(labels_of<std::uint8_t>(*this), size_)
                         : LabelMap(labels_of<std::uint16_t>(*this), size_);
  });
}

bool operator==(const PanopticMap& a, const PanopticMap& b) {
  return a.size_ == b.size_ && a.ids_ == b.ids_ && a.segments_ == b.segments_;
}

void measure_segments(std::span<const std::uint32_t> ids, Size size, std::span<PanopticSegment> segments) {
  guarded("measuring segments", [&] {
    check_count(ids, size);
    const auto index = index_of(segments);
    for (auto& segment : segments) {
      segment.area = 0;
      segment.box = {static_cast<float>(size.width), static_cast<float>(size.height), 0, 0};
    }
    const auto width = static_cast<std::size_t>(size.width);
    for (std::size_t y = 0; y < static_cast<std::size_t>(size.height); ++y) {
      for_each_run(ids, y * width, (y + 1) * width, [&](const IdRun& run) {
        const auto found = index.find(run.id);
        if (found == index.end()) return;
        auto& segment = segments[found->second];
        segment.area += run.end - run.begin;
        segment.box.x1 = std::min(segment.box.x1, static_cast<float>(run.begin - y * width));
        segment.box.y1 = std::min(segment.box.y1, static_cast<float>(y));
        segment.box.x2 = std::max(segment.box.x2, static_cast<float>(run.end - y * width));
        segment.box.y2 = static_cast<float>(y + 1);
      });
    }
    for (auto& segment : segments) {
      if (segment.area == 0) segment.box = {};
    }
  });
}

std::string_view to_string(PanopticKind kind) noexcept {
  switch (kind) {
    case PanopticKind::thing: return "thing";
    case PanopticKind::stuff: return "stuff";
  }
  return "unknown";
}

std::string to_string(const PanopticSegment& segment) {
  return fmt::format("{}: {} {} {:.2f} {}", segment.id, to_string(segment.kind), segment.label.value, segment.score,
                     to_string(segment.box));
}

std::string to_string(const PanopticMap& map) {
  const auto segments = map.segments();
  const auto things = std::count_if(segments.begin(), segments.end(),
                                    [](const auto& each) { return each.kind == PanopticKind::thing; });
  const auto ids = map.ids();
  const auto none = static_cast<double>(std::count(ids.begin(), ids.end(), panoptic_void));
  return fmt::format("{} panoptic map: {} {}, {} stuff, void {:.1f} %", to_string(map.size()), things,
                     things == 1 ? "thing" : "things", static_cast<std::ptrdiff_t>(segments.size()) - things,
                     ids.empty() ? 0 : 100 * none / static_cast<double>(ids.size()));
}

}  // namespace visionkit
