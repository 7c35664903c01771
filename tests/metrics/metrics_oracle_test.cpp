// The oracle folder "metrics", classification: what scikit-learn and torchmetrics answer.
#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/metrics/classification.hpp>
#include <visionkit/metrics/curves.hpp>
#include <visionkit/metrics/multi_label.hpp>

#include "metrics/oracle.hpp"
#include "support/digest.hpp"

namespace visionkit {
namespace {

using nlohmann::json;
using test::compare;
using test::exact_tolerance;
using test::float_tolerance;
using test::Tally;

std::vector<ClassId> labels_of(const test::NumpyArray& array) {
  std::vector<ClassId> labels;
  for (const auto each : array.as<std::int32_t>()) labels.emplace_back(each);
  return labels;
}

std::optional<double Rates::*> rate_named(const std::string& name) {
  if (name == "precision") return &Rates::precision;
  if (name == "recall" || name == "accuracy") return &Rates::recall;
  if (name == "f1" || name == "f2" || name == "f1_score") return &Rates::f_score;
  if (name == "jaccard" || name == "jaccard_index") return &Rates::iou;
  return std::nullopt;
}

// {"macro": value, "None": [a value for each class]} of one rate.
void compare_averages(Tally& tally, const RateSummary& rates, double Rates::*rate, const json& expected,
                      double tolerance, const std::string& what) {
  for (const auto& [average, value] : expected.items()) {
    const auto name = what + " " + average;
    if (average == "micro") {
      compare(tally, rates.micro.*rate, value, tolerance, name);
    } else if (average == "macro") {
      compare(tally, rates.macro.*rate, value, tolerance, name);
    } else if (average == "weighted") {
      compare(tally, rates.weighted.*rate, value, tolerance, name);
    } else if (average == "None" || average == "none") {
      std::vector<double> classes;
      for (const auto& each : rates.classes) classes.push_back(each.*rate);
      compare(tally, classes, value, tolerance, name);
    }
  }
}

// {"precision": ..., "recall": ...} under one average.
template <class Report>
void compare_rates(Tally& tally, const json& averages, const std::string& what, Report&& report) {
  for (const auto& [average, rates] : averages.items()) {
    if (average == "support") continue;
    for (const auto& [name, value] : rates.items()) {
      const auto rate = rate_named(name);
      REQUIRE_MESSAGE(rate.has_value(), name);
      const auto summary = report(name == "f2" ? 2.0 : 1.0);
      if (average == "samples") {
        compare(tally, summary.per_sample.**rate, value, exact_tolerance, what + " samples " + name);
      } else {
        compare_averages(tally, summary.rates, *rate, {{average, value}}, exact_tolerance, what + " " + name);
      }
    }
  }
}

struct Summary {
  RateSummary rates;
  Rates per_sample;
};

// scikit-learn over the classes that occur: the others are taken out.
RateSummary observed_rates(const ConfusionReport& report, double beta) {
  std::vector<ClassCounts> observed;
  for (const auto& each : report.counts) {
    if (each.support() + each.predicted() > 0) observed.push_back(each);
  }
  return rates_of(observed, {.beta = beta});
}

// Top-k accuracies by k; where the order of equal scores is nobody's promise, only when it does not matter.
void compare_top_k(Tally& tally, const json& each, const ClassificationReport& low, const ClassificationReport& high) {
  const auto name = each.at("name").get<std::string>();
  const auto is_free = [&](const std::string& k) {
    return each.at("top_k_ties_low_index_first").at(k) != each.at("top_k_ties_high_index_first").at(k);
  };
  const auto compare_all = [&](const char* key, const ClassificationReport& report, double tolerance) {
    for (const auto& [k, value] : each.at(key).items()) {
      const auto found = std::find_if(report.top_k.begin(), report.top_k.end(),
                                      [k = std::stoi(k)](const TopK& top) { return top.k == k; });
      REQUIRE(found != report.top_k.end());
      if (test::is_refused(value)) continue;  // two columns of scores: ours are top_k_ties_*
      const bool is_count = std::string_view(key) == "top_k_correct_count (sklearn)";
      compare(tally, is_count ? static_cast<double>(found->correct) : found->accuracy, value, tolerance,
              name + " " + key + " " + k);
    }
  };
  compare_all("top_k_ties_low_index_first", low, exact_tolerance);
  compare_all("top_k_ties_high_index_first", high, exact_tolerance);
  compare_all("top_k_accuracy (sklearn)", high, exact_tolerance);
  compare_all("top_k_correct_count (sklearn)", high, exact_tolerance);
  const std::string torch = "torchmetrics top_k accuracy (micro)";
  for (const auto& [k, value] : each.at(torch).items()) {
    if (k != "1" && is_free(k)) {  // the best class is argmax, the lowest of equals
      MESSAGE("oracle.metrics multiclass.json: skipped ", name, " ", torch, " ", k, ", ties in torch's order");
      continue;
    }
    const auto report =
        std::find_if(low.top_k.begin(), low.top_k.end(), [k = std::stoi(k)](const TopK& top) { return top.k == k; });
    compare(tally, report->accuracy, value, float_tolerance, name + " " + torch + " " + k);
  }
}

void compare_confusion(Tally& tally, const json& each, const ConfusionReport& report) {
  const auto name = each.at("name").get<std::string>();
  std::vector<double> cells(report.cells.begin(), report.cells.end());
  const auto flat = [](const json& rows) {
    json list = json::array();
    for (const auto& row : rows) list.insert(list.end(), row.begin(), row.end());
    return list;
  };
  compare(tally, cells, flat(each.at("confusion_matrix rows=true")), 0, name + " confusion");
  for (const auto& [key, share] :
       {std::pair{"true", ConfusionShare::of_truth}, std::pair{"pred", ConfusionShare::of_prediction},
        std::pair{"all", ConfusionShare::of_all}}) {
    compare(tally, normalize(report, share), flat(each.at("confusion_normalized").at(key)), exact_tolerance,
            name + " normalized by " + key);
  }
  compare(tally, report.accuracy, each.at("accuracy"), exact_tolerance, name + " accuracy");
  compare(tally, report.balanced_accuracy, each.at("balanced_accuracy"), exact_tolerance, name + " balanced accuracy");
}

std::string predicted_digest(std::span<const float> scores, std::size_t classes) {
  std::vector<std::int32_t> predicted;
  for (std::size_t i = 0; i < scores.size(); i += classes) {
    const auto row = scores.subspan(i, classes);
    ClassificationMetric metric(static_cast<int>(classes), {.calibration_bins = 0});
    metric.add(row, ClassId(0));
    const auto cells = metric.report().confusion.cells;
    predicted.push_back(static_cast<std::int32_t>(std::find(cells.begin(), cells.end(), 1U) - cells.begin()));
  }
  return test::crc32(test::bytes_of(predicted));
}

struct Labelled {
  test::NumpyArray truth;
  test::NumpyArray scores;
};

MultiLabelMetric judged(const Labelled& data, const MultiLabelOptions& options) {
  MultiLabelMetric metric(static_cast<int>(data.truth.shape.at(1)), options);
  metric.add(data.scores.as<float>(), data.truth.as<std::uint8_t>());
  return metric;
}

void compare_at_threshold(Tally& tally, const json& expected, const MultiLabelMetric& metric, const std::string& name) {
  for (const auto undefined : {0, 1}) {
    compare_rates(tally, expected.at(fmt::format("sklearn zero_division={}", undefined)),
                  fmt::format("{} zero_division={}", name, undefined), [&](double beta) {
                    const auto report = metric.report({.undefined = double(undefined), .beta = beta});
                    return Summary{report.rates, report.per_sample_rates};
                  });
  }
  const auto report = metric.report();
  compare(tally, report.subset_accuracy, expected.at("subset_accuracy"), exact_tolerance, name + " subset accuracy");
  compare(tally, report.hamming_loss, expected.at("hamming_loss"), exact_tolerance, name + " hamming loss");
  compare_averages(tally, report.rates, &Rates::iou, expected.at("jaccard"), exact_tolerance, name + " jaccard");
  compare(tally, report.per_sample_rates.iou, expected.at("jaccard").at("samples"), exact_tolerance,
          name + " jaccard samples");
  const auto& confusion = expected.at("confusion per label tn fp fn tp");
  for (std::size_t i = 0; i < report.counts.size(); ++i) {
    const auto& counts = report.counts[i];
    const json ours = {counts.true_negatives, counts.false_positives, counts.false_negatives, counts.true_positives};
    tally.add(ours == confusion.at(i), fmt::format("{} confusion of label {}", name, i));
  }
}

void compare_precisions(Tally& tally, const json& expected, const MultiLabelReport& report, double tolerance,
                        const std::string& name) {
  std::vector<double> labels;
  for (const auto& curve : report.curves) labels.push_back(curve.average_precision);
  for (const auto& [average, value] : expected.items()) {
    const auto& ours = report.average_precision;
    const auto what = name + " average precision " + average;
    if (average == "micro") compare(tally, ours.micro, value, tolerance, what);
    if (average == "macro") compare(tally, ours.macro, value, tolerance, what);
    if (average == "weighted") compare(tally, ours.weighted, value, tolerance, what);
    if (average == "samples") compare(tally, ours.samples, value, tolerance, what);
    if (average == "None" || average == "none") compare(tally, labels, value, tolerance, what);
  }
}

TEST_SUITE("oracle.metrics") {
  TEST_CASE("single-label classification is judged as by scikit-learn and torchmetrics") {
    test::for_each_metrics_case(
        "multiclass.json", [](const std::filesystem::path& folder, const json& each, Tally& tally) {
          const auto name = each.at("name").get<std::string>();
          const auto classes = each.at("classes").get<int>();
          const auto truth = labels_of(test::read_npy(folder / each.at("labels")));
          const auto scores = test::read_npy(folder / each.at("scores"));
          ClassificationReportOptions options;
          options.top_k.clear();
          for (int k = 1; k <= classes; ++k) options.top_k.push_back(k);
          const auto judge = [&](TieRule ties) {
            ClassificationMetric metric(classes, {.ties = ties, .calibration_bins = 0});
            metric.add(scores.as<float>(), truth);
            return metric;
          };
          const auto metric = judge(TieRule::lowest_class_first);
          const auto report = metric.report(options);
          tally.add(predicted_digest(scores.as<float>(), static_cast<std::size_t>(classes)) ==
                        each.at("predicted_argmax_crc32"),
                    name + " predicted classes");
          compare_top_k(tally, each, report, judge(TieRule::highest_class_first).report(options));
          compare_confusion(tally, each, report.confusion);

          const auto rates = [&](RateOptions rate_options) {
            options.rates = rate_options;
            return metric.report(options).confusion.rates;
          };
          for (const auto undefined : {0, 1}) {
            const auto key = fmt::format("sklearn zero_division={}", undefined);
            compare_rates(tally, each.at(key), name + " " + key, [&](double beta) {
              return Summary{rates({.undefined = double(undefined), .beta = beta}), {}};
            });
            std::vector<double> support;
            for (const auto& counts : report.confusion.counts) support.push_back(static_cast<double>(counts.support()));
            compare(tally, support, each.at(key).at("support"), 0, name + " support");
          }
          compare_rates(tally, each.at("sklearn observed classes only"), name + " observed classes", [&](double beta) {
            return Summary{observed_rates(report.confusion, beta), {}};
          });
          compare_averages(tally, report.confusion.rates, &Rates::iou, each.at("sklearn jaccard"), exact_tolerance,
                           name + " jaccard");
          const auto torch = rates({.rules = CountingRules::torchmetrics});
          for (const auto& [key, value] : each.at("torchmetrics").items()) {
            const auto rate = rate_named(key);
            REQUIRE_MESSAGE(rate.has_value(), key);
            compare_averages(tally, torch, *rate, value, float_tolerance, name + " torchmetrics " + key);
          }
        });
  }

  TEST_CASE("independent labels are judged as by scikit-learn and torchmetrics") {
    test::for_each_metrics_case(
        "multilabel.json", [](const std::filesystem::path& folder, const json& each, Tally& tally) {
          const auto name = each.at("name").get<std::string>();
          const Labelled data = {test::read_npy(folder / each.at("labels")),
                                 test::read_npy(folder / each.at("probabilities"))};
          for (const auto& [key, rule] : {std::pair{"threshold > 0.5", ThresholdRule::above},
                                          std::pair{"threshold >= 0.5", ThresholdRule::at_least}}) {
            compare_at_threshold(tally, each.at(key), judged(data, {.rule = rule, .calibration_bins = 0}),
                                 name + " " + key);
          }
          const auto report = judged(data, {.calibration_bins = 0}).report();
          compare_precisions(tally, each.at("sklearn average_precision"), report, exact_tolerance, name + " sklearn");
          for (std::size_t i = 0; i < report.curves.size(); ++i) {
            const auto& expected = each.at("sklearn roc_auc per label").at(i);
            compare(tally, report.curves[i].roc_auc, test::is_refused(expected) ? json("nan") : expected,
                    exact_tolerance, fmt::format("{} ROC AUC of label {}", name, i));
          }
          // torchmetrics takes scores for logits when one lies outside 0..1.
          const auto scores = data.scores.as<float>();
          const bool has_logits = std::any_of(scores.begin(), scores.end(), [](float s) { return s < 0 || s > 1; });
          const auto torch_metric = judged(
              data, {.scores = has_logits ? ScoreKind::logits : ScoreKind::probabilities, .calibration_bins = 0});
          const auto torch = torch_metric.report({.rules = CountingRules::torchmetrics});
          for (const auto& [key, value] : each.at("torchmetrics (strict > 0.5)").items()) {
            const auto rate = rate_named(key);
            REQUIRE_MESSAGE(rate.has_value(), key);
            compare_averages(tally, torch.rates, *rate, value, float_tolerance, name + " torchmetrics " + key);
          }
          compare_precisions(tally, each.at("torchmetrics average_precision"), torch, float_tolerance,
                             name + " torchmetrics");
        });
  }

  TEST_CASE("precision and recall at every threshold are scikit-learn's") {
    test::for_each_metrics_case("binary_ap.json", [](const std::filesystem::path&, const json& each, Tally& tally) {
      BinaryCurve curve;
      curve.add(each.at("scores").get<std::vector<double>>(), each.at("labels").get<std::vector<std::uint8_t>>());
      const auto report = curve.report();
      compare(tally, report.summary.average_precision, each.at("average_precision"), exact_tolerance,
              "average precision");
      // From the lowest threshold to the highest, and the end that has none.
      std::vector<double> precision, recall, thresholds;
      for (auto point = report.points.rbegin(); point != report.points.rend(); ++point) {
        precision.push_back(point->precision);
        recall.push_back(point->recall);
        thresholds.push_back(point->threshold);
      }
      precision.push_back(1);
      recall.push_back(0);
      compare(tally, precision, each.at("curve_precision"), exact_tolerance, "precision");
      compare(tally, recall, each.at("curve_recall"), exact_tolerance, "recall");
      compare(tally, thresholds, each.at("curve_thresholds"), 0, "thresholds");
    });
  }
}

}  // namespace
}  // namespace visionkit
