// Runs one TorchScript file by OpenVINO and by LibTorch on a picture that neither has seen, alone and in a batch of
// three, and prints the difference: see families.py.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>
#include <visionkit/engines.hpp>

#include "runtime/difference.hpp"
#include "runtime/model_file.hpp"
#include "runtime/session.hpp"

using namespace visionkit;

namespace {

Tensor noise(std::int64_t pictures, std::int64_t size, std::uint32_t seed) {
  const Shape shape = {pictures, 3, size, size};
  std::vector<float> values(element_count(shape));
  for (auto& value : values) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<float>(seed >> 8U) / static_cast<float>(1U << 22U) - 2.0F;
  }
  return {shape, values};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: visionkit_families FILE SIZE\n", stderr), 2;
  const auto list = engines();
  if (std::none_of(list.begin(), list.end(),
                   [](const auto& each) { return each.engine == Engine::openvino && each.is_available; })) {
    return 77;
  }
  try {
    const auto size = std::atoll(argv[2]);
    const ModelFile file = Archive::from_file(argv[1]);
    const auto load = [&](Engine engine) {
      return load_torchscript(file, {.run = {.engine = engine}, .probes = {noise(1, size, 1), noise(1, size, 2)}});
    };
    const auto session = load(Engine::openvino);
    const auto reference = load(Engine::libtorch);
    double worst = 0;
    for (const std::int64_t pictures : {1, 3}) {
      if (pictures > 1 && !session->report().takes_batches) continue;
      const auto input = noise(pictures, size, 3);
      worst = std::max(worst, difference(reference->run(input.view()), session->run(input.view())));
    }
    std::puts(nlohmann::json{{"engine", session->report().engine},
                             {"difference", worst},
                             {"batches", session->report().takes_batches ? "any" : "one by one"}}
                  .dump()
                  .c_str());
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
