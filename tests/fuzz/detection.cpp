// libFuzzer: any tensors into any detection format are either refused with an Error or give finite boxes, scores of
// 0..1 and existing classes, and so they do after suppression; masks have the size of the picture.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <visionkit/core/error.hpp>
#include <visionkit/decode/detection.hpp>

namespace {

using namespace visionkit;

// Takes values off the front of the input; zeros when there is nothing left.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  template <class T>
  T take() {
    T value{};
    const auto count = size_ < sizeof(T) ? size_ : sizeof(T);
    if (count > 0) std::memcpy(&value, data_, count);
    data_ += count;
    size_ -= count;
    return value;
  }
  std::uint32_t below(std::uint32_t limit) { return take<std::uint8_t>() % limit; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

DecodeContext take_context(Bytes& bytes) {
  DecodeContext context;
  context.class_count = bytes.below(4);
  context.input = {static_cast<int>(bytes.below(65)), static_cast<int>(bytes.below(65))};
  context.score_threshold = static_cast<float>(bytes.below(6)) / 4;
  if (bytes.below(2) == 1) context.labels = static_cast<LabelRule>(bytes.below(2));
  if (bytes.below(2) == 1) context.coordinates = static_cast<BoxCoordinates>(bytes.below(2));
  if (bytes.below(2) == 1) context.activation = static_cast<ScoreActivation>(bytes.below(3));
  if (bytes.below(2) == 1) context.encoding = static_cast<BoxEncoding>(bytes.below(3));
  context.extra_values = bytes.below(3);
  context.strides.assign(bytes.below(4), static_cast<int>(bytes.below(34)) - 1);
  context.top_queries = bytes.below(9);
  if (bytes.below(2) == 1) context.mask_rule = static_cast<PrototypeRule>(bytes.below(2));
  if (bytes.below(2) == 1) context.mask_frame = static_cast<MaskFrame>(bytes.below(2));
  for (auto count = bytes.below(5); count > 0; --count) {
    context.anchors.push_back({bytes.take<float>(), bytes.take<float>(), bytes.take<float>(), bytes.take<float>()});
  }
  return context;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const auto formats = detection_formats();
  const auto& format = formats[bytes.below(static_cast<std::uint32_t>(formats.size()))];
  const auto context = take_context(bytes);
  std::vector<std::vector<std::uint64_t>> memory;
  std::vector<TensorView> tensors;
  for (auto count = bytes.below(5); count > 0; --count) {
    TensorView tensor;
    tensor.dtype = bytes.below(4) == 3 ? DType::int64 : DType::float32;
    for (auto rank = bytes.below(4); rank > 0; --rank) tensor.shape.push_back(bytes.take<std::int8_t>() % 16);
    std::size_t elements = 1;
    for (const auto extent : tensor.shape) elements *= extent < 0 ? 0 : static_cast<std::size_t>(extent);
    memory.emplace_back(elements * size_of(tensor.dtype) / 8 + 1);
    for (auto& value : memory.back()) value = bytes.take<std::uint64_t>();
    tensor.data = memory.back().data();
    tensors.push_back(std::move(tensor));
  }
  try {
    const auto kept = suppress(format.decode(tensors, context));
    for (const auto& found : kept) {
      const auto& box = found.box;
      const bool sound = std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
                         std::isfinite(box.y2) && found.score >= 0 && found.score <= 1 && found.label.value >= 0 &&
                         static_cast<std::size_t>(found.label.value) < context.class_count;
      if (!sound) __builtin_trap();
    }
    if (format.masks == nullptr) return 0;
    const Size image = {static_cast<int>(bytes.below(65)), static_cast<int>(bytes.below(65))};
    std::vector<Box> boxes;
    for (const auto& found : kept)
      boxes.push_back(clip(Box{found.box.x1, found.box.y1, found.box.x2, found.box.y2}, image));
    const ModelBox content = {bytes.take<float>(), bytes.take<float>(), bytes.take<float>(), bytes.take<float>()};
    for (const auto& mask :
         format.masks(tensors, context, {.detections = kept, .boxes = boxes, .content = content, .image = image})) {
      if (mask.size() != image) __builtin_trap();
    }
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
