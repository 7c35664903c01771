#include "runtime/archive.hpp"

#include <algorithm>
#include <utility>

#include "core/file.hpp"
#include "core/parallel.hpp"
#include "runtime/damage.hpp"
#include "runtime/file_kind.hpp"
#include "runtime/trust.hpp"
#include "runtime/unpack.hpp"

namespace visionkit {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view local_signature = "PK\x03\x04"sv;
constexpr std::string_view end_signature = "PK\x05\x06"sv;
constexpr std::size_t end_bytes = 22;
constexpr std::size_t worth_a_thread = std::size_t{4} << 20U;

void check_limits(const ModelLimits& limits) {
  const auto check = [](std::string_view field, std::uint64_t value) {
    if (value == 0) fail(ErrorCode::invalid_option, "limits.{} is 0, expected at least 1", field);
  };
  check("max_bytes", limits.max_bytes);
  check("max_extra_file_bytes", limits.max_extra_file_bytes);
  check("max_compression_ratio", limits.max_compression_ratio);
  check("max_records", limits.max_records);
}

// A damaged archive and a foreign file need different answers: either end of a zip file tells one.
void check_is_zip(std::span<const std::uint8_t> bytes, std::string_view model) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(local_signature) || text.starts_with(end_signature)) return;
  if (local_signature.starts_with(text)) damaged(model, "only {} bytes are left of it", text.size());
  const auto tail = text.substr(text.size() - std::min(text.size(), end_bytes));
  if (tail.starts_with(end_signature)) damaged(model, "it ends as an archive but does not begin as one");
  fail(ErrorCode::model_format, "model '{}' is no TorchScript archive but {}", model, describe_foreign_file(bytes));
}

// The folder of a TorchScript archive.
std::string find_top_folder(std::span<const ZipEntry> entries, std::string_view model) {
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) names.push_back(entry.central.name);
  const auto first = names.empty() ? std::string_view() : names.front();
  const auto top = first.substr(0, first.find('/'));
  const auto has = [&](std::string_view name) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view candidate) {
      if (!candidate.starts_with(top)) return false;
      candidate.remove_prefix(top.size());
      return name.ends_with('/') ? candidate.starts_with(name) : candidate == name;
    });
  };
  const bool is_torchscript = first.size() > top.size() && has("/constants.pkl") && has("/data.pkl") && has("/code/");
  if (!is_torchscript) {
    fail(ErrorCode::model_format, "model '{}' is no TorchScript archive but {}", model,
         describe_foreign_archive(names));
  }
  for (const auto name : names) {
    if (!name.starts_with(top) || !name.substr(top.size()).starts_with('/')) {
      damaged(model, "record '{}' lies outside of the archive's folder '{}'", shown_name(name), shown_name(top));
    }
  }
  return std::string(top);
}

std::vector<ZipRecord> to_records(std::span<const ZipEntry> entries, std::string_view model) {
  std::vector<ZipRecord> records;
  records.reserve(entries.size());
  for (const auto& entry : entries) {
    ZipRecord record;
    record.name = entry.central.name;
    record.packing = static_cast<Packing>(entry.central.method);
    record.crc32 = entry.central.crc32;
    record.offset = entry.data_offset;
    record.packed_bytes = entry.packed_bytes;
    record.bytes = entry.bytes;
    if (!record.is_folder()) {
      records.push_back(std::move(record));
    } else if (record.packed_bytes != 0 || record.bytes != 0) {
      damaged(model, "folder '{}' has contents", shown_name(record.name));
    }
  }
  return records;
}

const ZipRecord* find_record(std::span<const ZipRecord> records, std::string_view name) {
  const auto found =
      std::find_if(records.begin(), records.end(), [&](const ZipRecord& record) { return record.name == name; });
  return found == records.end() ? nullptr : &*found;
}

std::uint64_t parse_version(std::string_view text, std::string_view model, const FormatVersions& accepted) {
  const auto digits = text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
  std::uint64_t version = 0;
  const bool is_number =
      !digits.empty() && digits.size() <= 18 && digits.find_first_not_of("0123456789") == std::string_view::npos;
  for (const char digit : is_number ? digits : std::string_view()) {
    version = version * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  if (!is_number || version < accepted.oldest || version > accepted.newest) {
    fail(ErrorCode::model_version, "model '{}' has format version '{}'; this LibTorch reads {} to {}", model,
         shown_name(digits), accepted.oldest, accepted.newest);
  }
  return version;
}

std::uint64_t read_version(std::span<const std::uint8_t> bytes, std::span<const ZipRecord> records,
                           const std::string& top, std::string_view model, const FormatVersions& accepted) {
  // LibTorch looks for them in this order.
  for (const auto* name : {"/.data/version", "/version"}) {
    if (const auto* record = find_record(records, top + name)) {
      constexpr std::uint64_t most_bytes = 64;
      if (record->bytes > most_bytes) {
        fail(ErrorCode::model_version, "model '{}': the version record has {} bytes", model, record->bytes);
      }
      return parse_version(unpack_record(bytes, *record, model), model, accepted);
    }
  }
  fail(ErrorCode::model_version, "model '{}' has no version record; this LibTorch reads formats {} to {}", model,
       accepted.oldest, accepted.newest);
}

}  // namespace

Archive::Archive(Bytes bytes, std::string name, std::string path, const RunOptions& options, FormatVersions accepted)
    : owned_(std::move(bytes.owned)),
      bytes_(bytes.all),
      name_(std::move(name)),
      path_(std::move(path)),
      digest_(std::move(bytes.digest)) {
  const auto model = shown_path(name_);
  if (!options.sha256.empty()) check_sha256(options.sha256, digest_, model);
  if (!options.manifest.empty()) check_manifest(options.manifest, path_, digest_);

  check_is_zip(bytes_, model);
  const auto entries = read_zip_entries(bytes_, model, options.limits);
  top_folder_ = find_top_folder(entries, model);
  check_zip_writers(entries, model);
  records_ = to_records(entries, model);
  parallel_for(records_.size(), bytes_.size() < worth_a_thread ? 1 : 2,
               [&](std::size_t i) { check_record(bytes_, records_[i], model); });
  format_version_ = read_version(bytes_, records_, top_folder_, model, accepted);
}

Archive::Bytes Archive::read(const std::string& path, const RunOptions& options) {
  RegularFile file(path, {"model", options.limits.max_bytes, ErrorCode::model_too_large});
  Bytes bytes = {.owned = allocate_large(file.size(), "a model"), .all = {}, .digest = {}};
  const std::span target(bytes.owned.get(), file.size());
  constexpr std::size_t piece = std::size_t{1} << 18U;  // is still in the processor's cache when it is added
  Sha256 digest;
  std::size_t size = 0;
  for (std::size_t got = piece; got == piece; size += got) {
    const auto part = target.subspan(size, std::min(piece, target.size() - size));
    got = file.read(part);
    digest.add(part.first(got));
  }
  bytes.all = target.first(size);  // less when somebody truncates the file meanwhile: the checks find that
  bytes.digest = std::move(digest).hex();
  return bytes;
}

Archive Archive::from_file(const std::string& path, const RunOptions& options, FormatVersions accepted) {
  return guarded("reading a model", [&] {
    check_limits(options.limits);
    auto bytes = read(path, options);
    if (bytes.all.empty()) fail(ErrorCode::io, "model '{}' is an empty file", shown_path(path));
    return Archive(std::move(bytes), path, path, options, accepted);
  });
}

Archive Archive::from_bytes(std::span<const std::uint8_t> bytes, std::string name, const RunOptions& options,
                            FormatVersions accepted) {
  return guarded("reading a model", [&] {
    const auto model = shown_path(name);
    if (bytes.data() == nullptr || bytes.empty()) fail(ErrorCode::invalid_argument, "model '{}' has no bytes", model);
    if (!options.manifest.empty()) {
      fail(ErrorCode::invalid_option, "manifest is set for model '{}', which was given as bytes; expected sha256",
           model);
    }
    check_limits(options.limits);
    if (bytes.size() > options.limits.max_bytes) {
      fail(ErrorCode::model_too_large, "model '{}' has {} bytes; at most {} are accepted", model, bytes.size(),
           options.limits.max_bytes);
    }
    return Archive({.owned = {}, .all = bytes, .digest = sha256_hex(bytes)}, std::move(name), {}, options, accepted);
  });
}

std::string Archive::contents(const ZipRecord& record) const {
  return guarded("unpacking a record", [&] { return unpack_record(bytes_, record, shown_path(name_)); });
}

std::optional<std::string> Archive::extra_file(std::string_view name) const {
  const auto* record = find_record(records_, top_folder_ + "/extra/" + std::string(name));
  if (record == nullptr) return std::nullopt;
  return contents(*record);
}

}  // namespace visionkit
