#include "runtime/zip.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "runtime/damage.hpp"
#include "runtime/zip_fields.hpp"

// Layouts and names follow PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.

namespace visionkit {
namespace {

constexpr std::uint64_t end_bytes = 22;
constexpr std::uint64_t locator_bytes = 20;
constexpr std::uint64_t end64_bytes = 56;
constexpr std::uint64_t central_bytes = 46;
constexpr std::uint64_t local_bytes = 30;

// A small tensor of one repeated value packs better than the ratio that gives a bomb away.
constexpr std::uint64_t harmless_bytes = std::uint64_t{64} << 10U;

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

// The 64-bit twin of the end record, which PyTorch always writes and Python only for large files.
Directory read_end64(Bytes file, std::uint64_t locator, const Directory& narrow, std::string_view model) {
  const auto end64 = locator - end64_bytes;
  if (locator < end64_bytes || u64(file, locator + 8) != end64 || u32(file, end64) != 0x06064b50) {
    damaged(model, "the zip64 end record is not where its locator says");
  }
  const auto made_by = u16(file, end64 + 12);
  const bool is_known_writer =
      (made_by == 0x031e || made_by == zip64_version) && u16(file, end64 + 14) == zip64_version;
  if (u32(file, locator + 4) != 0 || u32(file, locator + 16) != 1 || u64(file, end64 + 4) != end64_bytes - 12 ||
      !is_known_writer || u32(file, end64 + 16) != 0 || u32(file, end64 + 20) != 0 ||
      u64(file, end64 + 24) != u64(file, end64 + 32)) {
    damaged(model, "the zip64 end record contradicts itself");
  }
  const Directory wide{u64(file, end64 + 32), u64(file, end64 + 48), u64(file, end64 + 40)};
  if (narrow.entries != std::min<std::uint64_t>(wide.entries, 0xffff) ||
      narrow.offset != std::min<std::uint64_t>(wide.offset, all_ones32) ||
      narrow.bytes != std::min<std::uint64_t>(wide.bytes, all_ones32)) {
    damaged(model, "the two end records differ");
  }
  return wide;
}

Directory read_end(Bytes file, std::string_view model) {
  if (file.size() < end_bytes || u32(file, file.size() - end_bytes) != 0x06054b50) {
    damaged(model, "it does not end in a zip end record; it was cut, or something was appended");
  }
  const auto end = file.size() - end_bytes;
  if (u16(file, end + 4) != 0 || u16(file, end + 6) != 0 || u16(file, end + 8) != u16(file, end + 10) ||
      u16(file, end + 20) != 0) {
    damaged(model, "the zip end record contradicts itself");
  }
  Directory directory{u16(file, end + 10), u32(file, end + 16), u32(file, end + 12)};
  auto directory_end = end;
  if (end >= locator_bytes && u32(file, end - locator_bytes) == 0x07064b50) {
    directory = read_end64(file, end - locator_bytes, directory, model);
    directory_end = end - locator_bytes - end64_bytes;
  }
  if (directory.offset > directory_end || directory.bytes != directory_end - directory.offset ||
      directory.entries > directory.bytes / central_bytes) {
    damaged(model, "the directory ({} records, {} bytes at {}) does not fit into the {} bytes before the end record",
            directory.entries, directory.bytes, directory.offset, directory_end);
  }
  return directory;
}

ZipHeader read_header(Bytes file, std::uint64_t at) {
  ZipHeader header;
  header.version_needed = u16(file, at);
  header.flags = u16(file, at + 2);
  header.method = u16(file, at + 4);
  header.time = u16(file, at + 6);
  header.date = u16(file, at + 8);
  header.crc32 = u32(file, at + 10);
  header.packed_bytes = u32(file, at + 14);
  header.bytes = u32(file, at + 18);
  return header;
}

// Reads the name and the extra field, which lie one after the other; `end` is where the headers may reach to.
std::uint64_t read_tail(Bytes file, std::uint64_t at, std::uint64_t name_bytes, std::uint64_t extra_bytes,
                        std::uint64_t end, ZipHeader& header, std::string_view model) {
  if (name_bytes + extra_bytes > end - at) damaged(model, "the header at byte {} is longer than the room for it", at);
  header.name = {reinterpret_cast<const char*>(file.data() + at), name_bytes};
  header.extra = file.subspan(at + name_bytes, extra_bytes);
  return at + name_bytes + extra_bytes;
}

std::uint64_t read_central(Bytes file, std::uint64_t at, std::uint64_t end, ZipEntry& entry, std::string_view model) {
  if (end - at < central_bytes || u32(file, at) != 0x02014b50) damaged(model, "no directory entry at byte {}", at);
  entry.made_by = u16(file, at + 4);
  entry.central = read_header(file, at + 6);
  entry.comment_bytes = u16(file, at + 32);
  entry.first_disk = u16(file, at + 34);
  entry.internal_attributes = u16(file, at + 36);
  entry.external_attributes = u32(file, at + 38);
  entry.header_offset = u32(file, at + 42);
  const auto next =
      read_tail(file, at + central_bytes, u16(file, at + 28), u16(file, at + 30), end, entry.central, model);
  if (entry.comment_bytes > end - next) damaged(model, "the comment at byte {} is longer than the room for it", next);

  // The zip64 field holds, in this order, the numbers that are all ones in the entry itself. Python moves both sizes
  // there when one of them needs it.
  entry.bytes = entry.central.bytes;
  entry.packed_bytes = entry.central.packed_bytes;
  const auto wide = find_extra(entry.central.extra, zip64_extra);
  std::size_t used = 0;
  for (auto* number : {&entry.bytes, &entry.packed_bytes, &entry.header_offset}) {
    if (*number != all_ones32) continue;
    if (wide.size() < used + 8) {
      damaged(model, "the zip64 field of record '{}' is too short", shown_name(entry.central.name));
    }
    *number = u64(wide, used);
    used += 8;
  }
  if (used != wide.size()) damaged(model, "the zip64 field of record '{}' is too long", shown_name(entry.central.name));
  return next + entry.comment_bytes;
}

void check_name(std::string_view name, std::string_view model) {
  const bool has_bad_byte =
      std::any_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f || c == '\\'; });
  const bool has_drive = name.size() > 2 && name[1] == ':' && name[2] == '/';
  bool has_bad_part = name.empty();
  for (auto rest = name; !rest.empty();) {
    const auto part = rest.substr(0, rest.find('/'));
    has_bad_part = has_bad_part || part.empty() || part == "." || part == "..";
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  if (has_bad_byte || has_drive || has_bad_part) {
    damaged(model,
            "record name '{}' is unsafe; names are relative paths without '.', '..', '\\' and control characters",
            shown_name(name));
  }
}

// `total` is the unpacked size of the records before this one, which did not exceed the limit.
void check_limits(const ZipEntry& entry, std::uint64_t total, std::uint64_t file_bytes, std::string_view model,
                  const ModelLimits& limits) {
  const auto too_large = [&](std::string_view what, std::uint64_t found, std::uint64_t accepted) {
    fail(ErrorCode::model_too_large, "model '{}': record '{}' {} {}; at most {} is accepted", model,
         shown_name(entry.central.name), what, found, accepted);
  };
  if (entry.bytes > limits.max_bytes) too_large("declares a size in bytes of", entry.bytes, limits.max_bytes);
  if (entry.bytes > limits.max_bytes - total) {
    too_large("brings the unpacked bytes of all records to", total + entry.bytes, limits.max_bytes);
  }
  const auto folder = entry.central.name.find('/');
  if (folder != std::string_view::npos && entry.central.name.substr(folder).starts_with("/extra/") &&
      entry.bytes > limits.max_extra_file_bytes) {
    too_large("is an extra file with a declared size in bytes of", entry.bytes, limits.max_extra_file_bytes);
  }
  // A record that claims more packed bytes than there are in the file is measured by the file.
  const auto packed = std::clamp<std::uint64_t>(entry.packed_bytes, 1, file_bytes);
  if (entry.bytes > harmless_bytes && entry.bytes / packed > limits.max_compression_ratio) {
    too_large("declares a compression ratio of", entry.bytes / packed, limits.max_compression_ratio);
  }
  const auto sum = total + entry.bytes;
  if (sum > harmless_bytes && sum / file_bytes > limits.max_compression_ratio) {
    too_large("brings the compression ratio of the file to", sum / file_bytes, limits.max_compression_ratio);
  }
}

void check_descriptor(Bytes descriptor, const ZipEntry& entry, std::string_view model) {
  const bool is_wide = descriptor.size() == 24;
  if ((!is_wide && descriptor.size() != 16) || u32(descriptor, 0) != 0x08074b50 ||
      u32(descriptor, 4) != entry.central.crc32 ||
      (is_wide ? u64(descriptor, 8) : u32(descriptor, 8)) != entry.packed_bytes ||
      (is_wide ? u64(descriptor, 16) : u32(descriptor, 12)) != entry.bytes) {
    damaged(model, "the data descriptor of record '{}' contradicts the directory", shown_name(entry.central.name));
  }
}

// Checks one local header against its directory entry. The record ends where the next one, or the directory, begins.
void check_local(Bytes file, ZipEntry& entry, std::uint64_t end, std::string_view model) {
  const auto at = entry.header_offset;
  const auto name = shown_name(entry.central.name);
  if (end - at < local_bytes || u32(file, at) != 0x04034b50) {
    damaged(model, "record '{}' has no header at byte {}", name, at);
  }
  auto& local = entry.local;
  local = read_header(file, at + 4);
  entry.data_offset = read_tail(file, at + local_bytes, u16(file, at + 26), u16(file, at + 28), end, local, model);

  const auto& central = entry.central;
  // Python notes zip64's version in the directory alone when it rewrites the directory of a file beyond 2 GiB.
  const bool is_rewritten = central.version_needed == zip64_version && !find_extra(central.extra, zip64_extra).empty();
  if (local.name != central.name || (local.version_needed != central.version_needed && !is_rewritten) ||
      local.method != central.method || (local.flags | utf8_flag) != (central.flags | utf8_flag) ||
      local.time != central.time || local.date != central.date) {
    damaged(model, "the header of record '{}' contradicts the directory", name);
  }
  if (entry.packed_bytes > end - entry.data_offset) {
    damaged(model, "record '{}' has {} bytes; there is room for {}", name, entry.packed_bytes, end - entry.data_offset);
  }
  const auto rest = file.subspan(entry.data_offset + entry.packed_bytes, end - entry.data_offset - entry.packed_bytes);
  entry.descriptor_bytes = rest.size();
  if ((local.flags & descriptor_flag) != 0) return check_descriptor(rest, entry, model);
  if (!rest.empty()) damaged(model, "{} bytes after record '{}' belong to no record", rest.size(), name);

  const auto wide = find_extra(local.extra, zip64_extra);
  const bool is_wide = local.bytes == all_ones32 && local.packed_bytes == all_ones32 && wide.size() == 16;
  if (local.crc32 != central.crc32 || (is_wide ? u64(wide, 0) : local.bytes) != entry.bytes ||
      (is_wide ? u64(wide, 8) : local.packed_bytes) != entry.packed_bytes) {
    damaged(model, "checksum or size in the header of record '{}' contradict the directory", name);
  }
}

}  // namespace

std::vector<ZipEntry> read_zip_entries(Bytes file, std::string_view model, const ModelLimits& limits) {
  const auto directory = read_end(file, model);
  if (directory.entries > limits.max_records) {
    fail(ErrorCode::model_too_large, "model '{}' has {} records; at most {} are accepted", model, directory.entries,
         limits.max_records);
  }

  std::vector<ZipEntry> entries(directory.entries);
  std::unordered_set<std::string_view> names;
  auto at = directory.offset;
  std::uint64_t total = 0;
  for (auto& entry : entries) {
    at = read_central(file, at, directory.offset + directory.bytes, entry, model);
    check_name(entry.central.name, model);
    if (!names.insert(entry.central.name).second) {
      damaged(model, "two records are called '{}'", shown_name(entry.central.name));
    }
    check_limits(entry, total, file.size(), model, limits);
    total += entry.bytes;
  }
  if (at != directory.offset + directory.bytes) {
    damaged(model, "the directory holds more than its {} entries", entries.size());
  }

  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return entries[a].header_offset < entries[b].header_offset; });
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& entry = entries[order[i]];
    if (entry.header_offset != expected) {
      damaged(model, "record '{}' begins at byte {}, expected at {}", shown_name(entry.central.name),
              entry.header_offset, expected);
    }
    expected = i + 1 < order.size() ? entries[order[i + 1]].header_offset : directory.offset;
    if (expected > directory.offset) damaged(model, "a record begins at byte {}, behind the directory", expected);
    check_local(file, entry, expected, model);
  }
  if (expected != directory.offset) damaged(model, "its first {} bytes belong to no record", directory.offset);
  return entries;
}

}  // namespace visionkit
