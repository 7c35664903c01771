#include <visionkit/core/label_map.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {
namespace {

std::size_t pixels_of(Size size) {
  if (size.width < 0 || size.height < 0) fail(ErrorCode::invalid_argument, "a label map of {} pixels", to_string(size));
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

void check_scores(Size size, std::size_t ids, const LabelScores& scores) {
  const auto pixels = pixels_of(size);
  if (ids != pixels) fail(ErrorCode::shape, "a label map of {} needs {} ids, got {}", to_string(size), pixels, ids);
  if (!scores.confidence.empty() && scores.confidence.size() != pixels) {
    fail(ErrorCode::shape, "a label map of {} needs {} confidences, got {}", to_string(size), pixels,
         scores.confidence.size());
  }
  const auto& shape = scores.classes.shape();
  if (element_count(shape) == 0) return;
  if (shape.size() != 3 || shape[1] != size.height || shape[2] != size.width) {
    fail(ErrorCode::shape, "the class scores of a label map of {} are {}, expected [classes, {}, {}]", to_string(size),
         to_string(shape), size.height, size.width);
  }
  if (scores.classes.dtype() != DType::float32)
    fail(ErrorCode::dtype, "class scores are {}, expected float32", to_string(scores.classes.dtype()));
}

template <class Id>
std::uint64_t count_of(std::span<const Id> ids, ClassId label) {
  if (label.value < 0 || label.value > std::numeric_limits<Id>::max()) return 0;
  return static_cast<std::uint64_t>(std::count(ids.begin(), ids.end(), static_cast<Id>(label.value)));
}

template <class Id>
std::vector<ClassArea> areas_of(std::span<const Id> ids) {
  // Neighbors are mostly equal: four counters in turn keep an addition from waiting for the one before.
  constexpr std::size_t turns = sizeof(Id) == 1 ? 4 : 1;
  constexpr std::size_t classes = std::size_t{std::numeric_limits<Id>::max()} + 1;
  std::vector<std::uint64_t> counts(turns * classes);
  for (std::size_t i = 0; i < ids.size(); ++i) ++counts[i % turns * classes + ids[i]];
  std::vector<ClassArea> areas;
  for (std::size_t id = 0; id < classes; ++id) {
    std::uint64_t pixels = 0;
    for (std::size_t turn = 0; turn < turns; ++turn) pixels += counts[turn * classes + id];
    if (pixels > 0) areas.push_back({ClassId(static_cast<std::int32_t>(id)), pixels});
  }
  return areas;
}

template <class Id>
Mask mask_of_ids(std::span<const Id> ids, Size size, ClassId label) {
  std::vector<std::uint8_t> pixels(ids.size());
  if (label.value >= 0 && label.value <= std::numeric_limits<Id>::max()) {
    const auto wanted = static_cast<Id>(label.value);
    std::transform(ids.begin(), ids.end(), pixels.begin(), [=](Id id) { return id == wanted ? 1 : 0; });
  }
  return Mask::from_dense(pixels, size);
}

}  // namespace

LabelMap::LabelMap(std::vector<std::uint8_t> ids, Size size, LabelScores scores)
    : size_(size), ids_(std::move(ids)), scores_(std::move(scores)) {
  check_scores(size_, ids_.size(), scores_);
}

LabelMap::LabelMap(std::vector<std::uint16_t> ids, Size size, LabelScores scores)
    : size_(size), wide_(std::move(ids)), scores_(std::move(scores)) {
  check_scores(size_, wide_.size(), scores_);
}

ClassId LabelMap::at(int x, int y) const {
  if (x < 0 || x >= size_.width || y < 0 || y >= size_.height)
    fail(ErrorCode::invalid_argument, "pixel ({}, {}) of a label map of {}", x, y, to_string(size_));
  const auto index = static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width) + static_cast<std::size_t>(x);
  return ClassId(wide_.empty() ? ids_[index] : wide_[index]);
}

std::vector<ClassArea> LabelMap::areas() const {
  return guarded("label map areas", [&] { return wide_.empty() ? areas_of(ids_8bit()) : areas_of(ids_16bit()); });
}

std::uint64_t LabelMap::area(ClassId label) const noexcept {
  return wide_.empty() ? count_of(ids_8bit(), label) : count_of(ids_16bit(), label);
}

double LabelMap::fraction(ClassId label) const noexcept {
  const auto pixels = std::max(ids_.size(), wide_.size());
  return pixels == 0 ? 0 : static_cast<double>(area(label)) / static_cast<double>(pixels);
}

Mask LabelMap::mask_of(ClassId label) const {
  return guarded("mask of a class", [&] {
    return wide_.empty() ? mask_of_ids(ids_8bit(), size_, label) : mask_of_ids(ids_16bit(), size_, label);
  });
}

bool operator==(const LabelMap& a, const LabelMap& b) {
  const auto& x = a.class_scores();
  const auto& y = b.class_scores();
  return a.size_ == b.size_ && a.ids_ == b.ids_ && a.wide_ == b.wide_ && a.scores_.confidence == b.scores_.confidence &&
         x.shape() == y.shape() && std::ranges::equal(x.floats(), y.floats());
}

std::string to_string(const LabelMap& map) {
  constexpr std::size_t shown = 5;
  auto areas = map.areas();
  std::stable_sort(areas.begin(), areas.end(), [](const auto& a, const auto& b) { return a.pixels > b.pixels; });
  auto text = to_string(map.size()) + " label map";
  for (std::size_t i = 0; i < std::min(shown, areas.size()); ++i) {
    const auto id = areas[i].label;
    text += fmt::format("{}{} {:.1f} %", i == 0 ? ": " : ", ", id == map.void_id() ? "void" : to_string(id),
                        100 * map.fraction(id));
  }
  if (areas.size() > shown) text += fmt::format(", {} more", areas.size() - shown);
  return text;
}

}  // namespace visionkit
