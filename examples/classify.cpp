// Names what is in pictures: files or whole folders, by a model with one label or with many.
//
//   classify model.pt photo.jpg holiday/           a table
//   classify model.pt holiday/ --json              one JSON object a line, for other programs
//   classify model.pt --describe                   what the model says about itself
//
// A picture that cannot be read is reported and counted, the others go on. Exit code: 0 all pictures were classified,
// 1 some were not, 2 nothing could be done.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

struct Arguments {
  std::string model;
  example::PictureArguments pictures = {.batch = 1};
  std::string record;
  std::optional<std::size_t> top_k;
  std::vector<float> thresholds;
  example::RunArguments run;
};

visionkit::ClassifierOptions options_of(const Arguments& arguments) {
  visionkit::ClassifierOptions options{
      .top_k = arguments.top_k, .score_thresholds = arguments.thresholds, .run = arguments.run.options};
  if (!arguments.record.empty()) options.record = example::read_record(arguments.record);
  return options;
}

void print_table(const std::string& file, const visionkit::Classification& found, const visionkit::Labels& labels) {
  fmt::print("{}\n", file);
  for (const auto& c : found) fmt::print("  {:.3f}  {}\n", c.score, labels[c.label]);
  if (found.classes.empty()) fmt::print("  nothing above the threshold\n");
}

void print_json(const std::string& file, const visionkit::Classification& found, const visionkit::Labels& labels) {
  nlohmann::ordered_json line = {{"file", file}, {"classes", nlohmann::ordered_json::array()}};
  for (const auto& c : found) {
    line["classes"].push_back({{"index", c.label.value}, {"label", labels[c.label]}, {"score", c.score}});
  }
  fmt::print("{}\n", example::to_line(line));
}

int run(const Arguments& arguments) {
  const visionkit::Classifier classifier(arguments.model, options_of(arguments));
  const auto& pictures = arguments.pictures;
  if (pictures.describe) fmt::print("{}", to_string(classifier.describe()));
  if (pictures.inputs.empty()) return 0;
  return example::run_batches(
      example::find_pictures(pictures.inputs), pictures.batch,
      [&](std::span<const visionkit::Image> images) { return classifier.classify(images); },
      [&](const example::Picture& picture, const visionkit::Image&, const visionkit::Classification& found) {
        (pictures.json ? print_json : print_table)(picture.file, found, classifier.labels());
      });
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Names what is in pictures.", "classify");
  app.add_option("model", arguments.model, "TorchScript file")->required();
  arguments.pictures.add_to(app);
  app.add_option("--top-k", arguments.top_k, "At most this many classes for a picture")->check(CLI::PositiveNumber);
  app.add_option("--threshold", arguments.thresholds, "Lowest score shown; one, or one for each class")->delimiter(',');
  app.add_option("--record", arguments.record, "Model record (JSON) to use instead of the model's own");
  arguments.run.add_to(app);
  return example::run_program(app, argc, argv, [&] { return run(arguments); });
}
