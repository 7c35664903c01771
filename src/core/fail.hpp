// How the library's own code throws: fail(code, format, arguments...).
#pragma once

#include <exception>
#include <new>
#include <utility>

#include <fmt/format.h>

#include <visionkit/core/error.hpp>

namespace visionkit {

template <class... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}

/// Runs `body` and lets nothing out but Error. Every public function that calls foreign code ends up in here.
template <class Body>
decltype(auto) guarded(const char* what, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::out_of_memory, "{}: out of memory", what);
  } catch (const std::exception& error) {
    fail(ErrorCode::internal, "{}: {}", what, error.what());
  }
}

}  // namespace visionkit
