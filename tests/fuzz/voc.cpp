// libFuzzer: any bytes as Pascal VOC's XML and as a table of labels are either refused with an Error or read, and a
// table that was read is the same after it was written.
#include <cstddef>

#include <visionkit/dataset/label_table.hpp>
#include <visionkit/dataset/voc.hpp>

#include "refusal.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace visionkit;
  const auto text = fuzz::text_of(data, size);
  fuzz::refused_or([&] {
    const auto picture = parse_voc(text);
    fuzz::require(picture.size.width > 0 && picture.size.height > 0);
    for (const auto& object : picture.objects) fuzz::require(object.box.width >= 0 && object.box.height >= 0);
    static_cast<void>(to_voc_xml(picture));
  });
  fuzz::refused_or([&] {
    const auto images = parse_label_table(text).images;
    fuzz::require(images.empty() || parse_label_table(to_label_table(images)).images == images);
  });
  return 0;
}
