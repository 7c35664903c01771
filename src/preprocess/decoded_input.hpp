// Preprocessor::run_encoded_into() in its two steps, for whoever takes their times.
#pragma once

#include <cstddef>
#include <span>

#include <visionkit/core/config.hpp>
#include <visionkit/preprocess/preprocess.hpp>

#include "image/partial.hpp"

namespace visionkit {

class VISIONKIT_API DecodedInput {
 public:
  /// Decodes what the preprocessor looks at into memory of the calling thread, which the thread's next picture uses
  /// again. Throws as run_encoded() does.
  DecodedInput(const Preprocessor& preprocessor, EncodedImage bytes, const ReadOptions& read = {});

  [[nodiscard]] const AppliedTransform& transform() const { return transform_; }
  /// The rest of the work. Throws shape when `input` is not exactly as large as the tensor.
  void run_into(std::span<std::byte> input) const;

 private:
  struct Decoded {
    AppliedTransform transform;
    PartialImage pixels;
  };
  DecodedInput(const Preprocessor& preprocessor, Decoded&& decoded);
  static Decoded decode(const Preprocessor& preprocessor, EncodedImage bytes, const ReadOptions& read);

  const Preprocessor& preprocessor_;
  AppliedTransform transform_;
  PartialImage pixels_;
};

}  // namespace visionkit
