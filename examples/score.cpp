// Scores a detector by its results file: COCO's twelve numbers and every class, without a model and without LibTorch.
//
//   score truth.json results.json                       a table
//   score truth.json results.json --masks --errors      by masks, with what goes wrong
//   score truth.json new.json --before old.json         two results files side by side, with an interval
//   score truth.json results.json --json                for other programs
//   score truth.json results.json --fail-under ap=0.35 --fail-under ap50=0.5
//
// Exit code: 0 scored, 1 a number is below its limit, 2 nothing could be done.
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <visionkit/dataset/coco.hpp>
#include <visionkit/metrics/detection.hpp>
#include <visionkit/metrics/detection_errors.hpp>

namespace {

const std::map<std::string, visionkit::CocoRules> known_rules = {
    {"strict", visionkit::CocoRules::strict},
    {"drop-invalid", visionkit::CocoRules::drop_invalid},
    {"pycocotools", visionkit::CocoRules::pycocotools},
};

struct Arguments {
  std::string truth;
  std::string results;
  std::string before;
  std::vector<std::string> limits;
  std::string rules = "strict";
  int threads = 1;
  bool masks = false;
  bool errors = false;
  bool json = false;
};

struct Limit {
  std::string name;
  double least = 0;
};

Limit parse_limit(const std::string& text) {
  const auto equals = text.find('=');
  std::size_t used = 0;
  if (equals != std::string::npos) {
    const auto number = text.substr(equals + 1);
    try {
      const Limit limit = {text.substr(0, equals), std::stod(number, &used)};
      const auto names = figures(visionkit::DetectionSummary{});
      for (const auto& figure : names) {
        if (figure.name == limit.name && used == number.size()) return limit;
      }
    } catch (const std::logic_error&) {  // no number
    }
  }
  throw std::runtime_error("--fail-under '" + text + "': expected a name and a number, as ap50=0.5");
}

void print_notes(const std::vector<visionkit::DatasetNote>& notes) {
  for (const auto& note : notes) fmt::print(stderr, "note: {}\n", to_string(note));
}

visionkit::DetectionMetrics score(const visionkit::ObjectDataset& truth,
                                  const std::vector<visionkit::Prediction>& found, const Arguments& arguments) {
  visionkit::DetectionMetrics metrics(
      truth.categories, {.match_by = arguments.masks ? visionkit::MatchBy::masks : visionkit::MatchBy::boxes,
                         .threads = arguments.threads});
  metrics.add(truth, found);
  return metrics;
}

// How many numbers are below their limit. A number that is not defined is.
int count_below(const visionkit::DetectionSummary& summary, const std::vector<Limit>& limits) {
  int below = 0;
  for (const auto& limit : limits) {
    for (const auto& figure : figures(summary)) {
      if (figure.name != limit.name || figure.value >= limit.least) continue;
      fmt::print(stderr, "{} is {:.4f}, below {}\n", limit.name, figure.value, limit.least);
      ++below;
    }
  }
  return below;
}

int run(const Arguments& arguments) {
  std::vector<Limit> limits;
  for (const auto& text : arguments.limits) limits.push_back(parse_limit(text));

  const visionkit::CocoReadOptions options = {.rules = known_rules.at(arguments.rules)};
  const auto truth = visionkit::read_coco(arguments.truth, options);
  print_notes(truth.notes);
  const auto found = visionkit::read_coco_results(arguments.results, truth.dataset, options);
  print_notes(found.notes);
  const auto metrics = score(truth.dataset, found.predictions, arguments);
  const auto report = metrics.report();
  fmt::print("{}", arguments.json ? to_json(report) + "\n" : to_string(report));

  if (!arguments.before.empty()) {
    const auto older = visionkit::read_coco_results(arguments.before, truth.dataset, options);
    const auto before = score(truth.dataset, older.predictions, arguments);
    fmt::print("\n{}", to_string(before.compare(metrics)));
  }
  if (arguments.errors) {
    visionkit::DetectionErrors errors(truth.dataset.categories, {.match_by = report.match_by});
    errors.add(truth.dataset, found.predictions);
    fmt::print("\n{}", to_string(errors.report()));
  }
  return count_below(report.summary, limits) > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Scores detections against COCO annotations.", "score");
  app.add_option("truth", arguments.truth, "Annotations in COCO's JSON")->required();
  app.add_option("results", arguments.results, "Results in COCO's JSON")->required();
  auto* json = app.add_flag("--json", arguments.json, "One JSON object");
  app.add_flag("--masks", arguments.masks, "Match by masks, not by boxes");
  app.add_flag("--errors", arguments.errors, "What goes wrong, and what it costs")->excludes(json);
  app.add_option("--before", arguments.before, "Older results to compare with")->excludes(json);
  app.add_option("--fail-under", arguments.limits, "name=value: exit with 1 when a number is lower");
  app.add_option("--threads", arguments.threads, "Threads")->check(CLI::Range(1, 256));
  app.add_option("--rules", arguments.rules, "What happens to entries that are wrong")
      ->check(CLI::IsMember(known_rules));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "score: {}\n", error.what());
    return 2;
  }
}
