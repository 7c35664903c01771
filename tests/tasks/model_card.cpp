#include "tasks/model_card.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "support/files.hpp"

namespace visionkit::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

ResizeOptions read_resize(const json& card) {
  static const std::map<std::string, Interpolation> interpolations = {{"nearest", Interpolation::opencv_nearest},
                                                                      {"bilinear", Interpolation::opencv_linear},
                                                                      {"bicubic", Interpolation::opencv_cubic},
                                                                      {"area", Interpolation::opencv_area}};
  const auto& resize = card.at("resize");
  const std::string mode = resize.at("mode");
  const auto& input = card.at("input");
  ResizeOptions options;
  if (mode == "none") return options;
  options.interpolation = interpolations.at(resize.at("interpolation"));
  if (mode == "shorter_crop") {
    options.mode = ResizeMode::shorter_side;
    options.side = resize.at("to");
    options.other_side = Rounding::half_even;
    return options;
  }
  options.size = {input.at("width"), input.at("height")};
  if (mode == "stretch") {
    options.mode = ResizeMode::stretch;
  } else if (mode == "letterbox_topleft" || mode == "letterbox_centre") {
    options.mode = ResizeMode::letterbox;
    options.letterbox.anchor = mode == "letterbox_topleft" ? LetterboxAnchor::top_left : LetterboxAnchor::center;
    options.letterbox.size_rounding = Rounding::truncate;
    options.letterbox.box_mapping = BoxMapping::exact;
    options.letterbox.fill = resize.at("pad_value");
  } else {
    throw std::runtime_error("unknown resize mode " + mode);
  }
  return options;
}

Task read_task(const std::string& name) {
  for (const auto task :
       {Task::classification, Task::multilabel_classification, Task::detection, Task::semantic_segmentation}) {
    if (to_string(task) == name) return task;
  }
  throw std::runtime_error("unknown task " + name);
}

void read_detection(const ModelCard& card, ModelRecord& record) {
  const auto& output = card.card.at("output");
  record.output.format = output.at("format");
  const std::string layout = output.at("layout");
  if (layout.starts_with("(losses")) record.output.tensors = {"1"};
  if (output.value("labels", "").find("COCO category ids") != std::string::npos)
    record.output.label_numbers = coco_categories(card);
  if (!card.card.contains("evaluation")) {
    record.score_thresholds = {0};  // the network has its own
    return;
  }
  const auto& evaluation = card.card.at("evaluation");
  record.score_thresholds = {evaluation.at("score_threshold").get<float>()};
  record.iou_threshold = evaluation.at("nms_iou").get<double>();
  record.output.labels_per_box = evaluation.value("multi_label", false) ? LabelRule::several : LabelRule::best;
}

}  // namespace

std::vector<std::int64_t> coco_categories(const ModelCard& card) {
  std::vector<std::int64_t> categories;
  for (const auto& entry : read_json(card.root / "labels" / "coco80.json"))
    categories.push_back(entry.at("category_id"));
  return categories;
}

std::vector<ModelCard> read_cards(const fs::path& root, std::vector<std::string>& skipped) {
  std::vector<ModelCard> cards;
  for (const auto& entry : fs::directory_iterator(root / "models")) {
    if (entry.path().extension() != ".json") continue;
    ModelCard card = {.root = root, .model = {}, .card = read_json(entry.path()), .reference = {}};
    card.model = root / "models" / card.card.at("file").get<std::string>();
    const auto reference = root / card.card.value("reference", "missing");
    if (!fs::exists(card.model) || !fs::exists(reference) || !card.card.contains("measured") ||
        !fs::exists(card.image_set())) {
      skipped.push_back(card.name() + ": its model, images or reference are not there");
      continue;
    }
    card.reference = read_json(reference);
    cards.push_back(std::move(card));
  }
  std::sort(cards.begin(), cards.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  return cards;
}

ModelRecord to_record(const ModelCard& card) {
  const auto& input = card.card.at("input");
  const auto& normalise = card.card.at("normalise");
  ModelRecord record;
  record.name = card.name();
  record.task = read_task(card.task());
  record.labels = read_labels((card.root / card.card.at("classes_file").get<std::string>()).string());
  record.input.resize = read_resize(card.card);
  if (card.card.at("resize").at("mode") == "shorter_crop") {
    record.input.crop = CropOptions{.size = {input.at("width"), input.at("height")}, .offset = Rounding::truncate};
  }
  record.input.channel_order = input.at("colour_order") == "BGR" ? ChannelOrder::bgr : ChannelOrder::rgb;
  record.input.scale = normalise.at("scale");
  record.input.mean = normalise.at("mean").get<std::vector<double>>();
  record.input.std = normalise.at("std").get<std::vector<double>>();
  if (input.at("batch").is_number()) record.batch = input.at("batch");
  const auto& output = card.card.at("output");
  if (output.at("format") == "probabilities") record.output.scores = ScoreKind::probabilities;
  if (record.task == Task::detection) read_detection(card, record);
  if (record.task == Task::semantic_segmentation && output.at("format") == "torchvision")
    record.output.tensors = {"out"};
  return record;
}

std::vector<std::vector<std::string>> read_csv(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    std::istringstream fields(line);
    rows.emplace_back();
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(field);
  }
  return rows;
}

}  // namespace visionkit::test
