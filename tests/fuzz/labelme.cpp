// libFuzzer: any bytes as LabelMe's JSON are either refused with an Error or read as objects that have an area, and
// what was read is the same after it was written.
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include <visionkit/dataset/labelme.hpp>

#include "refusal.hpp"

namespace {

using namespace visionkit;

// A mask whose size the bytes decide.
Mask some_mask(std::span<const std::uint8_t> png) {
  const Size size{png.empty() ? 0 : png[0] % 16, png.size() < 2 ? 0 : png[1] % 16};
  return Mask::from_box({0, 0, static_cast<float>(size.width), 2}, size);
}

void check(const LabelmePicture& picture) {
  bool has_boxes = false;
  bool has_masks = false;
  for (const auto& [name, box, segmentation] : picture.objects) {
    fuzz::require(!name.empty() && box.width > 0 && box.height > 0);
    if (const auto* mask = std::get_if<Mask>(&segmentation)) fuzz::require(mask->size() == picture.size);
    has_boxes = has_boxes || std::holds_alternative<std::monostate>(segmentation);
    has_masks = has_masks || std::holds_alternative<Mask>(segmentation);
  }
  if (has_masks) return;
  // A side of a box is a difference, so that it may round to nothing when it is written.
  auto back = picture;
  fuzz::refused_or([&] { back = parse_labelme(to_labelme_json(picture)); });
  fuzz::require(back.file_name == picture.file_name && back.objects.size() == picture.objects.size());
  fuzz::require(has_boxes || back.objects == picture.objects);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::refused_or([&] { check(parse_labelme(text)); });
  fuzz::refused_or([&] {
    const auto picture = parse_labelme(text, {.decode_mask = some_mask});
    const auto pixels = static_cast<std::int64_t>(picture.size.width) * picture.size.height;
    if (pixels < 10'000) check(picture);
  });
  return 0;
}
