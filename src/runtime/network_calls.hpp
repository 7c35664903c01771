// What the networks of all engines say about their calls.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <string>

#include <visionkit/core/error.hpp>
#include <visionkit/core/tensor.hpp>

namespace visionkit {

/// "float32 [1, 3, 224, 224]"
inline std::string text_of(const TensorView& tensor) {
  return std::string(to_string(tensor.dtype)) + " " + to_string(tensor.shape);
}

/// The process in which a network was loaded. An engine's threads do not exist in a forked child, which would hang.
class LoadingProcess {
 public:
  /// Throws model_runtime in another process.
  void check(const std::string& network, const char* engine) const {
    if (::getpid() == process_) return;
    throw Error(ErrorCode::model_runtime, "'" + network + "' was loaded before fork(); " + engine +
                                              "'s threads do not exist in the child process: load it there");
  }

 private:
  pid_t process_ = ::getpid();
};

}  // namespace visionkit
