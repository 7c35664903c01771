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
  example::PictureArguments pictures;
};

void print_table(const std::string& file, const Detections& found, const visionkit::Labels& labels) {
  std::size_t width = 12;
  for (const auto& d : found) width = std::max(width, labels[d.label].size());
  fmt::print("{}\n", file);
  for (const auto& d : found) fmt::print("  {:<{}} {:.2f} {}\n", labels[d.label], width, d.score, to_string(d.box));
  if (found.empty()) fmt::print("  nothing above the threshold\n");
}

int run(const Arguments& arguments) {
  const visionkit::Detector detector(arguments.detector.model, arguments.detector.options());
  const auto& labels = detector.labels();
  const auto& pictures = arguments.pictures;
  if (pictures.describe) fmt::print("{}", to_string(detector.describe()));
  if (pictures.inputs.empty()) return 0;
  example::Drawings drawings(pictures.out);
  return example::run_batches(
      example::find_pictures(pictures.inputs), pictures.batch,
      [&](std::span<const visionkit::Image> images) { return detector.detect(images); },
      [&](const example::Picture& picture, const visionkit::Image& image, const Detections& found) {
        if (!pictures.out.empty()) drawings.write(picture, visionkit::draw(image, found, {.labels = labels}));
        if (pictures.json)
          example::print_objects_json(picture.file, found, labels);
        else
          print_table(picture.file, found, labels);
      });
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Finds objects in pictures.", "detect");
  arguments.detector.add_to(app);
  arguments.pictures.add_to(app);
  arguments.pictures.add_out_to(app);
  return example::run_program(app, argc, argv, [&] { return run(arguments); });
}
