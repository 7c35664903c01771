// src/docs/model_record.md: its example is a record, and it names every key and every word that a record may hold.
#include <visionkit/model_record.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>
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
void collect_names(std::vector<std::string>& names) {
  for (int i = 0; to_string(static_cast<Enum>(i)) != "unknown"; ++i) names.emplace_back(to_string(static_cast<Enum>(i)));
}

// Two records that between them have every key.
const std::vector<ModelRecord> full_records = {
    {.name = "one",
     .labels = Labels({"a"}),
     .input = {.resize = {.mode = ResizeMode::shorter_side, .side = 8, .max_side = 9}, .crop = CropOptions{.size = {8, 8}}},
     .batch = 1,
     .output = {.tensor = "0", .format = "yolov8"},
     .temperature = 2,
     .score_thresholds = {0.5F},
     .self_test = SelfTest{.size = {8, 8}, .input_sha256 = "0", .output = {1}},
     .provenance = {.version = "1", .source = "here", .license = "MIT", .note = "none"}},
    {.input = {.resize = {.mode = ResizeMode::letterbox, .size = {8, 8}}}}};

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
  std::vector<std::string> words;
  for (const auto& record : full_records) collect_keys(nlohmann::json::parse(to_json(record)), words);
  collect_names<Task>(words);
  collect_names<ScoreKind>(words);
  collect_names<ResizeMode>(words);
  collect_names<Rounding>(words);
  collect_names<LetterboxAnchor>(words);
  collect_names<BoxMapping>(words);
  collect_names<ChannelOrder>(words);
  collect_names<TensorLayout>(words);
  const auto text = document();
  for (const auto& word : words) {
    CAPTURE(word);
    CHECK(text.find("`" + word + "`") != std::string::npos);
  }
  for (const auto interpolation : interpolations()) {
    const std::string name(to_string(interpolation));
    CAPTURE(name);
    const auto list = text.find("`" + name.substr(0, name.find('.') + 1) + "` with");
    REQUIRE(list != std::string::npos);
    CHECK(text.find("`" + name.substr(name.find('.') + 1) + "`", list) != std::string::npos);
  }
}
