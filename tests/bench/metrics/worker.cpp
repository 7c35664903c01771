// Our side of compare.py, in a process of its own. Each line of the standard input is "WHAT FOLDER CLASSES REPEATS":
//   confusion, f1   over FOLDER/truth.i32 and FOLDER/predicted.i32
//   top5            over FOLDER/scores.f32 [samples, classes] and FOLDER/truth.i32
//   miou            over FOLDER/truth.u8 and FOLDER/predicted.u8: a thousand maps, each `offset` bytes after the last
// Answers with one line: the median time of a call in milliseconds, then the figures.
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <visionkit/metrics/classification.hpp>
#include <visionkit/metrics/confusion.hpp>
#include <visionkit/metrics/segmentation.hpp>

#include "../support/worker.hpp"

namespace {

using namespace visionkit;

constexpr int maps = 1000;
constexpr int side = 1024;
constexpr std::size_t offset = 4096;

template <class T>
const std::vector<T>& values_of(const std::string& path) {
  static std::map<std::string, std::vector<T>> read;
  auto& values = read[path];
  if (values.empty()) values = bench::read_values<T>(path);
  return values;
}

std::vector<double> confusion(const std::string& folder, int classes) {
  ConfusionMatrix matrix(classes);
  matrix.add(values_of<ClassId>(folder + "/truth.i32"), values_of<ClassId>(folder + "/predicted.i32"));
  const auto report = matrix.report();
  return {report.cells.begin(), report.cells.end()};
}

std::vector<double> f1(const std::string& folder, int classes) {
  ConfusionMatrix matrix(classes);
  matrix.add(values_of<ClassId>(folder + "/truth.i32"), values_of<ClassId>(folder + "/predicted.i32"));
  const auto report = matrix.report();
  std::vector<double> figures;
  for (const auto& rates : report.rates.classes) figures.push_back(rates.f_score);
  return figures;
}

std::vector<double> top5(const std::string& folder, int classes) {
  ClassificationMetric metric(classes, {.ties = TieRule::highest_class_first, .calibration_bins = 0});
  metric.add(values_of<float>(folder + "/scores.f32"), values_of<ClassId>(folder + "/truth.i32"));
  return {metric.report({.top_k = {5}}).top_k[0].accuracy};
}

std::vector<double> miou(const std::string& folder, int classes) {
  const auto& truth = values_of<std::uint8_t>(folder + "/truth.u8");
  const auto& predicted = values_of<std::uint8_t>(folder + "/predicted.u8");
  SegmentationMetric metric(classes);
  for (std::size_t i = 0; i < maps; ++i) {
    metric.add(std::span(predicted).subspan(i * offset, side * side), std::span(truth).subspan(i * offset, side * side),
               {side, side});
  }
  const auto report = metric.report();
  std::vector<double> figures = {report.rates.macro.iou};
  for (const auto& rates : report.rates.classes) figures.push_back(rates.iou);
  return figures;
}

void answer(const std::string& what, const std::string& folder, int classes, int repeats) {
  static const std::map<std::string, std::vector<double> (*)(const std::string&, int)> works = {
      {"confusion", confusion}, {"f1", f1}, {"top5", top5}, {"miou", miou}};
  const auto work = works.at(what);
  work(folder, classes);  // reads the files
  const auto measured = bench::measure(repeats, [&] { return work(folder, classes); });
  std::cout << measured.median_ms;
  for (const double figure : measured.answer) std::cout << ' ' << figure;
}

}  // namespace

int main() { bench::serve(answer); }
