// Our side of tests/bench/end_to_end/compare.py: waits for commands on standard input, answers each with one line.
//   load FILE RECORD THREADS PRECISION   which engine answers
//   answer PICTURE                       the best classes, each as its number and its score
//   time PICTURE COUNT                   median milliseconds of COUNT calls, from the file's bytes to the typed result
#include <cstdint>
#include <iostream>
#include <iterator>
#include <optional>
#include <span>
#include <string>

#include <visionkit/classifier.hpp>

#include "../support/worker.hpp"

namespace {

std::optional<visionkit::Classifier> classifier;

void load(const std::string& file, const std::string& record, int threads, const std::string& precision) {
  visionkit::ClassifierOptions options;
  options.top_k = 5;
  options.score_thresholds = {0};
  const auto text = visionkit::bench::read_values<char>(record);
  options.record = visionkit::parse_record({text.data(), text.size()}, record);
  options.run.threads = threads;
  if (precision == to_string(visionkit::Precision::bfloat16)) options.run.precision = visionkit::Precision::bfloat16;
  classifier.emplace(file, options);
  std::cout << classifier->describe().engine << ' ' << classifier->describe().optimization;
}

void answer(const std::string& command, const std::string& first, const std::string& second, int third,
            const std::string& fourth) {
  if (command == "load") return load(first, second, third, fourth);
  const auto bytes = visionkit::bench::read_values<std::uint8_t>(first);
  const auto classify = [&] { return classifier->classify(std::span(bytes)); };
  if (command == "time") {
    std::cout << visionkit::bench::measure(std::stoi(second), classify).median_ms;
  } else {
    for (const auto& found : classify()) std::cout << found.label.value << ' ' << found.score << ' ';
  }
}

}  // namespace

int main() { visionkit::bench::serve(answer); }
