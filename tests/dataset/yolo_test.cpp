#include <visionkit/dataset/yolo.hpp>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::BadText;
using test::refusal_of;
using test::text_of;
using test::write_text;

YoloReadOptions with_size(Size size) {
  return {.image_size = [size](const std::string& /*path*/) { return size; }};
}

AnnotatedObjects read(const test::TemporaryFolder& root, YoloReadOptions options = with_size({100, 50})) {
  return read_yolo(root.path().string(), options);
}

constexpr const char* description = "train: images/train\nval: images/val\nnc: 2\nnames: [cat, \"big dog\"]\n";

TEST_CASE("boxes and polygons of YOLO's rows become pixels") {
  const auto objects = parse_yolo_labels(
      "\xEF\xBB\xBF"
      "1 0.5 0.5 0.25 0.5\r\n\n 0\t0.1 0.2 0.5 0.2 0.5 1 \n",
      {100, 50}, 2);
  REQUIRE(objects.size() == 2);
  CHECK(objects[0].category_id == 1);
  CHECK(objects[0].box == ObjectBox{37.5, 12.5, 25, 25});
  CHECK(objects[0].area == 625);
  CHECK(std::get<std::vector<Polygon>>(objects[1].segmentation) ==
        std::vector<Polygon>{{{10, 10}, {50, 10}, {50, 50}}});
  CHECK(objects[1].box == ObjectBox{10, 10, 40, 40});
  CHECK(objects[1].area == 800);
  CHECK(parse_yolo_labels("", {100, 50}, 2).empty());
}

TEST_CASE("wrong rows are refused with their line (A18, A19)") {
  const BadText cases[] = {
      {"0 0.1 0.2 0.3", "dataset_syntax", "4 numbers"},
      {"0 0.1 0.2 0.3 0.4 0.5", "dataset_syntax", "6 numbers"},
      {"0", "dataset_syntax", "1 numbers"},
      {"cat 0.1 0.2 0.3 0.4", "dataset_syntax", "'cat'"},
      {"0.0 0.1 0.2 0.3 0.4", "dataset_syntax", "'0.0'"},
      {"-1 0.1 0.2 0.3 0.4", "dataset_syntax", "'-1'"},
      {"2 0.1 0.2 0.3 0.4", "dataset_syntax", "0 to 1"},
      {"99999999999999999999 0.1 0.2 0.3 0.4", "dataset_syntax", "0 to 1"},
      {"0 1.1 0.2 0.3 0.4", "dataset_schema", "'1.1'"},
      {"0 -0.1 0.2 0.3 0.4", "dataset_schema", "'-0.1'"},
      {"0 0,5 0.2 0.3 0.4", "dataset_schema", "'0,5'"},
      {"0 1e400 0.2 0.3 0.4", "dataset_schema", "'1e400'"},
      {"0 nan 0.2 0.3 0.4", "dataset_schema", "'nan'"},
      {"0 0.1 0.2 0 0.4", "dataset_schema", "without area"},
      {"0 0.1 0.2 0.1 0.4 0.1 0.5", "dataset_schema", "without area"},
  };
  test::check_refusals(
      cases,
      [](const std::string& row) {
        return parse_yolo_labels(fmt::format("0 0.5 0.5 0.1 0.1\n\n{}\n", row), {64, 64}, 2, "a.txt");
      },
      "'a.txt' line 3: ");
  CHECK(refusal_of([] { static_cast<void>(parse_yolo_labels("", {0, 5}, 2)); }).code == "invalid_argument");
}

TEST_CASE("a description has names as a list or as a map, and the folders of its splits") {
  const YoloDescription expected{{"cat", "big dog"}, {{"train", {"images/train"}}, {"val", {"images/val"}}}};
  CHECK(parse_yolo_description(description) == expected);
  CHECK(parse_yolo_description("path: ../datasets/pets  # unused\ntrain: ../images/train\nval:\n  - images/val\ntest:\n"
                               "names:\n  1: big dog\n  0: cat\ndownload: |\n  print('x')\n  pass\n") == expected);
  CHECK(parse_yolo_description("names: [a]\nval: [x, ../y, lists/z.txt]\n").splits.at("val") ==
        std::vector<std::string>{"x", "y", "lists/z.txt"});
}

TEST_CASE("what a description may not hold is refused with its line (A26)") {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'k'; ++name) {
    bomb += fmt::format("{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n", name, static_cast<char>(name - 1));
  }
  const BadText cases[] = {
      {"", "dataset_syntax", "empty"},
      {bomb + "names: *j\n", "dataset_syntax", "line 1: an anchor"},
      {"names: *x\n", "dataset_syntax", "line 1"},
      {"nc: 1\nnames:\n\t- a\n", "dataset_syntax", "line 3: a tab"},
      {"names: !!python/object/apply:os.system [ls]\n", "dataset_syntax", "line 1: a tag"},
      {"nc: 1\nnames: !x [a]\n", "dataset_syntax", "line 2: a tag"},
      {"names: [a\n", "dataset_syntax", "line"},
      {"names: [a]\n---\nnames: [b]\n", "dataset_syntax", "several documents"},
      {"names: [a]\nnames: [b]\n", "dataset_syntax", "twice"},
      {"x: " + std::string(100'000, '['), "dataset_syntax", "line 1"},
      {"- a\n", "dataset_schema", "map"},
      {"nc: 1\n", "dataset_schema", "names"},
      {"names: []\n", "dataset_schema", "names"},
      {"names: cat\n", "dataset_schema", "names"},
      {"names: [a, ~]\n", "dataset_schema", "name"},
      {"names: [a, [b]]\n", "dataset_schema", "name"},
      {"names: [a, a]\n", "dataset_schema", "twice"},
      {"names: {0: a, 2: b}\n", "dataset_schema", "gap"},
      {"names: {0: a, 0: b}\n", "dataset_schema", "twice"},
      {"names: {x: a}\n", "dataset_schema", "whole number"},
      {"nc: 3\nnames: [a]\n", "dataset_schema", "nc is 3"},
      {"names: [a]\nval: []\n", "dataset_schema", "line 2: a folder"},
      {"names: [a]\nval: [x, [y]]\n", "dataset_schema", "line 2: a folder"},
      {"names: [a]\nval: {x: y}\n", "dataset_schema", "line 2: a folder"},
      {"names: [a]\nval: [x, ../../y]\n", "dataset_reference", "line 2"},
      {"names: [a]\nval: /etc/list.txt\n", "dataset_reference", "line 2"},
      {"names: [a]\nval: ../../x\n", "dataset_reference", "line 2"},
      {"names: [a]\nval: /etc\n", "dataset_reference", "line 2"},
      {"names: [" + std::string(2 << 20, 'a') + "]\n", "dataset_too_large", "bytes"},
  };
  test::check_refusals(cases, [](const std::string& yaml) { return parse_yolo_description(yaml); });
}

TEST_CASE("a split is read by its pictures, and what has no counterpart is noted (A20)") {
  const test::TemporaryFolder root;
  write_text(root, "data.yaml", description);
  write_text(root, "images/val/b/2.PNG", "");
  write_text(root, "images/val/1.jpg", "");
  write_text(root, "images/val/3.jpg", "");
  write_text(root, "images/train/9.jpg", "");
  write_text(root, "labels/val/1.txt", "");
  write_text(root, "labels/val/b/2.txt", "1 0.5 0.5 1 1\n0 0.5 0.5 0.5 0.5");
  write_text(root, "labels/val/4.txt", "not read");
  const auto found = read(root);
  CHECK(found.dataset.images == std::vector<AnnotatedImage>{{.id = 1, .file_name = "1.jpg", .size = {100, 50}},
                                                            {.id = 2, .file_name = "3.jpg", .size = {100, 50}},
                                                            {.id = 3, .file_name = "b/2.PNG", .size = {100, 50}}});
  CHECK(found.dataset.categories == std::vector<Category>{{.id = 0, .name = "cat"}, {.id = 1, .name = "big dog"}});
  REQUIRE(found.dataset.objects.size() == 2);
  CHECK(found.dataset.objects[1] ==
        TrueObject{.id = 2, .image_id = 3, .category_id = 0, .box = {25, 12.5, 50, 25}, .area = 1250});
  CHECK(found.notes == std::vector<DatasetNote>{{"picture without labels: has no objects", 1, "3.jpg"},
                                                {"labels without a picture: left out", 1, "labels/val/4.txt"}});

  auto options = with_size({100, 50});
  options.images = "images/train";
  CHECK(read(root, options).dataset.images.at(0).file_name == "9.jpg");
}

TEST_CASE("a split may be several folders and lists, joined without doubles") {
  const test::TemporaryFolder root;
  write_text(root, "data.yaml", "names: [cat]\nval: [images/b/, ./images/a, lists/val.txt]\ntest: test.txt\n");
  for (const char* name : {"images/a/1.jpg", "images/b/1.jpg", "images/c/2.jpg", "lists/images/3.png"}) {
    write_text(root, name);
  }
  write_text(root, "lists/val.txt",
             "images/c/2.jpg\r\n\n ./images/3.png \nimages/a/1.jpg\nimages/x.jpg\nimages/notes.md\n");
  write_text(root, "test.txt", "\xEF\xBB\xBF./images/c/2.jpg");
  write_text(root, "labels/a/1.txt", "0 0.5 0.5 1 1");
  write_text(root, "labels/b/1.txt");
  write_text(root, "labels/b/9.txt");
  write_text(root, "labels/c/2.txt", "0 0.5 0.5 0.5 0.5\n0 0.5 0.5 1 1");
  const auto found = read(root);
  std::vector<std::string> names;
  for (const auto& image : found.dataset.images) names.push_back(image.file_name);
  CHECK(names == std::vector<std::string>{"images/b/1.jpg", "images/a/1.jpg", "images/c/2.jpg", "lists/images/3.png"});
  REQUIRE(found.dataset.objects.size() == 3);
  CHECK(found.dataset.objects[0].image_id == 2);
  CHECK(found.dataset.objects[2].image_id == 3);
  CHECK(found.notes == std::vector<DatasetNote>{{"picture without labels: has no objects", 1, "lists/images/3.png"},
                                                {"picture that came before: left out", 1, "images/a/1.jpg"},
                                                {"picture of a list is missing: left out", 1, "images/x.jpg"},
                                                {"entry of a list that is no picture: left out", 1, "images/notes.md"},
                                                {"labels without a picture: left out", 1, "labels/b/9.txt"}});
  auto options = with_size({8, 8});
  options.split = "test";
  CHECK(read(root, options).dataset.images.at(0).file_name == "images/c/2.jpg");
  for (const char* line : {"../x.jpg", "/x.jpg", "./../x.jpg", "images/../../x.jpg", "C:\\x.jpg", "..\\x.jpg"}) {
    CAPTURE(line);
    write_text(root, "test.txt", fmt::format("images/c/2.jpg\n{}\n", line));
    const auto refused = refusal_of([&] { static_cast<void>(read(root, options)); });
    CHECK(refused.code == "dataset_reference");
    CHECK(test::contains(refused.message, "test.txt' line 2"));
  }
  std::filesystem::remove(root / "test.txt");
  CHECK(refusal_of([&] { static_cast<void>(read(root, options)); }).code == "not_found");
}

TEST_CASE("a split that cannot be read gets a typed error") {
  const test::TemporaryFolder root;
  const auto code = [&](YoloReadOptions options) {
    return refusal_of([&] { static_cast<void>(read(root, options)); }).code;
  };
  CHECK(code(with_size({1, 1})) == "not_found");
  write_text(root, "data.yaml", description);
  CHECK(code(with_size({1, 1})) == "not_found");  // the folder
  write_text(root, "images/val/1.jpg", "");
  write_text(root, "labels/val/1.txt", "0 0.5 0.5 1");
  CHECK(code(with_size({1, 1})) == "dataset_syntax");
  CHECK(code(with_size({})) == "invalid_argument");
  CHECK(code({}) == "invalid_option");
  auto options = with_size({1, 1});
  options.split = "test";
  CHECK(code(options) == "dataset_reference");
  options.images = "../x";
  CHECK(code(options) == "invalid_option");
  options = with_size({1, 1});
  options.max_file_bytes = 5;
  CHECK(code(options) == "dataset_too_large");
  options.max_file_bytes = 0;
  CHECK(code(options) == "invalid_option");
}

ObjectDataset some_dataset() {
  return {
      .images = {{.id = 5, .file_name = "b.jpg", .size = {100, 50}}, {.id = 6, .file_name = "a.jpg", .size = {8, 8}}},
      .categories = {{.id = 3, .name = "cat"}, {.id = 9, .name = "dog: \"x\" # \\", .supercategory = "animal"}},
      .objects = {{.id = 1, .image_id = 5, .category_id = 9, .box = {10, 10, 20, 30}, .area = 600},
                  {.id = 2, .image_id = 5, .category_id = 3, .box = {90, 40, 20, 30}, .area = 600},
                  {.id = 3, .image_id = 5, .category_id = 3, .box = {200, 40, 2, 3}, .area = 6},
                  {.id = 4, .image_id = 5, .category_id = 3, .box = {0, 0, 2, 3}, .area = 6, .is_crowd = true}}};
}

TEST_CASE("what the format has no place for is reported by the writer") {
  const test::TemporaryFolder root;
  const auto notes = write_yolo((root / "new").string(), some_dataset());
  CHECK(notes == std::vector<DatasetNote>{{"supercategory: left out", 1, "dog: \"x\" # \\"},
                                          {"reaches beyond the picture: cut", 1, "object 2"},
                                          {"nothing in the picture: left out", 1, "object 3"},
                                          {"crowd: left out", 1, "object 4"}});
  CHECK(text_of(root, "new/labels/val/b.txt") == "1 0.2 0.5 0.2 0.6\n0 0.95 0.9 0.1 0.2");
  CHECK(text_of(root, "new/labels/val/a.txt").empty());
  CHECK(text_of(root, "new/data.yaml") ==
        "path: .\nval: \"images/val\"\nnc: 2\nnames:\n  0: \"cat\"\n  1: \"dog: \\\"x\\\" # \\\\\"\n");
}

TEST_CASE("polygons are written as one ring each") {
  const test::TemporaryFolder root;
  auto dataset = some_dataset();
  dataset.images.pop_back();
  dataset.images[0].size = {10, 10};
  const std::vector<Polygon> two{{{0, 0}, {2, 0}, {2, 2}}, {{5, 5}, {7, 5}, {7, 7}}};
  const auto square = Mask::from_box({1, 1, 3, 3}, {10, 10});
  dataset.objects = {{.id = 1, .image_id = 5, .category_id = 3, .box = {0, 0, 7, 7}, .area = 4, .segmentation = two},
                     {.id = 2, .image_id = 5, .category_id = 3, .box = {1, 1, 2, 2}, .area = 4, .segmentation = square},
                     {.id = 3, .image_id = 5, .category_id = 3, .box = {1, 1, 2, 2}, .area = 4}};
  const auto notes = write_yolo(root.path().string(), dataset, {.split = "train", .rows = YoloRows::polygons});
  CHECK(text_of(root, "labels/train/b.txt") ==
        "0 0 0 0.2 0 0.2 0.2 0 0 0.5 0.5 0.7 0.5 0.7 0.7 0.5 0.5\n"
        "0 0.3 0.1 0.3 0.3 0.1 0.3 0.1 0.1\n0 0.1 0.1 0.3 0.1 0.3 0.3 0.1 0.3");
  REQUIRE(notes.size() == 4);
  CHECK(notes[1] == DatasetNote{"several polygons: joined by bridges", 1, "object 1"});
  write_text(root, "images/train/b.jpg", "");
  auto options = with_size({10, 10});
  options.split = "train";
  const auto back = read(root, options).dataset;
  REQUIRE(back.objects.size() == 3);
  CHECK(to_mask(back.objects[0].segmentation, back.objects[0].box, {10, 10}) == rasterize(two, {10, 10}));
  CHECK(back.objects[0].area == doctest::Approx(4));
}

TEST_CASE("a description keeps its other splits, and other names are refused") {
  const test::TemporaryFolder root;
  auto dataset = some_dataset();
  static_cast<void>(write_yolo(root.path().string(), dataset, {.split = "train"}));
  static_cast<void>(write_yolo(root.path().string(), dataset, {.split = "val"}));
  CHECK(parse_yolo_description(text_of(root, "data.yaml")).splits.size() == 2);
  write_text(root, "data.yaml", text_of(root, "data.yaml") + "test: [a, b.txt]\n");
  static_cast<void>(write_yolo(root.path().string(), dataset, {.split = "val"}));
  CHECK(parse_yolo_description(text_of(root, "data.yaml")).splits.at("test") == std::vector<std::string>{"a", "b.txt"});
  dataset.categories[0].name = "horse";
  CHECK(refusal_of([&] { write_yolo(root.path().string(), dataset); }).code == "dataset_schema");
}

TEST_CASE("data sets that cannot be written are refused before anything is") {
  const test::TemporaryFolder root;
  const auto code = [&](auto change) {
    auto dataset = some_dataset();
    change(dataset);
    return refusal_of([&] { write_yolo(root.path().string(), dataset); }).code;
  };
  CHECK(code([](auto& data) { data.images[0].size = {}; }) == "dataset_schema");
  CHECK(code([](auto& data) { data.images[0].file_name = "a.png"; }) == "dataset_schema");
  CHECK(code([](auto& data) { data.images[0].id = 6; }) == "dataset_schema");
  CHECK(code([](auto& data) { data.images[0].file_name = "../a.png"; }) == "dataset_reference");
  CHECK(code([](auto& data) { data.objects[0].image_id = 7; }) == "dataset_reference");
  CHECK(code([](auto& data) { data.categories[0].name = "\xFF"; }) == "dataset_schema");
  CHECK(code([](auto& data) { data.categories.clear(); }) == "dataset_reference");
  CHECK(refusal_of([&] { write_yolo(root.path().string(), {}, {.split = "../x"}); }).code == "invalid_option");
  CHECK(std::filesystem::is_empty(root.path()));
}

TEST_CASE("coordinates that are not finite are refused") {
  const test::TemporaryFolder root;
  auto dataset = some_dataset();
  dataset.objects[0].segmentation = std::vector<Polygon>{{{1, 1}, {5, 1}, {5, 5}, {0.0 / 0.0, 3}}};
  CHECK(refusal_of([&] { write_yolo(root.path().string(), dataset, {.rows = YoloRows::polygons}); }).code ==
        "invalid_argument");
}

}  // namespace
}  // namespace visionkit
