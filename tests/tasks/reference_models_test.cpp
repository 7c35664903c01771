// Every model card of the reference data through the public API, end to end.
#include <doctest/doctest.h>

#include <cmath>
#include <iostream>
#include <map>

#include <visionkit/image/io.hpp>

#include "support/files.hpp"
#include "tasks/reference_checks.hpp"

namespace visionkit::test {

Image read_stored(const std::filesystem::path& path) {
  return read_image(path.string(), {.orientation = OrientationPolicy::ignore});  // the reference ignored EXIF
}

void check_probe_input(const ModelCard& card, const PreprocessOptions& options) {
  const auto& probe = card.reference.at("probe");
  const auto input = preprocess(read_stored(card.images() / probe.at("file").get<std::string>()), options).tensor;
  CHECK(input.shape() == probe.at("input").at("shape").get<Shape>());
  const auto values = input.floats();
  const auto& index = probe.at("input").at("flat_index");
  for (std::size_t i = 0; i < index.size(); ++i) {
    CHECK(std::abs(values[index[i].get<std::size_t>()] - probe.at("input").at("value")[i].get<double>()) <=
          tensor_tolerance);
  }
}

}  // namespace visionkit::test

using namespace visionkit;
using visionkit::test::ModelCard;

TEST_SUITE("reference.models") {
  TEST_CASE("every model card gives the reference's answers") {
    const auto root = test::reference_folder();
    if (!root) {
      std::cout << "reference.models: skipped, there is no folder of reference data\n";
      return;
    }
    static const std::map<std::string, void (*)(const ModelCard&, Engine)> checks = {
        {"classification", test::check_classification},
        {"multilabel_classification", test::check_classification},
        {"detection", test::check_detection},
        {"semantic_segmentation", test::check_segmentation}};
    std::vector<std::string> skipped;
    int run = 0;
    for (const auto& card : test::read_cards(*root, skipped)) {
      const auto check = checks.find(card.task());
      if (check == checks.end()) {
        skipped.push_back(card.name() + ": no task for " + card.task() + " yet");
        continue;
      }
      const auto name = card.name();
      CAPTURE(name);
      for (const auto engine : {Engine::libtorch, Engine::automatic}) {
        CAPTURE(to_string(engine));
        std::cout << name << ", engine " << to_string(engine) << '\n';
        check->second(card, engine);
      }
      ++run;
    }
    std::cout << "reference.models: " << run << " cards run, " << skipped.size() << " skipped\n";
    for (const auto& why : skipped) std::cout << "  " << why << '\n';
    CHECK(run > 0);
  }
}
