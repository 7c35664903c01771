#include "runtime/openvino_plugin.hpp"

#include <dlfcn.h>

#include <exception>
#include <filesystem>

#include "runtime/openvino/build.hpp"

namespace visionkit {
namespace {

constexpr const char* file_name = "libvisionkit_openvino.so";

// Where the code of this function lies.
std::filesystem::path own_folder() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

// The library stays open: networks, requests and tensors hold code of it.
void* open_library(std::string& reason) {
  auto* library = ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) return library;
  reason = ::dlerror();
  std::error_code ignored;
  const auto beside = own_folder() / file_name;
  if (!std::filesystem::exists(beside, ignored)) {
    // That the file itself is not found is the usual case; other messages say what it lacks.
    if (reason.starts_with(file_name)) reason = "not installed: there is no " + std::string(file_name);
    return nullptr;
  }
  library = ::dlopen(beside.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) reason = ::dlerror();
  return library;
}

OpenVinoState open_plugin() {
  OpenVinoState state;
  auto* library = open_library(state.reason);
  if (library == nullptr) return state;
  const auto build = reinterpret_cast<openvino::BuildFunction>(::dlsym(library, openvino::build_function));
  const auto plugin = reinterpret_cast<openvino::PluginFunction>(::dlsym(library, openvino::plugin_function));
  if (build == nullptr || plugin == nullptr || std::string(build()) != openvino::build_text) {
    state.reason = std::string(file_name) + " was made for " + (build == nullptr ? "something else" : build()) +
                   ", not for " + openvino::build_text;
    return state;
  }
  try {
    state.plugin = plugin();
    state.version = state.plugin->version();
  } catch (const std::exception& error) {
    state = {.reason = std::string("OpenVINO does not start: ") + error.what()};
  }
  return state;
}

}  // namespace

const OpenVinoState& openvino_state() {
  static const OpenVinoState state = open_plugin();
  return state;
}

}  // namespace visionkit
