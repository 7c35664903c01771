// Hand-made tensors for detection formats.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/decode/detection.hpp>

namespace visionkit::test {

/// Decodes float tensors by the format of that name.
inline std::vector<ModelDetection> decode(std::string_view format, const std::vector<Tensor>& tensors,
                                          const DecodeContext& context) {
  std::vector<TensorView> views;
  for (const auto& tensor : tensors) views.push_back(tensor.view());
  return find_detection_format(format).decode(views, context);
}

/// What the format says when it refuses tensors; the code is checked.
inline std::string refusal(std::string_view format, const std::vector<Tensor>& tensors, const DecodeContext& context,
                           ErrorCode code = ErrorCode::model_contract) {
  try {
    (void)decode(format, tensors, context);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "accepted";
}

/// Equal up to float rounding.
inline void check_detection(const ModelDetection& found, const ModelDetection& expected) {
  CHECK(found.box.x1 == doctest::Approx(expected.box.x1));
  CHECK(found.box.y1 == doctest::Approx(expected.box.y1));
  CHECK(found.box.x2 == doctest::Approx(expected.box.x2));
  CHECK(found.box.y2 == doctest::Approx(expected.box.y2));
  CHECK(found.label == expected.label);
  CHECK(found.score == doctest::Approx(expected.score));
  CHECK(found.source == expected.source);
}

}  // namespace visionkit::test
