#include "runtime/file_kind.hpp"

#include <algorithm>
#include <array>

#include "runtime/damage.hpp"
#include "runtime/zip_fields.hpp"

namespace visionkit {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view export_advice =
    "export the network in Python with torch.jit.trace or torch.jit.script and save() it";

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view what;
};

// Published file signatures. The torch.save one is the pickle of its magic number 0x1950a86a20f9469cfc6c.
constexpr std::array magics = {
    Magic{0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv,
          "a checkpoint of torch.save in its legacy format"},
    Magic{0, "\xff\xd8\xff"sv, "a JPEG picture"},
    Magic{0, "\x89PNG\r\n\x1a\n"sv, "a PNG picture"},
    Magic{0, "GIF8"sv, "a GIF picture"},
    Magic{8, "WEBP"sv, "a WebP picture"},
    Magic{0, "II*\0"sv, "a TIFF picture"},
    Magic{0, "MM\0*"sv, "a TIFF picture"},
    Magic{0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file, perhaps Keras weights"},
    Magic{0, "\x1f\x8b"sv, "a gzip file; unpack it first"},
    Magic{0, "BZh"sv, "a bzip2 file; unpack it first"},
    Magic{0,
          "\xfd"
          "7zXZ\0"sv,
          "an xz file; unpack it first"},
    Magic{0, "\x28\xb5\x2f\xfd"sv, "a Zstandard file; unpack it first"},
    Magic{0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive; unpack it first"},
    Magic{257, "ustar"sv, "a tar archive; unpack it first"},
    Magic{4, "TFL3"sv, "a TensorFlow Lite model"},
    Magic{4, "ET12"sv, "an ExecuTorch program"},
    Magic{0, "GGUF"sv, "a GGUF model"},
    Magic{0, "\x93NUMPY"sv, "a NumPy array"},
    Magic{0, "%PDF"sv, "a PDF document"},
    Magic{0,
          "\x7f"
          "ELF"sv,
          "a program or shared library"},
    Magic{0, "version https://git-lfs"sv, "a Git LFS pointer instead of the file; run 'git lfs pull'"},
};

// Field 1 (IR version, a small number) of the ModelProto, then the key of one of its fields 2 to 8.
bool is_onnx(Bytes bytes) {
  constexpr auto keys = "\x12\x1a\x22\x28\x32\x3a\x42"sv;
  return bytes.size() > 16 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 0x40 &&
         keys.find(static_cast<char>(bytes[2])) != std::string_view::npos;
}

// The length of a JSON header, then the header.
bool is_safetensors(Bytes bytes) { return bytes.size() > 10 && u64(bytes, 0) <= bytes.size() - 8 && bytes[8] == '{'; }

bool is_pickle(Bytes bytes) { return bytes.size() > 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5; }

bool is_text(std::string_view head) {
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 ? byte != 0x7f : byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f';
  });
}

bool has_suffix(std::span<const std::string_view> names, std::string_view suffix) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return name.ends_with(suffix); });
}

}  // namespace

std::string describe_foreign_file(Bytes bytes) {
  const auto first = bytes.first(std::min<std::size_t>(bytes.size(), 512));
  const std::string_view head(reinterpret_cast<const char*>(first.data()), first.size());
  const auto magic = std::find_if(magics.begin(), magics.end(), [&](const Magic& m) {
    return head.size() >= m.offset + m.bytes.size() && head.substr(m.offset).starts_with(m.bytes);
  });
  if (magic == magics.begin()) return fmt::format("{}; {}", magic->what, export_advice);
  if (magic != magics.end()) return std::string(magic->what);
  if (is_onnx(bytes)) return fmt::format("an ONNX model; {}", export_advice);
  if (is_safetensors(bytes)) return fmt::format("a safetensors file, weights without a network; {}", export_advice);
  if (is_pickle(bytes)) return fmt::format("a Python pickle; {}", export_advice);
  if (std::all_of(head.begin(), head.end(), [](char c) { return c == 0; })) {
    return "a file of zero bytes, perhaps an unfinished download";
  }
  if (is_text(head)) return fmt::format("a text file that begins with '{}'", shown_name(head.substr(0, 24)));
  return "data of an unknown kind";
}

std::string describe_foreign_archive(std::span<const std::string_view> names) {
  if (names.empty()) return "an empty zip archive";
  if (has_suffix(names, "/archive_format") || has_suffix(names, "serialized_exported_program.json")) {
    return fmt::format("an archive of torch.export; {}", export_advice);
  }
  if (has_suffix(names, "data.pkl")) {
    return fmt::format("a checkpoint of torch.save, weights or pickled objects without a network; {}", export_advice);
  }
  if (has_suffix(names, ".npy")) return "a NumPy .npz archive";
  if (has_suffix(names, "model.weights.h5")) return "a Keras model";
  return fmt::format("a zip archive without TorchScript records; its first record is '{}'", shown_name(names.front()));
}

}  // namespace visionkit
