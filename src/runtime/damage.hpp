// How the checks of a model file throw, with the file's and the record's name in every message.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {

template <class... Args>
[[noreturn]] void damaged(std::string_view model, fmt::format_string<Args...> format, Args&&... args) {
  fail(ErrorCode::model_corrupt, "model '{}' is damaged: {}", model, fmt::format(format, std::forward<Args>(args)...));
}

/// The end of a long path, which tells more than its beginning and leaves room for the reason.
inline std::string shown_path(std::string_view path) {
  constexpr std::size_t most = 100;
  return path.size() <= most ? std::string(path) : "..." + std::string(path.substr(path.size() - most));
}

/// A record's name for messages: printable ASCII, not too long.
inline std::string shown_name(std::string_view name) {
  constexpr std::size_t most = 60;
  std::string shown(name.substr(0, most));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return name.size() <= most ? shown : shown + "...";
}

}  // namespace visionkit
