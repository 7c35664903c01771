#include <visionkit/decode/panoptic.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::code_of;

constexpr Size size = {8, 4};

Detection instance(const Box& box, std::int32_t label, float score) {
  return {.box = box, .label = ClassId(label), .score = score, .mask = Mask::from_box(box, size)};
}

// The left half is class 3, the right one class 4.
LabelMap halves() {
  std::vector<std::uint8_t> ids(32);
  for (std::size_t i = 0; i < 32; ++i) ids[i] = i % 8 < 4 ? 3 : 4;
  return {ids, size};
}

const PanopticMergeOptions both_stuff = {.stuff = {ClassId(3), ClassId(4)}, .min_stuff_area = 1};

TEST_CASE("instances take their pixels by score and stuff takes what is left") {
  const std::vector<Detection> instances = {instance({0, 0, 4, 2}, 1, 0.6F), instance({2, 0, 6, 2}, 2, 0.9F)};
  const auto map = merge_panoptic(halves(), instances, both_stuff);
  REQUIRE(map.segments().size() == 4);
  CHECK(map.at(2, 0)->label == ClassId(2));
  CHECK(map.at(2, 0)->id == 1);
  CHECK(map.at(2, 0)->score == 0.9F);
  CHECK(map.at(1, 1)->label == ClassId(1));
  CHECK(map.at(1, 1)->area == 4);
  CHECK(map.at(1, 1)->box == Box{0, 0, 2, 2});
  CHECK(map.at(0, 3)->label == ClassId(3));
  CHECK(map.at(0, 3)->kind == PanopticKind::stuff);
  CHECK(map.at(0, 3)->area == 8);
  CHECK(map.at(7, 0)->label == ClassId(4));
  CHECK(map.at(7, 0)->area == 12);
}

TEST_CASE("instances that are weak or mostly covered are left out") {
  const std::vector<Detection> instances = {instance({0, 0, 4, 4}, 1, 0.9F), instance({1, 0, 6, 4}, 1, 0.8F),
                                            instance({2, 0, 8, 4}, 1, 0.7F), instance({4, 0, 8, 4}, 1, 0.6F),
                                            instance({0, 0, 8, 4}, 1, 0.4F)};
  const auto map = merge_panoptic(halves(), instances, both_stuff);
  REQUIRE(map.segments().size() == 2);  // of the others 3 of 5 and all 4 columns are taken, and so is all stuff
  CHECK(map.segments()[1].score == 0.7F);
  CHECK(map.segments()[1].area == 16);
}

TEST_CASE("small stuff and classes that are no stuff become void") {
  const auto map = merge_panoptic(halves(), {}, {.stuff = {ClassId(4)}, .min_stuff_area = 16});
  CHECK(map.at(0, 0) == nullptr);
  CHECK(map.at(7, 0)->label == ClassId(4));
  CHECK(merge_panoptic(halves(), {}, {.stuff = {ClassId(4)}}).segments().empty());
  CHECK(merge_panoptic(halves(), {}, {.stuff = {ClassId(9), ClassId(255), ClassId(-1)}, .min_stuff_area = 0})
            .segments()
            .empty());
  CHECK(merge_panoptic(LabelMap(), {}).segments().empty());
}

TEST_CASE("instances that do not belong to the map are refused") {
  auto other = instance({0, 0, 2, 2}, 1, 0.9F);
  other.mask = Mask::from_box({0, 0, 2, 2}, {9, 9});
  CHECK(code_of([&] { return merge_panoptic(halves(), {&other, 1}); }) == ErrorCode::invalid_argument);
  other.mask.reset();
  CHECK(code_of([&] { return merge_panoptic(halves(), {&other, 1}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { return merge_panoptic(halves(), {}, {.score_threshold = 2}); }) == ErrorCode::invalid_option);
  CHECK(code_of([&] { return merge_panoptic(halves(), {}, {.overlap_threshold = -1}); }) == ErrorCode::invalid_option);
}

// Queries over a map of 4 x 1 cells, two classes and no object.
const Tensor classes({5, 3}, {9, 0, 0,          // a thing
                              0, 9, 0,          // stuff
                              0, 9, 0,          // the same stuff
                              0, 0, 9,          // no object
                              1, 0, 0});        // not sure
const Tensor masks({5, 1, 4}, {8,  -8, -8, -8,  //
                               -8, 8,  -8, -8,  //
                               -8, -8, 8,  -8,  //
                               8,  8,  8,  8,   //
                               -8, -8, -8, 8});

TEST_CASE("queries that name a class share the pixels") {
  const auto map = decode_panoptic_queries(classes.view(), masks.view(), {4, 1}, {.stuff = {ClassId(1)}});
  REQUIRE(map.segments().size() == 2);
  CHECK(map.at(0, 0)->kind == PanopticKind::thing);
  CHECK(map.at(0, 0)->label == ClassId(0));
  CHECK(map.at(0, 0)->score == doctest::Approx(1 / (1 + 2 * std::exp(-9.0))));
  CHECK(map.at(1, 0) == map.at(2, 0));
  CHECK(map.at(1, 0)->area == 2);
  CHECK(map.at(3, 0) == nullptr);
  const auto things = decode_panoptic_queries(classes.view(), masks.view(), {4, 1});
  CHECK(things.segments().size() == 3);
  CHECK(decode_panoptic_queries(classes.view(), masks.view(), {4, 1}, {.score_threshold = 1}).segments().empty());
}

TEST_CASE("queries see the picture through the letterbox") {
  const auto map =
      decode_panoptic_queries(classes.view(), masks.view(), {4, 2}, {.input = {40, 10}, .content = {10, 0, 30, 10}});
  CHECK(map.at(0, 0)->label == ClassId(1));
  CHECK(map.segments().size() == 2);
}

TEST_CASE("a query that lost most of its mask is left out") {
  const Tensor overlapping({2, 1, 4}, {8, 8, 8, -8,  //
                                       9, 9, -9, -9});
  const Tensor sure({2, 2}, {9, 0, 9, 0});
  const auto map = decode_panoptic_queries(sure.view(), overlapping.view(), {4, 1});
  REQUIRE(map.segments().size() == 1);
  CHECK(map.at(0, 0)->id == 1);
  CHECK(map.at(2, 0) == nullptr);
  const auto tolerant = decode_panoptic_queries(sure.view(), overlapping.view(), {4, 1}, {.overlap_threshold = 0.25});
  CHECK(tolerant.segments().size() == 2);
  CHECK(tolerant.at(2, 0)->id == 1);
}

TEST_CASE("queries that do not fit are refused") {
  const auto decode = [&](const TensorView& first, const TensorView& second, Size of,
                          const PanopticQueryOptions& options = {}) {
    return code_of([&] { return decode_panoptic_queries(first, second, of, options); });
  };
  CHECK(decode({DType::float32, {4, 3}, classes.data()}, masks.view(), {4, 4}) == ErrorCode::model_contract);
  CHECK(decode(classes.view(), {DType::float32, {5, 4}, masks.data()}, {4, 4}) == ErrorCode::model_contract);
  CHECK(decode({DType::int32, {5, 3}, classes.data()}, masks.view(), {4, 4}) == ErrorCode::model_contract);
  CHECK(decode(classes.view(), masks.view(), {0, 4}) == ErrorCode::invalid_argument);
  CHECK(decode(classes.view(), masks.view(), {20000, 20000}) == ErrorCode::image_too_large);
  CHECK(decode(classes.view(), masks.view(), {4, 4}, {.overlap_threshold = 2}) == ErrorCode::invalid_option);
  CHECK(decode(Tensor({1, 2}, {NAN, 0}).view(), {DType::float32, {1, 1, 4}, masks.data()}, {4, 4}) ==
        ErrorCode::non_finite_output);
}

}  // namespace
}  // namespace visionkit
