#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/detector.hpp>
#include <visionkit/metrics/detection.hpp>

#include "support/files.hpp"
#include "tasks/reference_checks.hpp"

namespace visionkit::test {
namespace {

constexpr float considered = 0.3F;  // detections below are not compared one by one
constexpr float score_tolerance = 1e-3F;
constexpr float box_tolerance = 0.5F;  // pixels
constexpr double ap_tolerance = 5e-4;

struct Found {
  std::int64_t category;
  float score;
  Box box;
};

bool is_same(const Found& a, const Found& b) {
  const auto near = [](float x, float y) { return std::abs(x - y) <= box_tolerance; };
  return a.category == b.category && std::abs(a.score - b.score) <= score_tolerance && near(a.box.x1, b.box.x1) &&
         near(a.box.y1, b.box.y1) && near(a.box.x2, b.box.x2) && near(a.box.y2, b.box.y2);
}

// How many of `some` are not among `others`; those that a rounding may take over the threshold do not count.
int missing_from(const std::vector<Found>& others, const std::vector<Found>& some) {
  return static_cast<int>(std::count_if(some.begin(), some.end(), [&](const Found& found) {
    return found.score > considered + score_tolerance &&
           std::none_of(others.begin(), others.end(), [&](const Found& other) { return is_same(found, other); });
  }));
}

// Average precision against the card's, which pycocotools counted on the reference's own boxes.
void check_figures(const nlohmann::json& measured, const ObjectDataset& truth,
                   const std::vector<Prediction>& predictions) {
  DetectionMetrics metrics(truth.categories);
  metrics.add(truth, predictions);
  const auto report = metrics.report();
  std::cout << "  AP " << report.summary.ap << " (reference " << measured.at("AP") << "), AP50 " << report.summary.ap50
            << " (" << measured.at("AP50") << "), AP75 " << report.summary.ap75 << " (" << measured.at("AP75") << ")\n";
  CHECK(report.images == measured.at("count").get<std::size_t>());
  CHECK(std::abs(report.summary.ap - measured.at("AP").get<double>()) <= ap_tolerance);
  CHECK(std::abs(report.summary.ap50 - measured.at("AP50").get<double>()) <= ap_tolerance);
  CHECK(std::abs(report.summary.ap75 - measured.at("AP75").get<double>()) <= ap_tolerance);
}

}  // namespace

void check_detection(const ModelCard& card, Engine engine) {
  auto record = to_record(card);
  if (card.reference.contains("probe") && record.input.resize.mode != ResizeMode::none)
    check_probe_input(card, record.input);
  DetectorOptions options = {.record = record, .run = {.engine = engine, .sha256 = card.card.at("sha256")}};
  if (card.card.contains("evaluation")) {
    options.nms.max_detections = card.card.at("evaluation").at("max_detections");
    options.nms.max_candidates = card.card.at("evaluation").at("candidates_per_class");
  }
  const Detector detector(card.model.string(), options);
  const auto categories = coco_categories(card);

  std::map<std::int64_t, std::vector<Found>> expected;
  for (const auto& result : card.reference.at("results")) {
    const auto box = result.at("bbox").get<std::vector<float>>();  // x, y, width, height
    expected[result.at("image_id")].push_back(
        {result.at("category_id"), result.at("score"), {box[0], box[1], box[0] + box[2], box[1] + box[3]}});
  }
  int compared = 0;
  int lost = 0;
  int extra = 0;
  const auto truth =
      read_coco((card.image_set() / "instances.json").string(), {.rules = CocoRules::pycocotools}).dataset;
  std::vector<Prediction> predictions;
  for (const auto& image : truth.images) {
    std::vector<Found> got;
    for (const auto& d : detector.detect(read_stored(card.images() / image.file_name))) {
      const auto category = categories.at(static_cast<std::size_t>(d.label.value));
      got.push_back({category, d.score, d.box});
      const ObjectBox box{d.box.x1, d.box.y1, d.box.width(), d.box.height()};
      predictions.push_back({image.id, category, d.score, box, box.area(), {}});
    }
    const auto& reference = expected[image.id];
    compared += static_cast<int>(
        std::count_if(reference.begin(), reference.end(), [](const auto& f) { return f.score > considered; }));
    lost += missing_from(got, reference);
    extra += missing_from(reference, got);
  }
  std::cout << "  " << compared << " detections above " << considered << " compared, " << lost << " lost, " << extra
            << " extra\n";
  CHECK(compared > 0);
  CHECK(lost == 0);
  CHECK(extra == 0);
  check_figures(card.card.at("measured"), truth, predictions);
}

}  // namespace visionkit::test
