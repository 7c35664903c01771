#include "dataset/coco_read.hpp"

#include <algorithm>
#include <utility>

#include "dataset/folder.hpp"
#include "dataset/run_lengths.hpp"

namespace visionkit {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{4} << 30U;  // simdjson's limit

void check_options(const CocoReadOptions& options) {
  check_limit(options.max_bytes, most_bytes, "CocoReadOptions::max_bytes");
  if (to_string(options.rules) == "unknown") {
    fail(ErrorCode::invalid_option, "rules is {}, which is no CocoRules", static_cast<int>(options.rules));
  }
}

}  // namespace

std::string_view to_string(CocoRules rules) noexcept {
  switch (rules) {
    case CocoRules::strict: return "strict";
    case CocoRules::drop_invalid: return "drop_invalid";
    case CocoRules::pycocotools: return "pycocotools";
  }
  return "unknown";
}

std::vector<std::uint8_t> read_json_file(const std::string& path, const CocoReadOptions& options) {
  check_options(options);
  return read_file(path,
                   {.what = "data set", .max_bytes = options.max_bytes, .too_large = ErrorCode::dataset_too_large});
}

CocoReader::CocoReader(std::vector<std::uint8_t> bytes, std::string what, const CocoReadOptions& options)
    : options_(options), walk_(std::move(bytes), std::move(what)) {
  check_options(options);
}

std::string CocoReader::to_pointer(const EntryPlace& place) const {
  auto text = place.list == nullptr ? walk_.pointer() : fmt::format("/{}/{}", place.list, place.position);
  if (place.key != nullptr) text += fmt::format("/{}", place.key);
  return text;
}

void CocoReader::fault(ErrorCode code, std::string_view what, const std::string& found, const EntryPlace& place) {
  if (options_.rules == CocoRules::pycocotools) return;
  if (options_.rules == CocoRules::drop_invalid) {
    is_dropped_ = true;
    note(fmt::format("{}: left out", what), place);
    return;
  }
  fail(code, "{} {}: {}: {}; CocoRules::drop_invalid leaves such entries out", walk_.what(), to_pointer(place), what,
       found);
}

void CocoReader::note(std::string_view what, const EntryPlace& place) {
  const auto same = std::find_if(notes_.begin(), notes_.end(), [&](const auto& each) { return each.what == what; });
  if (same != notes_.end()) {
    ++same->count;
  } else {
    notes_.push_back({std::string(what), 1, to_pointer(place)});
  }
}

std::optional<ObjectBox> CocoReader::box(JsonWalk::Value value) {
  double numbers[4] = {};
  std::size_t count = 0;
  walk_.array(
      value,
      [&](JsonWalk::Value element) {
        const auto number = walk_.number(element);
        if (count < 4) numbers[count] = number;
        ++count;
      },
      "a list of 4 numbers");
  if (count == 0) return std::nullopt;
  if (count != 4) {
    walk_.refuse(ErrorCode::dataset_schema, "a box of {} numbers, expected 4: x, y, width, height", count);
  }
  return ObjectBox{numbers[0], numbers[1], numbers[2], numbers[3]};
}

Segmentation CocoReader::segmentation(JsonWalk::Value value) {
  return walk_.type(value) == "object" ? mask(value) : polygons(value);
}

Segmentation CocoReader::polygons(JsonWalk::Value value) {
  std::vector<Polygon> rings;
  walk_.array(
      value,
      [&](JsonWalk::Value ring) {
        numbers_.clear();
        walk_.array(
            ring, [&](JsonWalk::Value element) { numbers_.push_back(walk_.number(element)); }, "a list of numbers");
        if (numbers_.size() < 6) {
          walk_.refuse(ErrorCode::dataset_schema, "a polygon of {} numbers, at least 6 are accepted", numbers_.size());
        }
        if (numbers_.size() % 2 != 0) {
          fault(ErrorCode::dataset_schema, "odd polygon", fmt::format("it has {} numbers", numbers_.size()));
        }
        Polygon polygon(numbers_.size() / 2);
        for (std::size_t i = 0; i < polygon.size(); ++i) polygon[i] = {numbers_[2 * i], numbers_[2 * i + 1]};
        rings.push_back(std::move(polygon));
      },
      "a list of polygons or an object with run lengths");
  if (rings.empty()) return {};
  return rings;
}

Segmentation CocoReader::mask(JsonWalk::Value value) {
  auto runs = read_run_lengths(walk_, value);
  try {
    return std::move(runs).to_mask();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_argument) throw;
    if (rules() == CocoRules::pycocotools) walk_.refuse(ErrorCode::dataset_schema, "{}", error.what());
    fault(ErrorCode::dataset_schema, "broken run lengths", error.what());
    return {};
  }
}

void CocoReader::check_box(const ObjectBox& box, Size image, EntryPlace place) {
  const bool is_outside = image != Size{} && (box.x >= image.width || box.y >= image.height || box.x + box.width <= 0 ||
                                              box.y + box.height <= 0);
  if (box.width > 0 && box.height > 0 && !is_outside) return;
  place.key = "bbox";
  fault(ErrorCode::dataset_schema, "box without a pixel of the picture",
        fmt::format("it is {} in {}", to_string(box), to_string(image)), place);
}

void CocoReader::check_size(const Segmentation& segmentation, Size image, EntryPlace place) {
  const auto* mask = std::get_if<Mask>(&segmentation);
  if (mask == nullptr || image == Size{} || mask->size() == image) return;
  place.key = "segmentation";
  fault(ErrorCode::dataset_schema, "mask of another size than its picture",
        fmt::format("it is {}, the picture {}", to_string(mask->size()), to_string(image)), place);
}

}  // namespace visionkit
