// The table in src/docs/errors.md has one row for every code: name, meaning as in the library, remedy.
#include <visionkit/core/error.hpp>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "support/files.hpp"

TEST_CASE("the document of error codes lists every code with the meaning that the library gives it") {
  const auto bytes = visionkit::test::read_bytes(visionkit::test::data_folder() / "../../src/docs/errors.md");
  const std::string text(bytes.begin(), bytes.end());
  std::size_t last = 0;
  for (const auto& [code, name, meaning] : visionkit::error_codes()) {
    CAPTURE(name);
    const auto row = text.find("\n| `" + std::string(name) + "` | " + std::string(meaning) + " | ");
    CHECK(row != std::string::npos);
    CHECK(row > last);
    last = row;
  }
}
