// What libvisionkit_openvino.so offers to the runtime, which opens it at the first load that wants it: a host without
// the file needs and ships nothing of OpenVINO. Both sides are built together, which visionkit_openvino_build() proves;
// no symbol of visionkit is needed by the file, so it serves static and shared builds. Everything here throws
// std::exception.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <visionkit/core/device.hpp>
#include <visionkit/core/tensor.hpp>

namespace visionkit::openvino {

/// One caller's place in a compiled network. It owns the memory of its outputs.
class Request {
 public:
  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  virtual ~Request() = default;

  virtual void run(const TensorView& input) = 0;
  /// What the last run answered, in the order of the network's values; valid until the next one.
  [[nodiscard]] virtual const std::vector<TensorView>& outputs() = 0;
};

/// A network that is ready to run inputs of one shape, in which -1 stands for any extent. Thread-safe.
class Compiled {
 public:
  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  virtual ~Compiled() = default;

  [[nodiscard]] virtual std::unique_ptr<Request> request() const = 0;
  /// Writes it to a file for Plugin::load().
  virtual void save(const std::string& path) const = 0;
};

struct CompileOptions {
  Shape input = {};
  Precision precision = Precision::float32;
  int threads = 1;
};

/// A converted network. Thread-safe.
class Converted {
 public:
  Converted() = default;
  Converted(const Converted&) = delete;
  Converted& operator=(const Converted&) = delete;
  virtual ~Converted() = default;

  [[nodiscard]] virtual std::unique_ptr<Compiled> compile(const CompileOptions& options) const = 0;
  /// Writes the network to two files, its structure and its weights.
  virtual void save(const std::string& structure, const std::string& weights) const = 0;
};

class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  [[nodiscard]] virtual std::string version() const = 0;  ///< of OpenVINO: "2026.4.1"
  /// Converts a frozen module, given as `const torch::jit::Module*`, for inputs of this shape, in which -1 stands for
  /// any extent. The message of the exception lists the operators that stand in the way. Weights are shared with the
  /// module's.
  [[nodiscard]] virtual std::unique_ptr<Converted> convert(const void* module, DType dtype,
                                                           const Shape& shape) const = 0;
  /// Reads what Converted::save() wrote. Weights stay in the file and are mapped into memory.
  [[nodiscard]] virtual std::unique_ptr<Converted> read(const std::string& structure,
                                                        const std::string& weights) const = 0;
  /// Reads what Compiled::save() wrote, by the same OpenVINO on the same processor; it must be checked before. Weights
  /// stay in the file and are mapped into memory.
  [[nodiscard]] virtual std::unique_ptr<Compiled> load(const std::string& path,
                                                       const CompileOptions& options) const = 0;
};

/// The names of the two functions that the file exports.
using BuildFunction = const char* (*)();     ///< build_text of the build that made the file
using PluginFunction = const Plugin* (*)();  ///< the one plugin; throws when OpenVINO cannot start
inline constexpr const char* build_function = "visionkit_openvino_build";
inline constexpr const char* plugin_function = "visionkit_openvino_plugin";

}  // namespace visionkit::openvino
