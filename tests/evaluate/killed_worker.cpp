// Evaluates copies of the scenes into a results file, until it is done or killed by killed.py. Says "began" when the
// evaluation begins; writes the report only when it has ended.
#include <cstdio>
#include <string>
#include <utility>

#include <visionkit/evaluate.hpp>

#include "evaluate/scenes.hpp"

using namespace visionkit;

namespace {

// Every scene `copies` times, as files "0_000.jpg", "1_000.jpg" ... that killed.py has made.
DetectionTruth copies_of_scenes(const std::string& folder, int copies) {
  const auto scenes = test::scenes().truth;
  DetectionTruth many = {.images = folder, .truth = {.images = {}, .categories = scenes.categories, .objects = {}}};
  constexpr std::int64_t step = 1000000;
  for (int copy = 0; copy < copies; ++copy) {
    for (auto image : scenes.images) {
      image.id += copy * step;
      image.file_name = std::to_string(copy) + "_" + image.file_name;
      many.truth.images.push_back(std::move(image));
    }
    for (auto object : scenes.objects) {
      object.id += copy * step;
      object.image_id += copy * step;
      many.truth.objects.push_back(std::move(object));
    }
  }
  return many;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: visionkit_killed_worker FOLDER COPIES RESULTS REPORT\n", stderr);
    return 2;
  }
  try {
    const auto truth = copies_of_scenes(argv[1], std::stoi(argv[2]));
    // Equal bits need the same engine in every run: the first one's choice is kept.
    const auto folder = std::filesystem::path(argv[3]).parent_path() / "engines";
    DetectorOptions options;
    options.run.cache_folder = folder.string();
    const Detector detector(test::model_path("digit_instances.pt"), options);
    std::puts("began");
    std::fflush(stdout);
    const auto evaluation = evaluate(detector, truth, {.threads = 2, .batch = 2, .results = argv[3]});
    const auto json = to_json(evaluation);
    test::write_bytes(argv[4], {reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
