// Runs one case of pycocotools' answers: reads the files by its rules, scores them, compares figures, arrays and
// matches.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>
#include <visionkit/dataset/coco.hpp>
#include <visionkit/metrics/detection.hpp>

#include "decode/tally.hpp"
#include "support/digest.hpp"
#include "support/files.hpp"

namespace visionkit::test {

using nlohmann::json;

inline std::string read_text(const std::filesystem::path& path) {
  const auto bytes = read_bytes(path);
  return {bytes.begin(), bytes.end()};
}

// The reference reads the tokens NaN and Infinity, which are no JSON: they pass as numbers and come back as what they
// were.
inline std::vector<Prediction> read_predictions(const std::filesystem::path& path, const ObjectDataset& truth) {
  constexpr std::array stand_ins = {std::pair{":-Infinity", -987654321.25}, std::pair{":Infinity", 987654321.25},
                                    std::pair{":NaN", 987654321.5}};
  auto text = read_text(path);
  for (const auto& [token, number] : stand_ins) {
    for (auto at = text.find(token); at != std::string::npos; at = text.find(token, at)) {
      text.replace(at, std::strlen(token), fmt::format(":{}", number));
    }
  }
  auto predictions = parse_coco_results(text, truth, {.rules = CocoRules::pycocotools}).predictions;
  for (auto& prediction : predictions) {
    if (prediction.score == stand_ins[0].second) prediction.score = -std::numeric_limits<double>::infinity();
    if (prediction.score == stand_ins[1].second) prediction.score = std::numeric_limits<double>::infinity();
    if (prediction.score == stand_ins[2].second) prediction.score = std::numeric_limits<double>::quiet_NaN();
  }
  return predictions;
}

/// How far the figures of all cases were off, at most.
inline double& largest_difference() {
  static double value = 0;
  return value;
}

// pycocotools writes -1 where nothing is defined.
inline bool is_same_figure(double value, double expected) {
  if (expected == -1) return std::isnan(value);
  largest_difference() = std::max(largest_difference(), std::abs(value - expected));
  return std::abs(value - expected) <= 1e-12;
}

inline void check_summary(const DetectionReport& report, const json& result, const std::string& name, Tally& tally) {
  const std::array keys = {"AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
  const auto twelve = figures(report.summary);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto expected = result.at("stats").at(keys[i]).get<double>();
    tally.add(is_same_figure(twelve[i].value, expected),
              fmt::format("{} {}: {} is not {}", name, keys[i], twelve[i].value, expected));
  }
  for (const auto& row : result.value("per_class", json::array())) {
    const auto id = row.at("category_id").get<std::int64_t>();
    const auto found = std::ranges::find_if(report.classes, [&](const auto& each) { return each.category.id == id; });
    REQUIRE(found != report.classes.end());
    for (const auto& [key, value] :
         {std::pair{"AP", found->ap}, std::pair{"AP50", found->ap50}, std::pair{"AP75", found->ap75},
          std::pair{"APs", found->ap_small}, std::pair{"APm", found->ap_medium}, std::pair{"APl", found->ap_large},
          std::pair{"AR", found->ar}}) {
      tally.add(is_same_figure(value, row.at(key)), fmt::format("{} class {} {}: {}", name, id, key, value));
    }
  }
  for (const auto& row : result.value("per_class_AP", json::array())) {
    const auto id = row.at(0).get<std::int64_t>();
    const auto found = std::ranges::find_if(report.classes, [&](const auto& each) { return each.category.id == id; });
    REQUIRE(found != report.classes.end());
    tally.add(is_same_figure(found->ap, row.at(1)), fmt::format("{} class {} AP: {}", name, id, found->ap));
  }
}

inline void check_arrays(const DetectionMetrics& metrics, const json& result, const std::filesystem::path& folder,
                         const std::string& name, Tally& tally) {
  const auto arrays = metrics.arrays();
  for (const auto& [key, values] : {std::pair{"precision", &arrays.precision}, std::pair{"recall", &arrays.recall},
                                    std::pair{"scores", &arrays.scores}}) {
    const auto& digest = result.at(key);
    std::size_t count = 1;
    for (const auto& side : digest.at("shape")) count *= side.get<std::size_t>();
    bool equal = count == values->size() && has_digest(*values, digest);
    if (digest.contains("file")) {
      const auto stored = read_npy(folder / digest.at("file").get<std::string>());
      equal = equal && std::ranges::equal(stored.as<double>(), *values);
    }
    tally.add(equal, fmt::format("{} {} differs in its bits", name, key));
  }
}

inline void check_matches(const DetectionMetrics& metrics, const ObjectDataset& truth,
                          const std::vector<Prediction>& predictions, const json& expected, const std::string& name,
                          Tally& tally) {
  for (const auto& group : expected) {
    const auto image_id = group.at("image_id").get<std::int64_t>();
    const auto image = std::ranges::find(truth.images, image_id, &AnnotatedImage::id);
    REQUIRE(image != truth.images.end());
    std::vector<TrueObject> objects;
    for (const auto& object : truth.objects) {
      if (object.image_id == image_id) objects.push_back(object);
    }
    std::vector<Prediction> found;
    std::vector<std::int64_t> ids;  // in the file, from 1 on
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      if (predictions[i].image_id != image_id) continue;
      found.push_back(predictions[i]);
      ids.push_back(static_cast<std::int64_t>(i) + 1);
    }
    const auto matches = metrics.match(*image, objects, found);
    const auto category_id = group.at("category_id").get<std::int64_t>();
    const auto same = std::ranges::find(matches, category_id, &ClassMatches::category_id);
    const auto where = fmt::format("{} image {} category {}", name, image_id, category_id);
    if (same == matches.end()) {
      tally.add(false, where + " has no matches");
      continue;
    }
    std::vector<std::int64_t> prediction_ids;
    std::vector<std::int64_t> object_ids;
    for (const auto i : same->predictions) prediction_ids.push_back(ids[i]);
    for (const auto i : same->objects) object_ids.push_back(objects[i].id);
    bool equal = group.at("dt_ids") == json(prediction_ids) && group.at("gt_ids") == json(object_ids);
    const auto columns = same->predictions.size();
    for (std::size_t t = 0; equal && t < group.at("dt_match").size(); ++t) {
      for (std::size_t d = 0; d < columns; ++d) {
        const auto place = same->found[t * columns + d];
        const auto id = place == ClassMatches::nothing ? 0 : objects[static_cast<std::size_t>(place)].id;
        equal = equal && group.at("dt_match")[t][d].get<double>() == static_cast<double>(id) &&
                group.at("dt_ignore")[t][d].get<double>() == same->is_ignored[t * columns + d];
      }
    }
    tally.add(equal, where + " is matched otherwise");
  }
}

inline DetectionMetricsOptions options_of(const json& result) {
  DetectionMetricsOptions options;
  options.match_by = result.at("iou_type") == "segm" ? MatchBy::masks : MatchBy::boxes;
  options.classes = result.value("use_cats", 1) == 0 ? ClassRule::ignored : ClassRule::separate;
  if (const auto limits = result.find("max_dets"); limits != result.end() && !limits->is_null()) {
    options.max_detections = limits->get<std::vector<int>>();
  }
  return options;
}

/// One entry of `results` in an expected.json or in large.json.
inline void check_result(const std::filesystem::path& truth_file, const std::filesystem::path& results_file,
                         const json& result, const std::filesystem::path& folder, const std::string& name,
                         Tally& tally) {
  if (result.contains("reference_error")) {
    bool is_refused = false;
    try {
      const auto truth = read_coco(truth_file.string()).dataset;
      static_cast<void>(read_coco_results(results_file.string(), truth));
    } catch (const Error&) {
      is_refused = true;
    }
    tally.add(is_refused, name + " is accepted, the reference refuses it");
    return;
  }
  const auto truth = read_coco(truth_file.string(), {.rules = CocoRules::pycocotools}).dataset;
  const auto predictions = read_predictions(results_file, truth);
  DetectionMetrics metrics(truth.categories, options_of(result));
  metrics.add(truth, predictions);
  check_summary(metrics.report(), result, name, tally);
  check_arrays(metrics, result, folder, name, tally);
  if (result.contains("matches_area_all")) {
    check_matches(metrics, truth, predictions, result.at("matches_area_all"), name, tally);
  }
}

}  // namespace visionkit::test
