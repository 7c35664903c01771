#include "runtime/torchvision_operators.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>
#include <torch/script.h>

#include <visionkit/decode/nms.hpp>
#include <visionkit/decode/rotated.hpp>

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
  // No overlap is above 1: such a threshold suppresses nothing.
  const auto kept =
      nms(inputs, std::span(values.data_ptr<float>(), count), {}, {.iou_threshold = std::min(iou_threshold, 1.0)});
  auto indices = at::empty({static_cast<std::int64_t>(kept.size())}, at::kLong);
  std::copy(kept.begin(), kept.end(), indices.data_ptr<std::int64_t>());
  return indices.to(boxes.device());
}

// Pixels: beyond any picture. Regions that far away would be sampled for hours.
constexpr float farthest = 1e6F;

// A sample between two features of one side of a plane; outside it nothing is taken.
struct Tap {
  std::int64_t low = 0;
  std::int64_t high = 0;
  float low_weight = 0;
  float high_weight = 0;
};

// Where the bins of a region are sampled along one side.
struct Side {
  std::int64_t samples = 0;  // of one bin
  std::vector<Tap> taps;     // bin by bin

  Side(float start, float length, std::int64_t bins, std::int64_t sampling_ratio, std::int64_t size) {
    const auto bin = length / static_cast<float>(bins);
    samples = sampling_ratio > 0 ? sampling_ratio : std::max<std::int64_t>(0, std::llround(std::ceil(bin)));
    taps.reserve(static_cast<std::size_t>(bins * samples));
    for (std::int64_t i = 0; i < bins; ++i) {
      for (std::int64_t k = 0; k < samples; ++k) {
        taps.push_back(tap(
            start + static_cast<float>(i) * bin + (static_cast<float>(k) + 0.5F) * bin / static_cast<float>(samples),
            size));
      }
    }
  }

  // Bilinear interpolation; 0 further than a pixel outside.
  static Tap tap(float position, std::int64_t size) {
    if (position < -1 || position > static_cast<float>(size)) return {};
    position = std::max(position, 0.0F);
    const auto low = std::min(static_cast<std::int64_t>(position), size - 1);
    const auto part = low == size - 1 ? 0.0F : position - static_cast<float>(low);
    return {low, std::min(low + 1, size - 1), 1 - part, part};
  }
};

// The pixel that a sample lies in, of one plane.
float sample(const float* plane, std::int64_t width, const Tap& y, const Tap& x) {
  const auto across = [&](const float* row) { return x.low_weight * row[x.low] + x.high_weight * row[x.high]; };
  return y.low_weight * across(plane + y.low * width) + y.high_weight * across(plane + y.high * width);
}

// One plane of features, pooled to the bins of both sides.
void pool(const float* plane, std::int64_t width, const Side& down, const Side& across, float* bins) {
  const auto count = static_cast<float>(std::max<std::int64_t>(down.samples * across.samples, 1));
  for (auto y = down.taps.begin(); y != down.taps.end(); y += down.samples) {
    for (auto x = across.taps.begin(); x != across.taps.end(); x += across.samples) {
      float sum = 0;
      for (std::int64_t i = 0; i < down.samples; ++i) {
        for (std::int64_t k = 0; k < across.samples; ++k) sum += sample(plane, width, y[i], x[k]);
      }
      *bins++ = sum / count;
    }
  }
}

// He et al., Mask R-CNN (2017), with the conventions of torchvision.ops.roi_align.
at::Tensor roi_align_operator(const at::Tensor& input, const at::Tensor& rois, double spatial_scale,
                              std::int64_t pooled_height, std::int64_t pooled_width, std::int64_t sampling_ratio,
                              bool aligned) {
  TORCH_CHECK(input.dim() == 4 && input.size(2) > 0 && input.size(3) > 0, "roi_align takes features [n, c, h, w], got ",
              input.sizes());
  TORCH_CHECK(rois.dim() == 2 && rois.size(1) == 5, "roi_align takes rois [n, 5], got ", rois.sizes());
  TORCH_CHECK(pooled_height > 0 && pooled_width > 0, "roi_align makes ", pooled_height, " x ", pooled_width, " bins");
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
      // Written so that NaN is refused, too.
      TORCH_CHECK(region[0] >= 0 && region[0] < static_cast<float>(features.size(0)), "roi_align: no image ",
                  region[0]);
      std::array<float, 4> corners;
      for (std::size_t i = 0; i < corners.size(); ++i) {
        corners[i] = region[i + 1] * scale - offset;
        TORCH_CHECK(std::abs(corners[i]) <= farthest, "roi_align: region ", n, " has a corner at ", region[i + 1]);
      }
      const auto [left, top, right, bottom] = corners;
      const auto shortest = aligned ? std::numeric_limits<float>::lowest() : 1.0F;
      const Side down(top, std::max(bottom - top, shortest), pooled_height, sampling_ratio, height);
      const Side across(left, std::max(right - left, shortest), pooled_width, sampling_ratio, width);
      if (down.taps.empty() || across.taps.empty()) continue;
      const auto* planes =
          features.data_ptr<float>() + static_cast<std::int64_t>(region[0]) * channels * height * width;
      auto* bins = output.data_ptr<float>() + n * channels * pooled_height * pooled_width;
      for (std::int64_t c = 0; c < channels; ++c)
        pool(planes + c * height * width, width, down, across, bins + c * pooled_height * pooled_width);
    }
  });
  return output.to(input.device(), input.scalar_type());
}

// Overlaps of turned boxes: centre, width, height and an angle in degrees, anticlockwise on the screen.
at::Tensor box_iou_rotated_operator(const at::Tensor& boxes1, const at::Tensor& boxes2) {
  const auto read = [](const at::Tensor& boxes) {
    TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 5, "box_iou_rotated takes boxes [n, 5], got ", boxes.sizes());
    const auto values = boxes.to(at::kCPU, at::kDouble).contiguous();
    std::vector<RotatedBox> rotated;
    for (std::int64_t i = 0; i < values.size(0); ++i) {
      const auto* value = values.data_ptr<double>() + i * 5;
      rotated.push_back({value[0], value[1], value[2], value[3], -value[4]});
    }
    return rotated;
  };
  const auto first = read(boxes1);
  const auto second = read(boxes2);
  auto overlaps = at::empty({boxes1.size(0), boxes2.size(0)}, at::kDouble);
  auto* overlap = overlaps.data_ptr<double>();
  for (const auto& a : first) {
    for (const auto& b : second) *overlap++ = rotated_iou(a, b);
  }
  return overlaps.to(boxes1.device(), boxes1.scalar_type());
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
  // Only training calls it, but since torchvision 0.28 no scripted detector except FCOS loads without.
  if (is_missing("torchvision::box_iou_rotated"))
    library->def("box_iou_rotated(Tensor boxes1, Tensor boxes2) -> Tensor", box_iou_rotated_operator);
}

}  // namespace visionkit
