// The oracle folder "panoptic": what panopticapi answers.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/metrics/panoptic.hpp>

#include "metrics/oracle.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using test::compare;
using test::Tally;

constexpr double tolerance = 1e-12;

// id = R + 256 G + 65536 B
std::vector<std::uint32_t> ids_of(const std::filesystem::path& path) {
  const auto image = read_image(path.string());
  std::vector<std::uint32_t> ids;
  for (int y = 0; y < image.height(); ++y) {
    const auto* row = image.row(y);
    for (int x = 0; x < image.width(); ++x) ids.push_back(row[3 * x] | row[3 * x + 1] << 8U | row[3 * x + 2] << 16U);
  }
  return ids;
}

PanopticMetric judged(const std::filesystem::path& folder) {
  const auto truth = test::read_json(folder / "gt.json");
  const auto predicted = test::read_json(folder / "pred.json");
  std::vector<PanopticCategory> categories;
  for (const auto& each : truth.at("categories")) {
    categories.push_back(
        {ClassId(each.at("id").get<int>()), each.at("isthing") == 1 ? PanopticKind::thing : PanopticKind::stuff});
  }
  std::map<int, json> predictions;
  for (const auto& each : predicted.at("annotations")) predictions[each.at("image_id").get<int>()] = each;
  PanopticMetric metric(categories);
  for (const auto& annotation : truth.at("annotations")) {
    const auto& prediction = predictions.at(annotation.at("image_id").get<int>());
    const auto true_ids = ids_of(folder / "gt" / annotation.at("file_name").get<std::string>());
    const auto predicted_ids = ids_of(folder / "pred" / prediction.at("file_name").get<std::string>());
    std::vector<PanopticSegment> true_segments;
    for (const auto& each : annotation.at("segments_info")) {
      true_segments.push_back({.id = each.at("id"),
                               .label = ClassId(each.at("category_id").get<int>()),
                               .area = each.at("area"),
                               .is_crowd = each.at("iscrowd") == 1});
    }
    std::vector<PanopticSegment> predicted_segments;
    for (const auto& each : prediction.at("segments_info"))
      predicted_segments.push_back({.id = each.at("id"), .label = ClassId(each.at("category_id").get<int>())});
    metric.add(PanopticView{predicted_ids, predicted_segments}, PanopticView{true_ids, true_segments});
  }
  return metric;
}

void compare_group(Tally& tally, const PanopticQuality& quality, const json& expected, const std::string& what) {
  if (expected.is_string()) {  // the reference divides by zero; ours is NaN
    tally.add(quality.classes == 0 && std::isnan(quality.pq) && std::isnan(quality.sq) && std::isnan(quality.rq), what);
    return;
  }
  compare(tally, quality.pq, expected.at("pq"), tolerance, what + " PQ");
  compare(tally, quality.sq, expected.at("sq"), tolerance, what + " SQ");
  compare(tally, quality.rq, expected.at("rq"), tolerance, what + " RQ");
  tally.add(quality.classes == expected.at("n"), what + " classes");
}

void compare_report(Tally& tally, const PanopticReport& report, const json& expected, const std::string& name) {
  compare_group(tally, report.all, expected.at("All"), name + " all");
  compare_group(tally, report.things, expected.at("Things"), name + " things");
  compare_group(tally, report.stuff, expected.at("Stuff"), name + " stuff");
  if (!expected.contains("per_class")) return;
  tally.add(report.classes.size() == expected.at("per_class").size(), name + " number of classes");
  for (const auto& each : report.classes) {
    const auto id = std::to_string(each.category.id.value);
    const auto& own = expected.at("per_class").at(id);
    compare(tally, each.quality.pq, own.at("pq"), tolerance, name + " PQ of " + id);
    compare(tally, each.quality.sq, own.at("sq"), tolerance, name + " SQ of " + id);
    compare(tally, each.quality.rq, own.at("rq"), tolerance, name + " RQ of " + id);
    compare(tally, each.counts.iou_sum, own.at("iou_sum"), tolerance, name + " sum of " + id);
    const json counts = {each.counts.true_positives, each.counts.false_positives, each.counts.false_negatives};
    tally.add(counts == json{own.at("tp"), own.at("fp"), own.at("fn")}, name + " counts of " + id);
  }
}

TEST_SUITE("oracle.panoptic") {
  TEST_CASE("panoptic quality is panopticapi's") {
    const auto folder = test::oracle_folder("panoptic");
    if (!folder) {
      MESSAGE("oracle.panoptic: skipped, no oracle folder");
      return;
    }
    Tally tally("oracle.panoptic");
    for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
      if (!std::filesystem::exists(entry.path() / "expected.json")) continue;
      const auto name = entry.path().filename().string();
      const auto expected = test::read_json(entry.path() / "expected.json");
      if (!expected.contains("reference_error")) {
        compare_report(tally, judged(entry.path()).report(), expected, name);
        continue;
      }
      try {
        judged(entry.path());
        tally.add(false, name + " is refused by the reference");
      } catch (const Error& error) {
        tally.add(error.code() == ErrorCode::invalid_argument, name + ": " + error.what());
      }
    }
  }
}

}  // namespace
}  // namespace visionkit
