// Everything a person would ask about a loaded model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>
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
  std::string engine = {};  ///< "libtorch 2.13.0"
  Device device = {};
  Precision precision = Precision::float32;
  TensorDescription input = {};
  std::vector<TensorDescription> outputs = {};
  std::uint64_t parameters = 0;         ///< number of weights
  std::string optimization = {};        ///< which form of the network answers: "optimized", "frozen" or "plain"
  std::vector<std::string> notes = {};  ///< why, and what else was noticed
  bool keeps_state = false;             ///< the network changes itself when it runs: calls are serialized
  double load_ms = 0;                   ///< reading, checking, loading and optimizing
  double warm_up_ms = 0;                ///< the first calls, part of loading
};

/// A small aligned table, one fact a line.
VISIONKIT_API std::string to_string(const ModelDescription& description);

}  // namespace visionkit
