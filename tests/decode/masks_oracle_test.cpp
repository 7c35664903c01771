// The oracle folder "masks": pasted masks as torchvision answers, prototype masks as the published post-processing
// does, label maps as torch does. Pixels may differ where the reference's value is so close to the threshold (to the
// second best class) that rounding decides; where those values are not stored, their number is.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/core/error.hpp>
#include <visionkit/decode/masks.hpp>
#include <visionkit/decode/segmentation.hpp>

#include "decode/tally.hpp"
#include "support/files.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using test::NumpyArray;
using test::Tally;

std::optional<std::filesystem::path> masks_folder(const char* file) {
  auto folder = test::oracle_folder("masks");
  if (!folder) MESSAGE("oracle.masks ", file, ": skipped, no oracle folder");
  return folder;
}

TensorView view_of(const NumpyArray& array) { return {DType::float32, array.shape, array.bytes.data()}; }

Size size_of_rows(const json& height_width) { return {height_width.at(1), height_width.at(0)}; }

template <class BoxType>
std::vector<BoxType> boxes_of(const json& list) {
  std::vector<BoxType> boxes;
  for (const auto& b : list) boxes.push_back({b.at(0), b.at(1), b.at(2), b.at(3)});
  return boxes;
}

std::vector<std::int64_t> integers_of(const NumpyArray& array) {
  const auto widened = [](auto values) { return std::vector<std::int64_t>(values.begin(), values.end()); };
  if (array.dtype == "<i8") return widened(array.as<std::int64_t>());
  if (array.dtype == "<i4") return widened(array.as<std::int32_t>());
  if (array.dtype == "<u2") return widened(array.as<std::uint16_t>());
  REQUIRE(array.dtype == "|u1");
  return widened(array.as<std::uint8_t>());
}

// What differs between masks and packed bits of the reference.
struct Difference {
  std::uint64_t pixels = 0;    // that differ
  std::uint64_t excused = 0;   // of those, by a stored value within the margin of the threshold
  std::uint64_t in_areas = 0;  // the sum of the differences of the areas
};

struct Reference {
  NumpyArray bits;
  std::optional<NumpyArray> values;
  double threshold = 0;
  double margin = 0;
  json areas;
};

Difference compare(const std::vector<Mask>& masks, const Reference& reference) {
  Difference difference;
  std::size_t at = 0;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    for (const auto pixel : masks[i].to_dense()) {
      const int expected = reference.bits.bytes.at(at / 8) >> (7 - at % 8) & 1;
      if (pixel != expected) {
        ++difference.pixels;
        if (reference.values) {
          const double value = reference.values->as<float>()[at];
          difference.excused += std::abs(value - reference.threshold) <= reference.margin ? 1 : 0;
        }
      }
      ++at;
    }
    const auto area = reference.areas.at(i).get<std::int64_t>();
    difference.in_areas += static_cast<std::uint64_t>(std::llabs(static_cast<std::int64_t>(masks[i].area()) - area));
  }
  CHECK((at + 7) / 8 == reference.bits.bytes.size());
  return difference;
}

void judge(const std::vector<Mask>& masks, const Reference& reference, std::uint64_t allowed, const std::string& what,
           Tally& tally) {
  const auto found = compare(masks, reference);
  const bool is_equal =
      found.pixels <= allowed && found.in_areas <= allowed && (!reference.values || found.excused == found.pixels);
  tally.add(is_equal, fmt::format("{}: {} pixels differ, {} within the margin, areas by {}, {} allowed", what,
                                  found.pixels, found.excused, found.in_areas, allowed));
}

TEST_SUITE("oracle.masks") {
  TEST_CASE("box-local probabilities are pasted as torchvision does") {
    const auto folder = masks_folder("paste.json");
    if (!folder) return;
    Tally tally("oracle.masks paste.json");
    for (const auto& each : test::read_json(*folder / "paste.json")) {
      const auto name = each.at("name").get<std::string>();
      const auto values = test::read_npy(*folder / each.at("masks"));
      const auto boxes = boxes_of<Box>(each.at("boxes"));
      const auto size = size_of_rows(each.at("image_hw"));
      const auto threshold = each.at("threshold").get<float>();
      const auto masks = paste_masks(view_of(values), boxes, size, {.threshold = threshold});
      if (each.contains("reference_error")) {
        // The reference fails for boxes left of or above the picture; here they give an empty mask.
        const bool is_empty = std::all_of(masks.begin(), masks.end(), [](const Mask& mask) { return mask.empty(); });
        tally.add(masks.size() == boxes.size() && is_empty, name);
        continue;
      }
      Reference reference = {test::read_npy(*folder / each.at("binary_packed")), {}, threshold, 1e-5, each.at("areas")};
      if (each.contains("values")) reference.values = test::read_npy(*folder / each.at("values"));
      judge(masks, reference, each.at("pixels_within_1e-5_of_threshold"), name, tally);
    }
  }

  TEST_CASE("prototypes and coefficients give the masks of all six styles") {
    const auto folder = masks_folder("proto.json");
    if (!folder) return;
    Tally tally("oracle.masks proto.json");
    for (const auto& each : test::read_json(*folder / "proto.json")) {
      const auto prototypes = test::read_npy(*folder / each.at("protos"));
      const auto coefficients = test::read_npy(*folder / each.at("coefficients"));
      const auto in_input = boxes_of<ModelBox>(each.at("boxes_input"));
      const auto in_image = boxes_of<Box>(each.at("boxes_image"));
      for (const auto& result : each.at("results")) {
        const auto style = result.at("style").get<std::string>();
        const auto has = [&](const char* word) { return style.find(word) != std::string::npos; };
        PrototypeMasksOptions options = {.input = size_of_rows(each.at("input_hw")),
                                         .image = size_of_rows(each.at("image_hw")),
                                         .rule = has("sigmoid") ? PrototypeRule::sigmoid : PrototypeRule::logit};
        if (has("/proto")) options.resolution = PrototypeResolution::prototype;
        if (has("/input")) options.resolution = PrototypeResolution::input;
        const auto masks = prototype_masks(view_of(prototypes), view_of(coefficients), {in_input, in_image}, options);
        Reference reference = {
            test::read_npy(*folder / result.at("bits")), {}, result.at("threshold"), 1e-4, result.at("areas")};
        if (result.contains("values")) reference.values = test::read_npy(*folder / result.at("values"));
        judge(masks, reference, result.at("pixels_within_1e-4_of_threshold"),
              each.at("name").get<std::string>() + " " + style, tally);
      }
    }
  }

  TEST_CASE("label maps are torch's interpolation and arg-max, and OpenCV's nearest") {
    const auto folder = masks_folder("semantic.json");
    if (!folder) return;
    Tally tally("oracle.masks semantic.json");
    for (const auto& each : test::read_json(*folder / "semantic.json")) {
      const auto name = each.at("name").get<std::string>();
      const auto logits = test::read_npy(*folder / each.at("logits"));
      const auto size = size_of_rows(each.at("out_hw"));
      const auto count_different = [&](const LabelMap& map, const char* path, const json& of) {
        const auto expected = integers_of(test::read_npy(*folder / of.at(path)));
        REQUIRE(expected.size() == static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
        std::uint64_t different = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
          const std::int64_t found = map.bits() == 8 ? map.ids_8bit()[i] : map.ids_16bit()[i];
          different += found == expected[i] ? 0 : 1;
        }
        return different;
      };
      for (const auto& result : each.at("results")) {
        const bool is_aligned = result.at("align_corners");
        const auto map = decode_segmentation(
            view_of(logits), size, {.corners = is_aligned ? CornerRule::align_corners : CornerRule::half_pixel});
        const auto different = count_different(map, "labels", result);
        const auto allowed = result.at("pixels_with_top2_gap_below_1e-5").get<std::uint64_t>();
        tally.add(different <= allowed, fmt::format("{} aligned {}: {} pixels differ", name, is_aligned, different));
        std::uint64_t in_areas = 0;
        const auto& histogram = result.at("histogram");
        for (std::size_t c = 0; c < histogram.size(); ++c) {
          in_areas += static_cast<std::uint64_t>(
              std::llabs(static_cast<std::int64_t>(map.area(ClassId(static_cast<std::int32_t>(c)))) -
                         histogram[c].get<std::int64_t>()));
        }
        tally.add(in_areas <= 2 * allowed, fmt::format("{} aligned {}: areas differ", name, is_aligned));
      }
      const auto nearest = decode_segmentation(view_of(logits), size, {.resize = SegmentationResize::labels});
      const auto different = count_different(nearest, "argmax_then_nearest", each);
      tally.add(different == 0, fmt::format("{} nearest: {} pixels differ", name, different));
    }
  }
}

}  // namespace
}  // namespace visionkit
