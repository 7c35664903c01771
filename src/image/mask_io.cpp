#include <visionkit/image/mask_io.hpp>

#include <algorithm>

#include "core/fail.hpp"
#include "core/file.hpp"
#include "core/write_file.hpp"
#include "image/gray_plane.hpp"

namespace visionkit {
namespace {

void check(Size size, int png_compression, std::string_view what) {
  if (png_compression < 0 || png_compression > 9) {
    fail(ErrorCode::invalid_option, "png_compression is {}, expected 0..9", png_compression);
  }
  if (size.width < 1 || size.height < 1) {
    fail(ErrorCode::invalid_argument, "{} of {} pixels cannot be written as a PNG image", what, to_string(size));
  }
}

// What `decode` makes of a file; the path is put in front of its messages.
template <class Decode>
auto read(const std::string& path, const ImageLimits& limits, const char* what, Decode decode) {
  const auto bytes =
      read_file(path, {.what = what, .max_bytes = limits.max_encoded_bytes, .too_large = ErrorCode::image_too_large});
  if (bytes.empty()) fail(ErrorCode::image_corrupt, "{} '{}' is an empty file", what, path);
  try {
    return decode(bytes);
  } catch (const Error& error) {
    fail(error.code(), "cannot read {} '{}': {}", what, path, error.what());
  }
}

template <class Id>
void check_classes(const std::vector<Id>& ids, std::size_t class_count) {
  if (class_count == 0) return;
  constexpr auto void_id = static_cast<Id>(-1);
  const auto wrong = std::ranges::find_if(ids, [&](Id id) { return id >= class_count && id != void_id; });
  if (wrong != ids.end()) {
    fail(ErrorCode::dataset_schema, "a label map has the id {}, of {} classes; accepted are those and void, {}", *wrong,
         class_count, void_id);
  }
}

}  // namespace

Mask decode_mask(std::span<const std::uint8_t> bytes, const MaskReadOptions& options) {
  return guarded("decoding a mask", [&] {
    const auto plane = decode_gray_plane(bytes, options, 8, "a mask");
    return Mask::from_dense(std::get<std::vector<std::uint8_t>>(plane.values), plane.size);
  });
}

Mask read_mask(const std::string& path, const MaskReadOptions& options) {
  return read(path, options.limits, "mask", [&](const auto& bytes) { return decode_mask(bytes, options); });
}

std::vector<std::uint8_t> encode_mask(const Mask& mask, const MaskWriteOptions& options) {
  check(mask.size(), options.png_compression, "a mask");
  return guarded("encoding a mask", [&] {
    auto pixels = mask.to_dense();
    const bool is_wide = options.pixels == MaskPixels::eight_bits;
    if (is_wide) std::ranges::transform(pixels, pixels.begin(), [](auto v) { return v != 0 ? 255 : 0; });
    return encode_gray_plane({.values = pixels.data(), .size = mask.size(), .bits = is_wide ? 8 : 1},
                             options.png_compression);
  });
}

void write_mask(const std::string& path, const Mask& mask, const MaskWriteOptions& options) {
  const auto bytes = encode_mask(mask, options);
  guarded("writing a mask", [&] { write_file(path, bytes, "mask"); });
}

LabelMap decode_label_map(std::span<const std::uint8_t> bytes, const LabelMapReadOptions& options) {
  return guarded("decoding a label map", [&] {
    auto plane = decode_gray_plane(bytes, options.file, 16, "a label map");
    return std::visit(
        [&](auto& ids) {
          check_classes(ids, options.class_count);
          return LabelMap(std::move(ids), plane.size);
        },
        plane.values);
  });
}

LabelMap read_label_map(const std::string& path, const LabelMapReadOptions& options) {
  return read(path, options.file.limits, "label map",
              [&](const auto& bytes) { return decode_label_map(bytes, options); });
}

std::vector<std::uint8_t> encode_label_map(const LabelMap& map, const LabelMapWriteOptions& options) {
  check(map.size(), options.png_compression, "a label map");
  return guarded("encoding a label map", [&] {
    const bool is_wide = map.bits() == 16;
    const void* ids = is_wide ? static_cast<const void*>(map.ids_16bit().data()) : map.ids_8bit().data();
    return encode_gray_plane({.values = ids, .size = map.size(), .bits = map.bits()}, options.png_compression);
  });
}

void write_label_map(const std::string& path, const LabelMap& map, const LabelMapWriteOptions& options) {
  const auto bytes = encode_label_map(map, options);
  guarded("writing a label map", [&] { write_file(path, bytes, "label map"); });
}

}  // namespace visionkit
