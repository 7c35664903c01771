#include <visionkit/decode/masks.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <visionkit/core/error.hpp>

#include "support/instruction_sets.hpp"
#include "support/refusal.hpp"

namespace visionkit {
namespace {

using test::code_of;

Tensor noise(Shape shape, float offset = 0) {
  std::mt19937 generator(3);
  std::vector<float> values(element_count(shape));
  for (auto& value : values) value = static_cast<float>(generator() % 1024) / 1024 - offset;
  return {std::move(shape), std::move(values)};
}

TEST_CASE("a full mask fills its box") {
  const Tensor full({1, 1, 28, 28}, std::vector<float>(784, 1));
  const auto masks = paste_masks(full.view(), std::vector<Box>{{10, 20, 40, 60}}, {100, 80});
  REQUIRE(masks.size() == 1);
  CHECK(masks[0].size() == Size{100, 80});
  // Numbers of torchvision: its masks are two pixels wider than the box, without the corners.
  CHECK(masks[0].bounding_box() == Box{9, 19, 41, 61});
  CHECK(masks[0].area() == 32 * 42 - 4);
}

TEST_CASE("masks outside of the picture are empty, at its border they are cut") {
  const Tensor full({6, 4, 4}, std::vector<float>(96, 1));
  const std::vector<Box> boxes = {{200, 0, 220, 20}, {-50, 0, -20, 20},  {0, 90, 20, 99},
                                  {0, -40, 20, -9},  {-10, -10, 10, 10}, {-1e9F, -1e9F, 1e9F, 1e9F}};
  const auto masks = paste_masks(full.view(), boxes, {100, 80});
  for (std::size_t i = 0; i < 4; ++i) CHECK(masks[i].empty());
  CHECK(masks[4].bounding_box().x1 == 0);
  CHECK(masks[4].bounding_box().x2 >= 10);
  CHECK(masks[5].area() == 8000);
}

TEST_CASE("probabilities that do not fit are refused") {
  const auto values = noise({2, 1, 7, 7});
  const std::vector<Box> boxes = {{0, 0, 9, 9}, {1, 1, 5, 5}};
  const auto paste = [&](const TensorView& view, const std::vector<Box>& of, Size size) {
    return code_of([&] { return paste_masks(view, of, size); });
  };
  CHECK(paste(values.view(), {{0, 0, 9, 9}}, {20, 20}) == ErrorCode::model_contract);
  CHECK(paste({DType::float32, {2, 7, 6}, values.data()}, boxes, {20, 20}) == ErrorCode::model_contract);
  CHECK(paste({DType::uint8, {2, 7, 7}, values.data()}, boxes, {20, 20}) == ErrorCode::model_contract);
  CHECK(paste(values.view(), boxes, {0, 20}) == ErrorCode::invalid_argument);
  CHECK(paste(values.view(), {{0, 0, 9, 9}, {NAN, 1, 5, 5}}, {20, 20}) == ErrorCode::invalid_argument);
  CHECK(paste(Tensor({1, 1, 1}, {NAN}).view(), {{0, 0, 9, 9}}, {20, 20}) == ErrorCode::non_finite_output);
  CHECK(paste_masks(Tensor({0, 1, 28, 28}, {}).view(), {}, {20, 20}).empty());
}

// One prototype, positive in the columns 2 to 5 of 8.
Tensor stripe() {
  std::vector<float> values(64, -1);
  for (std::size_t i = 0; i < 64; ++i) values[i] = i % 8 >= 2 && i % 8 < 6 ? 1 : -1;
  return {{1, 8, 8}, values};
}

TEST_CASE("prototype masks end at their boxes") {
  const Tensor one({1, 1}, {1});
  const std::vector<ModelBox> model_boxes = {{0, 8, 16, 24}};
  const std::vector<Box> boxes = {{0, 16, 32, 48}};
  PrototypeMasksOptions options = {.input = {32, 32}, .image = {64, 64}};
  auto masks = prototype_masks(stripe().view(), one.view(), {model_boxes, boxes}, options);
  REQUIRE(masks.size() == 1);
  CHECK(masks[0].size() == Size{64, 64});
  CHECK(masks[0].bounding_box() == Box{16, 16, 32, 48});
  options.resolution = PrototypeResolution::prototype;
  masks = prototype_masks(stripe().view(), one.view(), {model_boxes, {}}, options);
  CHECK(masks[0].size() == Size{8, 8});
  CHECK(masks[0].bounding_box() == Box{2, 2, 4, 6});
  options.resolution = PrototypeResolution::input;
  masks = prototype_masks(stripe().view(), one.view(), {model_boxes, {}}, options);
  CHECK(masks[0].size() == Size{32, 32});
  CHECK(masks[0].bounding_box().x2 > 16);  // grows over the edge by half a cell
  options.rule = PrototypeRule::sigmoid;
  masks = prototype_masks(stripe().view(), one.view(), {model_boxes, {}}, options);
  CHECK(masks[0].bounding_box().x2 <= 16);
}

TEST_CASE("a given content takes the place of the centered letterbox") {
  const Tensor one({1, 1}, {1});
  const std::vector<Box> boxes = {{0, 0, 64, 32}};
  PrototypeMasksOptions options = {.input = {32, 32}, .image = {64, 32}};
  const auto centered = prototype_masks(stripe().view(), one.view(), {{}, boxes}, options);
  options.content = {0, 8, 32, 24};
  CHECK(prototype_masks(stripe().view(), one.view(), {{}, boxes}, options) == centered);
  options.content = {8, 0, 24, 16};  // the columns 2 to 5
  CHECK(prototype_masks(stripe().view(), one.view(), {{}, boxes}, options)[0].area() == 64 * 32);
}

TEST_CASE("prototypes that do not fit are refused") {
  const auto prototypes = noise({3, 4, 5}, 0.5F);
  const auto rows = noise({2, 3}, 0.5F);
  const std::vector<Box> boxes(2, Box{0, 0, 9, 9});
  const PrototypeMasksOptions good = {.input = {20, 16}, .image = {40, 32}};
  const auto decode = [&](const TensorView& planes, const TensorView& factors, std::span<const Box> of,
                          const PrototypeMasksOptions& options) {
    return code_of([&] { return prototype_masks(planes, factors, {{}, of}, options); });
  };
  CHECK(prototype_masks(prototypes.view(), rows.view(), {{}, boxes}, good).size() == 2);
  CHECK(decode(prototypes.view(), noise({2, 4}).view(), boxes, good) == ErrorCode::model_contract);
  CHECK(decode(noise({3, 4}).view(), rows.view(), boxes, good) == ErrorCode::model_contract);
  CHECK(decode(prototypes.view(), rows.view(), {}, good) == ErrorCode::invalid_argument);
  CHECK(decode(prototypes.view(), rows.view(), boxes, {.input = {20, 16}}) == ErrorCode::invalid_option);
  CHECK(decode(prototypes.view(), rows.view(), boxes, {.image = {20, 16}, .content = {0, 0, 9, 9}}) ==
        ErrorCode::invalid_option);
  CHECK(decode(prototypes.view(), rows.view(), boxes,
               {.input = {20, 16}, .image = {40, 32}, .content = {5, 5, 5, 9}}) == ErrorCode::invalid_option);
  CHECK(decode(prototypes.view(), Tensor({1, 3}, {1, NAN, 1}).view(), boxes, good) == ErrorCode::non_finite_output);
  const std::vector<Box> odd = {{NAN, 0, 9, NAN}, {-1e30F, -1e30F, 1e30F, 1e30F}};
  CHECK(prototype_masks(prototypes.view(), rows.view(), {{}, odd}, good)[0].empty());
}

TEST_CASE("every instruction set gives the same masks") {
  const auto prototypes = noise({5, 21, 37}, 0.5F);
  const auto factors = noise({3, 5}, 0.5F);
  const auto probabilities = noise({3, 1, 28, 28});
  const std::vector<Box> boxes = {{3, 5, 40, 80}, {30, 0, 139, 33}, {-9, -9, 200, 200}};
  const std::vector<ModelBox> model_boxes = {{3, 5, 40, 80}, {30, 0, 139, 33}, {-9, -9, 200, 200}};
  const auto all = [&] {
    auto masks = paste_masks(probabilities.view(), boxes, {150, 90});
    for (const auto rule : {PrototypeRule::logit, PrototypeRule::sigmoid}) {
      for (const auto resolution :
           {PrototypeResolution::image, PrototypeResolution::input, PrototypeResolution::prototype}) {
        for (auto& mask :
             prototype_masks(prototypes.view(), factors.view(), {model_boxes, boxes},
                             {.input = {148, 84}, .image = {150, 90}, .rule = rule, .resolution = resolution})) {
          masks.push_back(std::move(mask));
        }
      }
    }
    return masks;
  };
  const auto expected = all();
  CHECK(expected.size() == 21);
  for (const auto set : test::instruction_sets()) {
    const test::InstructionSet chosen(set);
    CHECK(all() == expected);
  }
}

TEST_CASE("the last values of a head belong to its boxes") {
  const Tensor rows({2, 3}, {1, 2, 3, 4, 5, 6});
  const std::vector<std::int32_t> sources = {1, 0, 1};
  const auto of_rows = head_values(rows.view(), HeadLayout::rows, 2, sources);
  CHECK(of_rows.shape() == Shape{3, 2});
  CHECK(std::vector<float>(of_rows.floats().begin(), of_rows.floats().end()) == std::vector<float>{5, 6, 2, 3, 5, 6});
  const Tensor columns({3, 2}, {1, 4, 2, 5, 3, 6});
  const auto of_columns = head_values(columns.view(), HeadLayout::columns, 2, sources);
  CHECK(std::equal(of_rows.floats().begin(), of_rows.floats().end(), of_columns.floats().begin()));
  CHECK(code_of([&] { return head_values(rows.view(), HeadLayout::rows, 4, sources); }) == ErrorCode::model_contract);
  CHECK(code_of([&] { return head_values(rows.view(), HeadLayout::columns, 1, std::vector{3}); }) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("masks that overlap a better one go, within their class or across") {
  const Size size = {20, 10};
  const std::vector<Mask> masks = {Mask::from_box({0, 0, 10, 10}, size), Mask::from_box({0, 0, 9, 10}, size),
                                   Mask::from_box({12, 0, 20, 10}, size), Mask::from_box({0, 0, 4, 10}, size)};
  const std::vector<float> scores = {0.5F, 0.9F, 0.1F, 0.4F};
  const std::vector<ClassId> labels = {ClassId(0), ClassId(1), ClassId(0), ClassId(0)};
  using Kept = std::vector<std::int32_t>;
  CHECK(suppress_by_mask(masks, scores) == Kept{1, 3, 2});
  CHECK(suppress_by_mask(masks, scores, labels) == Kept{1, 0, 3, 2});
  CHECK(suppress_by_mask(masks, scores, labels, {.scope = NmsScope::all_classes}) == Kept{1, 3, 2});
  CHECK(suppress_by_mask(masks, scores, {}, {.overlap = OverlapRule::smaller_area}) == Kept{1, 2});
  CHECK(suppress_by_mask(masks, scores, {}, {.max_detections = 1}) == Kept{1});
  CHECK(code_of([&] { return suppress_by_mask(masks, scores, {}, {.overlap_threshold = 2}); }) ==
        ErrorCode::invalid_option);
  CHECK(code_of([&] { return suppress_by_mask(masks, {}); }) == ErrorCode::shape);
  CHECK(code_of([&] {
          return suppress_by_mask(std::vector<Mask>{masks[0], Mask()}, std::vector<float>{1, 1});
        }) == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace visionkit
