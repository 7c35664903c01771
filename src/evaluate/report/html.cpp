#include "evaluate/report/html.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace visionkit {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// The bytes of the well-formed UTF-8 character at the start of `text` (RFC 3629, table of section 4); 0 for none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  const bool is_overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool is_no_character = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90) ||
                               (first == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE);
  return is_overlong || is_no_character ? 0 : length;
}

std::optional<std::string_view> entity_of(char character) {
  switch (character) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    default: return std::nullopt;
  }
}

bool is_control(char character) {
  const auto code = static_cast<std::uint8_t>(character);
  return (code < 0x20 && character != '\n' && character != '\t') || code == 0x7F;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length == 0 || is_control(text.front())) {
      result += replacement;
    } else if (const auto entity = entity_of(text.front())) {
      result += *entity;
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

std::string shorten(std::string_view text, std::size_t characters) {
  const auto begins = [&](std::size_t i) { return (static_cast<std::uint8_t>(text[i]) & 0xC0U) != 0x80U; };
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 0 || begins(i)) starts.push_back(i);
  }
  if (starts.size() <= characters) return std::string(text);
  const auto tail = characters / 2;
  const auto head = characters - tail - 1;
  return std::string(text.substr(0, starts[head])) + "\u2026" + std::string(text.substr(starts[starts.size() - tail]));
}

void Html::open(std::string_view tag, const HtmlAttributes& attributes) {
  markup_ += '<';
  markup_ += tag;
  for (const auto& [name, value] : attributes) {
    markup_ += ' ';
    markup_ += name;
    markup_ += "=\"";
    markup_ += escape_html(value);
    markup_ += '"';
  }
  markup_ += '>';
}

void Html::close(std::string_view tag) {
  markup_ += "</";
  markup_ += tag;
  markup_ += '>';
}

void Html::empty(std::string_view tag, const HtmlAttributes& attributes) {
  open(tag, attributes);
  markup_.back() = '/';
  markup_ += '>';
}

void Html::element(std::string_view tag, const HtmlAttributes& attributes, std::string_view text) {
  open(tag, attributes);
  markup_ += escape_html(text);
  close(tag);
}

void Html::text(std::string_view plain) { markup_ += escape_html(plain); }

void Html::style(std::string_view css) {
  open("style", {});
  markup_ += css;
  close("style");
}

}  // namespace visionkit
