// The same bad inputs for every reader of text that they fit. What belongs to one format is in its own test.
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/dataset/label_table.hpp>
#include <visionkit/dataset/labelme.hpp>
#include <visionkit/dataset/panoptic.hpp>
#include <visionkit/dataset/results.hpp>
#include <visionkit/dataset/voc.hpp>
#include <visionkit/dataset/yolo.hpp>

#include "support/refusal.hpp"

namespace visionkit {
namespace {

struct Reader {
  std::string name;
  std::string valid;                                     ///< a text that is accepted
  std::function<std::size_t(const std::string&)> count;  ///< reads a text; how many entries it has
};

std::vector<Reader> json_readers() {
  const auto truth = parse_coco(R"({"images":[{"id":1}],"categories":[{"id":1}],"annotations":[]})").dataset;
  return {
      {"COCO", R"({"images":[],"categories":[],"annotations":[]})",
       [](const auto& text) { return parse_coco(text).dataset.objects.size(); }},
      {"COCO results", R"({"annotations":[]})",
       [truth](const auto& text) { return parse_coco_results(text, truth).predictions.size(); }},
      {"panoptic", R"({"annotations":[]})",
       [](const auto& text) { return parse_coco_panoptic(text).annotations.size(); }},
      {"LabelMe", R"({"imagePath":"a","shapes":[]})",
       [](const auto& text) { return parse_labelme(text).objects.size(); }},
      {"results", R"({"file":"a","detections":[]})",
       [](const auto& text) { return std::get<std::vector<Detection>>(parse_result(text).answer).size(); }},
      {"header of results", R"({"visionkit_results":1})",
       [](const auto& text) { return parse_results_header(text).labels.size(); }},
  };
}

std::vector<Reader> other_readers() {
  return {
      {"VOC", "<annotation><filename>a</filename><size><width>9</width><height>9</height></size></annotation>",
       [](const auto& text) { return parse_voc(text).objects.size(); }},
      {"YOLO labels", "0 0.5 0.5 1 1\n",
       [](const auto& text) {
         return parse_yolo_labels(text, {9, 9}, 1).size();
       }},
      {"YOLO description", "names: [a]\n", [](const auto& text) { return parse_yolo_description(text).names.size(); }},
      {"label table", "a.jpg,cat\n", [](const auto& text) { return parse_label_table(text).images.size(); }},
  };
}

std::string code_of(const Reader& reader, const std::string& text) {
  return test::refusal_of([&] { static_cast<void>(reader.count(text)); }).code;
}

std::string utf16(std::string_view text) {
  std::string wide = "\xFF\xFE";
  for (const char each : text) {
    wide += each;
    wide += '\0';
  }
  return wide;
}

// The text of an object with something put in front of its fields.
std::string with_first(const std::string& object, const std::string& field) {
  return "{" + field + "," + object.substr(1);
}

TEST_CASE("a UTF-8 mark is accepted, UTF-16 is not (A01)") {
  for (const auto& readers : {json_readers(), other_readers()}) {
    for (const auto& reader : readers) {
      CAPTURE(reader.name);
      CHECK(code_of(reader, reader.valid) == "accepted");
      CHECK(code_of(reader, "\xEF\xBB\xBF" + reader.valid) == "accepted");
      CHECK(code_of(reader, utf16(reader.valid)) == "dataset_syntax");
      CHECK(code_of(reader, utf16(reader.valid).substr(2)) == "dataset_syntax");
    }
  }
}

TEST_CASE("nothing and white space are no JSON, no XML and no description (A01)") {
  auto readers = json_readers();
  for (const auto& reader : other_readers()) {
    // YOLO's texts are empty where a picture has no objects; a cell of a table may be white.
    if (reader.name != "YOLO labels" && reader.name != "label table") {
      readers.push_back(reader);
    }
  }
  for (const auto& reader : readers) {
    CAPTURE(reader.name);
    CHECK(code_of(reader, "") == "dataset_syntax");
    CHECK(code_of(reader, " \n ") == "dataset_syntax");
  }
}

TEST_CASE("broken JSON is refused by every reader (A02, A03)") {
  for (const auto& reader : json_readers()) {
    CAPTURE(reader.name);
    const auto& valid = reader.valid;
    const std::string bad[] = {
        valid.substr(0, valid.size() / 2),
        valid.substr(0, valid.size() - 1),
        valid + "}",
        valid.substr(0, valid.size() - 1) + ",}",
        with_first(valid, R"("x":NaN)"),
        with_first(valid, R"("x":[1,-Infinity])"),
        with_first(valid, R"("x":1e999)"),
        with_first(valid, R"("x":1,"x":2)"),
        with_first(valid, R"("x":{"a":1,"\u0061":2})"),
        with_first(valid, "\"x\":\"\xFF\""),
        with_first(valid, "\"x\":" + std::string(100'000, '[') + std::string(100'000, ']')),
        with_first(valid, "\"x\":" + std::string(100'000, '[')),
        std::string(100'000, '['),
    };
    for (const auto& text : bad) {
      CAPTURE(text.substr(0, 200));
      const auto code = code_of(reader, text);
      // The list in front of everything is no object before it is broken.
      CHECK((code == "dataset_syntax" || (text[0] == '[' && code == "dataset_schema")));
    }
    CHECK(code_of(reader, with_first(valid, R"("x":[1,null,{"a":"b"}])")) == "accepted");
  }
}

TEST_CASE("a list, a number or nothing of what is needed at the top is refused (A04)") {
  for (const auto& reader : json_readers()) {
    CAPTURE(reader.name);
    for (const char* text : {"5", "null", "\"x\"", "{}"}) CHECK(code_of(reader, text) == "dataset_schema");
    const bool is_list = reader.name == "COCO results";
    CHECK(code_of(reader, "[]") == (is_list ? "accepted" : "dataset_schema"));
  }
}

TEST_CASE("names that leave the folder are refused by every reader of names (A16)") {
  using Use = std::function<void(const std::string&)>;
  // As JSON has it: a backslash is two.
  const Use json_uses[] = {
      [](const std::string& name) {
        static_cast<void>(
            parse_coco(R"({"categories":[],"annotations":[],"images":[{"id":1,"file_name":")" + name + "\"}]}"));
      },
      [](const std::string& name) {
        static_cast<void>(parse_coco_panoptic(R"({"annotations":[],"images":[{"id":1,"file_name":")" + name + "\"}]}"));
      },
      [](const std::string& name) {
        static_cast<void>(
            parse_coco_panoptic(R"({"annotations":[{"image_id":1,"segments_info":[],"file_name":")" + name + "\"}]}"));
      },
      [](const std::string& name) { static_cast<void>(parse_labelme(R"({"shapes":[],"imagePath":")" + name + "\"}")); },
  };
  for (const auto& use : json_uses) {
    for (const char* name : {"../a.jpg", "a/../../b.jpg", "/etc/a.jpg", "C:a.jpg", "C:\\\\a.jpg",
                             "a\\\\..\\\\..\\\\b.jpg", "\\\\\\\\host\\\\a.jpg", "a.jpg\\u0000.png", ".."}) {
      CAPTURE(name);
      CHECK(test::refusal_of([&] { use(name); }).code == "dataset_reference");
    }
    CHECK(test::refusal_of([&] { use("val2014/a..b.jpg"); }).code == "accepted");
  }
  const Use plain_uses[] = {
      [](const std::string& name) {
        static_cast<void>(parse_voc("<annotation><filename>" + name +
                                    "</filename><size><width>9</width><height>9</height></size></annotation>"));
      },
      [](const std::string& name) { static_cast<void>(parse_label_table(name + ",cat\n")); },
      [](const std::string& name) { static_cast<void>(parse_yolo_description("names: [a]\nval: '" + name + "'\n")); },
  };
  for (const auto& use : plain_uses) {
    for (const char* name :
         {"a/../../b.jpg", "/etc/a.jpg", "C:a.jpg", "C:\\a.jpg", "a\\..\\..\\b.jpg", "\\\\host\\a.jpg", ".."}) {
      CAPTURE(name);
      CHECK(test::refusal_of([&] { use(name); }).code == "dataset_reference");
    }
  }
}

TEST_CASE("ten thousand objects of one picture are read (A28)") {
  constexpr std::size_t count = 10'000;
  const auto repeated = [](auto&& entry, std::string_view between) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text += between;
      text += entry(i);
    }
    return text;
  };
  const auto box = R"("bbox":[1,2,3,4],"score":0.5)";
  const std::string entries[] = {
      R"({"categories":[{"id":1}],"images":[{"id":1}],"annotations":[)" +
          repeated(
              [&](auto i) { return fmt::format(R"({{"id":{},"image_id":1,"category_id":1,"iscrowd":0,{}}})", i, box); },
              ",") +
          "]}",
      "[" + repeated([&](auto) { return fmt::format(R"({{"image_id":1,"category_id":1,{}}})", box); }, ",") + "]",
      R"({"annotations":[)" +
          repeated([](auto i) { return fmt::format(R"({{"image_id":{},"segments_info":[]}})", i); }, ",") + "]}",
      R"({"imagePath":"a","shapes":[)" +
          repeated(
              [](auto i) {
                return fmt::format(R"({{"label":"a","group_id":{},"points":[[1,1],[2,2]],"shape_type":"rectangle"}})",
                                   i);
              },
              ",") +
          "]}",
      R"({"file":"a","detections":[)" + repeated([](auto) { return R"({"label":1,"score":1,"box":[1,2,3,4]})"; }, ",") +
          "]}",
      R"({"visionkit_results":1,"labels":[)" + repeated([](auto i) { return fmt::format("\"{}\"", i); }, ",") + "]}",
  };
  const auto readers = json_readers();
  for (std::size_t i = 0; i < readers.size(); ++i) {
    CAPTURE(readers[i].name);
    CHECK(readers[i].count(entries[i]) == count);
  }
  const std::string other_entries[] = {
      "<annotation><filename>a</filename><size><width>9</width><height>9</height></size>" +
          repeated(
              [](auto) {
                return "<object><name>a</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>"
                       "</object>";
              },
              "") +
          "</annotation>",
      repeated([](auto) { return "0 0.5 0.5 1 1"; }, "\n"),
      "names: [" + repeated([](auto i) { return fmt::format("n{}", i); }, ",") + "]",
      repeated([](auto i) { return fmt::format("{}.jpg,cat", i); }, "\n"),
  };
  const auto others = other_readers();
  for (std::size_t i = 0; i < others.size(); ++i) {
    CAPTURE(others[i].name);
    CHECK(others[i].count(other_entries[i]) == count);
  }
}

}  // namespace
}  // namespace visionkit
