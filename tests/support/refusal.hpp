// How a call was refused, for tables of bad inputs.
#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

namespace visionkit::test {

struct Refusal {
  std::string code;  ///< "accepted" when it was not
  std::string message;
};

template <class Call>
Refusal refusal_of(Call&& call) {
  try {
    (void)call();
  } catch (const Error& error) {
    return {std::string(to_string(error.code())), error.what()};
  }
  return {"accepted", ""};
}

/// "code: message", or "accepted".
template <class Call>
std::string refusal(Call&& call) {
  const auto [code, message] = refusal_of(call);
  return message.empty() ? code : code + ": " + message;
}

/// The code of the Error that the call throws; fails the test when there is none or its message is no single short
/// line.
template <class Call>
ErrorCode code_of(Call&& call) {
  try {
    (void)call();
  } catch (const Error& error) {
    const std::string_view message = error.what();
    CHECK(message.size() <= 300);
    CHECK(message.find('\n') == std::string_view::npos);
    CHECK(message.find("/src/") == std::string_view::npos);
    return error.code();
  }
  FAIL_CHECK("nothing was thrown");
  return ErrorCode::internal;
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace visionkit::test
