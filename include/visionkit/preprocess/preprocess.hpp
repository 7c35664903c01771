// Pictures in, a network's input out: colors, resize, crop, normalization and layout in one pass, by the rules of
// PreprocessOptions. Usable without a model. Resizing alone is preprocess/resize.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/image/image.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/preprocess/options.hpp>
#include <visionkit/preprocess/transform.hpp>

namespace visionkit {

/// The input for one picture: a batch of one.
struct PreprocessedImage {
  Tensor tensor;  ///< [1, channels, height, width], or [1, height, width, channels]
  AppliedTransform transform;
};

/// The input for several pictures, in their order.
struct PreprocessedBatch {
  Tensor tensor;  ///< [images, channels, height, width], or [images, height, width, channels]
  std::vector<AppliedTransform> transforms;
};

/// The bytes of a picture's file.
using EncodedImage = std::span<const std::uint8_t>;

struct BatchOptions {
  int threads = 1;  ///< cores that work at the same time, the caller's among them, 1..1024
};

/// Carries out checked options. A cheap copy; const calls may come from many threads at the same time.
/// Working memory belongs to the calling thread and is kept. All functions throw invalid_argument for a view without
/// pixels, invalid_option for a picture that the options make impossible (a side that becomes 0, or above 65535),
/// out_of_memory; those that take encoded pictures also what decode_image() throws.
class VISIONKIT_API Preprocessor {
 public:
  /// Throws invalid_option as check() does.
  explicit Preprocessor(const PreprocessOptions& options);

  [[nodiscard]] const PreprocessOptions& options() const noexcept;
  /// The size of the network's input where it is the same for every picture.
  [[nodiscard]] std::optional<Size> fixed_size() const;
  /// What would be done to a picture of this size.
  [[nodiscard]] AppliedTransform transform(Size image) const;
  /// The shape of the tensor for one picture of this size.
  [[nodiscard]] Shape input_shape(Size image) const;

  [[nodiscard]] PreprocessedImage run(const ImageView& image) const;
  /// One tensor for all pictures. Throws shape, naming the first two sizes, when their inputs differ in size, and
  /// invalid_argument without pictures.
  [[nodiscard]] PreprocessedBatch run(std::span<const ImageView> images, const BatchOptions& batch = {}) const;

  /// The same from the bytes of JPEG, PNG, WebP or BMP files.
  [[nodiscard]] PreprocessedImage run_encoded(EncodedImage bytes, const ReadOptions& read = {}) const;
  [[nodiscard]] PreprocessedBatch run_encoded(std::span<const EncodedImage> files, const ReadOptions& read = {},
                                              const BatchOptions& batch = {}) const;

  /// The same into the caller's memory, which is aligned for the element type and exactly as large as the tensor;
  /// throws shape otherwise. In the steady state nothing is allocated for one picture.
  AppliedTransform run_into(const ImageView& image, std::span<std::byte> input) const;
  std::vector<AppliedTransform> run_into(std::span<const ImageView> images, std::span<std::byte> input,
                                         const BatchOptions& batch = {}) const;
  AppliedTransform run_encoded_into(EncodedImage bytes, std::span<std::byte> input, const ReadOptions& read = {}) const;
  std::vector<AppliedTransform> run_encoded_into(std::span<const EncodedImage> files, std::span<std::byte> input,
                                                 const ReadOptions& read = {}, const BatchOptions& batch = {}) const;

 private:
  friend class DecodedInput;
  struct State;
  std::shared_ptr<const State> state_;
};

/// For one call. Whoever has many pictures makes one Preprocessor.
[[nodiscard]] VISIONKIT_API PreprocessedImage preprocess(const ImageView& image, const PreprocessOptions& options = {});

}  // namespace visionkit
