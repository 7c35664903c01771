#include <visionkit/dataset/label_table.hpp>

#include <string>

#include <doctest/doctest.h>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::BadText;
using test::refusal_of;

TEST_CASE("rows are a file and its labels") {
  const auto found =
      parse_label_table("\xEF\xBB\xBFx/a.jpg,cat\r\n\"b,\"\"1\"\".jpg\",dog,\"two\nlines\",,\n\nc.jpg,cat");
  CHECK(found.images ==
        std::vector<LabeledImage>{{"x/a.jpg", {"cat"}}, {"b,\"1\".jpg", {"dog", "two\nlines"}}, {"c.jpg", {"cat"}}});
  CHECK(found.classes == std::vector<std::string>{"cat", "dog", "two\nlines"});
  const auto named = parse_label_table("file,label\na.jpg,cat\n", {.header = TableHeader::present});
  CHECK(named.images == std::vector<LabeledImage>{{"a.jpg", {"cat"}}});
}

TEST_CASE("wrong rows are refused with their line (A16, A25)") {
  const BadText cases[] = {
      {"b.jpg", "dataset_schema", "at least one label"},
      {"b.jpg,", "dataset_schema", "at least one label"},
      {",cat", "dataset_schema", "a file"},
      {"b.jpg,,cat", "dataset_schema", "empty label"},
      {"b.jpg,cat,cat", "dataset_schema", "'cat' is there twice"},
      {"a.jpg,dog", "dataset_schema", "'a.jpg' is there twice"},
      {"../b.jpg,cat", "dataset_reference", "leaves"},
      {"/b.jpg,cat", "dataset_reference", "leaves"},
      {"C:\\b.jpg,cat", "dataset_reference", "leaves"},
      {std::string("b.jpg\0.png,cat", 14), "dataset_reference", "leaves"},
      {std::string("b.jpg,c\0t", 9), "dataset_schema", "NUL"},
      {"b\".jpg,cat", "dataset_syntax", "a quote"},
      {"\"b.jpg,cat", "dataset_syntax", "never closed"},
      {"\"b.jpg\"x,cat", "dataset_syntax", "behind the closing quote"},
      {"b.jpg," + std::string(10'000'000, 'x'), "dataset_too_large", "65536 bytes"},
  };
  test::check_refusals(
      cases, [](const std::string& row) { return parse_label_table("a.jpg,\"c\nat\"\n" + row + "\n", {}, "t.csv"); },
      "label table 't.csv' line 3: ");
  CHECK(refusal_of([] { static_cast<void>(parse_label_table("")); }).code == "dataset_syntax");
}

TEST_CASE("a table is written as it is read, and missing pictures are noted (A20)") {
  const test::TemporaryFolder root;
  // The first name begins like the mark of an encoding.
  const std::vector<LabeledImage> images{{"\xEF\xBB\xBF"
                                          "a.jpg",
                                          {"cat", "b\"c"}},
                                         {"b, c.jpg", {"x\r\ny"}}};
  const auto path = (root / "labels.csv").string();
  write_label_table(path, images);
  test::write_text(root,
                   "\xEF\xBB\xBF"
                   "a.jpg");
  const auto back = read_label_table(path, {.root = root.path().string()});
  CHECK(back.images == images);
  CHECK(back.notes == std::vector<DatasetNote>{{"labels of a missing picture: kept", 1, "b, c.jpg"}});
  CHECK(read_label_table(path).notes.empty());
}

TEST_CASE("wrong calls get a typed error") {
  const auto code = [](auto&& call) { return refusal_of(call).code; };
  CHECK(code([] { static_cast<void>(read_label_table("/nowhere/labels.csv")); }) == "not_found");
  CHECK(code([] { static_cast<void>(parse_label_table("a,b", {.max_bytes = 0})); }) == "invalid_option");
  const LabeledImage without_label[] = {{"a.jpg", {}}};
  const LabeledImage without_name[] = {{"", {"cat"}}};
  CHECK(code([&] { static_cast<void>(to_label_table(without_label)); }) == "invalid_argument");
  CHECK(code([&] { static_cast<void>(to_label_table(without_name)); }) == "invalid_argument");
  const LabeledImage with_nul[] = {{"a.jpg", {std::string("c\0t", 3)}}};
  CHECK(code([&] { static_cast<void>(to_label_table(with_nul)); }) == "invalid_argument");
}

}  // namespace
}  // namespace visionkit
