#include <visionkit/decode/classification.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <visionkit/core/error.hpp>

using namespace visionkit;

TEST_CASE("softmax survives large logits") {
  const auto scores = softmax(std::vector<float>{1000, 1000, 0});
  CHECK(scores[0] == doctest::Approx(0.5));
  CHECK(scores[2] == doctest::Approx(0));
  CHECK(softmax(std::vector<float>{}).empty());
}

TEST_CASE("sigmoid of zero is one half at any temperature") {
  CHECK(sigmoid(std::vector<float>{0}, 3)[0] == 0.5F);
  CHECK(sigmoid(std::vector<float>{2}, 2)[0] == doctest::Approx(1 / (1 + std::exp(-1.0))));
  CHECK(sigmoid(std::vector<float>{-500})[0] == 0);
}

TEST_CASE("rank keeps the best by falling score and equal ones by rising index") {
  const std::vector<float> scores = {0.2F, 0.9F, 0.2F, 0.5F};
  const auto indices = [&](const RankOptions& options) {
    std::vector<int> out;
    for (const auto& entry : rank(scores, options)) out.push_back(entry.label.value);
    return out;
  };
  CHECK(indices({}) == std::vector{1, 3, 0, 2});
  CHECK(indices({.top_k = 2}) == std::vector{1, 3});
  CHECK(indices({.score_thresholds = {0.5F}}) == std::vector{1, 3});
  CHECK(indices({.score_thresholds = {0, 1, 0, 1}}) == std::vector{0, 2});
  CHECK(indices({.allowed = {true, false, true, true}}) == std::vector{3, 0, 2});
  CHECK_THROWS_AS(indices({.score_thresholds = {0, 1}}), Error);
  CHECK_THROWS_AS(indices({.allowed = {true}}), Error);
}
