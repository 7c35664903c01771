#include <visionkit/dataset/voc.hpp>

#include <filesystem>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::BadText;
using test::refusal_of;
using test::write_text;

std::string object(std::string_view name, std::string_view edges, std::string_view more = "") {
  std::string box;
  std::size_t begin = 0;
  for (const std::string key : {"xmin", "ymin", "xmax", "ymax"}) {
    const auto end = std::min(edges.find(' ', begin), edges.size());
    box += fmt::format("<{0}>{1}</{0}>", key, edges.substr(begin, end - begin));
    begin = std::min(end + 1, edges.size());
  }
  return fmt::format("<object>\n<name>{}</name>{}<bndbox>{}</bndbox></object>\n", name, more, box);
}

std::string annotation(std::string_view objects, std::string_view file_name = "a.jpg",
                       std::string_view size = "<width>100</width><height>50</height><depth>3</depth>") {
  return fmt::format("<annotation>\n<folder>VOC</folder><filename>{}</filename>\n<size>{}</size>\n{}</annotation>\n",
                     file_name, size, objects);
}

TEST_CASE("pixels are counted from 1 and belong to the box on both sides") {
  const auto picture = parse_voc(
      "<?xml version=\"1.0\"?><!-- a comment -->" +
      annotation(object(" cat ", "1 1 100 50") + object("dog &amp; cat", "2.5 3 2.5 9", "<difficult>1</difficult>")));
  CHECK(picture.file_name == "a.jpg");
  CHECK(picture.size == Size{100, 50});
  CHECK(picture.objects ==
        std::vector<VocPicture::Object>{{"cat", {0, 0, 100, 50}, false}, {"dog & cat", {1.5, 2, 1, 7}, true}});
}

TEST_CASE("broken and wrong files are refused with their line (A21, A22)") {
  const auto whole = annotation(object("cat", "1 1 10 10"));
  const std::string bomb =
      "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>\n";
  const BadText cases[] = {
      {"", "dataset_syntax", "line 1"},
      {whole.substr(0, whole.size() / 2), "dataset_syntax", "line"},
      {annotation("<object><name>cat</object>"), "dataset_syntax", "line 4"},
      {bomb + annotation(object("&c;", "1 1 10 10")), "dataset_syntax", "document type"},
      {"<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>\n" + annotation(object("&a;", "1 1 2 2")),
       "dataset_syntax", "document type"},
      {"{\"images\":[]}", "dataset_syntax", "line 1"},
      {"<other/>", "dataset_schema", "annotation"},
      {annotation("", ""), "dataset_schema", "'filename' is empty"},
      {annotation("", "../a.jpg"), "dataset_reference", "../a.jpg"},
      {annotation("", "C:\\a.jpg"), "dataset_reference", "leaves"},
      {"<annotation><filename>a</filename></annotation>", "dataset_schema", "'size' is missing"},
      {annotation("", "a.jpg", "<width>1</width>"), "dataset_schema", "'height' is missing"},
      {annotation("", "a.jpg", "<width>0</width><height>5</height>"), "dataset_schema", "line 3: a width of 0"},
      {annotation("", "a.jpg", "<width>99999999999</width><height>5</height>"), "dataset_schema", "whole number"},
      {annotation(object("cat", "10 1 9 10")), "dataset_schema", "min above max"},
      {annotation(object("cat", "1 10 9 9")), "dataset_schema", "line 5: a box"},
      {annotation(object("cat", "101 1 110 10")), "dataset_schema", "outside of the picture"},
      {annotation(object("cat", "-5 1 0 10")), "dataset_schema", "outside of the picture"},
      {annotation(object("cat", "1 1 x 10")), "dataset_schema", "xmax is 'x'"},
      {annotation(object("cat", "1 1 nan 10")), "dataset_schema", "finite"},
      {annotation(object("cat", "1 1 10")), "dataset_schema", "'ymax' is empty"},
      {annotation(object("", "1 1 10 10")), "dataset_schema", "'name' is empty"},
      {annotation(object("cat", "1 1 10 10", "<difficult>2</difficult>")), "dataset_schema", "difficult is 2"},
      {annotation("<object><name>cat</name></object>"), "dataset_schema", "line 4: the element 'bndbox' is missing"},
  };
  test::check_refusals(
      cases, [](const std::string& xml) { return parse_voc(xml, "a.xml"); }, "'a.xml' line ");
}

TEST_CASE("entities that nobody declared stay as they are written") {
  CHECK(parse_voc(annotation(object("&lol;", "1 1 2 2"))).objects.at(0).name == "&lol;");
}

TEST_CASE("very deep XML ends in an error or a picture, not in a full stack") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK(refusal_of([&] { static_cast<void>(parse_voc(deep)); }).code == "dataset_syntax");
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  CHECK(parse_voc(annotation(deep)).objects.empty());
}

TEST_CASE("a folder is read in the order of its files, and what has no counterpart is noted (A20)") {
  const test::TemporaryFolder root;
  write_text(root, "Annotations/b.xml", annotation(object("dog", "1 1 10 10") + object("cat", "11 1 20 10"), "b.jpg"));
  write_text(root, "Annotations/a.xml", annotation("", "a.jpg"));
  write_text(root, "Annotations/c/d.xml", annotation("", "d.jpg"));
  write_text(root, "Annotations/readme.txt", "");
  write_text(root, "JPEGImages/b.jpg", "");
  write_text(root, "JPEGImages/c/d.jpg", "");
  write_text(root, "JPEGImages/z.jpg", "");
  const auto found = read_voc(root.path().string());
  CHECK(found.dataset.images == std::vector<AnnotatedImage>{{.id = 1, .file_name = "a.jpg", .size = {100, 50}},
                                                            {.id = 2, .file_name = "b.jpg", .size = {100, 50}},
                                                            {.id = 3, .file_name = "c/d.jpg", .size = {100, 50}}});
  CHECK(found.dataset.categories == std::vector<Category>{{.id = 0, .name = "cat"}, {.id = 1, .name = "dog"}});
  REQUIRE(found.dataset.objects.size() == 2);
  CHECK(found.dataset.objects[0] ==
        TrueObject{.id = 1, .image_id = 2, .category_id = 1, .box = {0, 0, 10, 10}, .area = 100});
  CHECK(found.notes == std::vector<DatasetNote>{{"annotations of a missing picture: kept", 1, "a.jpg"},
                                                {"picture without annotations: left out", 1, "z.jpg"}});

  const auto given = read_voc(root.path().string(), {.classes = {"dog", "cat", "cow"}, .images = ""});
  CHECK(given.dataset.categories.size() == 3);
  CHECK(given.dataset.objects[0].category_id == 0);
  CHECK(given.notes.empty());
}

TEST_CASE("a folder that cannot be read gets a typed error") {
  const test::TemporaryFolder root;
  const auto code = [&](const VocReadOptions& options) {
    return refusal_of([&] { static_cast<void>(read_voc(root.path().string(), options)); }).code;
  };
  CHECK(code({}) == "not_found");
  write_text(root, "Annotations/readme.txt");
  CHECK(code({}) == "accepted");  // A27
  write_text(root, "Annotations/a.xml", annotation(object("dog", "1 1 10 10")));
  CHECK(code({.classes = {"cat"}}) == "dataset_schema");
  CHECK(code({.classes = {"dog", "dog"}}) == "invalid_option");
  CHECK(code({.annotations = "../x"}) == "invalid_option");
  CHECK(code({.images = "/x"}) == "invalid_option");
  CHECK(code({.max_file_bytes = 0}) == "invalid_option");
  CHECK(code({.max_file_bytes = 9}) == "dataset_too_large");
  CHECK(code({.annotations = "Annotations/a.xml"}) == "not_regular_file");
}

TEST_CASE("a file that was written is read as the same picture") {
  const VocPicture picture{"a <&> b.jpg", {640, 480}, {{"cat", {0.1, 2, 30.7, 40}, true}, {"\xC3\xA4", {0, 0, 1, 1}}}};
  const auto back = parse_voc(to_voc_xml(picture));
  CHECK(back.file_name == picture.file_name);
  REQUIRE(back.objects.size() == 2);
  CHECK(back.objects[0].is_difficult);
  CHECK(back.objects[0].box.x == doctest::Approx(0.1).epsilon(1e-12));
  CHECK(back.objects[1] == picture.objects[1]);
  CHECK(to_voc_xml(VocPicture{"a", {1, 2}}) ==
        "<annotation>\n\t<filename>a</filename>\n\t<size>\n\t\t<width>1</width>\n\t\t<height>2</height>\n"
        "\t\t<depth>3</depth>\n\t</size>\n</annotation>\n");
  CHECK(refusal_of([&] {
          static_cast<void>(to_voc_xml({"a", {1, 1}, {{"cat", {0, 0, 1.0 / 0.0, 1}}}}));
        }).code == "invalid_argument");
}

TEST_CASE("what the format has no place for is reported by the writer") {
  const test::TemporaryFolder root;
  ObjectDataset dataset{.images = {{.id = 5, .file_name = "x/b.jpg", .size = {100, 50}}},
                        .categories = {{.id = 3, .name = "cat"}, {.id = 9, .name = "dog", .supercategory = "animal"}},
                        .objects = {{.id = 1, .image_id = 5, .category_id = 3, .box = {10, 10, 0.5, 2}, .area = 1},
                                    {.id = 2, .image_id = 5, .category_id = 3, .box = {100, 0, 5, 5}, .area = 25},
                                    {.id = 3,
                                     .image_id = 5,
                                     .category_id = 3,
                                     .box = {0, 0, 4, 4},
                                     .area = 8,
                                     .segmentation = std::vector<Polygon>{{{0, 0}, {4, 0}, {4, 4}}}}}};
  CHECK(write_voc(root.path().string(), dataset, {.annotations = "xml"}) ==
        std::vector<DatasetNote>{{"side below a pixel: becomes one", 1, "object 1"},
                                 {"area: becomes that of the box", 2, "object 1"},
                                 {"nothing in the picture: left out", 1, "object 2"},
                                 {"segmentation: left out", 1, "object 3"},
                                 {"supercategory: left out", 1, "dog"},
                                 {"category without objects: left out", 1, "dog"}});
  CHECK(std::filesystem::exists(root / "xml/x/b.xml"));
  for (const auto& each : {std::pair{"", "dataset_schema"}, std::pair{" cat", "dataset_schema"},
                           std::pair{"c\x01t", "invalid_argument"}}) {
    CAPTURE(each.first);
    dataset.categories[0].name = each.first;
    CHECK(refusal_of([&] { write_voc(root.path().string(), dataset); }).code == each.second);
  }
  CHECK_FALSE(std::filesystem::exists(root / "Annotations"));
}

}  // namespace
}  // namespace visionkit
