// Our side of compare.py: worker boxes|masks TRUTH RESULTS. From the two files to the twelve numbers, once, on one
// thread. Prints one line of JSON: milliseconds of processor time of reading and of evaluation, peak memory, the
// numbers.
#include <sys/resource.h>

#include <ctime>
#include <string>

#include <fmt/format.h>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/metrics/detection.hpp>

namespace {

double now_ms() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  using namespace visionkit;
  if (argc != 4) return 2;
  const CocoReadOptions options = {.rules = CocoRules::pycocotools};
  const auto start = now_ms();
  const auto truth = read_coco(argv[2], options).dataset;
  const auto results = read_coco_results(argv[3], truth, options).predictions;
  const auto read = now_ms();
  DetectionMetrics metrics(truth.categories,
                           {.match_by = std::string(argv[1]) == "masks" ? MatchBy::masks : MatchBy::boxes});
  metrics.add(truth, results);
  const auto report = metrics.report();
  const auto end = now_ms();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::string numbers;
  for (const auto& figure : figures(report.summary)) {
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", figure.value == figure.value ? figure.value : -1);
  }
  fmt::print("{{\"read_ms\":{},\"evaluate_ms\":{},\"peak_mib\":{},\"stats\":[{}]}}\n", read - start, end - read,
             usage.ru_maxrss / 1024, numbers);
}
