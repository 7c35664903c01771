// A network compiled by OpenVINO: one place for each caller at a time, and batches of any size from a few compiled
// ones.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/network_calls.hpp"
#include "runtime/openvino/plugin.hpp"
#include "runtime/session.hpp"

namespace visionkit {

/// The idle requests of a compiled network. Tensors of an answer lie in their request and keep it from the next caller.
class RequestPool : public std::enable_shared_from_this<RequestPool> {
 public:
  explicit RequestPool(std::shared_ptr<const openvino::Compiled> compiled) : compiled_(std::move(compiled)) {}

  [[nodiscard]] std::shared_ptr<openvino::Request> take();
  /// Drops the idle requests, whose memory grows with the inputs that they have seen.
  void trim();

 private:
  std::shared_ptr<const openvino::Compiled> compiled_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<openvino::Request>> idle_;
};

struct OpenVinoNetworkOptions {
  std::string name = {};                       ///< of the model, for messages
  std::vector<std::string> output_names = {};  ///< in the order of the network's values
  DType dtype = DType::float32;
  openvino::CompileOptions compile = {};
  /// What a batch of several pictures is compiled from when the first one comes; empty: batches have the size of
  /// `compile.input`. Throws std::exception when it is not there any more.
  std::function<std::shared_ptr<const openvino::Converted>()> source = {};
  /// Single pictures that the compiled batches are checked with.
  std::vector<Tensor> probes = {};
  double tolerance = 0;
};

class OpenVinoNetwork final : public Network {
 public:
  OpenVinoNetwork(std::shared_ptr<const openvino::Compiled> compiled, OpenVinoNetworkOptions options);

  [[nodiscard]] Outputs run(const TensorView& input) const override;
  void trim() const override;

 private:
  // A batch is cut into these, the largest first: every compiled one has its own copy of the weights, and equal batches
  // take equal ways whatever came before. Larger ones gain nothing on a CPU.
  static constexpr std::array<std::int64_t, 2> batch_sizes = {8, 2};

  struct Batch {
    std::once_flag once;
    std::shared_ptr<RequestPool> pool;  // empty: does not compile, or answers otherwise than single pictures
    bool is_slow = false;               // single pictures are faster
  };

  [[nodiscard]] bool takes(const TensorView& input) const;
  [[nodiscard]] Outputs run_once(RequestPool& pool, const TensorView& input) const;
  [[nodiscard]] Outputs run_in_parts(const TensorView& input) const;
  [[nodiscard]] std::pair<std::int64_t, RequestPool*> largest_part(std::int64_t pictures) const;
  void compile_batch(std::int64_t size, Batch& batch) const;
  [[nodiscard]] TensorView probe_of(std::int64_t picture) const;
  [[nodiscard]] bool is_equal_to_singles(RequestPool& pool, const TensorView& batch) const;
  [[nodiscard]] bool is_slower_than_singles(RequestPool& pool, const TensorView& batch) const;

  OpenVinoNetworkOptions options_;
  std::shared_ptr<RequestPool> pool_;
  LoadingProcess process_;
  mutable std::array<Batch, batch_sizes.size()> batches_;
};

/// What an exception of OpenVINO says, in one line of a sane length: the operators that did not convert, say.
std::string openvino_reason(std::string_view message);

}  // namespace visionkit
