// A stranger's program on visionkit::runtime.
#include <fmt/core.h>

#include <visionkit/core/format.hpp>
#include <visionkit/visionkit.hpp>

int main() {
  try {
    const visionkit::Classifier classifier("no_such_model.torchscript");
  } catch (const visionkit::Error& error) {
    fmt::print("{}: {}\n", error.code(), error.what());
    return error.code() == visionkit::ErrorCode::not_found ? 0 : 1;
  }
  return 1;
}
