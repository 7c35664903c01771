// The table in src/docs/errors.md has one row for every code: name, meaning as in the library, remedy.
#include <visionkit/core/error.hpp>

#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/files.hpp"

TEST_CASE("the document of error codes lists every code with the meaning that the library gives it") {
  const auto bytes = visionkit::test::read_bytes(visionkit::test::data_folder() / "../../src/docs/errors.md");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::size_t last = 0;
  for (const auto& info : visionkit::error_codes()) {
    CAPTURE(info.name);
    const auto row = text.find(fmt::format("\n| `{}` | {} | ", info.name, info.meaning));
    CHECK(row != std::string_view::npos);
    CHECK(row > last);
    last = row;
  }
}
