// Walks through JSON text once, from front to back, and checks all of it: also what the reader has no use for, and keys
// that appear twice. Every failure is an Error with the place: a byte for broken JSON, a JSON pointer for a wrong
// value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "core/fail.hpp"

namespace visionkit {

class JsonWalk {
 public:
  using Value = simdjson::ondemand::value;

  /// `what` names the document in messages: "COCO annotations 'a.json'".
  JsonWalk(std::vector<std::uint8_t> bytes, std::string what);

  /// The whole document; `use` gets its value once and must not keep it.
  template <class Use>
  void document(Use&& use) {
    use(root());
    if (document_.current_location().error() == simdjson::SUCCESS) broken(simdjson::TRAILING_CONTENT);
  }

  /// Calls on_field(key, value) for every field. It returns whether it used the value.
  template <class OnField>
  void object(Value value, OnField&& on_field) {
    simdjson::ondemand::object fields;
    if (const auto error = value.get_object().get(fields)) wrong(value, error, "an object");
    const auto outer_keys = keys_.size();
    std::unordered_set<std::string_view> many;
    for (auto each : fields) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(each).get(field)) broken(error);
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) broken(error);
      path_.push_back({key, 0, true});
      note_key(key, outer_keys, many);
      auto inner = field.value();
      if (!on_field(key, inner)) check(inner);
      path_.pop_back();
    }
    keys_.resize(outer_keys);
  }

  /// Calls on_element(value) for every element.
  template <class OnElement>
  void array(Value value, OnElement&& on_element, const char* expected = "a list") {
    simdjson::ondemand::array elements;
    if (const auto error = value.get_array().get(elements)) wrong(value, error, expected);
    path_.push_back({{}, 0, false});
    for (auto each : elements) {
      Value element;
      if (const auto error = std::move(each).get(element)) broken(error);
      on_element(element);
      ++path_.back().index;
    }
    path_.pop_back();
  }

  [[nodiscard]] std::int64_t integer(Value value);
  /// One from `lowest` to `highest`.
  [[nodiscard]] std::int64_t integer_in(Value value, std::int64_t lowest, std::int64_t highest);
  [[nodiscard]] std::uint64_t natural(Value value);
  [[nodiscard]] bool boolean(Value value);
  [[nodiscard]] double number(Value value);
  /// Valid as long as the walk.
  [[nodiscard]] std::string_view text(Value value, const char* expected = "a string");
  /// "object", "array", "number", "string", "boolean" or "null".
  [[nodiscard]] std::string_view type(Value value);
  /// Walks through a value of which nothing is wanted.
  void check(Value value);

  /// Where the walk is: "/annotations/7/bbox"; "/" at the top.
  [[nodiscard]] std::string pointer() const;
  [[nodiscard]] const std::string& what() const { return what_; }

  /// Throws with the place of the walk.
  template <class... Args>
  [[noreturn]] void refuse(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) const {
    fail(code, "{} {}: {}", what_, pointer(), fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  struct Step {
    std::string_view key;
    std::size_t index;
    bool is_key;
  };

  [[nodiscard]] Value root();
  void note_key(std::string_view key, std::size_t outer_keys, std::unordered_set<std::string_view>& many);
  [[noreturn]] void broken(simdjson::error_code error);
  [[noreturn]] void wrong(Value value, simdjson::error_code error, const char* expected);

  std::vector<std::uint8_t> bytes_;  // with simdjson's padding behind them
  std::size_t size_;
  std::string what_;
  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  std::vector<Step> path_;
  std::vector<std::string_view> keys_;  // of the objects around the place, innermost last
};

/// The value of a key that must be there.
template <class T>
T required(const JsonWalk& walk, std::optional<T>& value, std::string_view key) {
  if (!value) walk.refuse(ErrorCode::dataset_schema, "the key '{}' is missing", key);
  return std::move(*value);
}

}  // namespace visionkit
