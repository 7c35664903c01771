// Reads a JSON object strictly: every key is asked for, of the right type, and no other key may be there.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "core/fail.hpp"

namespace visionkit {

class JsonObject {
 public:
  /// `where` names the document and the place in it: "record /input".
  JsonObject(const nlohmann::json& value, std::string where, ErrorCode code)
      : value_(value), where_(std::move(where)), code_(code) {
    if (!value.is_object()) fail(code_, "{}: an object is expected, got {}", where_, value.type_name());
  }

  [[nodiscard]] bool has(const char* key) {
    known_.insert(key);
    return value_.contains(key) && !value_[key].is_null();
  }

  /// Leaves `target` alone when the key is absent or null.
  template <class T>
  void get(const char* key, T& target) {
    if (has(key)) target = convert<T>(value_[key], key);
  }

  template <class T>
  [[nodiscard]] T require(const char* key) {
    if (!has(key)) fail(code_, "{}: the key '{}' is missing", where_, key);
    return convert<T>(value_[key], key);
  }

  /// An enumerator by the name that to_string() gives it.
  template <class E>
  void get_enum(const char* key, E& target) {
    if (!has(key)) return;
    const auto name = convert<std::string>(value_[key], key);
    std::string accepted;
    for (int i = 0;; ++i) {
      const auto text = to_string(static_cast<E>(i));
      if (text == "unknown") break;
      if (text == name) {
        target = static_cast<E>(i);
        return;
      }
      accepted += (accepted.empty() ? "" : ", ") + std::string(text);
    }
    fail(code_, "{}/{}: '{}' is not accepted; expected one of {}", where_, key, name, accepted);
  }

  template <class E>
  void get_enum(const char* key, std::optional<E>& target) {
    if (!has(key)) return;
    E value = {};
    get_enum(key, value);
    target = value;
  }

  [[nodiscard]] JsonObject object(const char* key) {
    known_.insert(key);
    return {value_.at(key), where_ + "/" + key, code_};
  }

  /// Refuses keys that nobody asked for.
  void finish() const {
    for (const auto& [key, unused] : value_.items()) {
      if (!known_.contains(key))
        fail(code_, "{}: unknown key '{}'; accepted are {}", where_, key, fmt::join(known_, ", "));
    }
  }

 private:
  template <class T>
  [[nodiscard]] T convert(const nlohmann::json& value, const char* key) const {
    try {
      if constexpr (std::is_same_v<T, bool>) {
        if (value.is_boolean()) return value.get<T>();
      } else if constexpr (std::is_integral_v<T>) {
        if (value.is_number_integer() && value == nlohmann::json(value.get<T>())) return value.get<T>();
      } else if constexpr (std::is_floating_point_v<T>) {
        if (value.is_number()) return value.get<T>();
      } else {
        return value.get<T>();
      }
    } catch (const nlohmann::json::exception&) {
    }
    fail(code_, "{}/{}: {} has the wrong type or range, expected {}", where_, key, value.dump().substr(0, 40),
         expectation<T>());
  }

  template <class T>
  static constexpr const char* expectation() {
    if constexpr (std::is_same_v<T, bool>)
      return "true or false";
    else if constexpr (std::is_integral_v<T>)
      return "a whole number";
    else if constexpr (std::is_floating_point_v<T>)
      return "a number";
    else if constexpr (std::is_same_v<T, std::string>)
      return "a string";
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
      return "a list of strings";
    else
      return "a list of numbers";
  }

  const nlohmann::json& value_;
  std::string where_;
  ErrorCode code_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace visionkit
