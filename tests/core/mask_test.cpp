#include <visionkit/core/mask.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/core/error.hpp>
#include <visionkit/core/polygons.hpp>

#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::code_of;

using Bytes = std::vector<std::uint8_t>;
using Runs = std::vector<std::uint32_t>;

Runs runs_of(const Mask& mask) { return {mask.runs().begin(), mask.runs().end()}; }

// Pixels that are set with a probability, or a few rectangles of them.
Bytes noise(Size size, double density, unsigned seed) {
  std::mt19937 random(seed);
  Bytes pixels(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  for (auto& pixel : pixels) pixel = std::bernoulli_distribution(density)(random) ? 1 : 0;
  return pixels;
}

TEST_CASE("pixels become runs down the columns and come back") {
  const Bytes pixels = {0, 1, 1,  //
                        0, 1, 0};
  const auto mask = Mask::from_dense(pixels, {3, 2});
  CHECK(runs_of(mask) == Runs{2, 3, 1});
  CHECK(mask.size() == Size{3, 2});
  CHECK(mask.area() == 3);
  CHECK(mask.bounding_box() == Box{1, 0, 3, 2});
  CHECK(mask.to_dense() == pixels);
  CHECK(mask.to_rle() == "231");
  CHECK(to_string(mask) == "3x2 mask of 3 pixels");
  CHECK(mask.contains(1, 1));
  CHECK_FALSE(mask.contains(2, 1));
  CHECK_FALSE(mask.contains(-1, 0));
  CHECK_FALSE(mask.contains(3, 0));
  CHECK_FALSE(mask.contains(0, 2));
}

TEST_CASE("every value but 0 belongs to the mask, and bytes beyond the width do not") {
  const Bytes pixels = {0, 255, 7, 9,  //
                        3, 128, 0};
  const auto mask = Mask::from_dense(pixels, {3, 2}, 4);
  CHECK(mask.to_dense() == Bytes{0, 1, 1, 1, 1, 0});
}

TEST_CASE("any pixels come back from runs and from strings") {
  unsigned seed = 0;
  for (const Size size :
       {Size{1, 1}, Size{1, 70}, Size{70, 1}, Size{64, 64}, Size{63, 5}, Size{65, 130}, Size{200, 3}}) {
    for (const double density : {0.0, 0.02, 0.5, 0.97, 1.0}) {
      const auto pixels = noise(size, density, ++seed);
      const auto mask = Mask::from_dense(pixels, size);
      CAPTURE(to_string(size));
      CAPTURE(density);
      CHECK(mask.to_dense() == pixels);
      CHECK(Mask::from_rle(mask.to_rle(), size) == mask);
      std::uint64_t area = 0;
      Box box = {1e9F, 1e9F, 0, 0};
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          const bool is_set = pixels[static_cast<std::size_t>(y * size.width + x)] != 0;
          REQUIRE(mask.contains(x, y) == is_set);
          if (!is_set) continue;
          ++area;
          box = {std::min(box.x1, static_cast<float>(x)), std::min(box.y1, static_cast<float>(y)),
                 std::max(box.x2, static_cast<float>(x + 1)), std::max(box.y2, static_cast<float>(y + 1))};
        }
      }
      CHECK(mask.area() == area);
      CHECK(mask.bounding_box() == (area == 0 ? Box{} : box));
    }
  }
}

TEST_CASE("pictures without pixels have masks without pixels") {
  for (const Size size : {Size{0, 0}, Size{0, 5}, Size{5, 0}}) {
    for (const auto& mask : {Mask::from_runs({}, size), Mask::from_rle("", size), Mask::from_dense({}, size),
                             Mask::from_runs({0, 0, 0, 0}, size)}) {
      CHECK(mask.empty());
      CHECK(mask.to_dense().empty());
      CHECK(mask.bounding_box() == Box{});
      CHECK(unite(mask, mask) == mask);
      CHECK(mask_iou(mask, mask) == 0);
      CHECK_FALSE(mask.contains(0, 0));
    }
  }
  CHECK(Mask() == Mask::from_runs({0}, {}));
}

TEST_CASE("equality is about pixels, not about how the runs are split") {
  const auto mask = Mask::from_runs({3, 9, 8}, {5, 4});
  CHECK(mask == Mask::from_runs({3, 4, 0, 5, 8}, {5, 4}));
  CHECK(mask == Mask::from_runs({0, 0, 3, 9, 8, 0}, {5, 4}));
  CHECK(mask == Mask::from_runs({1, 0, 2, 0, 0, 9, 4, 0, 4}, {5, 4}));
  CHECK(mask != Mask::from_runs({3, 9, 8}, {4, 5}));
  CHECK(mask != Mask::from_runs({3, 8, 9}, {5, 4}));
  CHECK(mask != Mask::from_runs({3, 9, 7, 1}, {5, 4}));
}

TEST_CASE("runs of no pixels do not end an operation early") {
  const auto split = Mask::from_runs({3, 0, 2, 5, 10}, {5, 4});
  const auto mask = Mask::from_runs({5, 5, 10}, {5, 4});
  CHECK(unite(split, split) == mask);
  CHECK(intersect(split, mask) == mask);
  CHECK(subtract(split, split).empty());
  CHECK(mask_iou(split, mask) == 1);
}

TEST_CASE("set algebra is that of the pixels") {
  unsigned seed = 100;
  for (const double density : {0.03, 0.5, 0.9}) {
    const Size size = {37, 29};
    const auto a = noise(size, density, ++seed);
    const auto b = noise(size, 0.4, ++seed);
    const auto mask_a = Mask::from_dense(a, size);
    const auto mask_b = Mask::from_dense(b, size);
    Bytes either;
    Bytes both;
    Bytes first_only;
    double common = 0;
    double all = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      either.push_back(a[i] | b[i]);
      both.push_back(a[i] & b[i]);
      first_only.push_back(a[i] & (1 - b[i]));
      common += both.back();
      all += either.back();
    }
    CHECK(runs_of(unite(mask_a, mask_b)) == runs_of(Mask::from_dense(either, size)));
    CHECK(runs_of(intersect(mask_a, mask_b)) == runs_of(Mask::from_dense(both, size)));
    CHECK(runs_of(subtract(mask_a, mask_b)) == runs_of(Mask::from_dense(first_only, size)));
    CHECK(mask_iou(mask_a, mask_b) == common / all);
    CHECK(mask_iou(mask_a, mask_b, OverlapRule::first_area) == common / static_cast<double>(mask_a.area()));
    const auto smaller = static_cast<double>(std::min(mask_a.area(), mask_b.area()));
    CHECK(mask_iou(mask_a, mask_b, OverlapRule::smaller_area) == common / smaller);
    CHECK(unite(std::vector{mask_a, mask_b, mask_a}) == unite(mask_a, mask_b));
    CHECK(intersect(std::vector{mask_a, mask_b, mask_a}) == intersect(mask_a, mask_b));
  }
  CHECK(unite(std::vector<Mask>{}) == Mask());
  CHECK(intersect(std::vector<Mask>{}) == Mask());
}

TEST_CASE("a matrix of overlaps has the values of the pairs, whatever the masks look like") {
  const Size size = {150, 90};
  std::vector<Mask> masks = {Mask::from_runs({150 * 90}, size), Mask::from_runs({0, 150 * 90}, size),
                             Mask::from_box({10, 10, 60, 80}, size), Mask::from_box({55, 0, 56, 90}, size),
                             rasterize(Polygon{{100, 5}, {140, 80}, {3, 60}}, size)};
  for (const double density : {0.001, 0.03, 0.5, 0.98})
    masks.push_back(Mask::from_dense(noise(size, density, 7), size));
  masks.push_back(subtract(masks[2], masks[4]));
  masks.push_back(subtract(masks[1], masks[2]));
  const auto count = masks.size();
  std::vector<std::uint8_t> crowd(count);
  for (std::size_t j = 0; j < count; j += 3) crowd[j] = 1;
  const auto overlaps = mask_iou_matrix(masks, masks);
  const auto crowd_overlaps = mask_iou_matrix(masks, masks, crowd);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      CAPTURE(i);
      CAPTURE(j);
      const auto common = static_cast<double>(intersect(masks[i], masks[j]).area());
      const auto all = static_cast<double>(unite(masks[i], masks[j]).area());
      const auto first = static_cast<double>(masks[i].area());
      CHECK(overlaps[i * count + j] == (common == 0 ? 0 : common / all));
      CHECK(crowd_overlaps[i * count + j] == (common == 0 ? 0 : common / (crowd[j] != 0 ? first : all)));
      CHECK(mask_iou(masks[i], masks[j]) == overlaps[i * count + j]);
    }
  }
}

TEST_CASE("a matrix of overlaps marks masks of different sizes whose boxes overlap") {
  const std::vector<Mask> first = {Mask::from_runs({0, 12}, {3, 4}), Mask()};
  const std::vector<Mask> second = {Mask::from_runs({0, 12}, {4, 3}), Mask::from_runs({11, 1}, {4, 3})};
  CHECK(mask_iou_matrix(first, second) == std::vector<double>{-1, 0, 0, 0});
  CHECK(mask_iou_matrix({}, second).empty());
  CHECK(mask_iou_matrix(first, {}).empty());
}

TEST_CASE("a thousand instances of a 4K picture stay under 64 MB") {
  const Size size = {3840, 2160};
  std::mt19937 random(5);
  std::uniform_real_distribution<double> part(0, 1);
  std::size_t bytes = 0;
  for (int i = 0; i < 1000; ++i) {
    // Outlines with forty corners, from a hundredth of the picture's width to all of it.
    const double radius = 20 * std::pow(100, part(random));
    const double x = size.width * part(random);
    const double y = size.height * part(random);
    Polygon outline;
    for (int corner = 0; corner < 40; ++corner) {
      const double angle = corner * 0.157;
      const double reach = radius * (0.6 + 0.4 * part(random));
      outline.push_back({x + reach * std::cos(angle), y + reach * std::sin(angle)});
    }
    const auto mask = rasterize(outline, size);
    CHECK_FALSE(mask.empty());
    bytes += sizeof mask + mask.runs().size_bytes();
  }
  MESSAGE("1,000 masks of 3840x2160: ", bytes, " bytes");
  CHECK(bytes < 64'000'000);
}

TEST_CASE("broken runs, strings and pixels are refused") {
  const Size size = {5, 4};
  const struct {
    const char* what;
    std::function<void()> call;
  } cases[] = {
      {"too few",
       [&] {
         Mask::from_runs({3, 4}, size);
       }},
      {"too many",
       [&] {
         Mask::from_runs({3, 18}, size);
       }},
      {"a sum beyond 32 bits",
       [&] {
         Mask::from_runs({0xFFFFFFFF, 21}, size);
       }},
      {"no runs", [&] { Mask::from_runs({}, size); }},
      {"negative side",
       [] {
         Mask::from_runs({}, {-1, 0});
       }},
      {"2^32 pixels",
       [] {
         Mask::from_runs({}, {65536, 65536});
       }},
      {"empty string", [&] { Mask::from_rle("", size); }},
      {"too few in a string", [&] { Mask::from_rle("1", size); }},
      {"too many in a string", [&] { Mask::from_rle("e0", size); }},
      {"a byte below the alphabet", [&] { Mask::from_rle("/", size); }},
      {"a byte above the alphabet", [&] { Mask::from_rle("p0", size); }},
      {"a byte above 127", [&] { Mask::from_rle("\xFF", size); }},
      {"a zero byte", [&] { Mask::from_rle(std::string_view("\0d0", 3), size); }},
      {"a cut number", [&] { Mask::from_rle("d", size); }},
      {"a negative run", [&] { Mask::from_rle("N", size); }},
      {"a run made negative", [&] { Mask::from_rle("111N", size); }},
      {"eight characters", [&] { Mask::from_rle("PPPPPPP0", size); }},
      {"10^12", [&] { Mask::from_rle("PPTXWa0Q1", size); }},
      {"a million runs of one picture", [&] { Mask::from_rle(std::string(1'000'000, '1'), size); }},
      {"too few pixels", [&] { Mask::from_dense(Bytes(19), size); }},
      {"too few for the stride", [&] { Mask::from_dense(Bytes(22), size, 6); }},
      {"a stride below the width", [&] { Mask::from_dense(Bytes(20), size, 4); }},
      {"overlap of two sizes",
       [&] {
         (void)mask_iou(Mask::from_runs({20}, size), Mask::from_runs({20}, {4, 5}));
       }},
      {"union of two sizes",
       [&] {
         (void)unite(Mask::from_runs({20}, size), Mask::from_runs({20}, {4, 5}));
       }},
      {"intersection with none", [&] { (void)intersect(Mask::from_runs({20}, size), Mask()); }},
      {"difference of two sizes", [&] { (void)subtract(Mask(), Mask::from_runs({20}, size)); }},
      {"crowd flags", [&] { (void)mask_iou_matrix({}, {}, Bytes(1)); }},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(code_of(each.call) == ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace visionkit
