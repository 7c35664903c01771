#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <numeric>

#include <visionkit/classifier.hpp>

#include "tasks/reference_checks.hpp"

namespace visionkit::test {
namespace {

using nlohmann::json;

// Softmax keeps the differences of logits, so that raw outputs can be compared through probabilities.
void check_probe_output(const ModelCard& card, const Classifier& classifier) {
  const auto& probe = card.reference.at("probe");
  const auto scores = classifier.classify(read_stored(card.images() / probe.at("file").get<std::string>())).scores;
  const bool logits = classifier.options().scores == ScoreKind::logits;
  const auto& index = probe.at("output").at("flat_index");
  const auto& value = probe.at("output").at("value");
  const auto first = index[0].get<std::size_t>();
  for (std::size_t i = 0; i < index.size(); ++i) {
    const double score = scores.at(index[i].get<std::size_t>());
    const double got = logits ? std::log(score / scores.at(first)) : score;
    const double expected = logits ? value[i].get<double>() - value[0].get<double>() : value[i].get<double>();
    CHECK(std::abs(got - expected) <= tensor_tolerance);
  }
}

std::vector<Classification> classify_all(const Classifier& classifier, const std::filesystem::path& folder,
                                         const std::vector<std::string>& files) {
  constexpr std::size_t batch = 50;
  std::vector<Classification> answers;
  for (std::size_t start = 0; start < files.size(); start += batch) {
    std::vector<Image> images;
    for (auto i = start; i < std::min(start + batch, files.size()); ++i)
      images.push_back(read_stored(folder / files[i]));
    auto part = classifier.classify(images);
    std::move(part.begin(), part.end(), std::back_inserter(answers));
  }
  return answers;
}

// The same classes in the same order with the same probabilities; classes whose scores are closer than the tolerance
// may change places.
bool has_top_five(const Classification& answer, const json& expected) {
  constexpr float tolerance = 1e-4F;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const auto wanted = expected[k].at("index").get<std::size_t>();
    const auto& got = answer.classes.at(k);
    const bool same_class =
        got.label.value == static_cast<int>(wanted) || std::abs(answer.scores.at(wanted) - got.score) < tolerance;
    if (!same_class || std::abs(answer.scores.at(wanted) - expected[k].at("probability").get<float>()) >= tolerance)
      return false;
  }
  return true;
}

void check_single_label(const ModelCard& card, const Classifier& classifier) {
  auto rows = read_csv(card.image_set() / "labels.csv");
  rows.erase(rows.begin());
  std::vector<std::string> files;
  for (const auto& row : rows) files.push_back(row.at(0));
  const auto answers = classify_all(classifier, card.images(), files);
  const auto top = card.reference.value("top1_in_labels_csv_order", json::array());
  int right = 0;
  int right_in_five = 0;
  int other_than_reference = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto truth = ClassId(std::stoi(rows[i].at(1)));
    const auto& classes = answers[i].classes;
    right += classes.front().label == truth ? 1 : 0;
    right_in_five +=
        std::any_of(classes.begin(), classes.end(), [&](const auto& c) { return c.label == truth; }) ? 1 : 0;
    if (i < top.size()) other_than_reference += classes.front().label.value == top[i].get<int>() ? 0 : 1;
  }
  const auto count = static_cast<double>(answers.size());
  const auto& measured = card.card.at("measured");
  CHECK(answers.size() == measured.at("count").get<std::size_t>());
  const double one_image = 1.0 / count + 1e-9;
  CHECK(std::abs(right / count - measured.at("top1").get<double>()) <= one_image);
  CHECK(std::abs(right_in_five / count - measured.at("top5").get<double>()) <= one_image);
  CHECK(other_than_reference <= 1);
  std::cout << "  top-1 " << right << " of " << answers.size() << ", top-5 " << right_in_five << '\n';

  std::map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < files.size(); ++i) row_of[files[i]] = i;
  int other_lists = 0;
  for (const auto& result : card.reference.value("results", json::array())) {
    other_lists += has_top_five(answers.at(row_of.at(result.at("file"))), result.at("top5")) ? 0 : 1;
  }
  CHECK(other_lists == 0);
}

// Area under the precision-recall curve by steps, one point for each distinct score (scikit-learn's
// average_precision_score).
double average_precision(const std::vector<float>& scores, const std::vector<bool>& truth) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
  const auto positives = static_cast<double>(std::count(truth.begin(), truth.end(), true));
  double area = 0;
  double hits = 0;
  double last_recall = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    hits += truth[order[i]] ? 1 : 0;
    if (i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]]) continue;
    const double recall = hits / positives;
    area += (recall - last_recall) * hits / static_cast<double>(i + 1);
    last_recall = recall;
  }
  return area;
}

void check_multi_label(const ModelCard& card, const Classifier& classifier) {
  auto rows = read_csv(card.image_set() / "voc_presence.csv");
  const auto names = rows.front();
  rows.erase(rows.begin());
  std::vector<std::string> files;
  for (const auto& row : rows) files.push_back(row.at(0));
  const auto answers = classify_all(classifier, card.images(), files);
  double sum = 0;
  int classes = 0;
  double hits = 0;
  double claimed = 0;
  double present = 0;
  for (std::size_t column = 1; column < names.size(); ++column) {
    const auto id = classifier.labels().find(names[column]);
    REQUIRE(id.has_value());
    std::vector<float> scores;
    std::vector<bool> truth;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      scores.push_back(answers[i].scores.at(static_cast<std::size_t>(id->value)));
      truth.push_back(rows[i].at(column) == "1");
      const bool said =
          std::any_of(answers[i].begin(), answers[i].end(), [&](const auto& c) { return c.label == *id; });
      hits += said && truth.back() ? 1 : 0;
      claimed += said ? 1 : 0;
      present += truth.back() ? 1 : 0;
    }
    if (std::count(truth.begin(), truth.end(), true) == 0) continue;
    sum += average_precision(scores, truth);
    ++classes;
  }
  const auto& measured = card.card.at("measured");
  CHECK(answers.size() == measured.at("count").get<std::size_t>());
  CHECK(classes == measured.at("classes_with_truth").get<int>());
  CHECK(sum / classes == doctest::Approx(measured.at("mAP").get<double>()).epsilon(1e-4));
  CHECK(2 * hits / (claimed + present) == doctest::Approx(measured.at("micro_f1_at_half").get<double>()).epsilon(1e-6));
  std::cout << "  mean AP " << sum / classes << ", micro F1 at 0.5 " << 2 * hits / (claimed + present) << '\n';

  std::map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < rows.size(); ++i) row_of[rows[i].at(0)] = i;
  for (const auto& result : card.reference.at("results")) {
    const auto& scores = answers.at(row_of.at(result.at("file"))).scores;
    const auto expected = result.at("scores").get<std::vector<float>>();
    REQUIRE(scores.size() == expected.size());
    for (std::size_t i = 0; i < scores.size(); ++i) CHECK(std::abs(scores[i] - expected[i]) < 1e-4F);
  }
}

}  // namespace

void check_classification(const ModelCard& card, Engine engine) {
  const auto record = to_record(card);
  check_probe_input(card, record.input);
  const Classifier classifier(
      card.model.string(),
      {.all_scores = true, .record = record, .run = {.engine = engine, .sha256 = card.card.at("sha256")}});
  check_probe_output(card, classifier);
  if (record.task == Task::classification)
    check_single_label(card, classifier);
  else
    check_multi_label(card, classifier);
}

}  // namespace visionkit::test
