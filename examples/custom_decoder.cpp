// A detector whose output has a layout that visionkit does not know: a function or lambda of yours turns the tensors of
// one picture into boxes in pixels of the network's input. Detector does the rest: it resizes the picture before, and
// then keeps the best of boxes that overlap and maps them back into pixels of the picture.
//
// This one is CenterNet (Zhou et al., "Objects as Points", 2019): three tensors over a grid of cells.
//   heat   [classes, rows, columns]   probability that an object of the class has its center in the cell
//   size   [2, rows, columns]         width and height of that object, in pixels of the input
//   offset [2, rows, columns]         where in the cell its center is, 0..1
#include <fmt/core.h>

#include <visionkit/core/format.hpp>
#include <visionkit/visionkit.hpp>

namespace vk = visionkit;

// Called from many threads at once if detect() is. `context` says what the tensors do not: the number of classes, the
// size of the input, the threshold. Throw vk::Error for tensors that do not fit: the first call happens at load.
std::vector<vk::ModelDetection> decode_centernet(std::span<const vk::TensorView> tensors,
                                                 const vk::DecodeContext& context) {
  const auto classes = static_cast<std::int64_t>(context.class_count);
  const auto has_maps = [&](std::size_t i, std::int64_t maps) {
    const auto& shape = tensors[i].shape;
    return shape.size() == 3 && shape[0] == maps && shape[1] == tensors[0].shape[1] && shape[2] == tensors[0].shape[2];
  };
  if (tensors.size() != 3 || tensors[0].shape.size() != 3 || !has_maps(0, classes) || !has_maps(1, 2) ||
      !has_maps(2, 2)) {
    throw vk::Error(vk::ErrorCode::model_contract, "expected CenterNet's heat, size and offset");
  }
  const auto heat = tensors[0].floats(), size = tensors[1].floats(), offset = tensors[2].floats();
  const auto rows = static_cast<std::size_t>(tensors[0].shape[1]);
  const auto columns = static_cast<std::size_t>(tensors[0].shape[2]);
  const auto cells = rows * columns;
  const auto cell_width = static_cast<float>(context.input.width) / static_cast<float>(columns);
  const auto cell_height = static_cast<float>(context.input.height) / static_cast<float>(rows);

  std::vector<vk::ModelDetection> found;
  for (std::size_t i = 0; i < heat.size(); ++i) {
    if (!(heat[i] > context.score_threshold)) continue;
    const auto cell = i % cells;
    const auto x = (static_cast<float>(cell % columns) + offset[cell]) * cell_width;
    const auto y = (static_cast<float>(cell / columns) + offset[cells + cell]) * cell_height;
    const auto half_width = size[cell] / 2, half_height = size[cells + cell] / 2;
    found.push_back({.box = {x - half_width, y - half_height, x + half_width, y + half_height},
                     .label = vk::ClassId(static_cast<std::int32_t>(i / cells)),
                     .score = heat[i]});
  }
  return found;
}

int main(int argc, char** argv) try {
  if (argc != 3) return fmt::print(stderr, "usage: {} MODEL PICTURE\n", argv[0]), 2;
  const vk::Detector detector(argv[1], {.decoder = decode_centernet});
  for (const auto& d : detector.detect(vk::read_image(argv[2]))) {
    fmt::print("{:<12} {:.2f} {}\n", detector.labels()[d.label], d.score, d.box);
  }
} catch (const vk::Error& error) {
  return fmt::print(stderr, "{}\n", error.what()), 1;
}
