#include "runtime/zip_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

namespace visionkit::test {
namespace {

class Output {
 public:
  template <class T>
  Output& number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
    return *this;
  }
  Output& text(std::string_view value) {
    bytes.insert(bytes.end(), value.begin(), value.end());
    return *this;
  }
  std::vector<std::uint8_t> bytes;
};

struct Written {
  std::uint16_t version, flags, method;
  std::uint32_t crc, packed_bytes, bytes, offset;
};

void put_shared(Output& out, const Written& w, std::uint32_t crc, std::uint32_t packed_bytes, std::uint32_t bytes) {
  constexpr std::uint16_t noon = 12 << 11;
  constexpr std::uint16_t first_of_may_2024 = (2024 - 1980) << 9 | 5 << 5 | 1;
  out.number(w.version).number(w.flags).number(w.method).number(noon).number(first_of_may_2024);
  out.number(crc).number(packed_bytes).number(bytes);
}

}  // namespace

std::string deflate(std::string_view contents) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, contents.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(contents.data()));
  stream.avail_in = static_cast<uInt>(contents.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate failed");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::vector<std::uint8_t> make_zip(const std::vector<ZipInput>& records) {
  Output out;
  std::vector<Written> all;
  for (const auto& record : records) {
    const auto packed = record.method == 8 ? deflate(record.contents) : record.contents;
    const bool is_wide = record.sizes == ZipSizes::zip64;
    const bool is_late = record.sizes == ZipSizes::descriptor;
    Written w{};
    w.version = is_wide ? 45 : 20;
    w.flags = is_late ? 8 : 0;
    w.method = record.method;
    w.crc = static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(record.contents.data()), record.contents.size()));
    w.packed_bytes = record.declared_packed_bytes.value_or(static_cast<std::uint32_t>(packed.size()));
    w.bytes = record.declared_bytes.value_or(static_cast<std::uint32_t>(record.contents.size()));
    w.offset = static_cast<std::uint32_t>(out.bytes.size());
    out.number(std::uint32_t{0x04034b50});
    const std::uint32_t ones = 0xffffffff;
    put_shared(out, w, is_late ? 0 : w.crc,
               is_late   ? 0
               : is_wide ? ones
                         : w.packed_bytes,
               is_late   ? 0
               : is_wide ? ones
                         : w.bytes);
    out.number(static_cast<std::uint16_t>(record.name.size()))
        .number(static_cast<std::uint16_t>(is_wide ? 20 : 0))
        .text(record.name);
    if (is_wide)
      out.number(std::uint16_t{1})
          .number(std::uint16_t{16})
          .number(std::uint64_t{w.bytes})
          .number(std::uint64_t{w.packed_bytes});
    out.text(packed);
    if (is_late) out.number(std::uint32_t{0x08074b50}).number(w.crc).number(w.packed_bytes).number(w.bytes);
    all.push_back(w);
  }
  const auto directory = static_cast<std::uint32_t>(out.bytes.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& w = all[i];
    out.number(std::uint32_t{0x02014b50}).number(static_cast<std::uint16_t>(0x300 + w.version));
    put_shared(out, w, w.crc, w.packed_bytes, w.bytes);
    out.number(static_cast<std::uint16_t>(records[i].name.size()))
        .number(std::uint64_t{0});  // extra, comment, disk, internal attributes
    out.number(records[i].name.ends_with('/') ? std::uint32_t{040755U << 16U | 0x10U} : std::uint32_t{0600U << 16U});
    out.number(w.offset).text(records[i].name);
  }
  const auto count = static_cast<std::uint16_t>(all.size());
  const auto directory_bytes = static_cast<std::uint32_t>(out.bytes.size()) - directory;
  out.number(std::uint32_t{0x06054b50}).number(std::uint32_t{0}).number(count).number(count);
  out.number(directory_bytes).number(directory).number(std::uint16_t{0});
  return out.bytes;
}

std::vector<ZipInput> torchscript_records() {
  std::string weights;
  for (int i = 0; i < 400; ++i) weights += static_cast<char>(i * i % 251);
  return {
      {.name = "m/data.pkl", .contents = "\x80\x02."},
      {.name = "m/code/__torch__.py", .contents = "class M(Module):\n  pass\n"},
      {.name = "m/constants.pkl", .contents = "\x80\x02)."},
      {.name = "m/data/0", .contents = weights},
      {.name = "m/version", .contents = "3\n"},
      {.name = "m/extra/visionkit.json", .contents = "{\"schema\": 1}"},
  };
}

void put16(std::span<std::uint8_t> bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value);
  bytes[at + 1] = static_cast<std::uint8_t>(value >> 8);
}

void put32(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value) {
  put16(bytes, at, static_cast<std::uint16_t>(value));
  put16(bytes, at + 2, static_cast<std::uint16_t>(value >> 16));
}

}  // namespace visionkit::test
