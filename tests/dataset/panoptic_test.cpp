#include <visionkit/dataset/panoptic.hpp>

#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::BadText;

const std::string text =
    R"({"images":[{"id":7,"file_name":"a.jpg","width":4,"height":3}],"annotations":[{"image_id":7,"file_name":"a.png",)"
    R"("segments_info":[{"id":3,"category_id":18,"area":5,"bbox":[1.0,0.0,2.0,3.0],"iscrowd":1},)"
    R"({"id":66000,"category_id":200,"area":2,"bbox":[0.0,0.0,0.0,0.0],"iscrowd":0,"score":0.5}]}],)"
    R"("categories":[{"id":18,"name":"dog","supercategory":"animal","isthing":1},)"
    R"({"id":200,"name":"rug","supercategory":"textile","isthing":0}]})";

std::string with_segments(const std::string& segments) {
  return R"({"annotations":[{"image_id":1,"file_name":"a.png","segments_info":[)" + segments + "]}]}";
}

TEST_CASE("a panoptic file is read and written without loss") {
  const auto dataset = parse_coco_panoptic(text);
  REQUIRE(dataset.annotations.size() == 1);
  const auto& segments = dataset.annotations[0].segments;
  REQUIRE(segments.size() == 2);
  CHECK(dataset.images[0].size == Size{4, 3});
  CHECK(segments[0].label == ClassId(18));
  CHECK(segments[0].kind == PanopticKind::thing);
  CHECK(segments[0].box == Box{1, 0, 3, 3});
  CHECK(segments[0].is_crowd);
  CHECK(segments[0].score == 1);
  CHECK(segments[1].kind == PanopticKind::stuff);
  CHECK(segments[1].id == 66000);
  CHECK(segments[1].score == 0.5F);
  CHECK(to_coco_json(dataset) == text);
  const test::TemporaryFolder folder;
  const auto path = (folder / "panoptic.json").string();
  write_coco_panoptic(path, dataset);
  CHECK(read_coco_panoptic(path) == dataset);
}

TEST_CASE("results need ids and categories only") {
  const auto results = parse_coco_panoptic(with_segments(R"({"id":3,"category_id":18})"));
  CHECK(results.images.empty());
  CHECK(results.annotations[0].segments[0].area == 0);
  CHECK(results.annotations[0].segments[0].kind == PanopticKind::thing);
  CHECK(parse_coco_panoptic(R"({"annotations":[]})").annotations.empty());
}

TEST_CASE("files that are no panoptic JSON are refused with a fitting code") {
  const BadText cases[] = {
      {"{\"annotations\":[", "dataset_syntax", "JSON"},
      {"{}", "dataset_schema", "'annotations' is missing"},
      {with_segments(R"({"category_id":1})"), "dataset_schema", "'id' is missing"},
      {with_segments(R"({"id":1})"), "dataset_schema", "'category_id' is missing"},
      {with_segments(R"({"id":0,"category_id":1})"), "dataset_schema", "/segments_info/0/id"},
      {with_segments(R"({"id":16777216,"category_id":1})"), "dataset_schema", "/segments_info/0/id"},
      {with_segments(R"({"id":1,"category_id":1,"area":-1})"), "dataset_schema", "/area"},
      {with_segments(R"({"id":1,"category_id":1,"bbox":[1,2]})"), "dataset_schema", "a box of 2"},
      {with_segments(R"({"id":1,"category_id":1,"bbox":[1,2,-1,5]})"), "dataset_schema", "/bbox"},         // A09
      {with_segments(R"({"id":1,"category_id":1,"iscrowd":2})"), "dataset_schema", "/iscrowd"},            // A11
      {with_segments(R"({"id":1,"category_id":1},{"id":1,"category_id":2})"), "dataset_schema", "twice"},  // A06
      {R"({"annotations":[],"images":[{"id":1},{"id":1}]})", "dataset_schema", "twice"},
      {R"({"annotations":[],"categories":[{"id":1,"isthing":1},{"id":1,"isthing":1}]})", "dataset_schema", "twice"},
      {R"({"annotations":[],"categories":[{"id":1}]})", "dataset_schema", "'isthing' is missing"},
      {R"({"annotations":[],"images":[{"id":"1"}]})", "dataset_schema", "/images/0/id"},  // A07
      {R"({"annotations":[],"images":[{"id":-1}]})", "dataset_schema", "/images/0/id"},
      {R"({"annotations":[],"images":[{"id":1.5}]})", "dataset_schema", "/images/0/id"},
      {R"({"annotations":[{"image_id":2,"segments_info":[]}],"images":[{"id":1}]})", "dataset_reference", "image 2"},
      {R"({"annotations":[{"image_id":1,"segments_info":[{"id":1,"category_id":2}]}],)"
       R"("categories":[{"id":1,"isthing":1}]})",
       "dataset_reference", "category 2"},  // A05
      {R"({"annotations":[{"image_id":1,"file_name":"../a.png","segments_info":[]}]})", "dataset_reference", "leaves"},
      {R"({"annotations":[{"image_id":1,"file_name":"C:a.png","segments_info":[]}]})", "dataset_reference", "leaves"},
  };
  test::check_refusals(cases, [](const std::string& json) { return parse_coco_panoptic(json); });
  const auto code = [](std::uint64_t max_bytes) {
    return test::refusal_of([&] { static_cast<void>(parse_coco_panoptic(text, {.max_bytes = max_bytes})); }).code;
  };
  CHECK(code(10) == "dataset_too_large");
  CHECK(code(0) == "invalid_option");
}

TEST_CASE("numbers that JSON does not have are not written") {
  PanopticDataset dataset;
  dataset.annotations.resize(1);
  dataset.annotations[0].segments.resize(1);
  dataset.annotations[0].segments[0].score = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS((void)to_coco_json(dataset), Error);
}

}  // namespace
}  // namespace visionkit
