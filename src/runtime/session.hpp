// The private interface to an engine: a loaded network that turns one input tensor into named output tensors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <visionkit/core/device.hpp>
#include <visionkit/core/engine_trial.hpp>
#include <visionkit/core/tensor.hpp>

namespace visionkit {

class ModelFile;

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
  /// Inputs as real pictures make them, on which the forms of the network are compared, timed and warmed up. Empty:
  /// nothing is tried.
  std::vector<Tensor> probes = {};
  /// The size of the input is known only with the picture, and the probes, of several shapes, are a guess: a network
  /// that does not take them is left as it is.
  bool is_size_open = false;
};

/// What loading found out.
struct SessionReport {
  std::string engine;
  std::string optimization;
  std::vector<EngineTrial> trials;
  std::vector<std::string> notes;
  bool keeps_state = false;   ///< the network changes itself when it runs; calls are serialized
  bool takes_batches = true;  ///< false: only one picture a call
  std::uint64_t parameters = 0;
  Outputs warm_up_outputs;  ///< for the last probe; empty without probes
  double warm_up_ms = 0;
};

/// A network in one form.
class Network {
 public:
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;

  /// Runs the network. Thread-safe. Throws model_runtime, model_contract (no tensor comes out), out_of_memory.
  [[nodiscard]] virtual Outputs run(const TensorView& input) const = 0;
  /// Gives back memory that is kept for later calls. Thread-safe.
  virtual void trim() const {}
};

/// The network in the form that was chosen for it.
class Session {
 public:
  Session(std::unique_ptr<const Network> network, SessionReport report)
      : network_(std::move(network)), report_(std::move(report)) {}

  [[nodiscard]] const SessionReport& report() const { return report_; }
  /// As Network::run().
  [[nodiscard]] Outputs run(const TensorView& input) const { return network_->run(input); }
  void trim() const { network_->trim(); }

 private:
  std::unique_ptr<const Network> network_;
  SessionReport report_;
};

/// Loads the TorchScript module of a file, and chooses its engine and form as the options say.
/// Throws model_format, model_contract, model_runtime, invalid_option (a device, precision or engine that is not
/// there), out_of_memory.
std::unique_ptr<const Session> load_torchscript(const ModelFile& file, const SessionOptions& options);

/// The newest TorchScript file format that the linked LibTorch reads.
std::uint64_t newest_file_format();

}  // namespace visionkit
