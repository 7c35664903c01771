// Texts in files, and tables of texts that are refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "support/files.hpp"
#include "support/refusal.hpp"

namespace visionkit::test {

inline void write_text(const TemporaryFolder& root, std::string_view name, std::string_view text = "") {
  std::filesystem::create_directories((root / name).parent_path());
  write_bytes(root / name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

inline std::string text_of(const TemporaryFolder& root, std::string_view name) {
  const auto bytes = read_bytes(root / name);
  return {bytes.begin(), bytes.end()};
}

/// A text, the code that refuses it, and a part of the message.
struct BadText {
  std::string text;
  const char* code;
  const char* part;
};

/// `read` gets each text; every message has `place`, too, and keeps to its length.
template <class Read>
void check_refusals(std::span<const BadText> cases, Read&& read, std::string_view place = "") {
  for (const auto& each : cases) {
    CAPTURE(each.text.substr(0, 300));
    const auto refused = refusal_of([&] { static_cast<void>(read(each.text)); });
    CHECK(refused.code == each.code);
    CAPTURE(refused.message);
    CHECK(contains(refused.message, each.part));
    CHECK(contains(refused.message, place));
    CHECK(refused.message.size() <= 300);
  }
}

}  // namespace visionkit::test
