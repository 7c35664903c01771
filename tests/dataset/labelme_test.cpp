#include <visionkit/dataset/labelme.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/image/mask_io.hpp>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::BadText;
using test::refusal_of;
using test::write_text;

std::string shape(std::string_view type, std::string_view points, std::string_view more = "",
                  std::string_view label = "cat") {
  return fmt::format(R"({{"label":"{}","points":{},"shape_type":"{}","flags":{{}}{}}})", label, points, type, more);
}

std::string file_of(std::string_view shapes, std::string_view path = "a.jpg",
                    std::string_view size = R"("imageHeight":50,"imageWidth":100)") {
  return fmt::format(R"({{"version":"5.5.0","flags":{{}},"shapes":[{}],"imagePath":"{}","imageData":null,{}}})", shapes,
                     path, size);
}

// The PNG of a mask of 3x2 pixels, of which all but the first belong to it.
const std::string png =
    R"(,"mask":"iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEUlEQVR4nGNg+A+E/xn+AwERAwYABQAC/zwcPi8AAAAASUVORK5CYII=")";

Mask known_mask(std::span<const std::uint8_t> bytes) {
  CHECK(bytes.size() > 60);
  CHECK(std::string(bytes.begin() + 1, bytes.begin() + 4) == "PNG");
  return Mask::from_dense(std::vector<std::uint8_t>{0, 1, 1, 1, 1, 1}, {3, 2});
}

TEST_CASE("rectangles become boxes, other areas polygons") {
  const auto picture = parse_labelme(
      file_of(shape("rectangle", "[[30,20],[10,5]]") + "," + shape("rectangle", "[[1,1],[5,1],[5,4],[1,4]]") + "," +
              shape("polygon", "[[1,2],[3,4.5],[0,9]]") + "," +
              shape("oriented_rectangle", "[[5,0],[10,5],[5,10],[0,5]]", R"(,"direction":0.5)", "dog") + "," +
              R"({"label":"old","points":[[0,0],[4,0],[4,4]],"line_color":null,"fill_color":[1,2,3]})"));
  CHECK(picture.file_name == "a.jpg");
  CHECK(picture.size == Size{100, 50});
  CHECK(picture.notes.empty());
  REQUIRE(picture.objects.size() == 5);
  CHECK(picture.objects[0] == LabelmePicture::Object{"cat", {10, 5, 20, 15}});
  CHECK(picture.objects[1] == LabelmePicture::Object{"cat", {1, 1, 4, 3}});
  CHECK(picture.objects[2] ==
        LabelmePicture::Object{"cat", {0, 2, 3, 7}, std::vector<Polygon>{{{1, 2}, {3, 4.5}, {0, 9}}}});
  CHECK(picture.objects[3].name == "dog");
  CHECK(picture.objects[3].box == ObjectBox{0, 0, 10, 10});
  CHECK(picture.objects[4].box == ObjectBox{0, 0, 4, 4});
}

TEST_CASE("a circle is a polygon within a quarter of a pixel") {
  const auto picture = parse_labelme(file_of(shape("circle", "[[50,25],[50,45]]")));
  const auto& object = picture.objects.at(0);
  CHECK(object.box.x == doctest::Approx(30));
  CHECK(object.box.width == doctest::Approx(40));
  CHECK(object.box.height == doctest::Approx(40));
  const auto& ring = std::get<std::vector<Polygon>>(object.segmentation).at(0);
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const auto& next = ring[(i + 1) % ring.size()];
    const auto distance = std::hypot((ring[i].x + next.x) / 2 - 50, (ring[i].y + next.y) / 2 - 25);
    CHECK(distance > 19.75);
    CHECK(distance < 20);
  }
}

TEST_CASE("shapes of one label and one group are one object") {
  const std::string first = R"(,"group_id":1)", second = R"(,"group_id":2)";
  const auto picture = parse_labelme(file_of(
      shape("polygon", "[[0,0],[4,0],[4,4]]", first) + "," + shape("rectangle", "[[1,1],[2,2]]", first, "dog") + "," +
      shape("polygon", "[[10,0],[14,0],[14,4]]", second) + "," + shape("rectangle", "[[20,0],[30,10]]", first) + "," +
      shape("polygon", "[[0,0],[4,0],[4,4]]", R"(,"group_id":null)")));
  REQUIRE(picture.objects.size() == 4);
  CHECK(picture.objects[0].box == ObjectBox{0, 0, 30, 10});
  CHECK(std::get<std::vector<Polygon>>(picture.objects[0].segmentation) ==
        std::vector<Polygon>{{{0, 0}, {4, 0}, {4, 4}}, {{20, 0}, {30, 0}, {30, 10}, {20, 10}}});
  CHECK(picture.objects[1] == LabelmePicture::Object{"dog", {1, 1, 1, 1}});
}

TEST_CASE("what covers nothing is left out and noted, and so are masks that nobody decodes") {
  const auto json = file_of(shape("point", "[[1,1]]") + "," + shape("linestrip", "[[1,1],[2,2],[3,1]]") + "," +
                            shape("line", "[[1,1],[2,2]]") + "," + shape("point", "[[1,1]]") + "," +
                            shape("mask", "[[10,20],[12,21]]", png));
  const auto picture = parse_labelme(json);
  CHECK(picture.objects.empty());
  CHECK(picture.notes == std::vector<DatasetNote>{{"shape 'point' has no area: left out", 2, "/shapes/0"},
                                                  {"shape 'linestrip' has no area: left out", 1, "/shapes/1"},
                                                  {"shape 'line' has no area: left out", 1, "/shapes/2"},
                                                  {"shape 'mask' without decode_mask: left out", 1, "/shapes/4"}});
  CHECK(parse_labelme(json, {.decode_mask = known_mask}).objects.size() == 1);
}

TEST_CASE("a mask lies where its first corner says, and unites its group") {
  const auto json = file_of(shape("mask", "[[10,20],[12,21]]", png + R"(,"group_id":7)") + "," +
                            shape("polygon", "[[10,22],[13,22],[13,24],[10,24]]", R"(,"group_id":7)"));
  const auto picture = parse_labelme(json, {.decode_mask = known_mask});
  REQUIRE(picture.objects.size() == 1);
  const auto& mask = std::get<Mask>(picture.objects[0].segmentation);
  CHECK(mask.size() == Size{100, 50});
  CHECK(mask.area() == 11);
  CHECK_FALSE(mask.contains(10, 20));
  CHECK(mask.contains(11, 20));
  CHECK(picture.objects[0].box == ObjectBox{10, 20, 3, 4});
}

TEST_CASE("broken and wrong files are refused with their place") {
  const auto whole = file_of(shape("rectangle", "[[1,1],[5,5]]"));
  const BadText cases[] = {
      {"", "dataset_syntax", "empty"},                                // A01
      {whole.substr(0, whole.size() / 2), "dataset_syntax", "JSON"},  // A02
      {file_of(shape("rectangle", "[[1,1],[5,NaN]]")), "dataset_syntax", "/shapes/0/"},
      {file_of(shape("rectangle", "[[1,1],[5,5]]", R"(,"label":"x")")), "dataset_syntax", "twice"},
      {"[]", "dataset_schema", "object"},  // A04
      {R"({"shapes":[]})", "dataset_schema", "'imagePath' is missing"},
      {R"({"imagePath":"a.jpg"})", "dataset_schema", "'shapes' is missing"},
      {file_of("", "", R"("x":1)"), "dataset_schema", "/imagePath: the path is empty"},
      {file_of("", "a.jpg", R"("imageHeight":5)"), "dataset_schema", "alone"},
      {file_of("", "a.jpg", R"("imageHeight":0,"imageWidth":5)"), "dataset_schema", "/imageHeight"},
      {file_of("", "a.jpg", R"("imageHeight":"5","imageWidth":5)"), "dataset_schema", "whole number"},
      {file_of(shape("rectangle", "[[1,1],[5,5]]", R"(,"group_id":"1")")), "dataset_schema", "/group_id"},  // A07
      {file_of(shape("rectangle", "[[1,1],[5,5]]", R"(,"group_id":1.5)")), "dataset_schema", "/group_id"},
      {file_of(shape("rectangle", "[[1,1],[5,5,5]]")), "dataset_schema", "/points/1: a point of 3"},  // A08
      {file_of(shape("rectangle", "[[1,1],[5]]")), "dataset_schema", "/points/1: a point of 1"},
      {file_of(shape("rectangle", "[[1,1],[5,null]]")), "dataset_schema", "/points/1/1"},
      {file_of(shape("rectangle", "\"x\"")), "dataset_schema", "/points"},
      {file_of(shape("rectangle", "[[1,1]]")), "dataset_schema", "a rectangle of 1 points"},
      {file_of(shape("rectangle", "[[1,1],[5,2],[5,5]]")), "dataset_schema", "two opposite corners"},
      {file_of(shape("rectangle", "[[1,1],[5,2],[5,5],[1,5]]")), "dataset_schema", "two opposite corners"},
      {file_of(shape("rectangle", "[[1,1],[1e9,2]]")), "dataset_schema", "beyond"},
      {file_of(shape("rectangle", "[[1,1],[1,5]]")), "dataset_schema", "/shapes/0: a shape without area"},  // A09
      {file_of(shape("rectangle", "[[100,1],[110,5]]")), "dataset_schema", "outside of the picture"},
      {file_of(shape("circle", "[[1,1],[1,1]]")), "dataset_schema", "without area"},
      {file_of(shape("circle", "[[1,1]]")), "dataset_schema", "a circle of 1 points"},
      {file_of(shape("polygon", "[[1,1],[1,5]]")), "dataset_schema", "a polygon of 2 points"},  // A12
      {file_of(shape("polygon", "[]")), "dataset_schema", "a polygon of 0 points"},
      {file_of(shape("blob", "[[1,1],[1,5]]")), "dataset_schema", "'blob'"},
      {file_of(shape("polygon", "[[1,1],[1,5],[2,2]]", "", "")), "dataset_schema", "without a label"},
      {file_of(R"({"points":[[1,1],[1,5],[2,2]]})"), "dataset_schema", "without a label"},
      {file_of(R"({"label":"cat"})"), "dataset_schema", "'points' is missing"},
      {file_of(shape("mask", "[[1,1],[3,2]]")), "dataset_schema", "'mask' is missing"},
      {file_of(shape("mask", "[[1,1],[3,2]]", R"(,"mask":"?")")), "dataset_schema", "base64"},
      {file_of(shape("mask", "[[1,1],[6,2]]", png)), "dataset_schema", "a mask of 3x2"},  // A15
      {file_of(shape("mask", "[[1,1],[3,2]]", png), "a.jpg", R"("x":1)"), "dataset_schema", "without imageWidth"},
      {file_of(shape("mask", "[[200,1],[202,2]]", png)), "dataset_schema", "without area"},
  };
  const auto read = [](const std::string& text) { return parse_labelme(text, {.decode_mask = known_mask}, "a.json"); };
  test::check_refusals(cases, read, "LabelMe annotations 'a.json'");
}

TEST_CASE("a polygon may cross itself (A12)") {
  CHECK(parse_labelme(file_of(shape("polygon", "[[0,0],[4,4],[4,0],[0,4]]"))).objects.at(0).box ==
        ObjectBox{0, 0, 4, 4});
}

TEST_CASE("paths may come from Windows and may not leave the folder (A16, A23)") {
  for (const char* path : {"../a.jpg", "x/../../a.jpg", "/a.jpg", "C:a.jpg", "C:\\\\a.jpg", "..\\\\a.jpg",
                           "\\\\\\\\host\\\\a.jpg", "a.jpg\\u0000.png", "x\\\\..\\\\..\\\\a.jpg"}) {
    CAPTURE(path);
    CHECK(refusal_of([&] { static_cast<void>(parse_labelme(file_of("", path))); }).code == "dataset_reference");
  }
  CHECK(parse_labelme(file_of("", "x\\\\y/a.jpg")).file_name == "x/y/a.jpg");
  CHECK(parse_labelme(file_of("", "./x/../a.jpg")).file_name == "a.jpg");
}

TEST_CASE("a folder is read in the order of its files, and what has no counterpart is noted (A20)") {
  const test::TemporaryFolder root;
  write_text(root, "labels/b.json", file_of(shape("rectangle", "[[1,1],[5,5]]", "", "dog"), "..\\\\images\\\\b.jpg"));
  write_text(root, "labels/a.json",
             file_of(shape("polygon", "[[1,1],[5,1],[5,5]]") + "," + shape("point", "[[1,1]]"), "../images/a.jpg"));
  write_text(root, "labels/c/d.json", file_of("", "../../images/c/d.jpg"));
  for (const char* name : {"images/b.jpg", "images/c/d.jpg", "images/z.jpg", "labels/note.txt"}) write_text(root, name);
  const auto found = read_labelme(root.path().string());
  CHECK(found.dataset.images ==
        std::vector<AnnotatedImage>{{.id = 1, .file_name = "images/a.jpg", .size = {100, 50}},
                                    {.id = 2, .file_name = "images/b.jpg", .size = {100, 50}},
                                    {.id = 3, .file_name = "images/c/d.jpg", .size = {100, 50}}});
  CHECK(found.dataset.categories == std::vector<Category>{{.id = 0, .name = "cat"}, {.id = 1, .name = "dog"}});
  REQUIRE(found.dataset.objects.size() == 2);
  CHECK(found.dataset.objects[0].area == 8);
  CHECK(found.dataset.objects[1] ==
        TrueObject{.id = 2, .image_id = 2, .category_id = 1, .box = {1, 1, 4, 4}, .area = 16});
  CHECK(found.notes == std::vector<DatasetNote>{{"shape 'point' has no area: left out", 1, "labels/a.json /shapes/1"},
                                                {"annotations of a missing picture: kept", 1, "images/a.jpg"},
                                                {"picture without annotations: left out", 1, "images/z.jpg"}});
  const auto given = read_labelme(root.path().string(), {.classes = {"dog", "cat"}, .annotations = "labels"});
  CHECK(given.dataset.objects[0].category_id == 1);
}

TEST_CASE("a folder that cannot be read gets a typed error") {
  const test::TemporaryFolder root;
  const auto code = [&](const LabelmeReadOptions& options) {
    return refusal_of([&] { static_cast<void>(read_labelme(root.path().string(), options)); }).code;
  };
  CHECK(code({}) == "accepted");
  CHECK(code({.annotations = "none"}) == "not_found");
  write_text(root, "a/a.json", file_of(shape("mask", "[[1,1],[3,2]]", png), "../../a.jpg"));
  CHECK(code({}) == "dataset_reference");
  write_text(root, "a/a.json", file_of(shape("mask", "[[1,1],[3,2]]", png)));
  CHECK(code({}) == "accepted");
  CHECK(code({.classes = {"dog"}, .decode_mask = known_mask}) == "dataset_schema");
  CHECK(code({.classes = {"dog", "dog"}}) == "invalid_option");
  CHECK(code({.annotations = "../x"}) == "invalid_option");
  CHECK(code({.max_file_bytes = 0}) == "invalid_option");
  CHECK(code({.max_file_bytes = 9}) == "dataset_too_large");
  CHECK(code({.decode_mask = [](auto) -> Mask { throw std::runtime_error("x"); }}) == "internal");
  CHECK(code({.decode_mask = [](auto png_bytes) { return decode_mask(png_bytes.first(8)); }}) == "dataset_schema");
  // A picture of a gigabyte inside of the file (A23); no byte of it is read.
  write_text(root, "a/a.json");
  std::filesystem::resize_file(root / "a/a.json", std::uintmax_t{1} << 30U);
  CHECK(code({}) == "dataset_too_large");
}

TEST_CASE("a file that was written is read as the same picture") {
  const LabelmePicture picture{
      .file_name = "a \"b\" \xC3\xA4.jpg",
      .size = {640, 480},
      .objects = {{"cat", {0.25, 2, 30.5, 40}},
                  {"d\\g", {0.1, 0, 0.3, 0.25}, std::vector<Polygon>{{{0.1, 0}, {0.4, 0.25}, {0.2, 0.25}}}},
                  {"cat", {1, 1, 8, 2}, std::vector<Polygon>{{{1, 1}, {2, 1}, {2, 3}}, {{8, 1}, {9, 1}, {9, 3}}}}}};
  const auto back = parse_labelme(to_labelme_json(picture));
  CHECK(back.objects[1].segmentation == picture.objects[1].segmentation);
  CHECK(back.objects[0] == picture.objects[0]);
  CHECK(back.objects[2] == picture.objects[2]);
  CHECK(back.file_name == picture.file_name);
  CHECK(parse_labelme(to_labelme_json({.file_name = "a"})).size == Size{});
  const auto code = [](const LabelmePicture& bad) {
    return refusal_of([&] { static_cast<void>(to_labelme_json(bad)); }).code;
  };
  CHECK(code({"a", {1, 1}, {{"cat", {0, 0, 1.0 / 0.0, 1}}}}) == "invalid_argument");
  CHECK(code({"a", {1, 1}, {{"c\xFFt", {0, 0, 1, 1}}}}) == "invalid_argument");
}

TEST_CASE("what the format has no place for is reported by the writer") {
  const test::TemporaryFolder root;
  const auto triangle = std::vector<Polygon>{{{0, 0}, {4, 0}, {4, 4}}, {{1, 1}}};
  ObjectDataset dataset{
      .images = {{.id = 5, .file_name = "x/b.jpg", .size = {100, 50}}},
      .categories = {{.id = 3, .name = "cat"}, {.id = 9, .name = "dog", .supercategory = "animal"}},
      .objects = {{.id = 1, .image_id = 5, .category_id = 3, .box = {10, 10, 5, 2}, .area = 1},
                  {.id = 2, .image_id = 5, .category_id = 3, .box = {100, 0, 5, 5}, .area = 25},
                  {.id = 3, .image_id = 5, .category_id = 3, .box = {0, 0, 5, 4}, .area = 8, .segmentation = triangle},
                  {.id = 4, .image_id = 5, .category_id = 3, .box = {0, 0, 5, 4}, .area = 8, .is_crowd = true},
                  {.id = 5,
                   .image_id = 5,
                   .category_id = 3,
                   .box = {1, 1, 2, 2},
                   .area = 4,
                   .segmentation = Mask::from_box({1, 1, 3, 3}, {100, 50})},
                  {.id = 6, .image_id = 5, .category_id = 3, .box = {0, 0, 0, 4}, .area = 0}}};
  CHECK(write_labelme(root.path().string(), dataset, {.annotations = "json"}) ==
        std::vector<DatasetNote>{{"area: becomes that of the box", 1, "object 1"},
                                 {"nothing in the picture: left out", 2, "object 2"},
                                 {"polygon of fewer than 3 points: left out", 1, "object 3"},
                                 {"box: becomes that of the polygons", 1, "object 3"},
                                 {"crowd: left out", 1, "object 4"},
                                 {"mask: becomes its outline", 1, "object 5"},
                                 {"supercategory: left out", 1, "dog"},
                                 {"category without objects: left out", 1, "dog"}});
  write_text(root, "x/b.jpg");
  const auto back = read_labelme(root.path().string());
  CHECK(back.notes.empty());
  CHECK(back.dataset.images[0].file_name == "x/b.jpg");
  CHECK(back.dataset.objects.size() == 3);
  CHECK(test::contains(test::text_of(root, "json/x/b.json"), R"("imagePath":"../../x/b.jpg")"));
  const auto code = [&](const char* name) {
    dataset.categories[0].name = name;
    return refusal_of([&] { write_labelme(root.path().string(), dataset); }).code;
  };
  CHECK(code("") == "dataset_schema");
  CHECK(code("\xFF") == "invalid_argument");
  CHECK(refusal_of([&] { write_labelme(root.path().string(), {}, {.annotations = "/x"}); }).code == "invalid_option");
  CHECK_FALSE(std::filesystem::exists(root / "x/b.json"));
}

}  // namespace
}  // namespace visionkit
