// Between LibTorch's values and ours. Included only by files that include Torch.
#pragma once

#include <string>
#include <string_view>

#include <torch/script.h>

#include <visionkit/core/error.hpp>
#include <visionkit/core/tensor.hpp>

#include "runtime/session.hpp"

namespace visionkit {

at::ScalarType to_torch(DType dtype);

/// A tensor over the caller's memory, which must outlive it.
at::Tensor borrow(const TensorView& view);

/// Every tensor inside a value, in host memory and C order; copied where it is part of `input`, whose memory is only
/// borrowed. Throws model_contract for element types that have no DType.
Outputs flatten(const c10::IValue& value, const at::Tensor& input);

/// The kind of a value in a few words: "tensor", "tuple of 3", "string".
std::string kind_of(const c10::IValue& value);

/// The line of a LibTorch message that says what went wrong, without Python traces and C++ frames.
std::string reason_of(std::string_view message);

/// Rethrows the exception being handled as an Error with LibTorch's reason and, for well-known ones, a hint:
/// out_of_memory when an allocation failed, model_contract when the network wants another device, otherwise `code`.
[[noreturn]] void rethrow(ErrorCode code, const std::string& what);

}  // namespace visionkit
