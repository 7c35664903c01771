// What C++ answers, for test_parity.py, which asks Python the same: every model of tests/data/models and every model
// card of the reference data ($VISIONKIT_DATA) on a few pictures, as lines of JSON in which float32 is written as its
// bits.
//
//   visionkit_parity_results CACHE    CACHE is a folder that keeps the form in which each network is run
//
// A line is {"model", "record": null or its text, "answers": [{"file", ...}]}, or "error" and "message" instead of
// answers. The last line is {"cards": how many, "skipped": [why, ...]}.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <visionkit/visionkit.hpp>

#include "support/files.hpp"
#include "tasks/model_card.hpp"

namespace {

using namespace visionkit;
using Json = nlohmann::ordered_json;
using Files = std::vector<std::filesystem::path>;

constexpr std::size_t picture_count = 3;

struct Asked {
  std::filesystem::path model;
  std::optional<ModelRecord> record;  // of a model without its own
  Files pictures;
};

template <class Values>
Json bits(const Values& values) {
  Json list = Json::array();
  for (const float value : values) list.push_back(std::bit_cast<std::uint32_t>(value));
  return list;
}

// The sum of value times place, modulo 2^64: any change of one value changes it.
template <class Values>
std::uint64_t checksum(const Values& values) {
  std::uint64_t sum = 0;
  std::uint64_t place = 0;
  for (const auto value : values) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, float>) {
      sum += std::bit_cast<std::uint32_t>(value) * ++place;
    } else {
      sum += static_cast<std::uint64_t>(value) * ++place;
    }
  }
  return sum;
}

Json to_json(const Classification& answer) {
  Json labels = Json::array();
  std::vector<float> scores;
  for (const auto& [label, score] : answer.classes) {
    labels.push_back(label.value);
    scores.push_back(score);
  }
  return {{"labels", labels}, {"scores", bits(scores)}, {"all_scores", bits(answer.scores)}};
}

Json to_json(const std::vector<Detection>& answer) {
  Json labels = Json::array();
  Json masks = Json::array();
  std::vector<float> boxes;
  std::vector<float> scores;
  for (const auto& found : answer) {
    labels.push_back(found.label.value);
    masks.push_back(found.mask ? Json(found.mask->to_rle()) : Json());
    boxes.insert(boxes.end(), {found.box.x1, found.box.y1, found.box.x2, found.box.y2});
    scores.push_back(found.score);
  }
  return {{"labels", labels}, {"scores", bits(scores)}, {"boxes", bits(boxes)}, {"masks", masks}};
}

Json to_json(const LabelMap& answer) {
  Json areas = Json::array();
  std::vector<std::int32_t> ids;
  for (int y = 0; y < answer.size().height; ++y) {
    for (int x = 0; x < answer.size().width; ++x) ids.push_back(answer.at(x, y).value);
  }
  for (const auto& [label, pixels] : answer.areas()) areas.push_back({label.value, pixels});
  return {{"size", {answer.size().width, answer.size().height}},
          {"areas", areas},
          {"ids", checksum(ids)},
          {"confidence", checksum(answer.confidence())}};
}

template <class Answer>
Json answers(const Asked& asked, const Answer& answer) {
  Json list = Json::array();
  for (const auto& file : asked.pictures) {
    Json line = {{"file", file.string()}};
    line.update(to_json(answer(read_image(file.string()))));
    list.push_back(std::move(line));
  }
  return list;
}

Json classify(const Asked& asked, const RunOptions& run) {
  const Classifier model(asked.model.string(), {.all_scores = true, .record = asked.record, .run = run});
  return answers(asked, [&](const Image& image) { return model.classify(image); });
}

Json detect(const Asked& asked, const RunOptions& run) {
  DetectorOptions options;  // with a name: GCC 12 warns of the members of a temporary one
  options.record = asked.record;
  options.run = run;
  const Detector model(asked.model.string(), options);
  return answers(asked, [&](const Image& image) { return model.detect(image); });
}

Json segment(const Asked& asked, const RunOptions& run) {
  const Segmenter model(asked.model.string(),
                        {.map_scores = SegmentationScores::confidence, .record = asked.record, .run = run});
  return answers(asked, [&](const Image& image) { return model.segment(image); });
}

Json run(const Asked& asked, const RunOptions& run) {
  const auto known = asked.record ? asked.record : read_record(asked.model.string());
  switch (known ? known->task : Task::classification) {
    case Task::classification:
    case Task::multilabel_classification: return classify(asked, run);
    case Task::detection:
    case Task::instance_segmentation: return detect(asked, run);
    default: return segment(asked, run);
  }
}

void print(const Asked& asked, const RunOptions& options) {
  Json line = {{"model", asked.model.string()}, {"record", asked.record ? Json(to_json(*asked.record)) : Json()}};
  try {
    line["answers"] = run(asked, options);
  } catch (const Error& error) {
    line["error"] = to_string(error.code());
    line["message"] = error.what();
  }
  std::cout << line.dump() << '\n';
}

// The first ones by name, wherever in the folder they are.
Files pictures_of(const std::filesystem::path& folder) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".png" || extension == ".jpg" || extension == ".JPEG") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  files.resize(std::min(files.size(), picture_count));
  return files;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return std::cerr << "usage: " << argv[0] << " CACHE\n", 2;
  const RunOptions options = {.engine = Engine::libtorch, .threads = 1, .cache_folder = argv[1]};
  std::vector<Asked> all;
  auto pictures = pictures_of(test::data_folder() / "scenes" / "images");
  std::ranges::copy(pictures_of(test::data_folder() / "digits" / "single"), std::back_inserter(pictures));
  for (const auto& entry : std::filesystem::directory_iterator(test::data_folder() / "models")) {
    if (entry.path().extension() == ".pt") all.push_back({entry.path(), std::nullopt, pictures});
  }
  std::vector<std::string> skipped;
  std::size_t cards = 0;
  if (const auto root = test::reference_folder()) {
    for (const auto& card : test::read_cards(*root, skipped)) {
      all.push_back({card.model, test::to_record(card), pictures_of(card.images())});
      ++cards;
    }
  } else {
    skipped.emplace_back("there is no folder of reference data");
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.model < b.model; });
  for (const auto& asked : all) print(asked, options);
  std::cout << Json{{"cards", cards}, {"skipped", skipped}}.dump() << '\n';
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 2;
}
