// src/docs/model_record.md: its example is a record, and it names every key and every word that a record may hold.
#include <visionkit/model_record.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/files.hpp"

using namespace visionkit;

namespace {

std::string document() {
  const auto bytes = test::read_bytes(test::data_folder() / "../../src/docs/model_record.md");
  return {bytes.begin(), bytes.end()};
}

void collect_keys(const nlohmann::json& value, std::vector<std::string>& keys) {
  for (const auto& [key, inner] : value.items()) {
    keys.push_back(key);
    if (inner.is_object()) collect_keys(inner, keys);
  }
}

template <class Enum>
void collect_names(std::vector<std::string>& names, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) names.emplace_back(to_string(static_cast<Enum>(i)));
}

// Every key that a record may hold.
std::vector<std::string> keys_of_full_records() {
  ModelRecord record;
  record.name = "one";
  record.labels = Labels({"a"});
  record.input.resize = {.mode = ResizeMode::shorter_side, .side = 8, .max_side = 9};
  record.input.crop = CropOptions{.size = {8, 8}};
  record.batch = 1;
  record.output.tensors = {"0"};
  record.output.format = "yolov8";
  record.output.labels_per_box = LabelRule::best;
  record.output.coordinates = BoxCoordinates::pixels;
  record.output.activation = ScoreActivation::none;
  record.output.encoding = BoxEncoding::corners;
  record.output.label_numbers = {1};
  record.output.mask_rule = PrototypeRule::logit;
  record.output.mask_frame = MaskFrame::input;
  record.output.corners = CornerRule::half_pixel;
  record.output.resize = SegmentationResize::scores;
  record.output.stuff = {"a"};
  record.temperature = 2;
  record.score_thresholds = {0.5F};
  record.iou_threshold = 0.5;
  record.self_test = SelfTest{.size = {8, 8}, .input_sha256 = "0", .output = {1}};
  record.run = RecordedRun{.figure = "accuracy"};
  record.provenance = {.version = "1", .source = "here", .license = "MIT", .note = "none"};
  ModelRecord letterboxed;
  letterboxed.input.resize = {.mode = ResizeMode::letterbox, .size = {8, 8}};
  std::vector<std::string> keys;
  collect_keys(nlohmann::json::parse(to_json(record)), keys);
  collect_keys(nlohmann::json::parse(to_json(letterboxed)), keys);
  return keys;
}

}  // namespace

TEST_CASE("the example in the document is a record that is written back unchanged") {
  const auto text = document();
  const auto start = text.find("```json\n") + 8;
  const auto example = text.substr(start, text.find("```", start) - start);
  const auto record = parse_record(example, "the example");
  CHECK(record.labels.size() == 4);
  CHECK(record.self_test.has_value());
  CHECK(parse_record(to_json(record)) == record);
}

TEST_CASE("the document names every key and every word that a record may hold") {
  auto words = keys_of_full_records();
  collect_names(words, Task::panoptic_segmentation);
  collect_names(words, ScoreKind::labels);
  collect_names(words, PrototypeRule::sigmoid);
  collect_names(words, MaskFrame::box);
  collect_names(words, CornerRule::align_corners);
  collect_names(words, SegmentationResize::labels);
  collect_names(words, ResizeMode::letterbox);
  collect_names(words, Rounding::half_even);
  collect_names(words, LetterboxAnchor::top_left);
  collect_names(words, BoxMapping::exact);
  collect_names(words, ChannelOrder::gray);
  collect_names(words, TensorLayout::nhwc);
  collect_names(words, LabelRule::several);
  collect_names(words, BoxCoordinates::normalized);
  collect_names(words, ScoreActivation::softmax);
  collect_names(words, BoxEncoding::xywh);
  const auto text = document();
  for (const auto& word : words) {
    CAPTURE(word);
    CHECK(text.find(fmt::format("`{}`", word)) != std::string::npos);
  }
  for (const auto interpolation : interpolations()) {
    const std::string name(to_string(interpolation));
    CAPTURE(name);
    const auto list = text.find(fmt::format("`{}` with", name.substr(0, name.find('.') + 1)));
    REQUIRE(list != std::string::npos);
    CHECK(text.find(fmt::format("`{}`", name.substr(name.find('.') + 1)), list) != std::string::npos);
  }
}
