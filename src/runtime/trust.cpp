#include "runtime/trust.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "core/fail.hpp"
#include "core/file.hpp"
#include "runtime/damage.hpp"

namespace visionkit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t digest_digits = 64;
constexpr std::uint64_t max_manifest_bytes = std::uint64_t{16} << 20U;

bool is_digest(std::string_view text) {
  return text.size() == digest_digits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_same_digest(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string read_manifest(const std::string& manifest, std::string_view model) {
  try {
    const auto bytes = read_file(manifest, {"manifest", max_manifest_bytes, ErrorCode::model_untrusted});
    return {bytes.begin(), bytes.end()};
  } catch (const Error& error) {
    fail(ErrorCode::model_untrusted, "model '{}' is not trusted: {}", model, error.what());
  }
}

bool is_named(const std::string& name, const fs::path& manifest, const fs::path& model) {
  const fs::path listed = name;
  if (!listed.has_parent_path()) return listed == model.filename();
  std::error_code error;
  return fs::equivalent(manifest.parent_path() / listed, model, error) && !error;
}

}  // namespace

struct Sha256::State {
  struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};

  static void check(int result) {
    if (result != 1) fail(ErrorCode::internal, "OpenSSL could not compute a SHA-256");
  }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr) throw std::bad_alloc();
  State::check(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::uint8_t> bytes) {
  State::check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::hex() && {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  State::check(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

std::string sha256_hex(std::span<const std::uint8_t> bytes) {
  Sha256 digest;
  digest.add(bytes);
  return std::move(digest).hex();
}

std::string sha256_hex(std::string_view text) {
  return sha256_hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void check_sha256(std::string_view expected, std::string_view digest, std::string_view model) {
  if (!is_digest(expected)) {
    fail(ErrorCode::invalid_option, "sha256 is '{}', expected 64 hexadecimal digits", shown_name(expected));
  }
  if (!is_same_digest(expected, digest)) {
    fail(ErrorCode::model_untrusted, "model '{}' is not trusted: its SHA-256 is {}, expected {}", model, digest,
         expected);
  }
}

void check_manifest(const std::string& manifest, const std::string& path, std::string_view digest) {
  const auto model = shown_path(path);
  const auto text = read_manifest(manifest, model);
  bool is_listed = false;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const auto gap = line.substr(std::min(line.size(), digest_digits), 2);
    if (!is_digest(line.substr(0, digest_digits)) || (gap != "  " && gap != " *") ||
        line.size() == digest_digits + gap.size()) {
      fail(ErrorCode::model_untrusted, "model '{}' is not trusted: line {} of manifest '{}' is not '<sha256>  <name>'",
           model, number, shown_path(manifest));
    }
    if (!is_named(std::string(line.substr(digest_digits + gap.size())), manifest, path)) continue;
    is_listed = true;
    if (!is_same_digest(line.substr(0, digest_digits), digest)) {
      fail(ErrorCode::model_untrusted,
           "model '{}' is not trusted: its SHA-256 is {}, line {} of the manifest lists another", model, digest,
           number);
    }
  }
  if (!is_listed) {
    fail(ErrorCode::model_untrusted, "model '{}' is not trusted: manifest '{}' does not name it", model,
         shown_path(manifest));
  }
}

}  // namespace visionkit
