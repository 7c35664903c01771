#include <visionkit/metrics/confusion.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/core/error.hpp>

namespace visionkit {
namespace {

std::vector<ClassId> ids(std::initializer_list<int> values) {
  std::vector<ClassId> out;
  for (const int value : values) out.emplace_back(value);
  return out;
}

std::vector<ClassId> random_labels(std::size_t count, int classes, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<ClassId> labels;
  for (std::size_t i = 0; i < count; ++i) labels.emplace_back(static_cast<int>(generator() % unsigned(classes)));
  return labels;
}

TEST_CASE("a confusion matrix worked by hand") {
  ConfusionMatrix matrix(3);
  matrix.add(ids({0, 0, 0, 1, 1, 2}), ids({0, 0, 1, 1, 1, 0}));
  const auto report = matrix.report();
  CHECK(report.cells == std::vector<std::uint64_t>{2, 1, 0, 0, 2, 0, 1, 0, 0});
  CHECK(report.samples == 6);
  CHECK(report.accuracy == doctest::Approx(4.0 / 6));
  CHECK(report.balanced_accuracy == doctest::Approx((2.0 / 3 + 1 + 0) / 3));
  // c s - sum(p t) = 4 * 6 - (3*3 + 3*2 + 0*1) = 9; s^2 - sum(p^2) = 36 - 18; s^2 - sum(t^2) = 36 - 14
  CHECK(report.matthews == doctest::Approx(9 / std::sqrt(18.0 * 22)));
  CHECK(report.kappa == doctest::Approx(9.0 / (36 - 15)));
  CHECK(report.at(ClassId(2), ClassId(0)) == 1);
  CHECK(report.counts[0] ==
        ClassCounts{.true_positives = 2, .false_positives = 1, .false_negatives = 1, .true_negatives = 2});
  CHECK_THROWS_AS((void)report.at(ClassId(3), ClassId(0)), Error);
}

TEST_CASE("perfect labels score 1 everywhere") {
  const auto labels = random_labels(1000, 7, 1);
  ConfusionMatrix matrix(7);
  matrix.add(labels, labels);
  const auto report = matrix.report();
  CHECK(report.accuracy == 1);
  CHECK(report.matthews == 1);
  CHECK(report.kappa == 1);
  for (const auto& rates : {report.rates.micro, report.rates.macro, report.rates.weighted}) {
    CHECK(rates.f_score == 1);
    CHECK(rates.iou == 1);
  }
}

TEST_CASE("order and shards change nothing, one by one is as many at once") {
  for (const int classes : {2, 21, 200, 300}) {  // the counters are laid out by the number of classes
    const auto truth = random_labels(5003, classes, 2);
    const auto predicted = random_labels(5003, classes, 3);
    ConfusionMatrix whole(classes);
    whole.add(truth, predicted);
    ConfusionMatrix first(classes);
    ConfusionMatrix second(classes);
    for (std::size_t i = truth.size(); i-- > 0;) (i % 3 == 0 ? first : second).add(truth[i], predicted[i]);
    second.merge(first);
    CHECK(second.report().cells == whole.report().cells);
    CHECK(to_json(second.report()) == to_json(whole.report()));
  }
}

TEST_CASE("shares are parts of rows, columns or everything, and 0 of nothing") {
  ConfusionMatrix matrix(2);
  matrix.add(ids({0, 0, 0, 0}), ids({0, 0, 0, 1}));
  const auto report = matrix.report();
  CHECK(normalize(report, ConfusionShare::of_truth) == std::vector<double>{0.75, 0.25, 0, 0});
  CHECK(normalize(report, ConfusionShare::of_prediction) == std::vector<double>{1, 1, 0, 0});
  CHECK(normalize(report, ConfusionShare::of_all) == std::vector<double>{0.75, 0.25, 0, 0});
}

TEST_CASE("labels that are no class are refused and nothing is counted") {
  ConfusionMatrix matrix(3);
  for (const int bad : {-1, 3, 1 << 30}) {
    CHECK_THROWS_AS(matrix.add(ids({0, bad}), ids({0, 0})), Error);
    CHECK_THROWS_AS(matrix.add(ids({0, 0}), ids({0, bad})), Error);
    CHECK_THROWS_AS(matrix.add(ClassId(bad), ClassId(0)), Error);
  }
  CHECK_THROWS_AS(matrix.add(ids({0}), ids({0, 1})), Error);
  CHECK_THROWS_AS(matrix.merge(ConfusionMatrix(4)), Error);
  CHECK_THROWS_AS(ConfusionMatrix(0), Error);
  CHECK_THROWS_AS(ConfusionMatrix(max_confusion_classes + 1), Error);
  CHECK(matrix.report().samples == 0);
  CHECK(std::isnan(matrix.report().accuracy));
}

TEST_CASE("a report prints as aligned tables and writes JSON") {
  ConfusionMatrix matrix(2);
  matrix.add(ids({0, 0, 1, 1}), ids({0, 1, 1, 1}));
  const Labels names({"cat", "dog"});
  const auto text = to_string(matrix.report(), names);
  CHECK(
      text.starts_with("figure                  value\n"
                       "accuracy               0.7500\n"
                       "balanced accuracy      0.7500\n"
                       "Matthews' correlation  0.5774\n"
                       "Cohen's kappa          0.5000\n"));
  CHECK(text.find("cat          1.0000  0.5000   0.6667  0.5000  0.6667        2\n") != std::string::npos);
  const auto json = nlohmann::json::parse(to_json(matrix.report(), names));
  CHECK(json["schema_version"] == 1);
  CHECK(json["confusion"] == nlohmann::json{{1, 1}, {0, 2}});
  CHECK(json["classes"][1]["name"] == "dog");
  CHECK(json["classes"][1]["recall"] == 1.0);
  CHECK(nlohmann::json::parse(to_json(ConfusionMatrix(1).report()))["kappa"].is_null());
}

}  // namespace
}  // namespace visionkit
