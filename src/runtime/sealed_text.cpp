#include "runtime/sealed_text.hpp"

#include <cstdint>

#include "core/fail.hpp"
#include "core/file.hpp"
#include "core/write_file.hpp"
#include "runtime/trust.hpp"

namespace visionkit {
std::string read_sealed(const std::string& path, const char* what) {
  constexpr std::uint64_t most_bytes = std::uint64_t{4} << 20U;
  const auto bytes = read_file(path, {what, most_bytes, ErrorCode::model_corrupt});
  const std::string whole(bytes.begin(), bytes.end());
  const auto line = whole.find('\n');
  if (line != std::string::npos) {
    auto text = whole.substr(line + 1);
    if (whole.substr(0, line) == sha256_hex(text)) return text;
  }
  fail(ErrorCode::model_corrupt, "{} '{}' is damaged", what, path);
}

void write_sealed(const std::string& path, const std::string& text, const char* what) {
  const auto whole = sha256_hex(text) + "\n" + text;
  write_file(path, {reinterpret_cast<const std::uint8_t*>(whole.data()), whole.size()}, what);
}

}  // namespace visionkit
