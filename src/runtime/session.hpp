// The private interface to an engine: a loaded network that turns one input tensor into named output tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <visionkit/core/device.hpp>
#include <visionkit/core/tensor.hpp>

namespace visionkit {

class Archive;

/// One tensor of a network's answer. The name is its path through tuples and lists (by position) and dictionaries (by
/// key), joined with dots: "" for a bare tensor, "out", "1.scores".
struct NamedTensor {
  std::string name;
  Tensor tensor;
};
using Outputs = std::vector<NamedTensor>;

/// How a network takes pictures.
enum class InputKind {
  tensor,      ///< one batch
  image_list,  ///< a list of pictures, each channels x height x width
};

struct SessionOptions {
  RunOptions run = {};
  InputKind input = InputKind::tensor;
  /// Inputs as real pictures make them, of one shape, on which the forms of the network are compared and warmed up;
  /// empty when the size is not known before the first call: then nothing is optimized.
  std::vector<Tensor> probes = {};
};

/// What loading found out.
struct SessionReport {
  std::string engine;
  std::string optimization;
  std::vector<std::string> notes;
  bool keeps_state = false;   ///< the network changes itself when it runs; calls are serialized
  bool takes_batches = true;  ///< false: only one picture a call
  std::uint64_t parameters = 0;
  Outputs warm_up_outputs;  ///< for the last probe; empty without probes
  double warm_up_ms = 0;
};

class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  [[nodiscard]] virtual const SessionReport& report() const = 0;
  /// Runs the network. Thread-safe. Throws model_runtime, model_contract (no tensor comes out), out_of_memory.
  [[nodiscard]] virtual Outputs run(const TensorView& input) const = 0;
};

/// Loads the TorchScript module of a checked archive into LibTorch: the reference engine.
/// Throws model_format, model_contract, model_runtime, invalid_option (a device or precision that is not there),
/// out_of_memory.
std::unique_ptr<const Session> load_torchscript(const Archive& archive, const SessionOptions& options);

/// The newest TorchScript file format that the linked LibTorch reads.
std::uint64_t newest_file_format();

}  // namespace visionkit
