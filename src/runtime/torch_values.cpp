#include "runtime/torch_values.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <utility>

namespace visionkit {
namespace {

constexpr std::array dtypes = {
    std::pair{DType::float32, at::kFloat},     std::pair{DType::float16, at::kHalf},
    std::pair{DType::bfloat16, at::kBFloat16}, std::pair{DType::float64, at::kDouble},
    std::pair{DType::uint8, at::kByte},        std::pair{DType::int8, at::kChar},
    std::pair{DType::int16, at::kShort},       std::pair{DType::int32, at::kInt},
    std::pair{DType::int64, at::kLong},        std::pair{DType::boolean, at::kBool},
};

// What LibTorch says when something common went wrong, the code it deserves when not the stage's own, and a hint.
struct KnownReason {
  std::string_view text;
  std::optional<ErrorCode> code;
  std::string_view hint;
};

constexpr std::string_view other_size = " (hint: the network was made for another input size than the record says)";
constexpr std::string_view other_device =
    " (hint: a device is built into the traced code; export the model again on the CPU)";

constexpr std::array known_reasons = {
    KnownReason{"can't allocate memory", ErrorCode::out_of_memory, ""},
    KnownReason{"not enough memory", ErrorCode::out_of_memory, ""},
    KnownReason{"out of memory", ErrorCode::out_of_memory, ""},
    KnownReason{"Storage size calculation overflowed", ErrorCode::out_of_memory, ""},
    KnownReason{"not compiled with CUDA", ErrorCode::model_contract, other_device},
    KnownReason{"'CUDA' backend", ErrorCode::model_contract, other_device},
    KnownReason{"accelerator device", ErrorCode::model_contract, other_device},
    KnownReason{"No CUDA GPUs", ErrorCode::model_contract, other_device},
    KnownReason{"on the same device", ErrorCode::model_contract, other_device},
    KnownReason{"shapes cannot be multiplied", std::nullopt, other_size},
    KnownReason{"must match the size of tensor", std::nullopt, other_size},
    KnownReason{"Sizes of tensors must match", std::nullopt, other_size},
    KnownReason{"is invalid for input of size", std::nullopt, other_size},
    KnownReason{"channels, but got", std::nullopt, " (hint: the record's color may be wrong)"},
    KnownReason{"not implemented for", std::nullopt, " (hint: the record's dtype or the precision may be wrong)"},
};

Tensor to_tensor(const at::Tensor& source, const std::string& name, const at::Tensor& input) {
  const auto row =
      std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& pair) { return pair.second == source.scalar_type(); });
  if (!source.defined() || row == dtypes.end() || source.layout() != at::kStrided) {
    throw Error(ErrorCode::model_contract, "output '" + name + "' of the network is " +
                                               (source.defined() ? source.toString() : std::string("undefined")) +
                                               "; a dense tensor of numbers is expected");
  }
  auto host = source.detach().to(at::kCPU).contiguous();
  if (host.is_alias_of(input)) host = host.clone();
  const auto owner = std::make_shared<const at::Tensor>(host);
  return {row->first, host.sizes().vec(), std::shared_ptr<const void>(owner, host.data_ptr())};
}

std::string join(const std::string& path, const std::string& step) { return path.empty() ? step : path + "." + step; }

void flatten_into(const c10::IValue& value, const std::string& path, const at::Tensor& input, Outputs& outputs) {
  if (value.isTensor()) {
    outputs.push_back({path, to_tensor(value.toTensor(), path, input)});
  } else if (value.isTuple()) {
    const auto& elements = value.toTupleRef().elements();
    for (std::size_t i = 0; i < elements.size(); ++i)
      flatten_into(elements[i], join(path, std::to_string(i)), input, outputs);
  } else if (value.isList()) {
    const auto elements = value.toListRef();
    for (std::size_t i = 0; i < elements.size(); ++i)
      flatten_into(elements[i], join(path, std::to_string(i)), input, outputs);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) {
      const auto key = entry.key().isString() ? entry.key().toStringRef() : kind_of(entry.key());
      flatten_into(entry.value(), join(path, key), input, outputs);
    }
  }
}

}  // namespace

at::ScalarType to_torch(DType dtype) {
  return std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& pair) { return pair.first == dtype; })->second;
}

at::Tensor borrow(const TensorView& view) {
  // LibTorch has no read-only tensors; no network that passed the checks writes to its input, see TorchSession::run.
  return at::from_blob(const_cast<void*>(view.data), view.shape, at::TensorOptions().dtype(to_torch(view.dtype)));
}

Outputs flatten(const c10::IValue& value, const at::Tensor& input) {
  Outputs outputs;
  flatten_into(value, "", input, outputs);
  return outputs;
}

std::string kind_of(const c10::IValue& value) {
  if (value.isTensor()) return "tensor";
  if (value.isNone()) return "None";
  if (value.isString()) return "string";
  if (value.isTuple()) return "tuple of " + std::to_string(value.toTupleRef().elements().size());
  if (value.isList()) return "list of " + std::to_string(value.toListRef().size());
  if (value.isGenericDict()) return "dictionary of " + std::to_string(value.toGenericDict().size());
  return value.tagKind();
}

std::string reason_of(std::string_view message) {
  // An exception raised in TorchScript ends in "<Type>: <text>" after its trace; one raised in C++ starts with its
  // text.
  constexpr std::string_view trace = "Traceback of TorchScript";
  if (message.find(trace) != std::string_view::npos) {
    for (const std::string_view type : {"Error: ", "Exception: "}) {
      const auto last = message.rfind(type);
      if (last != std::string_view::npos) message.remove_prefix(message.rfind('\n', last) + 1);
    }
  }
  for (const std::string_view frames : {"\nException raised from", "\nDebug info for handle"}) {
    message = message.substr(0, message.find(frames));
  }
  std::string text;
  for (const char c : message.substr(0, message.find("\n\n"))) {
    const bool space = c == '\n' || c == ' ' || c == '\t';
    if (!space)
      text += c;
    else if (!text.empty() && text.back() != ' ')
      text += ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

void rethrow(ErrorCode code, const std::string& what) {
  std::string message;
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::out_of_memory, what + ": out of memory");
  } catch (const c10::Error& error) {
    message = error.what_without_backtrace();
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "an exception of unknown type";
  }
  for (const auto& [text, replacement, hint] : known_reasons) {
    if (message.find(text) == std::string::npos) continue;
    constexpr std::size_t room = 300;  // of Error's one line; the hint is worth more than the end of a long reason
    auto reason = reason_of(message);
    const auto taken = what.size() + 2 + hint.size();
    if (reason.size() + taken > room) reason = reason.substr(0, room - std::min(taken + 3, room)) + "...";
    throw Error(replacement.value_or(code), what + ": " + reason + std::string(hint));
  }
  throw Error(code, what + ": " + reason_of(message));
}

}  // namespace visionkit
