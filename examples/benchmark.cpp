// How fast a model answers here, and why: load and memory, the first call, latency, calls at the same time, the steps
// of a call, the engines that were tried, and what doctor() finds in this process.
//
//   benchmark model.pt photo.jpg                      a report to read
//   benchmark model.pt photo.jpg --json               the same for other programs
//   benchmark model.pt photo.jpg --engine libtorch --threads 1 --batch 8
//
// With a batch of 1 a call gets the bytes of the picture's file, otherwise decoded pictures. The model's record says
// which task it is. Exit code: 0, or 2 when nothing could be measured.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "benchmark_report.hpp"
#include "support.hpp"

namespace {

using example::Measured;
using example::Throughput;
using Clock = std::chrono::steady_clock;

struct Arguments {
  std::string model;
  std::string picture;
  std::string record;
  example::RunArguments run;
  std::size_t batch = 1;
  int runs = 50;
  int callers = 0;
  bool json = false;
};

/// A loaded model of any task.
struct Model {
  std::function<void()> call;  ///< answers the picture, or as many as the batch has
  std::function<visionkit::Profile()> profile;
  visionkit::ModelDescription description;
};

template <class Body>
double ms_of(const Body& body) {
  const auto begin = Clock::now();
  body();
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double resident_megabytes() {
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

template <class Task, class Options, class Answer>
Model load(const Arguments& arguments, const Answer& answer) {
  Options options;
  options.run = arguments.run.options;
  if (!arguments.record.empty()) options.record = example::read_record(arguments.record);
  const auto task = std::make_shared<const Task>(arguments.model, options);
  const auto text = example::read_text(arguments.picture);
  Model model{.call = {}, .profile = [task] { return task->profile(); }, .description = task->describe()};
  if (arguments.batch == 1) {
    model.call = [=, bytes = std::vector<std::uint8_t>(text.begin(), text.end())] {
      answer(*task, std::span<const std::uint8_t>(bytes));
    };
  } else {
    const std::vector<visionkit::Image> images(arguments.batch, visionkit::read_image(arguments.picture));
    model.call = [=] { answer(*task, std::span<const visionkit::Image>(images)); };
  }
  return model;
}

Model load(const Arguments& arguments) {
  const auto record = arguments.record.empty() ? visionkit::read_record(arguments.model)
                                               : std::optional(example::read_record(arguments.record));
  if (!record) throw std::runtime_error("'" + arguments.model + "' has no record; name one by --record");
  switch (record->task) {
    case visionkit::Task::classification:
    case visionkit::Task::multilabel_classification:
      return load<visionkit::Classifier, visionkit::ClassifierOptions>(
          arguments, [](const auto& task, auto pictures) { static_cast<void>(task.classify(pictures)); });
    case visionkit::Task::detection:
    case visionkit::Task::instance_segmentation:
      return load<visionkit::Detector, visionkit::DetectorOptions>(
          arguments, [](const auto& task, auto pictures) { static_cast<void>(task.detect(pictures)); });
    case visionkit::Task::semantic_segmentation:
      return load<visionkit::Segmenter, visionkit::SegmenterOptions>(
          arguments, [](const auto& task, auto pictures) { static_cast<void>(task.segment(pictures)); });
    case visionkit::Task::panoptic_segmentation: break;
  }
  throw std::runtime_error("panoptic networks are not measured here");
}

/// So many threads, each with its share of the calls.
Throughput measure_callers(const Model& model, const Arguments& arguments, int callers) {
  const int share = std::max(1, arguments.runs / callers);
  const double ms = ms_of([&] {
    std::vector<std::future<void>> running;
    for (int i = 0; i < callers; ++i) {
      running.push_back(std::async(std::launch::async, [&] {
        for (int call = 0; call < share; ++call) model.call();
      }));
    }
    for (auto& caller : running) caller.get();
  });
  return {callers, 1e3 * share * callers * static_cast<double>(arguments.batch) / ms};
}

Measured measure(const Arguments& arguments) {
  Measured measured{.model = arguments.model,
                    .picture = arguments.picture,
                    .batch = arguments.batch,
                    .runs = arguments.runs,
                    .resident_before = resident_megabytes()};
  Model model;
  measured.load_ms = ms_of([&] { model = load(arguments); });
  measured.resident_loaded = resident_megabytes();
  measured.first_call_ms = ms_of(model.call);
  visionkit::LatencyMetric latency;
  for (int i = 0; i < arguments.runs; ++i) {
    const auto begin = Clock::now();
    model.call();
    latency.add({.begin = begin, .end = Clock::now(), .items = arguments.batch});
  }
  measured.latency = latency.report();
  measured.latency.per_sample = {};
  measured.profile = model.profile();
  for (int callers = 1; callers <= arguments.callers; callers *= 2)
    measured.throughput.push_back(measure_callers(model, arguments, callers));
  measured.resident_after = resident_megabytes();
  measured.description = std::move(model.description);
  measured.doctor = visionkit::doctor();
  return measured;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("How fast a model answers here, and why.", "benchmark");
  app.add_option("model", arguments.model, "TorchScript file")->required();
  app.add_option("picture", arguments.picture, "JPEG, PNG, WebP or BMP file")->required();
  arguments.run.add_to(app);
  app.add_option("--batch", arguments.batch, "Pictures in a call")->check(CLI::PositiveNumber);
  app.add_option("--runs", arguments.runs, "Calls that are timed")->check(CLI::PositiveNumber);
  app.add_option("--callers", arguments.callers, "Up to so many calls at the same time; default: the processors");
  app.add_option("--record", arguments.record, "Model record (JSON) to use instead of the model's own");
  app.add_flag("--json", arguments.json, "One JSON object");
  return example::run_program(app, argc, argv, [&] {
    if (arguments.callers == 0) arguments.callers = static_cast<int>(std::thread::hardware_concurrency());
    (arguments.json ? example::print_json : example::print_text)(measure(arguments));
    return 0;
  });
}
