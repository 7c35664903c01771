#include "core/base64.hpp"

#include <array>

#include "core/fail.hpp"

namespace visionkit {
namespace {

constexpr std::uint8_t is_space = 64, is_padding = 65, is_foreign = 66;

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  table.fill(is_foreign);
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  table['-'] = 62;  // the URL-safe alphabet
  table['_'] = 63;
  table['='] = is_padding;
  for (const char c : {' ', '\t', '\r', '\n', '\f', '\v'}) table[static_cast<unsigned char>(c)] = is_space;
  return table;
}

constexpr auto table = make_table();

// What follows "data:<type>;base64,".
std::string_view payload(std::string_view text) {
  constexpr std::string_view scheme = "data:";
  if (!text.starts_with(scheme)) return text;
  const auto comma = text.find(',');
  if (comma == std::string_view::npos || !text.substr(0, comma).ends_with(";base64")) {
    fail(ErrorCode::invalid_argument, "the data URL is not base64; expected \"data:<type>;base64,<text>\"");
  }
  return text.substr(comma + 1);
}

}  // namespace

std::vector<std::uint8_t> decode_base64(std::string_view text, std::uint64_t max_bytes) {
  text = payload(text);
  if (text.size() / 4 * 3 > max_bytes + 3) {
    fail(ErrorCode::image_too_large,
         "the base64 text has {} characters; at most {} decoded bytes are accepted (limits.max_encoded_bytes)",
         text.size(), max_bytes);
  }
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  unsigned count = 0;  // characters in `bits`
  bool has_ended = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto value = table[static_cast<unsigned char>(text[i])];
    if (value == is_space) continue;
    if (value == is_padding) {
      has_ended = true;
      continue;
    }
    if (value == is_foreign || has_ended) {
      fail(ErrorCode::invalid_argument, "the text is not base64: character {} has the code {}{}", i,
           static_cast<unsigned>(static_cast<unsigned char>(text[i])), has_ended ? " after the padding" : "");
    }
    bits = bits << 6U | value;
    if (++count == 4) {
      bytes.push_back(static_cast<std::uint8_t>(bits >> 16U));
      bytes.push_back(static_cast<std::uint8_t>(bits >> 8U));
      bytes.push_back(static_cast<std::uint8_t>(bits));
      bits = 0;
      count = 0;
    }
  }
  if (count == 1) fail(ErrorCode::invalid_argument, "the text is not base64: one character is left over at the end");
  if (count >= 2) bytes.push_back(static_cast<std::uint8_t>(bits >> (count == 2 ? 4U : 10U)));
  if (count == 3) bytes.push_back(static_cast<std::uint8_t>(bits >> 2U));
  if (bytes.empty()) fail(ErrorCode::invalid_argument, "the base64 text is empty");
  return bytes;
}

}  // namespace visionkit
