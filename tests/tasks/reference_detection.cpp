#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

#include <visionkit/detector.hpp>

#include "support/files.hpp"
#include "tasks/reference_checks.hpp"

namespace visionkit::test {
namespace {

constexpr float considered = 0.3F;  // detections below are not compared one by one
constexpr float score_tolerance = 1e-3F;
constexpr float box_tolerance = 0.5F;  // pixels

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

}  // namespace

void check_detection(const ModelCard& card) {
  auto record = to_record(card);
  if (card.reference.contains("probe") && record.input.resize.mode != ResizeMode::none)
    check_probe_input(card, record.input);
  DetectorOptions options = {.record = record, .run = {.sha256 = card.card.at("sha256")}};
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
  const auto truth = read_json(card.image_set() / "instances.json");
  for (const auto& image : truth.at("images")) {
    std::vector<Found> got;
    for (const auto& d : detector.detect(read_stored(card.images() / image.at("file_name").get<std::string>()))) {
      got.push_back({categories.at(static_cast<std::size_t>(d.label.value)), d.score, d.box});
    }
    const auto& reference = expected[image.at("id")];
    compared += static_cast<int>(
        std::count_if(reference.begin(), reference.end(), [](const auto& f) { return f.score > considered; }));
    lost += missing_from(got, reference);
    extra += missing_from(reference, got);
  }
  std::cout << "  " << compared << " detections above " << considered << " compared, " << lost << " lost, " << extra
            << " extra\n";
  CHECK(truth.at("images").size() == card.card.at("measured").at("count").get<std::size_t>());
  CHECK(compared > 0);
  CHECK(lost == 0);
  CHECK(extra == 0);
}

}  // namespace visionkit::test
