#include "runtime/archive.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <visionkit/core/error.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

#include "runtime/zip_writer.hpp"
#include "support/files.hpp"

using visionkit::Archive;
using visionkit::Error;
using visionkit::ErrorCode;
using visionkit::FormatVersions;
using visionkit::RunOptions;
using namespace visionkit::test;
using namespace std::string_literals;

namespace {

using FileBytes = std::vector<std::uint8_t>;

constexpr std::uint16_t stored = 0;
constexpr std::uint16_t deflated = 8;

// The code and the message that `load` fails with; "accepted" when it does not.
template <class Load>
std::string failure(Load load) {
  try {
    load();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

std::string check(const FileBytes& bytes, const RunOptions& options = {}, FormatVersions accepted = {}) {
  return failure([&] { Archive::from_bytes(bytes, "m.pt", options, accepted); });
}

std::string check_file(const std::filesystem::path& path, const RunOptions& options = {}) {
  return failure([&] { Archive::from_file(path.string(), options); });
}

bool fails_with(const std::string& failure, ErrorCode code, std::string_view fragment = {}) {
  INFO(failure);
  const bool is_expected =
      failure.starts_with(std::string(to_string(code)) + ": ") && failure.find(fragment) != std::string::npos;
  CHECK(is_expected);
  return is_expected;
}

FileBytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

FileBytes tiny() { return read_bytes(data_folder() / "models" / "tiny.pt"); }

// The archive of torchscript_records() with one record more or another one of the same name.
FileBytes archive_with(const ZipInput& record) {
  auto records = torchscript_records();
  const auto same = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.name == record.name; });
  if (same == records.end()) {
    records.push_back(record);
  } else {
    *same = record;
  }
  return make_zip(records);
}

}  // namespace

TEST_CASE("an archive that PyTorch wrote is accepted and read") {
  const auto path = (data_folder() / "models" / "tiny.pt").string();
  const auto archive = Archive::from_file(path);
  CHECK(archive.name() == path);
  CHECK(archive.path() == path);
  CHECK(archive.bytes().size() == std::filesystem::file_size(path));
  CHECK(archive.top_folder() == "tiny");
  CHECK(archive.format_version() == 3);
  CHECK(archive.extra_file("visionkit.json") == "{\"schema\": 1}");
  CHECK(archive.extra_file("empty.txt") == "");
  CHECK(archive.extra_file("\xc3\xbc"
                           "ber.txt") == "non-ASCII name");
  CHECK_FALSE(archive.extra_file("config.txt"));
  const auto records = archive.records();
  const auto code =
      std::find_if(records.begin(), records.end(), [](const auto& r) { return r.name == "tiny/code/__torch__.py"; });
  REQUIRE(code != records.end());
  CHECK(code->packing == visionkit::Packing::deflated);
  CHECK(archive.contents(*code).find("class Tiny(Module)") != std::string::npos);
}

TEST_CASE("a record that Python's zipfile appended is accepted and read") {
  const auto archive = Archive::from_file((data_folder() / "models" / "tiny_appended.pt").string());
  CHECK(archive.extra_file("labels.txt") == "cat\ndog\n");
  CHECK(archive.extra_file("notes.txt")->size() == 210);
  CHECK(archive.extra_file("visionkit.json") == "{\"schema\": 1}");
}

TEST_CASE("a moved archive keeps its bytes") {
  auto first = Archive::from_file((data_folder() / "models" / "tiny.pt").string());
  const auto second = std::move(first);
  CHECK(second.extra_file("visionkit.json") == "{\"schema\": 1}");
}

TEST_CASE("every way in which Python's zipfile writes a record is accepted") {
  for (const auto sizes : {ZipSizes::header, ZipSizes::zip64, ZipSizes::descriptor}) {
    for (const auto method : {stored, deflated}) {
      auto records = torchscript_records();
      for (auto& record : records) {
        record.sizes = sizes;
        record.method = method;
      }
      records.insert(records.begin(), {{.name = "m/"}, {.name = "m/extra/"}});
      const auto bytes = make_zip(records);
      const auto archive = Archive::from_bytes(bytes, "m.pt");
      CHECK(archive.records().size() == records.size() - 2);
      CHECK(archive.extra_file("visionkit.json") == "{\"schema\": 1}");
    }
  }
}

TEST_CASE("the directory may name PyTorch's records without the UTF-8 flag, all or none") {
  auto bytes = tiny();
  std::vector<std::size_t> entries;
  for (std::size_t at = 0; at + 46 < bytes.size(); ++at) {
    const bool is_entry = bytes[at] == 'P' && bytes[at + 1] == 'K' && bytes[at + 2] == 1 && bytes[at + 3] == 2;
    const bool is_ascii =
        is_entry && std::all_of(&bytes[at + 46], &bytes[at + 46] + bytes[at + 28], [](auto c) { return c < 0x80; });
    if (is_ascii) entries.push_back(at);
  }
  REQUIRE(entries.size() > 5);
  for (const auto at : entries) bytes[at + 9] = 0;
  CHECK(check(bytes) == "accepted");
  bytes[entries[2] + 9] = 8;
  fails_with(check(bytes), ErrorCode::model_corrupt, "flags");
}

TEST_CASE("the models of the reference folder are accepted") {
  const auto folder = reference_folder();
  if (!folder || !std::filesystem::is_directory(*folder / "models")) return;
  for (const auto& file : std::filesystem::directory_iterator(*folder / "models")) {
    if (file.path().extension() == ".pt") CHECK(check_file(file.path()) == "accepted");
  }
}

TEST_CASE("M01 to M06: a path that is no readable regular file is refused as such") {
  const TemporaryFolder folder;
  write_bytes(folder / "empty.pt", {});
  write_bytes(folder / "secret.pt", tiny());
  REQUIRE(::mkfifo((folder / "pipe.pt").c_str(), 0600) == 0);
  REQUIRE(::chmod((folder / "secret.pt").c_str(), 0) == 0);
  fails_with(check_file(folder / "missing.pt"), ErrorCode::not_found);
  fails_with(check_file(folder / "empty.pt"), ErrorCode::io, "empty");
  fails_with(check_file(folder.path()), ErrorCode::not_regular_file, "directory");
  fails_with(check_file(folder / "pipe.pt"), ErrorCode::not_regular_file, "pipe");
  fails_with(check_file("/dev/zero"), ErrorCode::not_regular_file, "device");
  // Root may read everything.
  const auto user = ::geteuid();
  const bool is_switched = user == 0 && ::seteuid(65534) == 0;
  const auto found = check_file(folder / "secret.pt");
  if (is_switched) REQUIRE(::seteuid(user) == 0);
  if (user != 0 || is_switched) fails_with(found, ErrorCode::permission_denied);
}

TEST_CASE("M07 to M10: a file of another kind is refused by its name, with advice") {
  struct Row {
    std::string bytes;
    std::string_view fragment;
  };
  const Row rows[] = {
      {"cat\ndog\n", "a text file that begins with 'cat?dog?'"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"},
      {"\xff\xd8\xff\xe0\0\x10JFIF"s, "JPEG"},
      {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "PNG"},
      {"\x08\x07\x12\x07pytorch\x1a\x05"
       "2.1.0:\x90\x01"s,
       "ONNX model; export"},
      {"\x08\0\0\0\0\0\0\0{\"w\":{}}"s, "safetensors file, weights without a network; export"},
      {"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."s, "torch.save in its legacy format; export"},
      {"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94."s, "pickle"},
      {"\x1f\x8b\x08\0\0\0\0\0"s, "gzip"},
      {"\x89HDF\r\n\x1a\n\0\0\0\0"s, "HDF5"},
      {std::string(2000, '\0'), "zero bytes"},
      {"\x01\x02\x03\x04\x05\x06\x07\x08\xff\xfe\xfd"s, "unknown kind"},
  };
  for (const auto& row : rows) fails_with(check(to_bytes(row.bytes)), ErrorCode::model_format, row.fragment);

  const ZipInput weights{.name = "a/data/0", .contents = "1234"};
  const ZipInput pickle{.name = "a/data.pkl", .contents = "\x80\x02."};
  fails_with(check(make_zip({pickle, weights})), ErrorCode::model_format,
             "torch.save, weights or pickled objects without a network; export");
  fails_with(check(make_zip({{.name = "a/archive_format", .contents = "pt2"}, weights})), ErrorCode::model_format,
             "torch.export; export");
  fails_with(check(make_zip({{.name = "serialized_exported_program.json", .contents = "{}"}})), ErrorCode::model_format,
             "torch.export");
  fails_with(check(make_zip({{.name = "x.npy", .contents = "1"}})), ErrorCode::model_format, "npz");
  fails_with(check(make_zip({{.name = "word/document.xml", .contents = "1"}})), ErrorCode::model_format,
             "word/document.xml");
  fails_with(check(make_zip({})), ErrorCode::model_format, "empty");
  const ZipInput lzma{.name = "m/data/1", .contents = "x", .method = 14};
  fails_with(check(archive_with(lzma)), ErrorCode::model_format, "method 14");
}

TEST_CASE("M11: an archive that was cut is refused as damaged") {
  const auto whole = tiny();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const FileBytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    if (!fails_with(check(cut), ErrorCode::model_corrupt)) break;
  }
  auto longer = whole;
  longer.push_back(0);
  fails_with(check(longer), ErrorCode::model_corrupt, "appended");
}

TEST_CASE("M12 and M13: a changed bit in weights or code is refused by the record's name") {
  const auto whole = tiny();
  const auto archive = Archive::from_bytes(whole, "m.pt");
  for (const auto& record : archive.records()) {
    if (record.bytes == 0) continue;
    auto bytes = whole;
    bytes[record.offset + record.packed_bytes / 2] ^= 4;
    fails_with(check(bytes), ErrorCode::model_corrupt,
               record.name.starts_with("tiny/extra/\xc3") ? "??ber" : record.name);
  }
}

TEST_CASE("M14: a directory with wrong offsets or counts is refused as damaged") {
  const auto whole = tiny();
  const auto end = whole.size() - 22;
  const auto end64 = end - 76;
  struct Row {
    std::size_t at;
    std::uint32_t value;
  };
  const Row rows[] = {
      {end + 8, 3},
      {end + 8, 0xfffe'fffe},
      {end + 12, 0},
      {end + 12, 0xffff'ffff},
      {end + 16, 0},
      {end + 16, 0xffff'ffff},
      {end64 + 24, 11},
      {end64 + 32, 11},
      {end64 + 36, 1},
      {end64 + 40, 7},
      {end64 + 44, 0x8000'0000},
      {end64 + 48, 1},
      {end64 + 52, 0xffff'ffff},
      {end64 + 64, 0},
      {end64 + 68, 0xffff'ffff},
  };
  for (const auto& row : rows) {
    auto bytes = whole;
    put32(bytes, row.at, row.value);
    fails_with(check(bytes), ErrorCode::model_corrupt);
  }

  const auto plain = make_zip(torchscript_records());
  const auto signature = "PK\x01\x02"s;
  const auto first_entry = static_cast<std::size_t>(
      std::search(plain.begin(), plain.end(), signature.begin(), signature.end()) - plain.begin());
  const Row plain_rows[] = {
      {plain.size() - 14, 0x0005'0005},  // one record fewer
      {plain.size() - 14, 0x0007'0007},  // one record more
      {plain.size() - 10, 0},            // a directory without bytes
      {plain.size() - 6, 0},             // a directory at the beginning
      {first_entry + 42, 1},             // headers that are elsewhere
      {first_entry + 42, 0xffff'fff0},
      {first_entry + 28, 0xffff'ffff},  // names that reach behind the end
  };
  for (const auto& row : plain_rows) {
    auto bytes = plain;
    put32(bytes, row.at, row.value);
    fails_with(check(bytes), ErrorCode::model_corrupt);
  }
}

TEST_CASE("M15: a record that declares more than its file can hold is refused as too large") {
  for (const auto method : {stored, deflated}) {
    ZipInput record{.name = "m/data/1", .contents = "weights", .method = method, .declared_bytes = 2'200'000'000};
    fails_with(check(archive_with(record)), ErrorCode::model_too_large, "m/data/1");
    record.declared_packed_bytes = 2'200'000'000;
    fails_with(check(archive_with(record)), ErrorCode::model_too_large, "m/data/1");
  }
}

TEST_CASE("M16: a deflate bomb is refused as too large before it is unpacked") {
  const std::string zeros(std::size_t{32} << 20U, '\0');
  fails_with(check(archive_with({.name = "m/data/1", .contents = zeros, .method = deflated})),
             ErrorCode::model_too_large, "compression ratio");
  fails_with(check(archive_with({.name = "m/extra/config.txt", .contents = zeros, .method = deflated})),
             ErrorCode::model_too_large, "extra file");
  // Many that are small.
  auto records = torchscript_records();
  for (int i = 1; i <= 100; ++i) {
    records.push_back({.name = "m/data/" + std::to_string(i), .contents = zeros.substr(0, 65536), .method = deflated});
  }
  fails_with(check(make_zip(records)), ErrorCode::model_too_large, "compression ratio of the file");
  // One that declares fewer bytes than come out.
  const ZipInput liar{.name = "m/data/1", .contents = zeros, .method = deflated, .declared_bytes = 1000};
  fails_with(check(archive_with(liar)), ErrorCode::model_corrupt, "more bytes than it declares");
  const ZipInput boaster{.name = "m/data/1", .contents = "1234", .method = deflated, .declared_bytes = 5};
  fails_with(check(archive_with(boaster)), ErrorCode::model_corrupt, "fewer bytes than it declares");
  // Small constant tensors pack well and are no bombs.
  CHECK(check(archive_with({.name = "m/data/1", .contents = std::string(32768, '\0'), .method = deflated})) ==
        "accepted");
}

TEST_CASE("the limits are options, and each one is checked") {
  const auto bytes = make_zip(torchscript_records());
  const auto with = [&](auto change) {
    RunOptions options;
    change(options.limits);
    return check(bytes, options);
  };
  fails_with(with([&](auto& limits) { limits.max_bytes = bytes.size() - 1; }), ErrorCode::model_too_large);
  CHECK(with([&](auto& limits) { limits.max_bytes = bytes.size(); }) == "accepted");
  fails_with(with([](auto& limits) { limits.max_records = 5; }), ErrorCode::model_too_large, "6 records");
  CHECK(with([](auto& limits) { limits.max_records = 6; }) == "accepted");
  fails_with(with([](auto& limits) { limits.max_extra_file_bytes = 12; }), ErrorCode::model_too_large,
             "visionkit.json");
  CHECK(with([](auto& limits) { limits.max_extra_file_bytes = 13; }) == "accepted");
  fails_with(with([](auto& limits) { limits.max_records = 0; }), ErrorCode::invalid_option, "limits.max_records is 0");

  const TemporaryFolder folder;
  write_bytes(folder / "m.pt", bytes);
  RunOptions options;
  options.limits.max_bytes = 100;
  fails_with(check_file(folder / "m.pt", options), ErrorCode::model_too_large);

  // The sum counts, too.
  options.limits.max_bytes = 40'000;
  auto records = torchscript_records();
  for (const auto* name : {"m/data/1", "m/data/2"}) {
    records.push_back({.name = name, .contents = std::string(25'000, 'x'), .method = deflated});
  }
  fails_with(check(make_zip(records), options), ErrorCode::model_too_large, "m/data/2");
}

TEST_CASE("M17: duplicate and unsafe record names are refused as damaged") {
  for (const auto& name :
       {"m/../x"s, "../x"s, "/m/x"s, "m//x"s, "m/./x"s, "m/x\0y"s, "m\\x"s, "m/x\ny"s, "C:/x"s, ""s, "m/.."s}) {
    fails_with(check(archive_with({.name = name, .contents = "x"})), ErrorCode::model_corrupt, "unsafe");
  }
  auto records = torchscript_records();
  records.push_back(records.front());
  fails_with(check(make_zip(records)), ErrorCode::model_corrupt, "two records are called 'm/data.pkl'");
  fails_with(check(archive_with({.name = "other/x", .contents = "x"})), ErrorCode::model_corrupt, "outside");
  fails_with(check(archive_with({.name = "mm/x", .contents = "x"})), ErrorCode::model_corrupt, "outside");
  fails_with(check(archive_with({.name = "m/folder/", .contents = "x"})), ErrorCode::model_corrupt, "contents");
}

TEST_CASE("M18: a version that this LibTorch does not read is refused") {
  for (const auto& text :
       {"99"s, "0"s, "three"s, ""s, "3 4"s, "-3"s, "99999999999999999999"s, std::string(1000, '3')}) {
    fails_with(check(archive_with({.name = "m/version", .contents = text})), ErrorCode::model_version);
  }
  auto records = torchscript_records();
  std::erase_if(records, [](const auto& record) { return record.name == "m/version"; });
  fails_with(check(make_zip(records)), ErrorCode::model_version, "no version record");
  records.push_back({.name = "m/.data/version", .contents = "10"});
  CHECK(check(make_zip(records)) == "accepted");
  fails_with(check(make_zip(records), {}, {1, 9}), ErrorCode::model_version, "'10'; this LibTorch reads 1 to 9");
}

TEST_CASE("M19: another digest than the one that was asked for is refused as untrusted") {
  const TemporaryFolder folder;
  const auto bytes = make_zip(torchscript_records());
  write_bytes(folder / "m.pt", bytes);
  const auto digest = Archive::from_bytes(bytes, "m.pt").digest();
  CHECK(digest.size() == 64);
  auto upper = digest;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  auto other = digest;
  other[10] = other[10] == '0' ? '1' : '0';

  CHECK(check(bytes, {.sha256 = digest}) == "accepted");
  CHECK(check(bytes, {.sha256 = upper}) == "accepted");
  fails_with(check(bytes, {.sha256 = other}), ErrorCode::model_untrusted, digest);
  fails_with(check(bytes, {.sha256 = "abc"}), ErrorCode::invalid_option, "sha256 is 'abc', expected 64");
  fails_with(check(bytes, {.sha256 = digest.substr(1) + "g"}), ErrorCode::invalid_option);
  fails_with(check(bytes, {.manifest = "list"}), ErrorCode::invalid_option, "bytes");

  struct Row {
    std::string text;
    std::string_view expected;  // a fragment of the message; empty: accepted
  };
  const Row rows[] = {
      {digest + "  m.pt\n", ""},
      {"# models\r\n\r\n" + upper + " *m.pt\r\n" + other + "  n.pt", ""},
      {digest + "  ./m.pt\n", ""},
      {digest + "  " + (folder / "m.pt").string() + "\n", ""},  // an absolute name
      {other + "  m.pt\n", "lists another"},
      {digest + "  m.pt\n" + other + "  m.pt\n", "lists another"},
      {digest + "  n.pt\n", "does not name it"},
      {digest + "  elsewhere/m.pt\n", "does not name it"},
      {"", "does not name it"},
      {digest + " m.pt\n", "line 1"},
      {digest + "  \n", "line 1"},
      {"SHA256 (m.pt) = " + digest, "line 1"},
  };
  for (const auto& row : rows) {
    write_bytes(folder / "SHA256SUMS", to_bytes(row.text));
    const auto found = check_file(folder / "m.pt", {.manifest = (folder / "SHA256SUMS").string()});
    if (row.expected.empty()) {
      CHECK(found == "accepted");
    } else {
      fails_with(found, ErrorCode::model_untrusted, row.expected);
    }
  }
  fails_with(check_file(folder / "m.pt", {.manifest = (folder / "missing").string()}), ErrorCode::model_untrusted,
             "missing");
}

TEST_CASE("bytes in memory may not be missing") { fails_with(check({}), ErrorCode::invalid_argument, "no bytes"); }

TEST_CASE("a long path leaves room for the reason") {
  const auto bytes = to_bytes("\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."s);
  const auto found = failure([&] { Archive::from_bytes(bytes, std::string(400, 'p') + "/m.pt"); });
  fails_with(found, ErrorCode::model_format, "torch.jit.script");
}
