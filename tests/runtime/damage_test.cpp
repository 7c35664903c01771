// No damage to an archive may go unnoticed: everything is refused, except changes that leave every record as it was.
#include <doctest/doctest.h>
#include <visionkit/core/error.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/archive.hpp"
#include "runtime/zip_writer.hpp"
#include "support/files.hpp"

using visionkit::Archive;
using visionkit::Error;
using namespace visionkit::test;

namespace {

using FileBytes = std::vector<std::uint8_t>;

struct Contents {
  std::vector<std::string> records;
  friend bool operator==(const Contents&, const Contents&) = default;
};

Contents contents_of(const Archive& archive) {
  Contents contents;
  for (const auto& record : archive.records()) {
    contents.records.push_back(record.name + '\n' + archive.contents(record));
  }
  return contents;
}

enum class Outcome { refused, harmless, harmful, untyped };

Outcome outcome(const FileBytes& damaged, const Contents& original) {
  try {
    const auto archive = Archive::from_bytes(damaged, "m.pt");
    return contents_of(archive) == original ? Outcome::harmless : Outcome::harmful;
  } catch (const Error& error) {
    return to_string(error.code()).starts_with("model_") ? Outcome::refused : Outcome::untyped;
  }
}

// Which bytes may change without changing a record: PyTorch's alignment padding (the contents of the extra field of a
// local header), a deflated record, where a back-reference may find the same bytes elsewhere, and the file mode that
// Python's zipfile notes in the directory.
struct Tolerant {
  std::vector<bool> padding, deflated, mode;
};

Tolerant tolerant_bytes(const FileBytes& file) {
  Tolerant tolerant{std::vector<bool>(file.size()), std::vector<bool>(file.size()), std::vector<bool>(file.size())};
  const auto mark = [](std::vector<bool>& bytes, std::size_t from, std::size_t to) {
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.begin() + static_cast<std::ptrdiff_t>(to), true);
  };
  const auto u16 = [&](std::size_t at) { return file[at] + 256U * file[at + 1]; };
  for (std::size_t at = 0; at + 46 <= file.size(); ++at) {
    if (u16(at) != 0x4b50) continue;
    if (u16(at + 2) == 0x0403 && u16(at + 28) > 4) {
      mark(tolerant.padding, at + 30 + u16(at + 26) + 4, at + 30 + u16(at + 26) + u16(at + 28));
    }
    if (u16(at + 2) == 0x0201) mark(tolerant.mode, at + 40, at + 42);
  }
  const auto archive = Archive::from_bytes(file, "m.pt");
  for (const auto& record : archive.records()) {
    if (record.packing == visionkit::Packing::deflated) {
      mark(tolerant.deflated, record.offset, record.offset + record.packed_bytes);
    }
  }
  return tolerant;
}

FileBytes tiny() { return read_bytes(data_folder() / "models" / "tiny.pt"); }

FileBytes repacked(std::uint16_t method, ZipSizes sizes) {
  auto records = torchscript_records();
  for (auto& record : records) {
    record.method = method;
    record.sizes = sizes;
  }
  return make_zip(records);
}

}  // namespace

TEST_CASE("every single changed bit is refused, except where it leaves every record as it was") {
  const FileBytes archives[] = {tiny(),
                                read_bytes(data_folder() / "models" / "tiny_appended.pt"),
                                repacked(0, ZipSizes::header),
                                repacked(8, ZipSizes::header),
                                repacked(0, ZipSizes::descriptor),
                                repacked(8, ZipSizes::zip64)};
  for (const auto& whole : archives) {
    const auto original = contents_of(Archive::from_bytes(whole, "m.pt"));
    const auto tolerant = tolerant_bytes(whole);
    auto damaged = whole;
    std::size_t deflated_passes = 0;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      const auto byte = bit / 8;
      const auto flip = static_cast<std::uint8_t>(1U << bit % 8);
      damaged[byte] ^= flip;
      const auto found = outcome(damaged, original);
      const bool may_pass = tolerant.padding[byte] || tolerant.deflated[byte] || tolerant.mode[byte];
      if (found != Outcome::refused && !(may_pass && found == Outcome::harmless)) {
        FAIL_CHECK("bit " << bit << ", outcome " << static_cast<int>(found));
      }
      if (found == Outcome::harmless && tolerant.deflated[byte]) ++deflated_passes;
      damaged[byte] ^= flip;
    }
    CHECK(deflated_passes < 10);
  }
}

TEST_CASE("2,000 archives with random damage are refused or unharmed") {
  std::vector<FileBytes> archives = {tiny(), read_bytes(data_folder() / "models" / "tiny_appended.pt"),
                                     repacked(8, ZipSizes::header)};
  std::mt19937 random(20240501);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::size_t refused = 0;
  std::size_t harmless = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto& whole = archives[static_cast<std::size_t>(i) % archives.size()];
    const auto original = contents_of(Archive::from_bytes(whole, "m.pt"));
    auto damaged = whole;
    const auto from = below(whole.size() - 1);
    const auto count = 1 + below(std::min<std::size_t>(whole.size() - from - 1, 64));
    const auto first = damaged.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    switch (below(5)) {
      case 0:  // bits
        for (auto left = 1 + below(8); left > 0; --left) {
          damaged[below(damaged.size())] ^= static_cast<std::uint8_t>(1U << below(8));
        }
        break;
      case 1:  // the end is missing
        damaged.resize(1 + from);
        break;
      case 2:  // a piece is missing
        damaged.erase(first, last);
        break;
      case 3:  // a piece is zero
        std::fill(first, last, std::uint8_t{0});
        break;
      default: {  // a piece is there twice
        const FileBytes piece(first, last);
        damaged.insert(last, piece.begin(), piece.end());
      }
    }
    const auto found = outcome(damaged, original);
    refused += found == Outcome::refused ? 1 : 0;
    harmless += found == Outcome::harmless ? 1 : 0;
  }
  CHECK(refused + harmless == 2000);
  CHECK(refused > 1900);
}
