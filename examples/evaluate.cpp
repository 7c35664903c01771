// Says how good a model is on labelled pictures, with the very object that serves. The task comes from the model.
//
//   evaluate model.pt val.json --format coco --images val/        boxes and masks: coco, yolo, voc, labelme
//   evaluate model.pt flowers/ --format folders                   a class a picture: folders, csv
//   evaluate model.pt masks/ --format masks --images frames/      a class a pixel
//   evaluate model.pt panoptic.json --format panoptic --images val/ --masks panoptic/
//
//   ... --report seen.html                a page with curves, confusions and pictures, and seen.json beside it
//   ... --results run.jsonl               each answer as a line; run again, it goes on where it was stopped
//   ... --fail-under ap50=0.5             for build servers
//
// Exit code: 0 evaluated, 1 a number is below its limit, 2 nothing could be done, 130 stopped by Ctrl-C.
#include <csignal>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <visionkit/dataset/label_table.hpp>
#include <visionkit/evaluate.hpp>
#include <visionkit/evaluate/report.hpp>

#include "scoring.hpp"
#include "support.hpp"

namespace {

struct Arguments {
  std::string model;
  example::ObjectSource truth;
  std::string format;
  std::string images;
  std::string masks;
  std::string record;
  std::optional<float> score_threshold;
  std::optional<double> iou_threshold;
  std::string report;
  std::vector<std::string> limits;
  visionkit::EvaluateOptions options;
  bool by_number = false;
  bool use_palette = false;
  bool json = false;
  example::RunArguments run;
};

volatile std::sig_atomic_t is_interrupted = 0;

using Truth = std::variant<visionkit::DetectionTruth, visionkit::ClassificationTruth, visionkit::SegmentationTruth,
                           visionkit::PanopticTruth>;

// Where the file names of YOLO's pictures begin: see read_yolo().
std::string yolo_images(const example::ObjectSource& source) {
  const auto text = example::read_text(source.path + "/data.yaml");
  const auto splits = visionkit::parse_yolo_description(text, source.path).splits;
  const auto places = splits.find(source.split);
  const bool is_one_folder =
      places != splits.end() && places->second.size() == 1 && !places->second.front().ends_with(".txt");
  return is_one_folder ? source.path + "/" + places->second.front() : source.path;
}

visionkit::DetectionTruth read_objects(const Arguments& arguments) {
  auto read = example::object_formats.at(arguments.format)(arguments.truth);
  example::print_notes(read.notes);
  if (!arguments.images.empty()) return {arguments.images, std::move(read.dataset)};
  auto images = arguments.truth.path;
  if (arguments.format == "coco") images = std::filesystem::path(images).parent_path().string();
  if (arguments.format == "voc") images += "/JPEGImages";
  if (arguments.format == "yolo") images = yolo_images(arguments.truth);
  return {images, std::move(read.dataset)};
}

Truth read_truth(const Arguments& arguments) {
  const auto& [format, path, images] = std::tie(arguments.format, arguments.truth.path, arguments.images);
  if (format == "folders" || format == "csv") {
    auto read = format == "csv" ? visionkit::read_label_table(path) : visionkit::read_class_folders(path);
    example::print_notes(read.notes);
    return visionkit::ClassificationTruth{format == "csv" ? images : path, std::move(read)};
  }
  if (format == "masks") {
    auto read = visionkit::read_mask_pairs(images, path);
    example::print_notes(read.notes);
    return visionkit::SegmentationTruth{
        .images = images,
        .masks = path,
        .pairs = std::move(read.pairs),
        .palette = arguments.use_palette ? visionkit::PaletteRule::use_indices : visionkit::PaletteRule::refuse};
  }
  if (format == "panoptic")
    return visionkit::PanopticTruth{images, arguments.masks, visionkit::read_coco_panoptic(path)};
  return read_objects(arguments);
}

std::vector<std::string> format_names() {
  std::vector<std::string> names = {"folders", "csv", "masks", "panoptic"};
  for (const auto& [name, read] : example::object_formats) names.push_back(name);
  return names;
}

std::optional<visionkit::ModelRecord> record_of(const Arguments& arguments) {
  if (arguments.record.empty()) return std::nullopt;
  return example::read_record(arguments.record);
}

visionkit::Evaluation judge(const visionkit::DetectionTruth& truth, const Arguments& arguments) {
  const visionkit::Detector detector(arguments.model, {.score_threshold = arguments.score_threshold,
                                                       .iou_threshold = arguments.iou_threshold,
                                                       .record = record_of(arguments),
                                                       .run = arguments.run.options});
  return evaluate(detector, truth, arguments.options);
}

visionkit::Evaluation judge(const visionkit::ClassificationTruth& truth, const Arguments& arguments) {
  const visionkit::Classifier classifier(
      arguments.model, {.all_scores = true, .record = record_of(arguments), .run = arguments.run.options});
  return evaluate(classifier, truth, arguments.options);
}

// Of maps of classes or of segments.
template <class Maps>
visionkit::Evaluation judge(const Maps& truth, const Arguments& arguments) {
  const visionkit::Segmenter segmenter(
      arguments.model,
      {.score_threshold = arguments.score_threshold, .record = record_of(arguments), .run = arguments.run.options});
  return evaluate(segmenter, truth, arguments.options);
}

int run(Arguments& arguments) {
  const auto limits = example::parse_limits(arguments.limits);
  std::stop_source stop;
  arguments.options.stop = stop.get_token();
  std::signal(SIGINT, [](int) { is_interrupted = 1; });
  arguments.options.progress = [&stop, show = visionkit::terminal_progress()](const auto& progress) {
    if (is_interrupted != 0) stop.request_stop();
    show(progress);
  };
  if (arguments.by_number) arguments.options.classes = visionkit::ClassMatch::by_number;

  const auto truth = read_truth(arguments);
  const auto evaluation = std::visit([&](const auto& each) { return judge(each, arguments); }, truth);
  fmt::print("{}", arguments.json ? to_json(evaluation) + "\n" : to_string(evaluation));
  if (!arguments.report.empty()) write_report(arguments.report, evaluation, {.limits = limits});
  if (evaluation.set_aside.size() == evaluation.pictures) {
    fmt::print(stderr, "evaluate: none of the {} pictures could be judged\n", evaluation.pictures);
    return 2;
  }
  return example::count_below(figures(evaluation), limits) > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Says how good a model is on labelled pictures.", "evaluate");
  app.add_option("model", arguments.model, "TorchScript file")->required();
  app.add_option("truth", arguments.truth.path, "Annotations: a file or a folder, by the format")->required();
  app.add_option("--format", arguments.format, "Format of the annotations")
      ->check(CLI::IsMember(format_names()))
      ->required();
  app.add_option("--images", arguments.images, "Folder of the pictures, where the format has no place for them");
  app.add_option("--masks", arguments.masks, "Folder of the PNGs of panoptic annotations");
  app.add_option("--split", arguments.truth.split, "Part of a YOLO data set")->capture_default_str();
  app.add_flag("--palette", arguments.use_palette, "Masks with a palette hold class numbers, as PASCAL VOC's");
  app.add_flag("--by-number", arguments.by_number,
               "Class i of the model is the i-th of the data set, whatever its name");
  app.add_option("--record", arguments.record, "Model record (JSON) to use instead of the model's own");
  app.add_option("--threshold", arguments.score_threshold, "Only objects with a greater score are answered, 0..1");
  app.add_option("--iou", arguments.iou_threshold, "Of two boxes that overlap by more, the better one stays, 0..1");
  app.add_option("--threads", arguments.options.threads,
                 "Pictures that are read and judged at a time; 0: by processors");
  app.add_option("--batch", arguments.options.batch, "Pictures in one call of the network");
  app.add_option("--results", arguments.options.results, "File that gets a line of JSON for each picture");
  app.add_option("--report", arguments.report, "HTML file; its numbers go into the JSON file beside it");
  app.add_option("--fail-under", arguments.limits, "name=value: exit with 1 when a number is lower");
  app.add_flag("--json", arguments.json, "One JSON object");
  arguments.run.add_to(app, "--network-threads");
  return example::run_program(app, argc, argv, [&] {
    try {
      return run(arguments);
    } catch (const visionkit::Error& error) {
      if (error.code() != visionkit::ErrorCode::cancelled) throw;
      fmt::print(stderr, "evaluate: {}\n", error.what());
      return 130;
    }
  });
}
