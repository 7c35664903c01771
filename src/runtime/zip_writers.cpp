// Most fields of a zip header stand in the file twice or are covered by a checksum. The rest (who wrote it, flags,
// attributes, extra fields) would let damage pass, so it must be what one of two known writers writes:
//   PyTorch  caffe2/serialize/inline_container.cc over third_party/miniz; seen in files of 1.13 and 2.13
//   Python   Lib/zipfile.py; copying a ZipInfo keeps PyTorch's version numbers
#include <algorithm>
#include <optional>

#include "runtime/damage.hpp"
#include "runtime/zip.hpp"
#include "runtime/zip_fields.hpp"

namespace visionkit {
namespace {

constexpr std::uint16_t padding_extra = 0x4246;  // "FB": aligns the record's bytes
constexpr std::uint16_t plain_version = 20;
constexpr std::uint16_t made_on_unix = 0x0300;

constexpr std::uint32_t file_type_mask = 0170000;
constexpr std::uint32_t regular_file = 0100000;
constexpr std::uint32_t folder = 0040000;
constexpr std::uint32_t folder_attribute = 0x10;

// PyTorch switches to 64-bit fields when the sizes or the header's own place need them.
bool needs_zip64(const ZipEntry& entry) {
  return entry.bytes >= all_ones32 || entry.packed_bytes >= all_ones32 || entry.header_offset >= all_ones32;
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

// The zip64 numbers of PyTorch's local headers are written before the packed size is known.
bool is_pytorch_zip64(Bytes extra, const ZipEntry& entry) {
  if (extra.size() < 4 || u16(extra, 0) != zip64_extra || u16(extra, 2) != extra.size() - 4 || extra.size() % 8 != 4) {
    return false;
  }
  for (std::size_t at = 4; at < extra.size(); at += 8) {
    const auto number = u64(extra, at);
    if (number != 0 && number != entry.bytes && number != entry.packed_bytes && number != entry.header_offset) {
      return false;
    }
  }
  return true;
}

bool is_only_field(Bytes extra, std::uint16_t id) {
  return extra.empty() || (extra.size() >= 4 && u16(extra, 0) == id && u16(extra, 2) == extra.size() - 4U);
}

bool is_pytorch_local_extra(const ZipEntry& entry) {
  auto extra = entry.local.extra;
  if (needs_zip64(entry)) {
    const auto wide = find_extra(extra, zip64_extra).size() + 4;
    if (wide > extra.size() || !is_pytorch_zip64(extra.first(wide), entry)) return false;
    extra = extra.subspan(wide);
  }
  return is_only_field(extra, padding_extra);
}

bool is_pytorch(const ZipEntry& entry) {
  const auto& local = entry.local;
  // An empty record has no data descriptor.
  const std::uint16_t flags = entry.bytes > 0 ? utf8_flag | descriptor_flag : utf8_flag;
  const std::uint64_t descriptor_bytes = entry.bytes == 0 ? 0 : needs_zip64(entry) ? 24 : 16;
  const auto made_by = entry.central.version_needed == zip64_version ? zip64_version : 0;  // by Python's rewriting
  return entry.made_by == made_by && entry.external_attributes == 0 && local.flags == flags &&
         local.version_needed == (local.method == 0 ? 0 : plain_version) && local.time == 0 && local.date == 0 &&
         local.crc32 == 0 && local.packed_bytes == 0 && local.bytes == 0 &&
         entry.descriptor_bytes == descriptor_bytes && is_pytorch_local_extra(entry) &&
         is_only_field(entry.central.extra, zip64_extra);
}

bool is_python_mode(const ZipEntry& entry) {
  const auto low = entry.external_attributes & 0xffffU;
  const auto mode = entry.external_attributes >> 16U;
  const auto type = mode & file_type_mask;
  const auto permissions = mode & ~file_type_mask;
  const bool is_plausible = (permissions & ~0777U) == 0 && (permissions & 0400U) != 0;
  if (entry.central.name.ends_with('/')) return type == folder && low == folder_attribute && is_plausible;
  const bool is_from_memory = type == 0 && permissions == 0600;
  return low == 0 && (is_from_memory || (type == regular_file && is_plausible));
}

bool is_python_local_sizes(const ZipEntry& entry) {
  const auto& local = entry.local;
  const bool is_wide = local.bytes == all_ones32 && local.packed_bytes == all_ones32;
  if (local.extra.size() != (is_wide ? 20 : 0) || !is_only_field(local.extra, zip64_extra)) return false;
  if ((local.flags & descriptor_flag) == 0) return true;
  // Output that cannot seek: the header was final before the sizes were known.
  return local.crc32 == 0 && entry.descriptor_bytes == (is_wide ? 24 : 16) &&
         (is_wide ? u64(local.extra, 4) == 0 && u64(local.extra, 12) == 0
                  : local.bytes == 0 && local.packed_bytes == 0);
}

bool is_python(const ZipEntry& entry) {
  const auto& central = entry.central;
  // Without the flag a name is in an old code page; newer versions prefer that where it suffices.
  const std::uint16_t name_flags = is_ascii(central.name) ? 0 : utf8_flag;
  const auto is_version = [](std::uint16_t version) {
    return version == 0 || version == plain_version || version == zip64_version;
  };
  return is_version(central.version_needed) &&
         (is_version(entry.made_by) ||
          (entry.made_by > made_on_unix && is_version(static_cast<std::uint16_t>(entry.made_by - made_on_unix)))) &&
         central.flags == entry.local.flags && (central.flags & ~(descriptor_flag | name_flags)) == 0 &&
         is_python_mode(entry) && is_python_local_sizes(entry) && is_only_field(central.extra, zip64_extra);
}

}  // namespace

void check_zip_writers(std::span<const ZipEntry> entries, std::string_view model) {
  // Python rewrites the directory when it appends, and newer versions drop the UTF-8 flag of PyTorch's ASCII names
  // there: of all of them or of none.
  std::optional<bool> has_dropped_flag;
  for (const auto& entry : entries) {
    const auto name = shown_name(entry.central.name);
    if (entry.central.method != 0 && entry.central.method != 8) {
      fail(ErrorCode::model_format,
           "model '{}': record '{}' is packed with method {}; stored (0) and deflated (8) are read", model, name,
           entry.central.method);
    }
    const bool is_by_pytorch = is_pytorch(entry);
    const bool is_sound = entry.comment_bytes == 0 && entry.first_disk == 0 && entry.internal_attributes == 0;
    if (!is_sound || !(is_by_pytorch || is_python(entry))) {
      damaged(model,
              "record '{}' has header fields that neither PyTorch nor Python's zipfile writes; if another tool packed "
              "it, pack it again with one of these",
              name);
    }
    if (!is_by_pytorch) continue;
    const bool is_dropped = entry.local.flags != entry.central.flags;
    const bool is_odd = is_ascii(entry.central.name) ? has_dropped_flag.value_or(is_dropped) != is_dropped : is_dropped;
    if (is_odd) damaged(model, "the flags of record '{}' contradict its header", name);
    if (is_ascii(entry.central.name)) has_dropped_flag = is_dropped;
  }
}

}  // namespace visionkit
