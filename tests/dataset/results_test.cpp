#include <visionkit/dataset/results.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::BadText;
using test::refusal_of;

const ResultsHeader header{
    .task = "detection", .model_sha256 = "ab12", .settings = "{\"x\": \"\\\"}", .labels = {"cat", "d\xC3\xB6g\n"}};

// Any finite float, by its bits.
float any_float(std::mt19937& random) {
  for (;;) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isfinite(value)) return value;
  }
}

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

PictureResult through_text(const PictureResult& result) { return parse_result(to_json_line(result)); }

Mask random_mask(std::mt19937& random, Size size) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  for (auto& pixel : pixels) pixel = random() % 3 == 0 ? 1 : 0;
  return Mask::from_dense(pixels, size);
}

std::vector<Detection> random_detections(std::mt19937& random) {
  std::vector<Detection> detections(random() % 5);
  for (auto& each : detections) {
    each.box = {any_float(random), any_float(random), any_float(random), any_float(random)};
    each.label = ClassId(static_cast<std::int32_t>(random()));
    each.score = any_float(random);
    if (random() % 2 == 0) {
      each.mask = random_mask(random, {static_cast<int>(random() % 20), static_cast<int>(random() % 20)});
    }
  }
  return detections;
}

template <class Id>
LabelMap random_map(std::mt19937& random, Size size) {
  std::vector<Id> ids(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  Id id = 0;
  for (auto& each : ids) {
    if (random() % 4 == 0) id = static_cast<Id>(random() % 5 == 0 ? std::numeric_limits<Id>::max() : random());
    each = id;
  }
  return {std::move(ids), size};
}

PanopticMap random_panoptic(std::mt19937& random, Size size) {
  std::vector<PanopticSegment> segments(random() % 6);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    segments[i] = {.id = static_cast<std::uint32_t>(random() / 8 * 8 + i + 1),
                   .label = ClassId(static_cast<std::int32_t>(random() % 1000)),
                   .kind = random() % 2 == 0 ? PanopticKind::thing : PanopticKind::stuff,
                   .score = any_float(random),
                   .area = (std::uint64_t{random()} << 32U) + random(),
                   .box = {any_float(random), any_float(random), any_float(random), any_float(random)},
                   .is_crowd = random() % 2 == 0};
  }
  std::vector<std::uint32_t> ids(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  for (auto& id : ids) {
    // The last segment has no pixel.
    const auto choice = random() % 6;
    if (choice + 1 < segments.size()) id = segments[choice].id;
  }
  return {std::move(ids), size, std::move(segments)};
}

TEST_CASE("every kind of answer comes back equal") {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    CAPTURE(i);
    const Size size{static_cast<int>(random() % 150), static_cast<int>(random() % 150)};
    Classification classification;
    for (auto count = random() % 4; count > 0; --count) {
      classification.classes.push_back({ClassId(static_cast<std::int32_t>(random())), any_float(random)});
      classification.scores.push_back(any_float(random));
    }
    const Answer answers[] = {FailedPicture{error_codes()[i % error_codes().size()].code, "a \"\\\n\xE2\x82\xAC"},
                              classification,
                              random_detections(random),
                              random_map<std::uint8_t>(random, size),
                              random_map<std::uint16_t>(random, size),
                              random_panoptic(random, size)};
    for (const auto& answer : answers) {
      const PictureResult result{fmt::format("x/\"{}\\\n\xC3\xA4.jpg", i), size, answer};
      CHECK(through_text(result) == result);
    }
  }
}

TEST_CASE("numbers come back bit by bit") {
  std::mt19937 random(8);
  std::vector<float> numbers{
      0.0F,           -0.0F,   0.1F,    1.0F / 3, 16777216.0F, 1e-45F, std::numeric_limits<float>::max(),
      1.1754944e-38F, 3.4e38F, -1e-40F, 1e10F,    9007199.5F};
  for (int i = 0; i < 20000; ++i) numbers.push_back(any_float(random));
  const Classification before{.classes = {}, .scores = numbers};
  const auto after = std::get<Classification>(through_text({"a", {}, before}).answer).scores;
  REQUIRE(after.size() == numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!same_bits(after[i], numbers[i])) FAIL("", numbers[i], " became ", after[i]);
  }
}

TEST_CASE("a line looks as it is written down") {
  CHECK(to_json_line(ResultsHeader{.task = "detection", .labels = {"cat"}}) ==
        "{\"visionkit_results\":1,\"task\":\"detection\",\"model_sha256\":\"\",\"settings\":\"\",\"labels\":[\"cat\"]}"
        "\n");
  CHECK(parse_results_header(to_json_line(header)) == header);
  const PictureResult detections{
      "a.jpg",
      {4, 2},
      std::vector<Detection>{{{0.1F, 0, 2, 1.5F}, ClassId(3), 0.75F, Mask::from_box({1, 0, 3, 1}, {4, 2})}}};
  CHECK(to_json_line(detections) ==
        "{\"file\":\"a.jpg\",\"width\":4,\"height\":2,\"detections\":[{\"label\":3,\"score\":0.75,"
        "\"box\":[0.1,0,2,1.5],\"mask\":{\"size\":[2,4],\"counts\":\"21102\"}}]}\n");
  const PictureResult map{"a.jpg", {2, 2}, LabelMap(std::vector<std::uint8_t>{7, 255, 7, 0}, {2, 2})};
  CHECK(to_json_line(map) ==
        "{\"file\":\"a.jpg\",\"width\":2,\"height\":2,\"label_map\":{\"size\":[2,2],\"bits\":8,"
        "\"classes\":[{\"label\":7,\"counts\":\"022\"},{\"label\":0,\"counts\":\"31\"}]}}\n");
}

TEST_CASE("the examples of the written format are lines that it writes") {
  const auto bytes = test::read_bytes(test::data_folder() / "../../src/docs/results.md");
  std::istringstream text{std::string(bytes.begin(), bytes.end())};
  int lines = 0;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("{\"")) continue;
    CAPTURE(line);
    ++lines;
    const bool is_header = line.starts_with("{\"visionkit_results\"");
    CHECK((is_header ? to_json_line(parse_results_header(line)) : to_json_line(parse_result(line))) == line + "\n");
  }
  CHECK(lines == 6);
}

TEST_CASE("lines of later versions with keys that nobody knows are read") {
  CHECK(parse_results_header(R"({"new":[1,{}],"visionkit_results":1,"task":"x"})").task == "x");
  CHECK(parse_result(R"({"file":"a","seconds":0.5,"classes":[]})").answer == Answer(Classification{}));
}

TEST_CASE("wrong lines are refused with their place") {
  const auto with = [](const std::string& answer) { return R"({"file":"a",)" + answer + "}"; };
  const auto detection = [&](const std::string& fields) { return with(R"("detections":[{)" + fields + "}]"); };
  const BadText cases[] = {
      {"", "dataset_syntax", "empty"},
      {"  \r", "dataset_syntax", "empty"},
      {std::string("\xFF\xFE{\0}\0", 6), "dataset_syntax", "UTF-16"},
      {R"({"file":"a","classes":[]})"
       "x",
       "dataset_syntax", "JSON"},
      {R"({"file":"a","classes":[)", "dataset_syntax", "JSON"},
      {"{\"file\":\"\xFF\",\"classes\":[]}", "dataset_syntax", "JSON"},
      {with(R"("x":)" + std::string(100'000, '[') + std::string(100'000, ']')), "dataset_syntax", "deep"},
      {with(R"("classes":[],"file":"b")"), "dataset_syntax", "twice"},
      {"[]", "dataset_schema", "object"},
      {R"({"classes":[]})", "dataset_schema", "'file' is missing"},
      {R"({"file":3,"classes":[]})", "dataset_schema", "/file"},
      {R"({"file":"a"})", "dataset_schema", "no answer"},
      {with(R"("classes":[],"detections":[])"), "dataset_schema", "a second answer"},
      {with(R"("width":-1,"classes":[])"), "dataset_schema", "/width"},
      {with(R"("height":2147483648,"classes":[])"), "dataset_schema", "/height"},
      {with(R"("failed":{"code":"odd"})"), "dataset_schema", "'odd'"},
      {with(R"("failed":{"reason":"x"})"), "dataset_schema", "'code' is missing"},
      {with(R"("classes":[{"label":1}])"), "dataset_schema", "'score' is missing"},
      {with(R"("classes":[{"score":1}])"), "dataset_schema", "'label' is missing"},
      {with(R"("classes":[{"label":1,"score":NaN}])"), "dataset_syntax", "/classes/0/score"},
      {with(R"("classes":[{"label":1,"score":1e39}])"), "dataset_schema", "largest float"},
      {with(R"("classes":[{"label":1,"score":1e400}])"), "dataset_syntax", "/classes/0/score"},
      {with(R"("classes":[{"label":1,"score":"1"}])"), "dataset_schema", "a number is expected"},
      {with(R"("classes":[{"label":1.5,"score":1}])"), "dataset_schema", "/classes/0/label"},
      {with(R"("classes":[{"label":2147483648,"score":1}])"), "dataset_schema", "/classes/0/label"},
      {with(R"("classes":{})"), "dataset_schema", "/classes"},
      {detection(R"("label":1,"score":1)"), "dataset_schema", "'box' is missing"},
      {detection(R"("label":1,"box":[1,2,3,4])"), "dataset_schema", "'score' is missing"},
      {detection(R"("label":1,"score":1,"box":[1,2,3])"), "dataset_schema", "a box of 3"},
      {detection(R"("label":1,"score":1,"box":[1,2,3,4,5])"), "dataset_schema", "a box of 5"},
      {detection(R"("label":1,"score":1,"box":[1,2,null,4])"), "dataset_schema", "/box/2"},
      {detection(R"("mask":{"size":[2,2],"counts":"1"})"), "dataset_schema", "/mask"},
      {detection(R"("mask":{"size":[2,2],"counts":[-1,5]})"), "dataset_schema", "/mask/counts/0"},
      {detection(R"("mask":{"size":[2,2],"counts":[1000000000000]})"), "dataset_schema", "/mask/counts/0"},
      {detection(R"("mask":{"size":[2,2],"counts":"\t"})"), "dataset_schema", "/mask"},
      {detection(R"("mask":{"size":[2,2]})"), "dataset_schema", "'counts' is missing"},
      {detection(R"("mask":{"counts":"4"})"), "dataset_schema", "'size' is missing"},
      {with(R"("label_map":{"size":[2,2],"classes":[]})"), "dataset_schema", "'bits' is missing"},
      {with(R"("label_map":{"bits":8,"classes":[]})"), "dataset_schema", "'size' is missing"},
      {with(R"("label_map":{"size":[2,2],"bits":8})"), "dataset_schema", "'classes' is missing"},
      {with(R"("label_map":{"size":[2],"bits":8,"classes":[]})"), "dataset_schema", "a size of 1"},
      {with(R"("label_map":{"size":[2,2],"bits":9,"classes":[]})"), "dataset_schema", "9 bits"},
      {with(R"("label_map":{"size":[99999,99999],"bits":8,"classes":[]})"), "dataset_too_large", "99999x99999"},
      {with(R"("label_map":{"size":[2,2],"bits":8,"classes":[{"label":255,"counts":"04"}]})"), "dataset_schema", "255"},
      {with(R"("label_map":{"size":[2,2],"bits":8,"classes":[{"label":1,"counts":"04"},{"label":2,"counts":"04"}]})"),
       "dataset_schema", "share pixels"},
      {with(R"("label_map":{"size":[2,2],"bits":8,"classes":[{"label":1,"counts":"05"}]})"), "dataset_schema", "2x2"},
      {with(R"("panoptic":{"size":[2,2]})"), "dataset_schema", "'segments' is missing"},
      {with(R"("panoptic":{"size":[2,2],"segments":[{"id":0,"label":1}]})"), "dataset_schema", "void"},
      {with(R"("panoptic":{"size":[2,2],"segments":[{"id":1,"label":1},{"id":1,"label":1}]})"), "dataset_schema",
       "twice"},
      {with(R"("panoptic":{"size":[2,2],"segments":[{"id":1}]})"), "dataset_schema", "'label' is missing"},
      {with(R"("panoptic":{"size":[2,2],"segments":[{"id":1,"label":1,"kind":"x"}]})"), "dataset_schema", "'x'"},
      {with(R"("panoptic":{"size":[2,2],"segments":[{"id":1,"label":1,"area":-1}]})"), "dataset_schema", "/area"},
      {with(R"("panoptic":{"size":[2,2],"segments":[{"id":1,"label":1,"is_crowd":1}]})"), "dataset_schema",
       "/is_crowd"},
  };
  const auto head = to_json_line(header) + to_json_line(PictureResult{.file = "before"});
  test::check_refusals(
      cases, [&](const std::string& line) { return parse_results(head + line + "\n", {}, "a.jsonl"); },
      "results 'a.jsonl' line 3");

  const BadText headers[] = {
      {R"({"visionkit_results":2})", "dataset_schema", "version 2, 1 is accepted"},
      {R"({"visionkit_results":"1"})", "dataset_schema", "/visionkit_results"},
      {R"({"task":"detection"})", "dataset_schema", "'visionkit_results' is missing"},
      {R"({"visionkit_results":1,"labels":[1]})", "dataset_schema", "/labels/0"},
      {R"({"visionkit_results":1,"task":"a","task":"b"})", "dataset_syntax", "twice"},
      {"{", "dataset_syntax", "JSON"},
  };
  test::check_refusals(
      headers, [](const std::string& line) { return parse_results(line + "\n", {}, "a.jsonl"); },
      "results 'a.jsonl' line 1");
}

TEST_CASE("what JSON cannot hold is not written") {
  const auto code = [](const PictureResult& result) {
    return refusal_of([&] { static_cast<void>(to_json_line(result)); }).code;
  };
  const auto infinity = std::numeric_limits<float>::infinity();
  CHECK(code({"a", {}, std::vector<Detection>{{{0, 0, infinity, 1}, ClassId(1), 1}}}) == "invalid_argument");
  CHECK(code({"a", {}, Classification{.classes = {{ClassId(1), std::nanf("")}}, .scores = {}}}) == "invalid_argument");
  CHECK(code({"\xFF", {}, Classification{}}) == "invalid_argument");
  CHECK(refusal_of([] { static_cast<void>(to_json_line(ResultsHeader{.labels = {"\xC3"}})); }).code ==
        "invalid_argument");
  CHECK(std::get<FailedPicture>(through_text({"a", {}, FailedPicture{ErrorCode::io, "\xFF"}}).answer).reason ==
        "\xEF\xBF\xBD");
}

TEST_CASE("a file that was cut anywhere is read up to its last whole line") {
  std::mt19937 random(9);
  std::vector<PictureResult> results;
  auto text = to_json_line(header);
  std::vector<std::size_t> ends{text.size()};
  for (int i = 0; i < 3; ++i) {
    results.push_back({fmt::format("{}.jpg", i), {10, 10}, random_detections(random)});
    text += to_json_line(results.back());
    ends.push_back(text.size());
  }
  const test::TemporaryFolder folder;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    CAPTURE(size);
    test::write_text(folder, "cut.jsonl", std::string_view(text).substr(0, size));
    const auto file = read_results((folder / "cut.jsonl").string());
    const auto lines = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), size) - ends.begin());
    const auto whole = lines == 0 ? 0 : ends[lines - 1];
    CHECK(file.summary.whole_bytes == whole);
    CHECK(file.summary.broken_bytes == size - whole);
    CHECK(file.summary.header == (lines == 0 ? ResultsHeader{} : header));
    REQUIRE(file.results.size() == (lines == 0 ? 0 : lines - 1));
    CHECK(file.summary.results == file.results.size());
    for (std::size_t i = 0; i < file.results.size(); ++i) CHECK(file.results[i] == results[i]);
    CHECK(parse_results(std::string_view(text).substr(0, size)).summary == file.summary);
  }
}

TEST_CASE("a file is read back as it was written, also when its lines are long") {
  std::mt19937 random(10);
  std::vector<PictureResult> results;
  for (int i = 0; i < 40; ++i) {
    results.push_back({fmt::format("{}.jpg", i), {300, 200}, random_map<std::uint8_t>(random, {300, 200})});
  }
  const test::TemporaryFolder folder;
  const auto path = (folder / "results.jsonl").string();
  write_results(path, header, results);
  const auto file = read_results(path);
  CHECK(file.summary.header == header);
  CHECK(file.summary.whole_bytes == std::filesystem::file_size(path));
  CHECK(file.summary.broken_bytes == 0);
  CHECK(file.results == results);
}

TEST_CASE("files and options that do not do are refused") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "a.jsonl").string();
  const auto code = [&](const ResultsReadOptions& options = {}) {
    return refusal_of([&] { static_cast<void>(read_results(path, options)); }).code;
  };
  CHECK(code() == "not_found");
  CHECK(refusal_of([&] { static_cast<void>(read_results(folder.path().string())); }).code == "not_regular_file");
  test::write_text(folder, "a.jsonl", "a model, say");
  CHECK(code() == "dataset_syntax");
  write_results(path, header, {});
  CHECK(code() == "accepted");
  CHECK(code({.max_line_bytes = 20}) == "dataset_too_large");
  CHECK(code({.max_line_bytes = 0}) == "invalid_option");
  CHECK(code({.max_pixels = 0}) == "invalid_option");
  CHECK(refusal_of([&] { write_results((folder / "none/a.jsonl").string(), header, {}); }).code == "not_found");
}

TEST_CASE("what the taker throws ends the reading") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "a.jsonl").string();
  const PictureResult results[] = {{.file = "a"}, {.file = "b"}};
  write_results(path, header, results);
  const auto code = [&](const std::function<void(PictureResult &&)>& use) {
    return refusal_of([&] { static_cast<void>(for_each_result(path, use)); }).code;
  };
  CHECK(code([](PictureResult&&) { throw Error(ErrorCode::cancelled, "enough"); }) == "cancelled");
  CHECK(code([](PictureResult&&) { throw std::runtime_error("x"); }) == "internal");
  CHECK(code([](PictureResult&&) { throw 5; }) == "internal");
}

TEST_CASE("detections become predictions of the data set's pictures and classes (A05, A15, A17)") {
  const ObjectDataset truth{
      .images = {{.id = 7, .file_name = "a.jpg", .size = {10, 10}}, {.id = 9, .file_name = "b.jpg", .size = {10, 10}}},
      .categories = {{.id = 3, .name = "dog"}, {.id = 5, .name = "cat"}},
      .objects = {}};
  const std::string labels[] = {"cat", "dog", "cow"};
  const auto mask = Mask::from_box({1, 1, 3, 4}, {10, 10});
  const std::vector<PictureResult> results{
      {"b.jpg",
       {10, 10},
       std::vector<Detection>{{{1, 2, 4, 6}, ClassId(0), 0.5F}, {{0, 0, 4, 4}, ClassId(1), 1, mask}}},
      {"a.jpg", {}, FailedPicture{}}};
  const auto predictions = to_predictions(results, labels, truth);
  CHECK(predictions ==
        std::vector<Prediction>{
            {.image_id = 9, .category_id = 5, .score = 0.5, .box = {1, 2, 3, 4}, .area = 12},
            {.image_id = 9, .category_id = 3, .score = 1, .box = {0, 0, 4, 4}, .area = 6, .segmentation = mask}});
  const auto code = [&](const std::string& file, const Answer& answer) {
    const std::vector<PictureResult> bad{results[0], {file, {}, answer}};
    return refusal_of([&] { static_cast<void>(to_predictions(bad, labels, truth)); }).code;
  };
  const auto one = [](int label, float score) { return std::vector<Detection>{{{0, 0, 1, 1}, ClassId(label), score}}; };
  CHECK(code("a.jpg", one(0, 1)) == "accepted");
  CHECK(code("c.jpg", one(0, 1)) == "dataset_reference");
  CHECK(code("a.jpg", one(2, 1)) == "dataset_reference");
  CHECK(code("a.jpg", one(3, 1)) == "dataset_reference");
  CHECK(code("a.jpg", one(-1, 1)) == "dataset_reference");
  CHECK(code("b.jpg", one(0, 1)) == "dataset_schema");
  CHECK(code("a.jpg", one(0, 1.5F)) == "dataset_schema");
  CHECK(code("a.jpg", std::vector<Detection>{{{0, 0, 1, 1}, ClassId(0), 1, Mask::from_box({0, 0, 1, 1}, {9, 10})}}) ==
        "dataset_schema");  // A15
  CHECK(code("a.jpg", Classification{}) == "invalid_argument");
  auto doubled = truth;
  doubled.images[0].file_name = "b.jpg";
  CHECK(refusal_of([&] { static_cast<void>(to_predictions(results, labels, doubled)); }).code == "dataset_schema");
}

}  // namespace
}  // namespace visionkit
