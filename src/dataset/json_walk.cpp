#include "dataset/json_walk.hpp"

#include <algorithm>
#include <utility>

#include "dataset/folder.hpp"

namespace visionkit {
namespace {

constexpr std::size_t max_depth = 64;
constexpr std::size_t few_keys = 32;  // compared one by one; more are hashed

std::string_view trimmed(std::string_view token) {
  const auto end = token.find_last_not_of(" \t\r\n");
  return token.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

}  // namespace

JsonWalk::JsonWalk(std::vector<std::uint8_t> bytes, std::string what)
    : bytes_(std::move(bytes)), size_(bytes_.size()), what_(std::move(what)) {
  bytes_.resize(size_ + simdjson::SIMDJSON_PADDING);
}

JsonWalk::Value JsonWalk::root() {
  std::string_view text(reinterpret_cast<const char*>(bytes_.data()), size_);
  refuse_utf16(text, what_);
  text = without_mark(text);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    fail(ErrorCode::dataset_syntax, "{}: empty, JSON is expected", what_);
  }
  const simdjson::padded_string_view view(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  if (const auto error = parser_.iterate(view).get(document_)) broken(error);
  Value value;
  if (const auto error = document_.get_value().get(value)) {
    if (error != simdjson::SCALAR_DOCUMENT_AS_VALUE) broken(error);
    refuse(ErrorCode::dataset_schema, "a single value is no data set, an object or a list is expected");
  }
  return value;
}

void JsonWalk::note_key(std::string_view key, std::size_t outer_keys, std::unordered_set<std::string_view>& many) {
  const auto count = keys_.size() - outer_keys;
  bool is_new = true;
  if (count < few_keys) {
    is_new = std::find(keys_.begin() + static_cast<std::ptrdiff_t>(outer_keys), keys_.end(), key) == keys_.end();
    keys_.push_back(key);
  } else {
    if (many.empty()) many.insert(keys_.begin() + static_cast<std::ptrdiff_t>(outer_keys), keys_.end());
    is_new = many.insert(key).second;
  }
  if (!is_new) refuse(ErrorCode::dataset_syntax, "this key appears twice in one object");
}

std::int64_t JsonWalk::integer(Value value) {
  std::int64_t result = 0;
  if (const auto error = value.get_int64().get(result)) wrong(value, error, "a whole number of 64 bits");
  return result;
}

std::int64_t JsonWalk::integer_in(Value value, std::int64_t lowest, std::int64_t highest) {
  const auto result = integer(value);
  if (result < lowest || result > highest) {
    refuse(ErrorCode::dataset_schema, "{} is out of range, {} to {} are accepted", result, lowest, highest);
  }
  return result;
}

std::uint64_t JsonWalk::natural(Value value) {
  std::uint64_t result = 0;
  if (const auto error = value.get_uint64().get(result)) wrong(value, error, "a whole number from 0 of 64 bits");
  return result;
}

bool JsonWalk::boolean(Value value) {
  bool result = false;
  if (const auto error = value.get_bool().get(result)) wrong(value, error, "true or false");
  return result;
}

double JsonWalk::number(Value value) {
  double result = 0;
  if (const auto error = value.get_double().get(result)) wrong(value, error, "a number");
  return result;
}

std::string_view JsonWalk::text(Value value, const char* expected) {
  std::string_view result;
  if (const auto error = value.get_string().get(result)) wrong(value, error, expected);
  return result;
}

std::string_view JsonWalk::type(Value value) {
  simdjson::ondemand::json_type type = {};
  if (const auto error = value.type().get(type)) broken(error);
  switch (type) {
    case simdjson::ondemand::json_type::array: return "array";
    case simdjson::ondemand::json_type::object: return "object";
    case simdjson::ondemand::json_type::number: return "number";
    case simdjson::ondemand::json_type::string: return "string";
    case simdjson::ondemand::json_type::boolean: return "boolean";
    case simdjson::ondemand::json_type::null: break;
  }
  return "null";
}

void JsonWalk::check(Value value) {
  if (path_.size() > max_depth) refuse(ErrorCode::dataset_syntax, "nested more than {} deep", max_depth);
  const auto kind = type(value);
  if (kind == "object") {
    object(value, [](std::string_view, const Value&) { return false; });
  } else if (kind == "array") {
    array(value, [this](const Value& element) { check(element); });
  } else if (kind == "string") {
    static_cast<void>(text(value));
  } else if (kind == "number") {
    static_cast<void>(number(value));
  } else {
    const auto token = trimmed(value.raw_json_token());
    if (token != "null" && token != "true" && token != "false") broken(simdjson::TAPE_ERROR);
    if (kind == "null") {
      static_cast<void>(value.is_null());
    } else {
      static_cast<void>(value.get_bool());
    }
  }
}

std::string JsonWalk::pointer() const {
  std::string text;
  for (const auto& step : path_) {
    if (text.size() > 120) return text + "/...";  // keys can be as long as the file
    text += '/';
    text += step.is_key ? std::string(step.key.substr(0, 60)) : std::to_string(step.index);
  }
  return text.empty() ? "/" : text;
}

void JsonWalk::broken(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) fail(ErrorCode::out_of_memory, "{}: out of memory", what_);
  if (error == simdjson::CAPACITY) fail(ErrorCode::dataset_too_large, "{}: {} bytes are too many", what_, size_);
  const char* place = nullptr;
  if (document_.is_alive() && document_.current_location().get(place) == simdjson::SUCCESS) {
    refuse(ErrorCode::dataset_syntax, "broken JSON at byte {} of {}: {}",
           place - reinterpret_cast<const char*>(bytes_.data()), size_, simdjson::error_message(error));
  }
  refuse(ErrorCode::dataset_syntax, "broken JSON, perhaps cut off at byte {}: {}", size_,
         simdjson::error_message(error));
}

void JsonWalk::wrong(Value value, simdjson::error_code error, const char* expected) {
  if (error != simdjson::INCORRECT_TYPE && error != simdjson::NUMBER_OUT_OF_RANGE) broken(error);
  const auto kind = type(value);
  if (kind == "number" && value.get_double().error() != simdjson::SUCCESS) broken(simdjson::NUMBER_ERROR);
  const std::string_view token = kind == "object" || kind == "array" ? kind : trimmed(value.raw_json_token());
  if ((kind == "null" && token != "null") || (kind == "boolean" && token != "true" && token != "false")) {
    broken(simdjson::TAPE_ERROR);
  }
  refuse(ErrorCode::dataset_schema, "{} is expected, got {}", expected, token.substr(0, 40));
}

}  // namespace visionkit
