// Scores a detector by its results file: COCO's twelve numbers and every class, without a model and without LibTorch.
// Results are COCO's JSON, or visionkit's lines of JSON (.jsonl), in which pictures have names and classes, too.
//
//   score truth.json results.json                       a table
//   score flowers/ run.jsonl --truth-format yolo        or labelme, voc: folders
//   score truth.json results.json --masks --errors      by masks, with what goes wrong
//   score truth.json new.json --before old.json         two results files side by side, with an interval
//   score truth.json results.json --json                for other programs
//   score truth.json results.json --fail-under ap=0.35 --fail-under ap50=0.5
//
// Exit code: 0 scored, 1 a number is below its limit, 2 nothing could be done.
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/dataset/results.hpp>
#include <visionkit/metrics/detection.hpp>
#include <visionkit/metrics/detection_errors.hpp>

#include "program.hpp"
#include "scoring.hpp"

namespace {

const std::map<std::string, visionkit::CocoRules> known_rules = {
    {"strict", visionkit::CocoRules::strict},
    {"drop-invalid", visionkit::CocoRules::drop_invalid},
    {"pycocotools", visionkit::CocoRules::pycocotools},
};

struct Arguments {
  example::ObjectSource truth;
  std::string truth_format = "coco";
  std::string results;
  std::string before;
  std::vector<std::string> limits;
  int threads = 1;
  bool masks = false;
  bool errors = false;
  bool json = false;
};

std::vector<visionkit::Prediction> read_predictions(const std::string& path, const visionkit::ObjectDataset& truth,
                                                    const Arguments& arguments) {
  if (path.ends_with(".jsonl")) {
    const auto file = visionkit::read_results(path);
    if (file.summary.broken_bytes > 0) fmt::print(stderr, "note: the last line of {} is not finished\n", path);
    return to_predictions(file.results, file.summary.header.labels, truth);
  }
  auto read = visionkit::read_coco_results(path, truth, {.rules = arguments.truth.rules});
  example::print_notes(read.notes);
  return std::move(read.predictions);
}

visionkit::DetectionMetrics score(const visionkit::ObjectDataset& truth,
                                  const std::vector<visionkit::Prediction>& found, const Arguments& arguments) {
  visionkit::DetectionMetrics metrics(
      truth.categories, {.match_by = arguments.masks ? visionkit::MatchBy::masks : visionkit::MatchBy::boxes,
                         .threads = arguments.threads});
  metrics.add(truth, found);
  return metrics;
}

int run(const Arguments& arguments) {
  const auto limits = example::parse_limits(arguments.limits);
  const auto truth = example::object_formats.at(arguments.truth_format)(arguments.truth);
  example::print_notes(truth.notes);
  const auto found = read_predictions(arguments.results, truth.dataset, arguments);
  const auto metrics = score(truth.dataset, found, arguments);
  const auto report = metrics.report();
  fmt::print("{}", arguments.json ? to_json(report) + "\n" : to_string(report));

  if (!arguments.before.empty()) {
    const auto before = score(truth.dataset, read_predictions(arguments.before, truth.dataset, arguments), arguments);
    fmt::print("\n{}", to_string(before.compare(metrics)));
  }
  if (arguments.errors) {
    visionkit::DetectionErrors errors(truth.dataset.categories, {.match_by = report.match_by});
    errors.add(truth.dataset, found);
    fmt::print("\n{}", to_string(errors.report()));
  }
  return example::count_below(figures(report), limits) > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Scores detections against annotations.", "score");
  app.add_option("truth", arguments.truth.path, "Annotations: a file of COCO, or the folder of others")->required();
  app.add_option("results", arguments.results, "Results: COCO's JSON, or visionkit's lines (.jsonl)")->required();
  app.add_option("--truth-format", arguments.truth_format, "Format of the annotations")
      ->check(CLI::IsMember(example::object_formats))
      ->capture_default_str();
  app.add_option("--split", arguments.truth.split, "Part of a YOLO data set")->capture_default_str();
  auto* json = app.add_flag("--json", arguments.json, "One JSON object");
  app.add_flag("--masks", arguments.masks, "Match by masks, not by boxes");
  app.add_flag("--errors", arguments.errors, "What goes wrong, and what it costs")->excludes(json);
  app.add_option("--before", arguments.before, "Older results to compare with")->excludes(json);
  app.add_option("--fail-under", arguments.limits, "name=value: exit with 1 when a number is lower");
  app.add_option("--threads", arguments.threads, "Threads")->check(CLI::Range(1, 256));
  app.add_option_function<std::string>(
         "--rules", [&](const std::string& name) { arguments.truth.rules = known_rules.at(name); },
         "What happens to entries of COCO's files that are wrong")
      ->check(CLI::IsMember(known_rules));
  return example::run_program(app, argc, argv, [&] { return run(arguments); });
}
