// libFuzzer: any bytes as COCO annotations, then as results for them, are either refused with an Error or give a data
// set that can be written, read back equal, and scored without a number outside of 0..1.
#include <cstddef>
#include <string_view>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/metrics/detection.hpp>

#include "refusal.hpp"

namespace {

using namespace visionkit;

constexpr std::string_view known_truth =
    R"({"images":[{"id":1,"width":64,"height":48}],"categories":[{"id":1,"name":"a"},{"id":2,"name":"b"}],)"
    R"("annotations":[{"id":1,"image_id":1,"category_id":1,"iscrowd":0,"area":100,"bbox":[1,2,10,10]}]})";

void score(const ObjectDataset& truth, const std::vector<Prediction>& predictions) {
  DetectionMetrics metrics(truth.categories);
  metrics.add(truth, predictions);
  for (const auto& figure : figures(metrics.report().summary)) fuzz::require(!(figure.value < 0 || figure.value > 1));
}

void try_truth(std::string_view text, CocoRules rules) {
  fuzz::refused_or([&] {
    const auto truth = parse_coco(text, {.rules = rules}).dataset;
    fuzz::require(rules != CocoRules::strict || parse_coco(to_coco_json(truth)).dataset == truth);
    score(truth, {});
  });
}

void try_results(std::string_view text, const ObjectDataset& truth, CocoRules rules) {
  fuzz::refused_or([&] { score(truth, parse_coco_results(text, truth, {.rules = rules}).predictions); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  static const auto truth = parse_coco(known_truth).dataset;
  for (const auto rules : {CocoRules::strict, CocoRules::drop_invalid, CocoRules::pycocotools}) {
    try_truth(text, rules);
    try_results(text, truth, rules);
  }
  return 0;
}
