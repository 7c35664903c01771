// Writes JSON from front to back. Numbers have the fewest digits that give the same value back.
#pragma once

#include <cmath>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <visionkit/core/mask.hpp>
#include <visionkit/core/polygons.hpp>

#include "core/fail.hpp"

namespace visionkit {

class JsonText {
 public:
  /// `what` is the noun of messages: "COCO's JSON".
  explicit JsonText(const char* what) : what_(what) {}

  JsonText& raw(std::string_view text) {
    text_ += text;
    return *this;
  }

  /// Throws invalid_argument for one that is not finite.
  template <class Number>
  JsonText& number(Number value) {
    if constexpr (std::is_floating_point_v<Number>) {
      if (!std::isfinite(value)) {
        fail(ErrorCode::invalid_argument, "writing {}: {} is no number that JSON can hold", what_, value);
      }
    }
    fmt::format_to(std::back_inserter(text_), "{}", value);
    return *this;
  }

  /// Bytes that are not UTF-8 become U+FFFD.
  JsonText& text(std::string_view value);
  /// Throws invalid_argument for bytes that are not UTF-8.
  JsonText& exact_text(std::string_view value);

  /// COCO's object of run lengths.
  JsonText& mask(const Mask& mask);
  /// COCO's list of numbers.
  JsonText& polygon(const Polygon& polygon);

  template <class Entries, class Write>
  JsonText& list(const Entries& entries, Write&& write, std::string_view between = ",") {
    raw("[");
    bool is_first = true;
    for (const auto& entry : entries) {
      if (!is_first) raw(between);
      is_first = false;
      write(entry);
    }
    return raw("]");
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const char* what_;
  std::string text_;
};

}  // namespace visionkit
