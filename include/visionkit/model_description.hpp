// Everything a person would ask about a loaded model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>
#include <visionkit/core/engine_trial.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/model_record.hpp>

namespace visionkit {

/// One tensor of a network's interface, as seen in the warm-up call.
struct TensorDescription {
  std::string name = {};  ///< an output's path in a tuple, list or dictionary; empty for a bare tensor
  DType dtype = DType::float32;
  Shape shape = {};
};

/// A snapshot taken when the model was loaded.
struct ModelDescription {
  std::string file = {};    ///< path, or the name given for bytes
  std::uint64_t bytes = 0;  ///< size of the file
  std::string sha256 = {};  ///< of the file
  ModelRecord record = {};  ///< as resolved: caller, file, default
  RecordOrigin record_origin = RecordOrigin::none;
  std::string engine = {};  ///< the one that answers, "openvino 2026.4.1"
  Device device = {};
  Precision precision = Precision::float32;
  TensorDescription input = {};
  std::vector<TensorDescription> outputs = {};
  std::uint64_t parameters = 0;          ///< number of weights
  std::string optimization = {};         ///< which form of the network answers: EngineTrial::form
  std::vector<EngineTrial> trials = {};  ///< what was tried, the reference first
  std::vector<std::string> notes = {};   ///< what else was noticed
  bool keeps_state = false;              ///< the network changes itself when it runs: calls are serialized
  double load_ms = 0;                    ///< reading, checking, loading and optimizing
  double warm_up_ms = 0;                 ///< the first calls, part of loading
  /// Memory that the process has more after the load than before. Like the next figure it is the system's count of the
  /// whole process, so that other threads are in it.
  std::uint64_t resident_bytes = 0;
  /// The most that it had more during the load; of a process that once had more, that, so at most so much.
  std::uint64_t load_peak_bytes = 0;
};

/// A small aligned table, one fact a line.
VISIONKIT_API std::string to_string(const ModelDescription& description);

}  // namespace visionkit
