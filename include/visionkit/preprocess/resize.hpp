// Resizing with the arithmetic of a named tool: the bytes of Pillow, OpenCV or torchvision, not something near them.
// Which size to ask for, cropping and normalization are preprocess/preprocess.hpp.
#pragma once

#include <span>
#include <string_view>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/image/image.hpp>

namespace visionkit {

/// A tool and its filter. The names say how the tool spells it; src/docs/preprocessing.md says who uses which.
enum class Interpolation {
  // Pillow's Image.resize: antialiased, two passes in fixed point, the result of the first rounded to 8 bits.
  pillow_nearest,
  pillow_box,
  pillow_bilinear,
  pillow_hamming,
  pillow_bicubic,  ///< a = -0.5
  pillow_lanczos,
  // cv2.resize: not antialiased except area.
  opencv_nearest,  ///< without the half-pixel shift, as cv2 has it
  opencv_nearest_exact,
  opencv_linear,  ///< a plain 2x2 average when both sides are halved
  opencv_linear_exact,
  opencv_cubic,  ///< a = -0.75
  opencv_area,
  opencv_lanczos4,
  // torch.nn.functional.interpolate (align_corners=False), which torchvision's Resize uses on tensors. 8-bit pictures
  // are computed in float32 and rounded, halves to even.
  torch_nearest,
  torch_nearest_exact,
  torch_bilinear,
  torch_bilinear_antialias,
  torch_bicubic,            ///< a = -0.75
  torch_bicubic_antialias,  ///< a = -0.5
};

/// "pillow.bilinear", "opencv.linear_exact", "torch.bicubic_antialias"
[[nodiscard]] VISIONKIT_API std::string_view to_string(Interpolation interpolation) noexcept;
/// The inverse of to_string(). Throws invalid_option for an unknown name and names the nearest known one.
[[nodiscard]] VISIONKIT_API Interpolation interpolation_from_string(std::string_view name);
/// Every interpolation, in the order of the enumeration.
[[nodiscard]] VISIONKIT_API std::span<const Interpolation> interpolations() noexcept;

/// The whole picture in another size, in the same pixel format. Pillow's filters treat pictures with alpha as Pillow
/// does: color is weighted by alpha. The others treat every channel alike.
/// Throws invalid_argument for a view without pixels or with a side above 2^24, invalid_option for a size outside
/// 1..65535, out_of_memory.
/// Safe to call from many threads. opencv.linear_exact, cubic, area and lanczos4 call OpenCV, which may use its own
/// threads for large pictures; all others run on the calling thread.
[[nodiscard]] VISIONKIT_API Image resize(const ImageView& image, Size size, Interpolation interpolation);

/// The part of the picture inside `region`, in another size: Pillow's `box` argument. The edges of the region need not
/// be whole pixels. Throws also invalid_option when the region is empty or leaves the picture, or when the
/// interpolation is not one of Pillow's.
[[nodiscard]] VISIONKIT_API Image resize(const ImageView& image, const Box& region, Size size,
                                         Interpolation interpolation);

/// A float32 tensor in another size, in the layout of the tool: [..., height, width] for torch, [height, width] or
/// [height, width, channels] for OpenCV (nearest, nearest_exact, linear, cubic, area, lanczos4).
/// Throws dtype, shape, invalid_option for a size or an interpolation that is not offered for floats, out_of_memory.
[[nodiscard]] VISIONKIT_API Tensor resize(const TensorView& tensor, Size size, Interpolation interpolation);

}  // namespace visionkit
