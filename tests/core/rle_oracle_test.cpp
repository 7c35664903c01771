// The oracle folder "rle": masks as pycocotools.mask answers. Everything is exact. We refuse what the reference leaves
// undefined: strings whose runs do not sum to the picture, merging masks of different sizes. One answer of it is an
// integer underflow, the box of a mask whose only foreground run is empty; there the box is 0, 0, 0, 0.
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/core/error.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/polygons.hpp>

#include "decode/tally.hpp"
#include "support/digest.hpp"
#include "support/files.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using test::Tally;
using Runs = std::vector<std::uint32_t>;

// Runs `use` on every case of a file of the folder.
template <class Use>
void for_each_case(const std::string& file, Use&& use) {
  const auto folder = test::oracle_folder("rle");
  if (!folder) {
    MESSAGE("oracle.rle ", file, ": skipped, no oracle folder");
    return;
  }
  Tally tally("oracle.rle " + file);
  const auto cases = test::read_json(*folder / file);
  for (const auto& each : cases.is_array() ? cases : cases.at("cases")) use(*folder, each, tally);
}

Size size_of(const json& height_width) { return {height_width.at(1).get<int>(), height_width.at(0).get<int>()}; }

Mask mask_of(const json& rle) { return Mask::from_rle(rle.at("counts").get<std::string>(), size_of(rle.at("size"))); }

std::vector<Mask> masks_of(const json& list) {
  std::vector<Mask> masks;
  for (const auto& each : list) masks.push_back(mask_of(each));
  return masks;
}

bool has_box(const Mask& mask, const json& each) {
  const auto box = mask.bounding_box();
  const bool is_underflow = each.at("area") == 0;
  const auto expected = is_underflow ? std::vector<double>(4) : each.at("bbox_xywh").get<std::vector<double>>();
  return std::vector<double>{box.x1, box.y1, box.width(), box.height()} == expected;
}

// Whether everything that a case says of a mask holds, and the ways to and from it agree.
bool matches(const Mask& mask, const json& each) {
  const auto size = size_of(each.at("size"));
  const auto text = each.at("counts").get<std::string>();
  const auto runs = each.at("runs").get<Runs>();
  const auto pixels = mask.to_dense();
  return mask.size() == size && mask.to_rle() == text && Runs(mask.runs().begin(), mask.runs().end()) == runs &&
         mask.area() == each.at("area") && has_box(mask, each) &&
         test::crc32(pixels) == each.at("decoded_crc32_row_major") && Mask::from_rle(text, size) == mask &&
         Mask::from_runs(runs, size) == mask && Mask::from_dense(pixels, size) == mask;
}

bool is_refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code() == ErrorCode::invalid_argument;
  }
  return false;
}

std::string named(const json& each) { return each.value("name", each.dump().substr(0, 160)); }

Polygon polygon_of(const std::vector<double>& coordinates) {
  Polygon polygon;
  for (std::size_t i = 0; i + 1 < coordinates.size(); i += 2) polygon.push_back({coordinates[i], coordinates[i + 1]});
  return polygon;
}

// The formulas of big.json for a picture of width w and height h.
using Formula = bool (*)(std::int64_t x, std::int64_t y, std::int64_t w, std::int64_t h);
const std::map<std::string, Formula> formulas = {
    {"ellipse",
     [](std::int64_t x, std::int64_t y, std::int64_t w, std::int64_t h) {
       const auto dx = x - w / 2;
       const auto dy = y - h / 2;
       return dx * dx * h * h + dy * dy * w * w < (w * h / 3) * (w * h / 3);
     }},
    {"stripes", [](std::int64_t x, std::int64_t y, std::int64_t, std::int64_t) { return ((x + 2 * y) / 37) % 3 == 0; }},
    {"xorgrid", [](std::int64_t x, std::int64_t y, std::int64_t, std::int64_t) { return (x ^ y) % 11 < 4; }},
};

TEST_SUITE("oracle.rle") {
  TEST_CASE("pixels have the runs, the string, the area and the box of the reference") {
    for_each_case("encode.json", [](const std::filesystem::path& folder, const json& each, Tally& tally) {
      const auto pixels = test::read_npy(folder / each.at("mask"));
      const auto mask = Mask::from_dense(pixels.as<std::uint8_t>(), size_of(each.at("size")));
      tally.add(matches(mask, each), named(each));
    });
  }

  TEST_CASE("pictures of twelve megapixels give the strings of the reference") {
    for_each_case("big.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto formula = formulas.find(each.at("name").get<std::string>());
      if (formula == formulas.end()) {
        MESSAGE("oracle.rle big.json: skipped, no formula here for ", named(each));
        return;
      }
      const auto size = size_of(each.at("size"));
      std::vector<std::uint8_t> pixels;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) pixels.push_back(formula->second(x, y, size.width, size.height) ? 1 : 0);
      }
      const auto mask = Mask::from_dense(pixels, size);
      const auto text = mask.to_rle();
      tally.add(mask.area() == each.at("area") && has_box(mask, each) && text.size() == each.at("string_length") &&
                    test::crc32(test::bytes_of(text)) == each.at("string_crc32") && mask.to_dense() == pixels &&
                    test::crc32(pixels) == each.at("decoded_crc32_row_major"),
                named(each));
    });
  }

  TEST_CASE("union and intersection are those of merge") {
    for_each_case("merge.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto inputs = masks_of(each.at("inputs"));
      for (const auto& [key, value] : each.items()) {
        if (key != "union" && key != "intersection") continue;
        const auto merge = [&, is_union = key == "union"] { return is_union ? unite(inputs) : intersect(inputs); };
        const bool is_undefined = value.at("counts") == "";
        tally.add(is_undefined ? is_refused(merge) : matches(merge(), value), named(each) + " " + key);
      }
    });
  }

  TEST_CASE("overlaps are those of iou, crowds included") {
    for_each_case("iou.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      if (each.at("type") != "rle") {
        MESSAGE("oracle.rle iou.json: skipped, boxes in doubles belong to the COCO metric");
        return;
      }
      const auto crowd = each.at("iscrowd").get<std::vector<std::uint8_t>>();
      const auto first = masks_of(each.at("dt"));
      const auto second = masks_of(each.at("gt"));
      std::vector<double> expected;
      for (const auto& row : each.at("iou_dt_by_gt")) {
        for (const auto& value : row) expected.push_back(value);
      }
      tally.add(mask_iou_matrix(first, second, crowd) == expected, named(each));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto j = i % second.size();
        const auto rule = crowd[j] != 0 ? OverlapRule::first_area : OverlapRule::union_area;
        const auto overlap = [&] { return mask_iou(first[i / second.size()], second[j], rule); };
        tally.add(expected[i] < 0 ? is_refused(overlap) : overlap() == expected[i],
                  fmt::format("{} {}", named(each), i));
      }
    });
  }

  TEST_CASE("polygons cover the pixels that the reference gives them") {
    for_each_case("polygons.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto polygon = polygon_of(each.at("polygon").get<std::vector<double>>());
      tally.add(matches(rasterize(polygon, size_of(each.at("size"))), each), named(each));
    });
  }

  TEST_CASE("boxes cover the pixels that the reference gives them") {
    for_each_case("boxes.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto box = each.at("box_xywh").get<std::vector<double>>();
      const double right = box[0] + box[2];
      const double bottom = box[1] + box[3];
      const auto polygon = polygon_of({box[0], box[1], box[0], bottom, right, bottom, right, box[1]});
      tally.add(matches(rasterize(polygon, size_of(each.at("size"))), each), named(each));
    });
  }

  TEST_CASE("runs as numbers are kept as they are") {
    for_each_case("uncompressed.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      const auto& input = each.at("input");
      const auto mask = Mask::from_runs(input.at("counts").get<Runs>(), size_of(input.at("size")));
      tally.add(matches(mask, each), named(each));
    });
  }

  TEST_CASE("strings that the reference cannot decode are refused") {
    for_each_case("strings.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      if (each.at("decode") == "ok") {
        const auto mask = mask_of(each);
        tally.add(mask.area() == each.at("area") &&
                      Runs(mask.runs().begin(), mask.runs().end()) == each.at("runs").get<Runs>(),
                  named(each));
      } else {
        tally.add(is_refused([&] { mask_of(each); }), named(each));
      }
    });
  }
}

}  // namespace
}  // namespace visionkit
