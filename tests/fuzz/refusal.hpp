// What every fuzz target of a reader does: an Error is an answer, unless it says that visionkit has a defect.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <visionkit/core/error.hpp>

namespace visionkit::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

template <class Try>
void refused_or(Try&& body) {
  try {
    body();
  } catch (const Error& error) {
    require(error.code() != ErrorCode::internal);
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace visionkit::fuzz
