// Runs a TorchScript module through LibTorch. Everything that LibTorch does to those who embed it is kept inside this
// file: warnings on stderr, the profiling executor's slow first calls, wrong fused networks, hangs after fork().
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <istream>
#include <mutex>
#include <optional>
#include <streambuf>
#include <utility>

#include <caffe2/serialize/versions.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "runtime/archive.hpp"
#include "runtime/silent_warnings.hpp"
#include "runtime/torch_values.hpp"
#include "runtime/torchvision_operators.hpp"

namespace visionkit {
namespace {

using Clock = std::chrono::steady_clock;

// What every call into LibTorch runs under. All of it belongs to the calling thread only and is undone at its end.
class CallScope {
 public:
  CallScope() : executor_(false) {}

 private:
  c10::InferenceMode inference_;
  // The profiling executor makes the first calls 3 to 10 times slower and feeds the TensorExpr fuser, which hangs on
  // CPU builds without LLVM. A frozen graph gains nothing from it, and switching the fuser itself off would be
  // process-wide.
  torch::jit::GraphOptimizerEnabledGuard executor_;
  SilentWarnings warnings_;
};

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

// The largest difference relative to the largest value; infinite when the two do not even have the same form.
double difference(const Outputs& expected, const Outputs& got) {
  constexpr double incomparable = std::numeric_limits<double>::infinity();
  if (expected.size() != got.size()) return incomparable;
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].name != got[i].name || expected[i].tensor.shape() != got[i].tensor.shape()) return incomparable;
    const auto a = borrow(expected[i].tensor.view()).to(at::kDouble);
    const auto b = borrow(got[i].tensor.view()).to(at::kDouble);
    if (a.numel() == 0) continue;
    const auto finite = a.isfinite();
    if (!finite.equal(b.isfinite())) return incomparable;
    const auto zero = at::zeros_like(a);
    const auto span = at::where(finite, a, zero).abs().max().item<double>();
    const auto apart = at::where(finite, a - b, zero).abs().max().item<double>();
    worst = std::max(worst, apart / std::max(span, 1e-6));
  }
  return worst;
}

constexpr double equal_enough = 1e-3;  // LibTorch's known wrong optimizations are 2 to 55 % off

// Everything that a module can remember from one call to the next.
std::vector<c10::IValue> remember(const torch::jit::Module& module) {
  std::vector<c10::IValue> values;
  for (const auto& attribute : module.named_attributes()) {
    if (attribute.value.isTensor())
      values.emplace_back(attribute.value.toTensor().clone());
    else if (attribute.value.isInt() || attribute.value.isDouble() || attribute.value.isBool())
      values.push_back(attribute.value);
  }
  return values;
}

bool same(const std::vector<c10::IValue>& before, const std::vector<c10::IValue>& after) {
  const auto equal = [](const c10::IValue& a, const c10::IValue& b) {
    if (a.isTensor()) return b.isTensor() && at::equal(a.toTensor(), b.toTensor());
    return a == b;
  };
  return std::equal(before.begin(), before.end(), after.begin(), after.end(), equal);
}

std::uint64_t count_parameters(const torch::jit::Module& module) {
  std::uint64_t count = 0;
  for (const auto& parameter : module.parameters()) count += static_cast<std::uint64_t>(parameter.numel());
  return count;
}

std::string text_of(const TensorView& tensor) {
  return std::string(to_string(tensor.dtype)) + " " + to_string(tensor.shape);
}

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

class TorchSession final : public Session {
 public:
  TorchSession(const Archive& archive, const SessionOptions& options)
      : name_(archive.name()),
        input_(options.input),
        device_(to_torch(options.run.device)),
        precision_(to_torch(options.run.precision, options.run.device)),
        process_(::getpid()) {
    report_.engine = std::string("libtorch ") + TORCH_VERSION;
    const CallScope scope;
    module_ = load(archive);
    check_signature();
    report_.parameters = count_parameters(module_);
    const auto start = Clock::now();
    try {
      choose_form(options);
    } catch (...) {
      rethrow(ErrorCode::model_runtime,
              "'" + name_ + "' failed in its first run on " + text_of(options.probes.front().view()));
    }
    expected_.clear();
    report_.warm_up_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }

  [[nodiscard]] const SessionReport& report() const override { return report_; }

  [[nodiscard]] Outputs run(const TensorView& input) const override {
    if (::getpid() != process_) {
      throw Error(
          ErrorCode::model_runtime,
          "'" + name_ +
              "' was loaded before fork(); LibTorch's threads do not exist in the child process: load it there");
    }
    try {
      const CallScope scope;
      return run(module_, borrow(input));
    } catch (...) {
      rethrow(ErrorCode::model_runtime, "'" + name_ + "' failed on " + text_of(input));
    }
  }

 private:
  torch::jit::Module load(const Archive& archive) const {
    try {
      // Loading compiles the archive's code through global tables.
      static std::mutex one_at_a_time;
      const std::lock_guard lock(one_at_a_time);
      provide_torchvision_operators(archive);
      MemoryBuffer buffer(archive.bytes());
      std::istream stream(&buffer);
      auto module = torch::jit::load(stream, device_);
      module.eval();
      if (precision_ != at::kFloat) module.to(precision_);
      return module;
    } catch (...) {
      rethrow(ErrorCode::model_format, "LibTorch " TORCH_VERSION " cannot load '" + name_ + "'");
    }
  }

  void check_signature() const {
    const auto method = module_.find_method("forward");
    if (!method) throw Error(ErrorCode::model_contract, "'" + name_ + "' has no method forward");
    const auto& arguments = method->function().getSchema().arguments();  // the first one is self
    const auto required =
        std::count_if(arguments.begin(), arguments.end(), [](const auto& a) { return !a.default_value(); }) - 1;
    if (arguments.size() < 2 || required > 1) {
      throw Error(ErrorCode::model_contract, "forward of '" + name_ + "' takes " +
                                                 std::to_string(std::max<std::ptrdiff_t>(required, 0)) +
                                                 " inputs; expected 1, the pictures");
    }
    const auto type = arguments[1].type();
    const bool takes_list = type->kind() == c10::TypeKind::ListType;
    if (takes_list != (input_ == InputKind::image_list) || (!takes_list && type->kind() != c10::TypeKind::TensorType)) {
      throw Error(ErrorCode::model_contract,
                  "forward of '" + name_ + "' takes a " + type->annotation_str() + "; its record says " +
                      (input_ == InputKind::tensor ? "a batch (Tensor)" : "a list of pictures (List[Tensor])"));
    }
  }

  // Picks the fastest form of the network that gives the plain module's answers to all probes.
  void choose_form(const SessionOptions& options) {
    report_.optimization = "plain";
    if (options.probes.empty()) {
      freeze("not optimized: the size of the input is known only when it comes");
      return;
    }
    const auto& probes = options.probes;
    expected_.push_back(probe_plain(probes.front()));
    for (std::size_t i = 1; i < probes.size(); ++i) expected_.push_back(run(module_, borrow(probes[i].view())));
    report_.warm_up_outputs = expected_.back();
    if (report_.keeps_state) return;
    if (difference(expected_.front(), run(module_, borrow(probes.front().view()))) > equal_enough) {
      report_.notes.emplace_back("not optimized: two calls with the same input give different answers");
      return;
    }
    check_batches(probes);
    optimize(probes);
  }

  // The plain module's answer, and what the network does beside answering.
  Outputs probe_plain(const Tensor& probe) {
    const auto input = borrow(probe.view()).clone();
    const auto untouched = input.clone();
    const auto before = remember(module_);
    auto answer = run(module_, input);
    writes_input_ = !at::equal(input, untouched);
    report_.keeps_state = !same(before, remember(module_));
    if (writes_input_) report_.notes.emplace_back("the network writes into its input: inputs are copied");
    if (report_.keeps_state)
      report_.notes.emplace_back("not optimized: the network changes its own buffers; calls are serialized");
    return answer;
  }

  // The worst difference of a form of the network from the plain module's answers.
  [[nodiscard]] double apart(const torch::jit::Module& module, const std::vector<Tensor>& probes) const {
    double worst = 0;
    for (std::size_t i = 0; i < probes.size(); ++i)
      worst = std::max(worst, difference(expected_[i], run(module, borrow(probes[i].view()))));
    return worst;
  }

  // Freezing inlines calls of submodules, the inner ones only with the graph optimizer on; calls that are left fail
  // later because freezing also removes the methods.
  template <class Body>
  static torch::jit::Module inlined(Body&& body) {
    const torch::jit::GraphOptimizerEnabledGuard optimizer(true);
    return body();
  }

  void optimize(const std::vector<Tensor>& probes) {
    try {
      auto optimized = inlined([this] { return torch::jit::optimize_for_inference(module_); });
      const auto worst = apart(optimized, probes);
      if (worst <= equal_enough) {
        module_ = std::move(optimized);
        report_.optimization = "optimized";
        return;
      }
      freeze("optimize_for_inference changed the answer: relative difference " + std::to_string(worst));
    } catch (const std::exception& error) {
      freeze("optimize_for_inference failed: " + reason_of(error.what()));
    }
    if (apart(module_, probes) > equal_enough) {
      throw Error(ErrorCode::model_runtime, "'" + name_ + "' gives another answer once its weights are frozen");
    }
  }

  void freeze(std::string why) {
    report_.notes.push_back(std::move(why));
    try {
      module_ = inlined([this] { return torch::jit::freeze(module_); });
      report_.optimization = "frozen";
    } catch (const std::exception& error) {
      report_.notes.push_back("not frozen: " + reason_of(error.what()));
    }
  }

  // A traced network may have a batch of 1 built in; then larger ones fail or, worse, mix the pictures.
  void check_batches(const std::vector<Tensor>& probes) {
    const auto& shape = probes.front().shape();
    if (input_ == InputKind::image_list || shape.empty() || shape[0] != 1) return;
    try {
      std::vector<at::Tensor> singles;
      for (const auto& probe : probes) singles.push_back(borrow(probe.view()));
      const auto together = run(module_, at::cat(singles));
      double worst = 0;
      for (std::size_t i = 0; i < probes.size(); ++i) {
        Outputs part;
        for (const auto& [name, tensor] : together) {
          const auto whole = borrow(tensor.view());
          part.push_back({name, flatten(whole.narrow(0, static_cast<std::int64_t>(i), 1), whole).front().tensor});
        }
        worst = std::max(worst, difference(expected_[i], part));
      }
      report_.takes_batches = worst <= equal_enough;
    } catch (const std::exception&) {
      report_.takes_batches = false;
    }
    if (!report_.takes_batches) report_.notes.emplace_back("takes one picture a call: batches are run one by one");
  }

  Outputs run(const torch::jit::Module& module, const at::Tensor& input) const {
    auto batch = input.to(device_);
    if (precision_ != at::kFloat && batch.scalar_type() == at::kFloat) batch = batch.to(precision_);
    if (writes_input_ && batch.is_alias_of(input)) batch = batch.clone();
    c10::IValue argument = batch;
    if (input_ == InputKind::image_list) argument = c10::List<at::Tensor>(batch.unbind(0));

    std::unique_lock<std::mutex> lock;
    if (report_.keeps_state) lock = std::unique_lock(stateful_);
    auto value = module.get_method("forward")({std::move(argument)});
    if (report_.keeps_state) value = value.deepcopy();  // the next call may change what this one returned
    auto outputs = flatten(value, batch);
    if (outputs.empty())
      throw Error(ErrorCode::model_contract, "'" + name_ + "' returned a " + kind_of(value) + "; expected a tensor");
    return precision_ == at::kFloat ? outputs : to_float(std::move(outputs));
  }

  Outputs to_float(Outputs outputs) const {
    for (auto& [name, tensor] : outputs) {
      const auto value = borrow(tensor.view());
      if (value.scalar_type() == precision_) tensor = flatten(value.to(at::kFloat), value).front().tensor;
    }
    return outputs;
  }

  std::string name_;
  InputKind input_;
  at::Device device_;
  at::ScalarType precision_;
  pid_t process_;
  torch::jit::Module module_;
  SessionReport report_;
  std::vector<Outputs> expected_;  // the plain module's answers to the probes, while loading
  bool writes_input_ = false;
  mutable std::mutex stateful_;
};

}  // namespace

std::unique_ptr<const Session> load_torchscript(const Archive& archive, const SessionOptions& options) {
  try {
    return std::make_unique<const TorchSession>(archive, options);
  } catch (...) {
    rethrow(ErrorCode::internal, "loading '" + archive.name() + "'");
  }
}

std::uint64_t newest_file_format() { return caffe2::serialize::kMaxSupportedFileFormatVersion; }

}  // namespace visionkit
