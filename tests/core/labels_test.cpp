#include <visionkit/core/labels.hpp>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

#include "support/files.hpp"

using namespace visionkit;

namespace {

std::string read(const std::string& text) {
  const test::TemporaryFolder folder;
  const auto path = folder / "labels.txt";
  test::write_bytes(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  try {
    std::string joined;
    for (const auto& name : read_labels(path.string()).names()) joined += name + ";";
    return joined;
  } catch (const Error& error) {
    return std::string(to_string(error.code()));
  }
}

}  // namespace

TEST_CASE("names are found by class and classes by name") {
  const Labels labels({"cat", "dog"});
  CHECK(labels[ClassId(1)] == "dog");
  CHECK(labels[ClassId(2)] == "2");
  CHECK(labels[ClassId(-1)] == "-1");
  CHECK(labels.find("dog") == ClassId(1));
  CHECK_FALSE(labels.find("cow").has_value());
}

TEST_CASE("a labels file has one name a line") {
  struct Row {
    const char* what;
    std::string text;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {"plain", "cat\ndog\n", "cat;dog;"},
      {"no last newline", "cat\ndog", "cat;dog;"},
      {"Windows",
       "\xEF\xBB\xBF"
       "cat\r\ndog\r\n",
       "cat;dog;"},
      {"spaces inside", "traffic light\n", "traffic light;"},
      {"empty", "", "invalid_option"},
      {"an empty line", "cat\n\ndog\n", "invalid_option"},
      {"a repeated name", "cat\ncat\n", "invalid_option"},
      {"a line of 10 MB", std::string(10'000'000, 'x'), "invalid_option"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(read(row.text) == row.expected);
  }
}

TEST_CASE("a labels file that is not there is not found") {
  try {
    (void)read_labels("no/such/file.txt");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
  }
}
