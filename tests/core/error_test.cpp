#include <visionkit/core/error.hpp>

#include <doctest/doctest.h>

#include <string>

using visionkit::Error;
using visionkit::ErrorCode;

TEST_CASE("a message stays one line of at most 300 bytes") {
  const Error error(ErrorCode::io, "first\nsecond\tthird" + std::string(1000, 'x'));
  const std::string text = error.what();
  CHECK(text.size() == 300);
  CHECK(text.starts_with("first second third"));
  CHECK(text.ends_with("..."));
}

TEST_CASE("every code has a name of its own, in the order of the enumeration") {
  const auto codes = visionkit::error_codes();
  for (std::size_t i = 0; i < codes.size(); ++i) {
    CHECK(codes[i].code == static_cast<ErrorCode>(i));
    CHECK(to_string(codes[i].code) == codes[i].name);
  }
  CHECK(codes.back().code == ErrorCode::internal);
}
