#include <visionkit/core/detections.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

using namespace visionkit;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Detection found(Box box, int label = 0, float score = 0.5F) { return {box, ClassId(label), score}; }

// The class indices of detections as text: in most tests here the class names the detection.
std::string labels_of(const std::vector<Detection>& detections) {
  std::string text;
  for (const auto& detection : detections) text += std::to_string(detection.label.value);
  return text;
}

const std::vector<Detection> four = {found({0, 0, 10, 10}, 0, 0.9F), found({5, 5, 25, 15}, 1, 0.2F),
                                     found({40, 40, 41, 41}, 2, 0.5F), found({nan_value, 0, 9, 9}, 3, nan_value)};

template <class Call>
std::string refusal(Call&& call) {
  try {
    (void)call();
    return "accepted";
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_argument);
    return error.what();
  }
}

}  // namespace

TEST_CASE("filters keep what they name, in order") {
  CHECK(labels_of(filter_by_class(four, {ClassId(3), ClassId(0)})) == "03");
  CHECK(filter_by_class(four, {}).empty());
  CHECK(labels_of(filter_by_score(four, 0.2F)) == "012");
  CHECK(labels_of(filter_by_score(four, 0.3F, 0.5F)) == "2");
  CHECK(labels_of(filter_by_area(four, 1)) == "012");
  CHECK(labels_of(filter_by_area(four, 2, 100)) == "0");
  CHECK(filter_by_score({}, 0).empty());
}

TEST_CASE("a box that is inverted both ways has no area, and one of infinite size has infinite area") {
  const std::vector<Detection> odd = {found({10, 10, 0, 0}, 0), found({-infinity, 0, infinity, 1}, 1),
                                      found({5, 0, 5, 9}, 2)};
  CHECK(labels_of(filter_by_area(odd, 0, 0)) == "02");
  CHECK(labels_of(filter_by_area(odd, 1e30F)) == "1");
}

TEST_CASE("a region takes boxes by their centre, whole or by a part") {
  struct Row {
    Box region;
    RegionRule rule;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {{0, 0, 10, 10}, RegionRule::center_inside, "0"},
      {{5, 5, 15, 10},
       RegionRule::center_inside,
       "0"},  // the left and top edge are inside, the right and bottom are not
      {{5, 5, 15.5F, 10.5F}, RegionRule::center_inside, "01"},
      {{0, 0, 10, 10}, RegionRule::fully_inside, "0"},
      {{0, 0, 25, 15}, RegionRule::fully_inside, "01"},
      {{0, 0, 5, 5}, RegionRule::overlaps, "0"},  // touching is not overlapping
      {{6, 6, 50, 50}, RegionRule::overlaps, "012"},
      {{6, 6, 6, 6}, RegionRule::overlaps, ""},
      {{-infinity, -infinity, infinity, infinity}, RegionRule::fully_inside, "012"},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(row.region));
    CAPTURE(to_string(row.rule));
    CHECK(labels_of(filter_by_region(four, row.region, row.rule)) == row.expected);
  }
}

TEST_CASE("what is not a range, a region, a size or a threshold is refused") {
  CHECK(refusal([] { return filter_by_score(four, 0.5F, 0.4F); }) == "filtering by score: 0.5..0.4 is not a range");
  CHECK(refusal([] { return filter_by_score(four, nan_value); }) == "filtering by score: nan..inf is not a range");
  CHECK(refusal([] { return filter_by_area(four, 2, 1); }) == "filtering by area: 2..1 is not a range");
  CHECK(refusal([] {
          return filter_by_region(four, {1, 0, 0, 1}, RegionRule::overlaps);
        }).find("x1 <= x2") != std::string::npos);
  CHECK(refusal([] { return filter_by_region(four, {0, 0, 1, nan_value}, RegionRule::overlaps); }) != "accepted");
  CHECK(refusal([] { return filter_by_region(four, {}, static_cast<RegionRule>(9)); }) ==
        "filtering by region: there is no rule 9");
  CHECK(refusal([] {
          return clip(four, {0, 5});
        }) == "clipping detections: the picture is 0x5; both sides must be at least 1");
  CHECK(refusal([] { return to_normalized({}, {5, -1}); }) != "accepted");
  CHECK(refusal([] { return from_normalized({}, {5, 0}); }) != "accepted");
  CHECK(refusal([] { return to_pixels({}, {5, 0}); }) != "accepted");
  CHECK(refusal([] { return judge(four, four, 0); }) == "iou_threshold is 0, expected more than 0 and at most 1");
  CHECK(refusal([] { return judge(four, four, nan_value); }) != "accepted");
}

TEST_CASE("sorting goes by score, class and box, with NaN last, whatever the order was") {
  const std::vector<Detection> sorted = {found({9, 9, 9, 9}, 7, infinity),     found({0, 0, 0, 0}, 9, 0.9F),
                                         found({3, 0, 0, 0}, 1, 0.5F),         found({0, 0, 0, 0}, 2, 0.5F),
                                         found({0, 0, 0, 7}, 2, 0.5F),         found({0, 1, 0, 0}, 2, 0.5F),
                                         found({nan_value, 0, 0, 0}, 2, 0.5F), found({0, 0, 0, 0}, 0, -1),
                                         found({0, 0, 0, 0}, 0, nan_value),    found({0, 0, 0, 0}, 1, nan_value)};
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    auto mixed = sorted;
    std::shuffle(mixed.begin(), mixed.end(), random);
    const auto result = sort_by_score(mixed);
    REQUIRE(result.size() == sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) CHECK(to_string(result[i]) == to_string(sorted[i]));
  }
}

TEST_CASE("merging is sorting both, in either order") {
  const std::vector<Detection> more = {found({0, 0, 10, 10}, 4, 0.9F), found({}, 5, 0.1F)};
  CHECK(labels_of(merge(four, more)) == "042153");
  CHECK(labels_of(merge(more, four)) == "042153");
  CHECK(merge({}, {}).empty());
}

TEST_CASE("clipping keeps the parts inside and drops what has none") {
  const std::vector<Detection> detections = {found({-5, -5, 5, 5}, 0),       found({8, 8, 99, 99}, 1),
                                             found({10, 0, 20, 5}, 2),       found({3, 3, 3, 9}, 3),
                                             found({nan_value, 0, 5, 5}, 4), found({-infinity, 0, infinity, 1}, 5)};
  const auto inside = clip(detections, {10, 10});
  CHECK(labels_of(inside) == "015");
  CHECK(inside[0].box == Box{0, 0, 5, 5});
  CHECK(inside[1].box == Box{8, 8, 10, 10});
  CHECK(inside[2].box == Box{0, 0, 10, 1});
  CHECK(clip(inside, {10, 10}) == inside);
}

TEST_CASE("fractions of the picture go there and back") {
  CHECK(to_normalized({160, 0, 640, 120}, {640, 480}) == NormalizedBox{0.25F, 0, 1, 0.25F});
  CHECK(from_normalized({0.25F, 0, 1, 0.25F}, {640, 480}) == Box{160, 0, 640, 120});
}

TEST_CASE("whole pixels are those that the box touches") {
  struct Row {
    Box box;
    PixelBox expected;
  };
  const std::vector<Row> rows = {
      {{1, 2, 3, 4}, {1, 2, 3, 4}},
      {{1.9F, 2.1F, 3.1F, 3.9F}, {1, 2, 4, 4}},
      {{-7, -0.5F, 0.5F, 99}, {0, 0, 1, 50}},
      {{-infinity, 0, infinity, 1e30F}, {0, 0, 100, 50}},
      {{3, 3, 3, 4}, {}},
      {{4, 4, 3, 3}, {}},
      {{100, 0, 101, 5}, {}},
      {{-5, 0, 0, 5}, {}},
      {{0, 0, nan_value, 5}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(row.box));
    CHECK(to_string(to_pixels(row.box, {100, 50})) == to_string(row.expected));
  }
}

TEST_CASE("each prediction takes the best free object of its class") {
  const std::vector<Detection> truth = {found({0, 0, 10, 10}, 1), found({2, 0, 12, 10}, 1), found({50, 50, 60, 60}, 2),
                                        found({80, 80, 90, 90}, 3)};
  const std::vector<Detection> predictions = {
      found({0, 0, 10, 10}, 1, 0.6F),        // its object is free
      found({1.5F, 0, 11.5F, 10}, 1, 0.9F),  // nearer to the second
      found({0, 0, 10, 10}, 1, 0.5F),        // both are taken
      found({50, 50, 60, 60}, 1, 0.4F),      // another class
      found({80, 80, 90, 84}, 3, 0.3F),      // too little
  };
  const auto judged = judge(predictions, truth);
  REQUIRE(judged.size() == 7);
  const std::vector<std::pair<Detection, Outcome>> expected = {{predictions[1], Outcome::hit},
                                                               {predictions[0], Outcome::hit},
                                                               {predictions[2], Outcome::false_positive},
                                                               {predictions[3], Outcome::false_positive},
                                                               {predictions[4], Outcome::false_positive},
                                                               {truth[2], Outcome::missed},
                                                               {truth[3], Outcome::missed}};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(judged[i] == JudgedDetection{expected[i].first, expected[i].second});
  CHECK(judge(predictions, truth, 0.4F)[4].outcome == Outcome::hit);
  CHECK(judge({}, truth).size() == 4);
  CHECK(judge(four, {}).size() == 4);
  CHECK(judge(four, four)[3].outcome == Outcome::false_positive);  // a NaN overlaps nothing, not even itself
}

TEST_CASE("JSON has an object for each detection") {
  CHECK(to_json({}) == "[]");
  const std::vector<Detection> detections = {found({12.5F, 30, 100, 80.1F}, 1, 0.93F),
                                             found({nan_value, 0, infinity, 1}, 7, nan_value)};
  CHECK(to_json(detections, Labels({"cat", "dog"})) ==
        R"([{"class":1,"name":"dog","score":0.93,"box":[12.5,30.0,100.0,80.1]},)"
        R"({"class":7,"score":null,"box":[null,0.0,null,1.0]}])");
}

TEST_CASE("JSON gives every float back and survives any name") {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> value(-1e4F, 1e4F);
  std::vector<Detection> detections;
  for (int i = 0; i < 1000; ++i)
    detections.push_back(found({value(random), value(random), value(random), value(random)}, i % 2, value(random)));
  const auto parsed = nlohmann::json::parse(to_json(detections, Labels({"a \"b\"\n\\", "\xFF\xC3"})));
  REQUIRE(parsed.size() == detections.size());
  for (std::size_t i = 0; i < detections.size(); ++i) {
    CHECK(parsed[i].at("score").get<float>() == detections[i].score);
    CHECK(parsed[i].at("box").get<std::vector<float>>() ==
          std::vector{detections[i].box.x1, detections[i].box.y1, detections[i].box.x2, detections[i].box.y2});
  }
  CHECK(parsed[0].at("name") == "a \"b\"\n\\");
}
