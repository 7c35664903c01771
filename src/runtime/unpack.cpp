#include "runtime/unpack.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

#include "runtime/damage.hpp"
#include "runtime/zip_fields.hpp"

namespace visionkit {
namespace {

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }
  z_stream* operator->() { return &stream_; }
  z_stream* get() { return &stream_; }

 private:
  z_stream stream_ = {};
};

bool has_bit(Bytes packed, std::uint64_t bit) { return (packed[bit / 8] >> (bit % 8) & 1U) != 0; }

// A deflate stream is byte-aligned at its end and after the header of a stored block. Encoders fill up with zeros,
// decoders look away (RFC 1951, 3.2.3 and 3.2.4).
bool is_fill_zero(Bytes packed, std::uint64_t bit) {
  while (bit % 8 != 0) {
    if (has_bit(packed, bit++)) return false;
  }
  return true;
}

bool is_block_start_sound(Bytes packed, std::uint64_t bit) {
  if (bit + 3 > packed.size() * 8) return false;
  const bool is_stored_block = !has_bit(packed, bit + 1) && !has_bit(packed, bit + 2);
  return !is_stored_block || is_fill_zero(packed, bit + 3);
}

// Calls sink(bytes) with what `packed` unpacks to, piece by piece, at most `expected` bytes. Nothing when all is well,
// otherwise what is wrong.
template <class Sink>
const char* inflate_to(Bytes packed, std::uint64_t expected, Sink sink) {
  Inflater inflater;
  std::array<std::uint8_t, 1U << 16U> buffer;
  constexpr std::size_t largest_piece = std::size_t{1} << 30U;  // zlib counts in 32 bits
  constexpr int block_end_mark = 128;
  constexpr int last_block_mark = 64;

  if (!is_block_start_sound(packed, 0)) return "has a damaged deflate stream";
  std::size_t fed = 0;
  std::uint64_t produced = 0;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    if (inflater->avail_in == 0) {
      const auto piece = std::min(packed.size() - fed, largest_piece);
      inflater->next_in = const_cast<Bytef*>(packed.data() + fed);  // zlib does not write to it
      inflater->avail_in = static_cast<uInt>(piece);
      fed += piece;
    }
    inflater->next_out = buffer.data();
    inflater->avail_out = static_cast<uInt>(buffer.size());
    status = inflate(inflater.get(), Z_BLOCK);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_BUF_ERROR) return "ends before its deflate stream does";
    if (status != Z_OK && status != Z_STREAM_END) return "has a damaged deflate stream";

    const auto count = buffer.size() - inflater->avail_out;
    if (count > expected - produced) return "unpacks to more bytes than it declares";
    produced += count;
    sink(Bytes(buffer.data(), count));

    if (status == Z_OK && (inflater->data_type & block_end_mark) != 0) {
      const auto bit = (fed - inflater->avail_in) * 8 - static_cast<unsigned>(inflater->data_type & 7);
      const bool is_sound =
          (inflater->data_type & last_block_mark) != 0 ? is_fill_zero(packed, bit) : is_block_start_sound(packed, bit);
      if (!is_sound) return "has a damaged deflate stream";
    }
  }
  if (fed - inflater->avail_in != packed.size()) return "has bytes behind its deflate stream";
  return produced == expected ? nullptr : "unpacks to fewer bytes than it declares";
}

template <class Sink>
void read_record(Bytes file, const ZipRecord& record, std::string_view model, Sink sink) {
  const auto packed = file.subspan(record.offset, record.packed_bytes);
  std::uint32_t crc = 0;
  const auto take = [&](Bytes bytes) {
    crc = static_cast<std::uint32_t>(crc32_z(crc, bytes.data(), bytes.size()));
    sink(bytes);
  };
  if (record.packing == Packing::deflated) {
    const char* fault = inflate_to(packed, record.bytes, take);
    if (fault != nullptr) damaged(model, "record '{}' {}", shown_name(record.name), fault);
  } else {
    if (record.packed_bytes != record.bytes) {
      damaged(model, "record '{}' is stored in {} bytes but declares {}", shown_name(record.name), record.packed_bytes,
              record.bytes);
    }
    take(packed);
  }
  if (crc != record.crc32) {
    damaged(model, "record '{}' has checksum {:08x}, expected {:08x}; copy or export the file again",
            shown_name(record.name), crc, record.crc32);
  }
}

}  // namespace

void check_record(Bytes file, const ZipRecord& record, std::string_view model) {
  read_record(file, record, model, [](Bytes) {});
}

std::string unpack_record(Bytes file, const ZipRecord& record, std::string_view model) {
  std::string contents;
  contents.reserve(record.bytes);
  read_record(file, record, model, [&](Bytes bytes) { contents.append(bytes.begin(), bytes.end()); });
  return contents;
}

}  // namespace visionkit
