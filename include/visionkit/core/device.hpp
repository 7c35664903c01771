// Where and how a network runs, and what a model file may ask of the process that loads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <visionkit/core/config.hpp>

namespace visionkit {

enum class DeviceKind { cpu, cuda };

/// The processor that runs the network.
struct Device {
  DeviceKind kind = DeviceKind::cpu;
  int index = 0;  ///< which one of several; 0 for the CPU

  [[nodiscard]] static constexpr Device cpu() { return {}; }
  [[nodiscard]] static constexpr Device cuda(int index = 0) { return {DeviceKind::cuda, index}; }
  friend constexpr bool operator==(const Device&, const Device&) = default;
};

/// The arithmetic of the network.
enum class Precision { float32, bfloat16, float16 };

/// What carries out the network. LibTorch is the reference that the others must equal.
enum class Engine {
  automatic,  ///< the fastest one that gives the plain module's answers, tried at load
  libtorch,
  openvino,  ///< fails to load where OpenVINO is not there or cannot carry out the network equally
};

/// What is accepted before LibTorch sees a byte of a model file.
struct ModelLimits {
  std::uint64_t max_bytes = std::uint64_t{4} << 30U;              ///< the file, and all its records unpacked
  std::uint64_t max_extra_file_bytes = std::uint64_t{16} << 20U;  ///< one extra file, unpacked
  std::uint64_t max_compression_ratio = 200;                      ///< unpacked over packed, of one record
  std::uint64_t max_records = 100'000;
};

/// How a model is loaded and run.
struct RunOptions {
  Engine engine = Engine::automatic;
  Device device = {};
  /// Empty: what the model's record says (RecordedRun), float32 when it says nothing.
  std::optional<Precision> precision = {};
  /// Of one call, at most 256; 0: as many as this process may use, by affinity and the container's quota, fewer while
  /// other calls or, with LibTorch, other processes are busy. With LibTorch another number gives other last bits.
  int threads = 0;
  /// A folder, made when it is not there, that keeps what was found out about models and their compiled forms, so that
  /// the next load skips it. What is stale or damaged is made anew. Empty: nothing is kept.
  std::string cache_folder = {};
  /// 64 hexadecimal digits: the file must have this SHA-256, otherwise model_untrusted. Empty: not checked.
  std::string sha256 = {};
  /// Path of a list in the format of `sha256sum` that must name the file and its digest, otherwise model_untrusted.
  /// Empty: not checked. Needs a model that was loaded from a path.
  std::string manifest = {};
  ModelLimits limits = {};
};

VISIONKIT_API std::string to_string(const Device& device);  ///< "cpu", "cuda:0"
VISIONKIT_API std::string_view to_string(DeviceKind kind) noexcept;
VISIONKIT_API std::string_view to_string(Engine engine) noexcept;  ///< "auto", "libtorch", "openvino"
VISIONKIT_API std::string_view to_string(Precision precision) noexcept;

}  // namespace visionkit
