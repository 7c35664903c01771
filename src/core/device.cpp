#include <visionkit/core/device.hpp>

#include <fmt/format.h>

namespace visionkit {

std::string to_string(const Device& device) {
  return device.kind == DeviceKind::cpu ? "cpu" : fmt::format("cuda:{}", device.index);
}

std::string_view to_string(DeviceKind kind) noexcept { return kind == DeviceKind::cpu ? "cpu" : "cuda"; }

std::string_view to_string(Engine engine) noexcept {
  switch (engine) {
    case Engine::automatic: return "auto";
    case Engine::libtorch: return "libtorch";
    case Engine::openvino: return "openvino";
  }
  return "unknown";
}

std::string_view to_string(Precision precision) noexcept {
  switch (precision) {
    case Precision::float32: return "float32";
    case Precision::bfloat16: return "bfloat16";
    case Precision::float16: return "float16";
  }
  return "unknown";
}

}  // namespace visionkit
