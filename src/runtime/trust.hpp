// SHA-256 of a model file, and the two ways to say which digest is expected.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace visionkit {

/// A SHA-256 that is computed piece by piece. Throws internal when OpenSSL has none.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::span<const std::uint8_t> bytes);
  /// 64 lower-case hexadecimal digits. Nothing can be added afterwards.
  [[nodiscard]] std::string hex() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 64 lower-case hexadecimal digits. Throws as Sha256.
std::string sha256_hex(std::span<const std::uint8_t> bytes);
std::string sha256_hex(std::string_view text);

/// Throws invalid_option when `expected` is not 64 hexadecimal digits, model_untrusted when it is another digest.
void check_sha256(std::string_view expected, std::string_view digest, std::string_view model);

/// Looks the file `path` up in a list as `sha256sum` writes it ("<digest>  <name>" or "<digest> *<name>", one file a
/// line; empty lines and lines that begin with '#' are skipped). A bare name stands for any file of that name; a name
/// with folders is taken from the list's own folder, and must lead to `path`. All lines that name the file must agree.
/// Throws model_untrusted when the list cannot be read, is malformed, does not name the file, or has another digest.
void check_manifest(const std::string& manifest, const std::string& path, std::string_view digest);

}  // namespace visionkit
