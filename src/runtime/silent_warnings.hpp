// Keeps LibTorch's warnings off the host's stderr. Its handler has another signature before LibTorch 2.
#pragma once

#include <c10/util/Exception.h>
#include <torch/version.h>

namespace visionkit {

/// While it lives, warnings of the calling thread go nowhere.
class SilentWarnings {
 private:
#if TORCH_VERSION_MAJOR >= 2
  struct Handler : c10::WarningHandler {
    void process(const c10::Warning& /*warning*/) override {}
  };
  using Guard = c10::WarningUtils::WarningHandlerGuard;
#else
  struct Handler : c10::WarningHandler {
    void process(const c10::SourceLocation& /*where*/, const std::string& /*text*/, bool /*verbatim*/) override {}
  };
  using Guard = c10::Warning::WarningHandlerGuard;
#endif

  Handler handler_;
  Guard guard_{&handler_};
};

}  // namespace visionkit
