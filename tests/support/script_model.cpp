#include "support/script_model.hpp"

#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <csignal>
#include <filesystem>
#include <sstream>

#include <ATen/Parallel.h>
#include <torch/csrc/jit/passes/tensorexpr_fuser.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

namespace visionkit::test {

std::vector<std::uint8_t> ScriptModel::save() const {
  torch::jit::Module module("tiny");
  module.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& [name, value] : buffers) {
    module.register_buffer(name,
                           torch::from_blob(const_cast<void*>(value.data()), value.shape(), torch::kFloat).clone());
  }
  module.define(code);
  torch::jit::ExtraFilesMap extra;
  for (const auto& [name, text] : extra_files) extra[name] = text;
  std::ostringstream out;
  module.save(out, extra);
  const auto bytes = out.str();
  return {bytes.begin(), bytes.end()};
}

std::vector<std::string> host_state() {
  std::vector<std::string> lines;
  const auto line = [&](const std::string& what, const auto& value) {
    std::ostringstream text;
    text << what << " = " << value;
    lines.push_back(text.str());
  };
  line("threads", at::get_num_threads());
  line("inter-op threads", at::get_num_interop_threads());
  line("gradient mode", at::GradMode::is_enabled());
  line("inference mode", c10::InferenceMode::is_enabled());
  line("graph executor optimizes", torch::jit::getGraphExecutorOptimize());
  line("fuser", torch::jit::tensorExprFuserEnabled());
  line("default dtype", c10::toString(c10::typeMetaToScalarType(at::get_default_dtype())));
  line("random numbers", at::detail::getDefaultCPUGenerator().get_state().to(at::kLong).sum().item<std::int64_t>());
  line("rounding mode", std::fegetround());
  line("working folder", std::filesystem::current_path().string());
  line("locale", std::setlocale(LC_ALL, nullptr));
  for (char** variable = environ; *variable != nullptr; ++variable) line("environment", *variable);
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0)
      line("handler " + std::to_string(signal), reinterpret_cast<void*>(action.sa_handler));
  }
  return lines;
}

}  // namespace visionkit::test
