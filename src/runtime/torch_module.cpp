#include "runtime/torch_module.hpp"

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <utility>

#include <torch/cuda.h>
#include <torch/version.h>

#include "runtime/torch_values.hpp"
#include "runtime/torchvision_operators.hpp"

namespace visionkit {
namespace {

// std::istream over borrowed memory.
class MemoryBuffer : public std::streambuf {
 public:
  explicit MemoryBuffer(std::span<const std::uint8_t> bytes) {
    auto* start = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    setg(start, start, start + bytes.size());
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode /*which*/) override {
    auto* base = from == std::ios_base::beg ? eback() : from == std::ios_base::cur ? gptr() : egptr();
    if (offset < eback() - base || offset > egptr() - base) return pos_type(off_type(-1));
    setg(eback(), base + offset, egptr());
    return gptr() - eback();
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override {
    return seekoff(off_type(position), std::ios_base::beg, which);
  }
};

void check_signature(const torch::jit::Module& module, const TorchCall& call) {
  const auto method = module.find_method("forward");
  if (!method) throw Error(ErrorCode::model_contract, "'" + call.name + "' has no method forward");
  const auto& arguments = method->function().getSchema().arguments();  // the first one is self
  const auto required =
      std::count_if(arguments.begin(), arguments.end(), [](const auto& a) { return !a.default_value(); }) - 1;
  if (arguments.size() < 2 || required > 1) {
    throw Error(ErrorCode::model_contract, "forward of '" + call.name + "' takes " +
                                               std::to_string(std::max<std::ptrdiff_t>(required, 0)) +
                                               " inputs; expected 1, the pictures");
  }
  const auto type = arguments[1].type();
  const bool takes_list = type->kind() == c10::TypeKind::ListType;
  if (takes_list != (call.input == InputKind::image_list) ||
      (!takes_list && type->kind() != c10::TypeKind::TensorType)) {
    throw Error(ErrorCode::model_contract,
                "forward of '" + call.name + "' takes a " + type->annotation_str() + "; its record says " +
                    (call.input == InputKind::tensor ? "a batch (Tensor)" : "a list of pictures (List[Tensor])"));
  }
}

// Freezing inlines calls of submodules, the inner ones only with the graph optimizer on; calls that are left fail
// later because freezing also removes the methods.
template <class Body>
torch::jit::Module inlined(Body&& body) {
  const torch::jit::GraphOptimizerEnabledGuard optimizer(true);
  return body();
}

void order_channels_last(torch::jit::Block* block) {
  for (auto* node : block->nodes()) {
    for (auto* inner : node->blocks()) order_channels_last(inner);
    if (node->kind() != c10::prim::Constant || !node->hasAttribute(c10::attr::value) ||
        node->kindOf(c10::attr::value) != torch::jit::AttributeKind::t) {
      continue;
    }
    const auto weight = node->t(c10::attr::value);
    if (weight.dim() == 4) node->t_(c10::attr::value, weight.contiguous(at::MemoryFormat::ChannelsLast));
  }
}

Outputs to_float(Outputs outputs, at::ScalarType precision) {
  for (auto& [name, tensor] : outputs) {
    const auto value = borrow(tensor.view());
    if (value.scalar_type() == precision) tensor = flatten(value.to(at::kFloat), value).front().tensor;
  }
  return outputs;
}

}  // namespace

at::Device to_torch(const Device& device) {
  if (device.kind == DeviceKind::cpu) return at::kCPU;
  const auto count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (device.index < 0 || device.index >= count) {
    throw Error(ErrorCode::invalid_option,
                "device is " + to_string(device) + "; this LibTorch sees " + std::to_string(count) + " CUDA devices");
  }
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
}

at::ScalarType to_torch(Precision precision, const Device& device) {
  if (precision == Precision::float16 && device.kind == DeviceKind::cpu) {
    throw Error(ErrorCode::invalid_option, "precision is float16 on the CPU, expected float32 or bfloat16");
  }
  return precision == Precision::float32 ? at::kFloat : precision == Precision::bfloat16 ? at::kBFloat16 : at::kHalf;
}

torch::jit::Module load_module(const Archive& archive, const TorchCall& call) {
  try {
    // Loading compiles the archive's code through global tables.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    provide_torchvision_operators(archive);
    MemoryBuffer buffer(archive.bytes());
    std::istream stream(&buffer);
    auto module = torch::jit::load(stream, call.device);
    module.eval();
    check_signature(module, call);
    return module;
  } catch (...) {
    rethrow(ErrorCode::model_format, "LibTorch " TORCH_VERSION " cannot load '" + call.name + "'");
  }
}

Outputs call_module(const torch::jit::Module& module, const TorchCall& call, const at::Tensor& input) {
  auto batch = input.to(call.device);
  if (call.precision != at::kFloat && batch.scalar_type() == at::kFloat) batch = batch.to(call.precision);
  if (call.layout != at::MemoryFormat::Contiguous) batch = batch.contiguous(call.layout);
  if (call.writes_input && batch.is_alias_of(input)) batch = batch.clone();
  c10::IValue argument = batch;
  if (call.input == InputKind::image_list) argument = c10::List<at::Tensor>(batch.unbind(0));

  auto value = module.get_method("forward")({std::move(argument)});
  if (call.keeps_state) value = value.deepcopy();  // the next call may change what this one returned
  auto outputs = flatten(value, batch);
  if (outputs.empty()) {
    throw Error(ErrorCode::model_contract, "'" + call.name + "' returned a " + kind_of(value) + "; expected a tensor");
  }
  return call.precision == at::kFloat ? outputs : to_float(std::move(outputs), call.precision);
}

torch::jit::Module frozen(const torch::jit::Module& module) {
  return inlined([&] { return torch::jit::freeze(module); });
}

torch::jit::Module optimized(const torch::jit::Module& module) {
  return inlined([&] {
    auto copy = module;  // a handle
    return torch::jit::optimize_for_inference(copy);
  });
}

torch::jit::Module channels_last(const torch::jit::Module& module) {
  auto form = frozen(module);
  order_channels_last(form.get_method("forward").graph()->block());
  return form;
}

TorchNetwork::TorchNetwork(torch::jit::Module module, TorchCall call)
    : module_(std::move(module)), call_(std::move(call)) {}

Outputs TorchNetwork::run(const TensorView& input) const {
  process_.check(call_.name, "LibTorch");
  try {
    const CallScope scope(call_.threads);
    std::unique_lock<std::mutex> lock;
    if (call_.keeps_state) lock = std::unique_lock(stateful_);
    return call_module(module_, call_, borrow(input));
  } catch (...) {
    rethrow(ErrorCode::model_runtime, "'" + call_.name + "' failed on " + text_of(input));
  }
}

}  // namespace visionkit
