// What a call that must be refused says.
#pragma once

#include <string>
#include <string_view>

#include <visionkit/core/error.hpp>

namespace visionkit::test {

/// "code: message" of the Error that the call throws; "accepted" when it throws none.
template <class Call>
std::string refusal(Call&& call) {
  try {
    (void)call();
    return "accepted";
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace visionkit::test
