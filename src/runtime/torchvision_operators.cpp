#include "runtime/torchvision_operators.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>
#include <torch/script.h>

#include <visionkit/decode/nms.hpp>

#include "runtime/archive.hpp"

namespace visionkit {
namespace {

at::Tensor nms_operator(const at::Tensor& boxes, const at::Tensor& scores, double iou_threshold) {
  TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 4, "nms takes boxes [n, 4], got ", boxes.sizes());
  TORCH_CHECK(scores.dim() == 1 && scores.size(0) == boxes.size(0), "nms takes scores [n], got ", scores.sizes());
  const auto corners = boxes.to(at::kCPU, at::kFloat).contiguous();
  const auto values = scores.to(at::kCPU, at::kFloat).contiguous();
  const auto count = static_cast<std::size_t>(boxes.size(0));
  std::vector<Box> inputs(count);
  const auto* corner = corners.data_ptr<float>();
  for (auto& box : inputs) {
    box = {corner[0], corner[1], corner[2], corner[3]};
    corner += 4;
  }
  const auto kept = nms(inputs, std::span(values.data_ptr<float>(), count), {}, {.iou_threshold = iou_threshold});
  auto indices = at::empty({static_cast<std::int64_t>(kept.size())}, at::kLong);
  std::copy(kept.begin(), kept.end(), indices.data_ptr<std::int64_t>());
  return indices.to(boxes.device());
}

// One point of a plane by bilinear interpolation; 0 further than a pixel outside.
float sample(const float* plane, std::int64_t height, std::int64_t width, float y, float x) {
  if (y < -1 || y > static_cast<float>(height) || x < -1 || x > static_cast<float>(width)) return 0;
  const auto axis = [](float position, std::int64_t size) {
    position = std::max(position, 0.0F);
    const auto low = std::min(static_cast<std::int64_t>(position), size - 1);
    const auto high = std::min(low + 1, size - 1);
    const auto part = low == size - 1 ? 0.0F : position - static_cast<float>(low);
    return std::tuple(low, high, part);
  };
  const auto [top, bottom, down] = axis(y, height);
  const auto [left, right, across] = axis(x, width);
  return (1 - down) * (1 - across) * plane[top * width + left] + (1 - down) * across * plane[top * width + right] +
         down * (1 - across) * plane[bottom * width + left] + down * across * plane[bottom * width + right];
}

// He et al., Mask R-CNN (2017), with the conventions of torchvision.ops.roi_align.
at::Tensor roi_align_operator(const at::Tensor& input, const at::Tensor& rois, double spatial_scale,
                              std::int64_t pooled_height, std::int64_t pooled_width, std::int64_t sampling_ratio,
                              bool aligned) {
  TORCH_CHECK(input.dim() == 4, "roi_align takes features [n, c, h, w], got ", input.sizes());
  TORCH_CHECK(rois.dim() == 2 && rois.size(1) == 5, "roi_align takes rois [n, 5], got ", rois.sizes());
  const auto features = input.to(at::kCPU, at::kFloat).contiguous();
  const auto regions = rois.to(at::kCPU, at::kFloat).contiguous();
  const auto channels = features.size(1);
  const auto height = features.size(2);
  const auto width = features.size(3);
  auto output = at::zeros({regions.size(0), channels, pooled_height, pooled_width}, at::kFloat);
  const auto scale = static_cast<float>(spatial_scale);
  const auto offset = aligned ? 0.5F : 0.0F;

  at::parallel_for(0, regions.size(0), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto n = first; n < last; ++n) {
      const auto* region = regions.data_ptr<float>() + n * 5;
      const auto image = static_cast<std::int64_t>(region[0]);
      TORCH_CHECK(image >= 0 && image < features.size(0), "roi_align: no image ", image);
      const auto left = region[1] * scale - offset;
      const auto top = region[2] * scale - offset;
      auto roi_width = region[3] * scale - offset - left;
      auto roi_height = region[4] * scale - offset - top;
      if (!aligned) {
        roi_width = std::max(roi_width, 1.0F);
        roi_height = std::max(roi_height, 1.0F);
      }
      const auto bin_width = roi_width / static_cast<float>(pooled_width);
      const auto bin_height = roi_height / static_cast<float>(pooled_height);
      const auto grid_x = sampling_ratio > 0 ? sampling_ratio : static_cast<std::int64_t>(std::ceil(bin_width));
      const auto grid_y = sampling_ratio > 0 ? sampling_ratio : static_cast<std::int64_t>(std::ceil(bin_height));
      const auto count = static_cast<float>(std::max<std::int64_t>(grid_x * grid_y, 1));
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto* plane = features.data_ptr<float>() + (image * channels + c) * height * width;
        auto* out = output.data_ptr<float>() + (n * channels + c) * pooled_height * pooled_width;
        for (std::int64_t i = 0; i < pooled_height * pooled_width; ++i) {
          const auto bin_top = top + static_cast<float>(i / pooled_width) * bin_height;
          const auto bin_left = left + static_cast<float>(i % pooled_width) * bin_width;
          float sum = 0;
          for (std::int64_t iy = 0; iy < grid_y; ++iy) {
            const auto y = bin_top + (static_cast<float>(iy) + 0.5F) * bin_height / static_cast<float>(grid_y);
            for (std::int64_t ix = 0; ix < grid_x; ++ix) {
              sum += sample(plane, height, width, y,
                            bin_left + (static_cast<float>(ix) + 0.5F) * bin_width / static_cast<float>(grid_x));
            }
          }
          out[i] = sum / count;
        }
      }
    }
  });
  return output.to(input.device(), input.scalar_type());
}

bool is_called(const Archive& archive) {
  const auto code = archive.top_folder() + "/code/";
  return std::any_of(archive.records().begin(), archive.records().end(), [&](const ZipRecord& record) {
    if (!record.name.starts_with(code) || !record.name.ends_with(".py")) return false;
    return archive.contents(record).find("torchvision.") != std::string::npos;
  });
}

bool is_missing(const char* name) { return !c10::Dispatcher::singleton().findSchema({name, ""}); }

}  // namespace

void provide_torchvision_operators(const Archive& archive) {
  if (!is_called(archive)) return;
  // Never destroyed: taking operators away while the process ends would race with LibTorch's own teardown.
  static auto* const library = new torch::Library(torch::Library::FRAGMENT, "torchvision", {}, __FILE__, __LINE__);
  if (is_missing("torchvision::nms")) {
    library->def("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", nms_operator);
  }
  if (is_missing("torchvision::roi_align")) {
    library->def(
        "roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, int "
        "sampling_ratio, bool aligned) -> Tensor",
        roi_align_operator);
  }
}

}  // namespace visionkit
