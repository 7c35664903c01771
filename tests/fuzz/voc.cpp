// libFuzzer: any bytes as Pascal VOC's XML and as a table of labels are either refused with an Error or read, and a
// table that was read is the same after it was written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <visionkit/core/error.hpp>
#include <visionkit/dataset/label_table.hpp>
#include <visionkit/dataset/voc.hpp>

namespace {

using namespace visionkit;

template <class Try>
void refused_or(Try&& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  refused_or([&] {
    const auto picture = parse_voc(text);
    if (picture.size.width < 1 || picture.size.height < 1) std::abort();
    for (const auto& object : picture.objects) {
      if (object.box.width < 0 || object.box.height < 0) std::abort();
    }
    static_cast<void>(to_voc_xml(picture));
  });
  refused_or([&] {
    const auto images = parse_label_table(text).images;
    if (!images.empty() && parse_label_table(to_label_table(images)).images != images) std::abort();
  });
  return 0;
}
