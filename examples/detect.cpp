// Finds objects in pictures: files or whole folders.
//
//   detect model.pt street.jpg holiday/            a table: label, score, corners of the box
//   detect model.pt holiday/ --out seen            and pictures with the boxes drawn in, in the folder seen
//   detect model.pt holiday/ --json                one JSON object a line, for other programs
//   detect yolo.pt street.jpg --record yolo.json   a model without a record of its own
//   detect model.pt --describe                     what the model says about itself
//
// A picture that cannot be read is reported and counted, the others go on. Exit code: 0 all went well, 1 some pictures
// failed, 2 nothing could be done.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using Detections = std::vector<visionkit::Detection>;

struct Arguments {
  example::DetectorArguments detector;
  std::vector<std::string> inputs;
  std::string out;
  std::size_t batch = 4;
  bool json = false;
  bool describe = false;
};

void print_table(const std::string& file, const Detections& found, const visionkit::Labels& labels) {
  std::size_t width = 12;
  for (const auto& d : found) width = std::max(width, labels[d.label].size());
  fmt::print("{}\n", file);
  for (const auto& d : found) fmt::print("  {:<{}} {:.2f} {}\n", labels[d.label], width, d.score, to_string(d.box));
  if (found.empty()) fmt::print("  nothing above the threshold\n");
}

void print_json(const std::string& file, const Detections& found, const visionkit::Labels& labels) {
  fmt::print("{{\"file\":{},\"objects\":{}}}\n", example::to_line(file), to_json(found, labels));
}

int run(const Arguments& arguments) {
  const visionkit::Detector detector(arguments.detector.model, arguments.detector.options());
  const auto& labels = detector.labels();
  if (arguments.describe) fmt::print("{}", to_string(detector.describe()));
  if (arguments.inputs.empty()) return 0;
  example::Drawings drawings(arguments.out);
  return example::run_batches(
      example::find_pictures(arguments.inputs), arguments.batch,
      [&](std::span<const visionkit::Image> images) { return detector.detect(images); },
      [&](const example::Picture& picture, const visionkit::Image& image, const Detections& found) {
        if (!arguments.out.empty()) drawings.write(picture, visionkit::draw(image, found, {.labels = labels}));
        (arguments.json ? print_json : print_table)(picture.file, found, labels);
      });
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Finds objects in pictures.", "detect");
  arguments.detector.add_to(app);
  app.add_option("pictures", arguments.inputs, "Files, or folders to search for JPEG, PNG, WebP and BMP files");
  app.add_option("--out", arguments.out, "Folder for the pictures with the boxes drawn in");
  app.add_option("--batch", arguments.batch, "Pictures in one call of the network")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--json", arguments.json, "One JSON object a line");
  app.add_flag("--describe", arguments.describe, "Print what the model says about itself");
  app.callback([&] {
    if (arguments.inputs.empty() && !arguments.describe) throw CLI::RequiredError("pictures");
  });
  return example::run_program(app, argc, argv, [&] { return run(arguments); });
}
