#include <visionkit/dataset/coco.hpp>

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/core/error.hpp>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::BadText;
using test::Refusal;
using test::refusal_of;

constexpr const char* images = R"([{"id":1,"width":100,"height":80,"file_name":"a/b.jpg"},{"id":7}])";
constexpr const char* categories = R"([{"id":3,"name":"cat","supercategory":"animal"},{"id":5,"name":"dog"}])";

std::string with_annotations(const std::string& annotations) {
  return fmt::format(R"({{"info":{{"year":2014,"x":[1,null,true]}},"images":{},"annotations":[{}],"categories":{}}})",
                     images, annotations, categories);
}

// An annotation that is fine, with one key changed or added.
std::string annotation(const std::string& change = "") {
  std::string text = "{";
  for (const std::string field : {R"("id":1)", R"("image_id":1)", R"("category_id":3)", R"("bbox":[10,20,30,40])",
                                  R"("area":600)", R"("iscrowd":0)"}) {
    const auto key = field.substr(0, field.find(':'));
    if (change.starts_with(key + ":")) continue;
    if (change == "without " + key) continue;
    text += field + ",";
  }
  if (!change.empty() && !change.starts_with("without ")) return text + change + "}";
  text.back() = '}';
  return text;
}

Refusal refusal(const std::string& json, CocoRules rules = CocoRules::strict) {
  return refusal_of([&] { static_cast<void>(parse_coco(json, {.rules = rules})); });
}

ObjectDataset some_truth() { return parse_coco(with_annotations(annotation())).dataset; }

std::string result(const std::string& fields) { return "[{" + fields + "}]"; }

Refusal result_refusal(const std::string& json, CocoRules rules = CocoRules::strict) {
  const auto truth = some_truth();
  return refusal_of([&] { static_cast<void>(parse_coco_results(json, truth, {.rules = rules})); });
}

TEST_CASE("annotations are read with everything that is used of them") {
  const auto read =
      parse_coco(with_annotations(annotation(R"("segmentation":[[1,2,3,4,5,6],[0,0,9,0,9,9,0,9]])") + "," +
                                  R"({"id":2,"image_id":1,"category_id":5,"iscrowd":1,"area":4,"bbox":[0,0,2,2],)"
                                  R"("segmentation":{"size":[80,100],"counts":[0,4,7996]},"extra":{"a":1}})"));
  CHECK(read.notes.empty());
  CHECK(read.dataset.images ==
        std::vector<AnnotatedImage>{{.id = 1, .file_name = "a/b.jpg", .size = {100, 80}}, {.id = 7}});
  CHECK(read.dataset.categories ==
        std::vector<Category>{{.id = 3, .name = "cat", .supercategory = "animal"}, {.id = 5, .name = "dog"}});
  REQUIRE(read.dataset.objects.size() == 2);
  const auto& first = read.dataset.objects[0];
  CHECK(first.box == ObjectBox{10, 20, 30, 40});
  CHECK(first.area == 600);
  CHECK_FALSE(first.is_crowd);
  CHECK(std::get<std::vector<Polygon>>(first.segmentation).at(0) == Polygon{{1, 2}, {3, 4}, {5, 6}});
  CHECK(read.dataset.objects[1].is_crowd);
  CHECK(std::get<Mask>(read.dataset.objects[1].segmentation).area() == 4);
}

TEST_CASE("broken annotation files get a typed error that says where") {
  const std::string deep = "{\"x\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const auto whole = with_annotations(annotation());
  const BadText cases[] = {
      // A01
      {"", "dataset_syntax", "empty"},
      {" \n\t", "dataset_syntax", "empty"},
      {std::string("\xFF\xFE{\0}\0", 6), "dataset_syntax", "UTF-16"},
      // A02
      {whole.substr(0, whole.size() / 2), "dataset_syntax", "JSON"},
      {whole.substr(0, whole.size() - 1), "dataset_syntax", "JSON"},
      {whole + "x", "dataset_syntax", "JSON"},
      {R"({"images":[],"categories":[],"annotations":[],})", "dataset_syntax", "JSON"},
      {R"({"images":[],"categories":[],"annotations":[1,]})", "dataset_schema", "/annotations/0"},
      {R"({"images":[],"images":[],"categories":[],"annotations":[]})", "dataset_syntax", "twice"},
      {R"({"x":{"a":1,"\u0061":2},"images":[],"categories":[],"annotations":[]})", "dataset_syntax", "/x/a"},
      {R"({"x":nul,"images":[],"categories":[],"annotations":[]})", "dataset_syntax", "/x"},
      {R"({"x":01,"images":[],"categories":[],"annotations":[]})", "dataset_syntax", "/x"},
      {with_annotations(annotation(R"("area":NaN)")), "dataset_syntax", "/annotations/0/area"},
      {with_annotations(annotation(R"("area":-Infinity)")), "dataset_syntax", "/annotations/0/area"},
      // A03
      {deep, "dataset_syntax", "deep"},
      // A04
      {"[]", "dataset_schema", "object"},
      {"5", "dataset_schema", "single value"},
      {R"({"categories":[],"annotations":[]})", "dataset_schema", "images"},
      {R"({"images":[],"annotations":[]})", "dataset_schema", "categories"},
      {R"({"images":[],"categories":[]})", "dataset_schema", "annotations"},
      {R"({"images":{},"categories":[],"annotations":[]})", "dataset_schema", "/images"},
      // A05
      {with_annotations(annotation(R"("image_id":9)")), "dataset_reference", "/annotations/0/image_id"},
      {with_annotations(annotation(R"("category_id":9)")), "dataset_reference", "/annotations/0/category_id"},
      // A06
      {with_annotations(annotation() + "," + annotation()), "dataset_schema", "/annotations/1/id"},
      {R"({"images":[{"id":1},{"id":1}],"categories":[],"annotations":[]})", "dataset_schema", "/images/1/id"},
      {R"({"images":[],"categories":[{"id":1},{"id":1}],"annotations":[]})", "dataset_schema", "/categories/1/id"},
      // A07
      {with_annotations(annotation(R"("id":"1")")), "dataset_schema", "/annotations/0/id"},
      {with_annotations(annotation(R"("id":1.5)")), "dataset_schema", "/annotations/0/id"},
      {with_annotations(annotation(R"("id":-1)")), "dataset_schema", "/annotations/0/id"},
      {with_annotations(annotation(R"("id":9223372036854775808)")), "dataset_schema", "/annotations/0/id"},
      {with_annotations(annotation(R"("id":null)")), "dataset_schema", "/annotations/0/id"},
      // A08
      {with_annotations(annotation(R"("bbox":[1,2,3])")), "dataset_schema", "/annotations/0/bbox"},
      {with_annotations(annotation(R"("bbox":[1,2,3,4,5])")), "dataset_schema", "/annotations/0/bbox"},
      {with_annotations(annotation(R"("bbox":"1")")), "dataset_schema", "/annotations/0/bbox"},
      {with_annotations(annotation(R"("bbox":null)")), "dataset_schema", "/annotations/0/bbox"},
      {with_annotations(annotation(R"("bbox":[1,2,null,4])")), "dataset_schema", "/annotations/0/bbox/2"},
      {with_annotations(annotation("without \"bbox\"")), "dataset_schema", "bbox"},
      // A09
      {with_annotations(annotation(R"("bbox":[1,2,0,4])")), "dataset_schema", "/annotations/0/bbox"},
      {with_annotations(annotation(R"("bbox":[1,2,-3,4])")), "dataset_schema", "/annotations/0/bbox"},
      {with_annotations(annotation(R"("bbox":[100,2,3,4])")), "dataset_schema", "/annotations/0/bbox"},
      // A11
      {with_annotations(annotation(R"("iscrowd":2)")), "dataset_schema", "iscrowd"},
      {with_annotations(annotation("without \"iscrowd\"")), "dataset_schema", "iscrowd"},
      {with_annotations(annotation(R"("iscrowd":1,"segmentation":[[1,2,3,4,5,6]])")), "dataset_schema", "crowd"},
      // A12
      {with_annotations(annotation(R"("segmentation":[[1,2,3,4,5,6,7]])")), "dataset_schema", "/segmentation/0"},
      {with_annotations(annotation(R"("segmentation":[[1,2,3,4]])")), "dataset_schema", "/segmentation/0"},
      {with_annotations(annotation(R"("segmentation":"x")")), "dataset_schema", "/segmentation"},
      // A13, A14
      {with_annotations(annotation(R"("segmentation":{"size":[80,100],"counts":[1,2]})")), "dataset_schema", "/segm"},
      {with_annotations(annotation(R"("segmentation":{"size":[80,100],"counts":[-1,8001]})")), "dataset_schema", "-1"},
      {with_annotations(annotation(R"("segmentation":{"size":[80,100],"counts":[1000000000000]})")), "dataset_schema",
       "/counts/0"},
      {with_annotations(annotation(R"("segmentation":{"size":[80,100],"counts":"\t"})")), "dataset_schema", "/segm"},
      {with_annotations(annotation(R"("segmentation":{"size":[80,100],"counts":"oooooooooooo"})")), "dataset_schema",
       "/segm"},
      {with_annotations(annotation(R"("segmentation":{"size":[80,100,1],"counts":[8000]})")), "dataset_schema", "size"},
      {with_annotations(annotation(R"("segmentation":{"size":[80,100]})")), "dataset_schema", "counts"},
      // A15
      {with_annotations(annotation(R"("segmentation":{"size":[100,80],"counts":[0,8000]})")), "dataset_schema",
       "another size"},
  };
  test::check_refusals(cases, [](const std::string& json) { return parse_coco(json); });
}

TEST_CASE("names that leave the folder are refused under every rule (A16)") {
  for (const char* name : {"../a.jpg", "a/../../b.jpg", "/etc/a.jpg", "C:a.jpg", "C:\\\\a.jpg", "a\\\\..\\\\b.jpg",
                           "\\\\\\\\host\\\\a.jpg", "a.jpg\\u0000.png", ".."}) {
    CAPTURE(name);
    const auto json =
        fmt::format(R"({{"images":[{{"id":1,"file_name":"{}"}}],"categories":[],"annotations":[]}})", name);
    for (const auto rules : {CocoRules::strict, CocoRules::drop_invalid, CocoRules::pycocotools}) {
      CHECK(refusal(json, rules).code == "dataset_reference");
    }
  }
  for (const char* name : {"a..b.jpg", "val2014/a.jpg", "..a.jpg"}) {
    CAPTURE(name);
    const auto json =
        fmt::format(R"({{"images":[{{"id":1,"file_name":"{}"}}],"categories":[],"annotations":[]}})", name);
    CHECK(refusal(json).code == "accepted");
  }
}

TEST_CASE("a polygon may cross itself (A12)") {
  CHECK(refusal(with_annotations(annotation(R"("segmentation":[[0,0,4,4,4,0,0,4]])"))).code == "accepted");
}

TEST_CASE("a byte-order mark is accepted, and so are no images at all") {
  CHECK(refusal("\xEF\xBB\xBF" + with_annotations(annotation())).code == "accepted");
  CHECK(refusal(R"({"images":[],"categories":[],"annotations":[]})").code == "accepted");
}

std::string annotation_of(int id, const std::string& image_and_box_and_more) {
  return fmt::format(R"({{"id":{},"category_id":3,"iscrowd":0,{}}})", id, image_and_box_and_more);
}

TEST_CASE("wrong entries are left out and counted when that is asked for") {
  const auto read = parse_coco(
      with_annotations(annotation_of(1, R"("image_id":1,"bbox":[1,2,0,4],"area":1)") + "," + annotation() + "," +
                       annotation() + "," + annotation_of(4, R"("image_id":9,"bbox":[1,2,3,4],"area":12)") + "," +
                       annotation_of(5, R"("image_id":1,"bbox":[200,2,3,4],"area":12)")),
      {.rules = CocoRules::drop_invalid});
  CHECK(read.dataset.objects.size() == 1);
  REQUIRE(read.notes.size() == 3);
  CHECK(to_string(read.notes[0]) ==
        "box without a pixel of the picture: left out (2 times, first at /annotations/0/bbox)");
  CHECK(read.notes[1] == DatasetNote{"repeated annotation id: left out", 1, "/annotations/2/id"});
  CHECK(read.notes[2] == DatasetNote{"unknown image: left out", 1, "/annotations/3/image_id"});
}

TEST_CASE("an area that is missing or impossible is computed and noted (A10)") {
  const auto read = parse_coco(with_annotations(
      annotation("without \"area\"") + "," + annotation_of(2, R"("image_id":1,"bbox":[10,20,30,40],"area":0)") + "," +
      annotation_of(3, R"("image_id":1,"bbox":[10,20,10,10],"area":99999,)"
                       R"("segmentation":[[10,20,20,20,20,30,10,30]])")));
  REQUIRE(read.dataset.objects.size() == 3);
  CHECK(read.dataset.objects[0].area == 1200);
  CHECK(read.dataset.objects[1].area == 1200);
  CHECK(read.dataset.objects[2].area == 100);
  REQUIRE(read.notes.size() == 2);
  CHECK(read.notes[0] == DatasetNote{"area missing: computed", 1, "/annotations/0/area"});
  CHECK(read.notes[1] == DatasetNote{"area impossible: computed", 2, "/annotations/1/area"});
}

TEST_CASE("results are refused for unknown pictures, missing keys and odd scores (A17)") {
  struct Case {
    const char* fields;
    const char* code;
  };
  for (const auto& [fields, code] :
       {Case{R"("image_id":1,"category_id":3,"bbox":[1,2,3,4],"score":0.5)", "accepted"},
        Case{R"("image_id":9,"category_id":3,"bbox":[1,2,3,4],"score":0.5)", "dataset_reference"},
        Case{R"("image_id":1,"category_id":9,"bbox":[1,2,3,4],"score":0.5)", "dataset_reference"},
        Case{R"("image_id":1,"category_id":3,"bbox":[1,2,3,4])", "dataset_schema"},
        Case{R"("image_id":1,"category_id":3,"bbox":[1,2,3,4],"score":1.5)", "dataset_schema"},
        Case{R"("image_id":1,"category_id":3,"bbox":[1,2,3,4],"score":-0.5)", "dataset_schema"},
        Case{R"("image_id":1,"category_id":3,"bbox":[1,2,3,4],"score":NaN)", "dataset_syntax"},
        Case{R"("image_id":1,"category_id":3,"bbox":[1,2,3,4],"score":1e400)", "dataset_syntax"},
        Case{R"("image_id":1,"category_id":3,"bbox":[1,2,0,4],"score":0.5)", "dataset_schema"},
        Case{R"("image_id":1,"category_id":3,"score":0.5)", "dataset_schema"},
        Case{R"("image_id":1,"category_id":3,"score":0.5,"segmentation":{"size":[1,2],"counts":[2]})",
             "dataset_schema"}}) {
    CAPTURE(fields);
    CHECK(result_refusal(result(fields)).code == code);
  }
  CHECK(result_refusal("{}").code == "dataset_schema");
  CHECK(result_refusal("[]").code == "accepted");
  CHECK(result_refusal(R"({"annotations":[]})").code == "accepted");
}

TEST_CASE("the first result of a file decides where areas come from") {
  const auto truth = some_truth();
  const std::string mask = R"("segmentation":{"size":[80,100],"counts":[80,3,7917]})";
  const std::string head = R"({"image_id":1,"category_id":3,"score":0.5,)";
  const auto masks = parse_coco_results("[" + head + mask + "}]", truth).predictions;
  REQUIRE(masks.size() == 1);
  CHECK(masks[0].area == 3);
  CHECK(masks[0].box == ObjectBox{1, 0, 1, 3});
  const auto both = parse_coco_results("[" + head + mask + R"(,"bbox":[1,2,30,4]}])", truth).predictions;
  CHECK(both.at(0).area == 120);
  CHECK(result_refusal("[" + head + R"("bbox":[1,2,30,4]},)" + head + mask + "}]").code == "dataset_schema");
}

TEST_CASE("what is written is read back equal, by memory and by file") {
  auto truth = parse_coco(with_annotations(annotation(R"("segmentation":[[1.1,2.2,3.3,4,5.5,6.25]])") + "," +
                                           R"({"id":2,"image_id":1,"category_id":5,"iscrowd":1,"area":4,)"
                                           R"("bbox":[0,0,2,2],"segmentation":{"size":[80,100],"counts":[0,4,7996]}})"))
                   .dataset;
  truth.categories[0].name = "c\"a\\t \xC3\xA9";
  CHECK(parse_coco(to_coco_json(truth)).dataset == truth);
  std::vector<Prediction> predictions(2);
  predictions[0] = {.image_id = 1, .category_id = 3, .score = 0.1, .box = {0.1, 0.2, 1.0 / 3, 4}, .area = 4.0 / 3};
  predictions[1] = {.image_id = 1, .category_id = 5, .score = 1, .box = {0, 0, 2, 2}, .area = 4};
  predictions[1].segmentation = truth.objects[1].segmentation;
  CHECK(parse_coco_results(to_coco_json(predictions), truth).predictions == predictions);

  const test::TemporaryFolder folder;
  write_coco((folder / "truth.json").string(), truth);
  write_coco_results((folder / "results.json").string(), predictions);
  const auto back = read_coco((folder / "truth.json").string()).dataset;
  CHECK(back == truth);
  CHECK(read_coco_results((folder / "results.json").string(), back).predictions == predictions);
}

TEST_CASE("files and options that do not do are refused") {
  CHECK(refusal_of([] { static_cast<void>(read_coco("no such file")); }).code == "not_found");
  CHECK(refusal_of([] { static_cast<void>(read_coco("/")); }).code == "not_regular_file");
  CHECK(refusal_of([] { static_cast<void>(parse_coco("{}", {.max_bytes = 0})); }).code == "invalid_option");
  const test::TemporaryFolder folder;
  std::ofstream(folder / "a.json") << with_annotations("");
  const auto path = (folder / "a.json").string();
  CHECK(refusal_of([&] { static_cast<void>(read_coco(path, {.max_bytes = 10})); }).code == "dataset_too_large");
  Prediction odd;
  odd.score = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal_of([&] { static_cast<void>(to_coco_json(std::span(&odd, 1))); }).code == "invalid_argument");
}

}  // namespace
}  // namespace visionkit
