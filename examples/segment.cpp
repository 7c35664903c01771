// Says what every pixel of a picture shows, or finds single objects with their masks: whichever the model does.
//
//   segment model.pt street.jpg holiday/         a table: the share of each class; or each object, its score and pixels
//   segment model.pt holiday/ --out seen         and drawn pictures; of classes also a PNG of the class numbers
//   segment model.pt holiday/ --json             one JSON object a line, masks as COCO's run lengths
//   segment model.pt satellite.png --tiles 0.2   in tiles of the model's size that overlap by a fifth
//
// A picture that cannot be read is reported and counted, the others go on. Exit code: 0 all went well, 1 some pictures
// failed, 2 nothing could be done.
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/image/mask_io.hpp>

#include "support.hpp"

namespace {

using Json = nlohmann::ordered_json;
using Detections = std::vector<visionkit::Detection>;

struct Arguments {
  std::string model;
  example::PictureArguments pictures;
  std::string record;
  std::optional<double> overlap;
  std::optional<float> score_threshold;
  example::RunArguments run;

  [[nodiscard]] std::optional<visionkit::TileOptions> tiles() const {
    if (!overlap) return std::nullopt;
    return visionkit::TileOptions{.overlap = *overlap};
  }
  [[nodiscard]] std::optional<visionkit::ModelRecord> own_record() const {
    if (record.empty()) return std::nullopt;
    return example::read_record(record);
  }
};

Json rle(const visionkit::Mask& mask) {
  return {{"size", {mask.size().height, mask.size().width}}, {"counts", mask.to_rle()}};
}

void print_json(const std::string& file, const visionkit::LabelMap& map, const visionkit::Labels& labels) {
  Json classes = Json::array();
  for (const auto& [label, pixels] : map.areas()) {
    if (label == map.void_id()) continue;
    classes.push_back({{"class", label.value},
                       {"name", labels[label]},
                       {"fraction", map.fraction(label)},
                       {"mask", rle(map.mask_of(label))}});
  }
  fmt::print("{}\n", example::to_line({{"file", file}, {"classes", classes}}));
}

void print_table(const std::string& file, const visionkit::LabelMap& map, const visionkit::Labels& labels) {
  fmt::print("{} {}\n", file, to_string(map.size()));
  for (const auto& [label, pixels] : map.areas()) {
    const auto name = label == map.void_id() ? std::string("(void)") : labels[label];
    fmt::print("  {:<16} {:5.1f} %\n", name, 100 * map.fraction(label));
  }
}

int segment_classes(const Arguments& arguments) {
  const visionkit::Segmenter segmenter(arguments.model, {.score_threshold = arguments.score_threshold,
                                                         .tiles = arguments.tiles(),
                                                         .record = arguments.own_record(),
                                                         .run = arguments.run.options});
  const auto& labels = segmenter.labels();
  const auto& pictures = arguments.pictures;
  if (pictures.describe) fmt::print("{}", to_string(segmenter.describe()));
  if (pictures.inputs.empty()) return 0;
  example::Drawings drawings(pictures.out);
  return example::run_batches(
      example::find_pictures(pictures.inputs), pictures.batch,
      [&](std::span<const visionkit::Image> images) { return segmenter.segment(images); },
      [&](const example::Picture& picture, const visionkit::Image& image, const visionkit::LabelMap& map) {
        if (!pictures.out.empty()) {
          const auto place = drawings.write(picture, visionkit::draw(image, map, {.labels = labels}));
          visionkit::write_label_map(std::filesystem::path(place).replace_extension(".labels.png").string(), map);
        }
        (pictures.json ? print_json : print_table)(picture.file, map, labels);
      });
}

int segment_objects(const Arguments& arguments) {
  visionkit::DetectorOptions options = {.score_threshold = arguments.score_threshold};
  options.tiles = arguments.tiles();
  options.record = arguments.own_record();
  options.run = arguments.run.options;
  const visionkit::Detector detector(arguments.model, options);
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
        if (pictures.json) return example::print_objects_json(picture.file, found, labels);
        fmt::print("{} {}\n", picture.file, to_string(image.size()));
        for (const auto& d : found)
          fmt::print("  {:<16} {:.2f} {} pixels\n", labels[d.label], d.score, d.mask ? d.mask->area() : 0);
      });
}

int run(const Arguments& arguments) {
  auto record = arguments.own_record();
  if (!record) record = visionkit::read_record(arguments.model);
  const bool has_objects =
      record && (record->task == visionkit::Task::instance_segmentation || record->task == visionkit::Task::detection);
  return has_objects ? segment_objects(arguments) : segment_classes(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Says what every pixel of a picture shows, or finds objects with their masks.", "segment");
  app.add_option("model", arguments.model, "TorchScript file")->required();
  arguments.pictures.add_to(app);
  arguments.pictures.add_out_to(app);
  app.add_option("--threshold", arguments.score_threshold, "Only objects with a greater score are shown, 0..1");
  app.add_option("--tiles", arguments.overlap, "Cut larger pictures into tiles that overlap by this part, 0..0.9");
  app.add_option("--record", arguments.record, "Model record (JSON) to use instead of the model's own");
  arguments.run.add_to(app);
  return example::run_program(app, argc, argv, [&] { return run(arguments); });
}
