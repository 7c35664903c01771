// The oracle folder "coco_external": published files with published answers, by pycocotools and by Pascal VOC's rules.
#include <fstream>
#include <set>
#include <sstream>

#include <visionkit/metrics/detection_voc.hpp>

#include "metrics/coco_oracle.hpp"

namespace visionkit {
namespace {

namespace fs = std::filesystem;
using test::json;
using test::Tally;

// One text file for a picture: "name x y w h" for objects, "name score x y w h" for predictions.
struct VocFiles {
  ObjectDataset truth;
  std::vector<Prediction> predictions;

  explicit VocFiles(const fs::path& folder) {
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder / "gts")) files.insert(entry.path().filename());
    for (const auto& file : files) {
      const auto image = static_cast<std::int64_t>(truth.images.size()) + 1;
      truth.images.push_back({.id = image, .file_name = file.string()});
      each_line(folder / "gts" / file, [&](std::istringstream& words) {
        TrueObject object = {.image_id = image, .category_id = category(words)};
        words >> object.box.x >> object.box.y >> object.box.width >> object.box.height;
        truth.objects.push_back(object);
      });
      each_line(folder / "dets" / file, [&](std::istringstream& words) {
        Prediction prediction = {.image_id = image, .category_id = category(words)};
        words >> prediction.score >> prediction.box.x >> prediction.box.y >> prediction.box.width >>
            prediction.box.height;
        predictions.push_back(prediction);
      });
    }
  }

 private:
  template <class Use>
  static void each_line(const fs::path& path, Use&& use) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      if (!line.empty()) use(words);
    }
  }

  std::int64_t category(std::istringstream& words) {
    std::string name;
    words >> name;
    const auto found = std::ranges::find(truth.categories, name, &Category::name);
    if (found != truth.categories.end()) return found->id;
    truth.categories.push_back({.id = static_cast<std::int64_t>(truth.categories.size()) + 1, .name = name});
    return truth.categories.back().id;
  }
};

void check_voc(const fs::path& folder, const json& expected, Tally& tally) {
  const VocFiles files(folder);
  for (const auto& [key, interpolation] : {std::pair{"11_point", VocInterpolation::eleven_points},
                                           std::pair{"every_point", VocInterpolation::every_point}}) {
    for (const auto& [threshold, value] : expected.at("AP").at(key).items()) {
      const auto report = voc_average_precision(
          files.truth, files.predictions, {.iou_threshold = std::stod(threshold), .interpolation = interpolation});
      tally.add(std::abs(report.mean_ap - value.get<double>()) <= 1e-12,
                fmt::format("{} {} {}: {}", folder.filename().string(), key, threshold, report.mean_ap));
    }
  }
}

TEST_SUITE("oracle.coco_external") {
  TEST_CASE("published files have their published figures") {
    const auto folder = test::oracle_folder("coco_external");
    if (!folder) {
      MESSAGE("oracle.coco_external: skipped, no oracle folder");
      return;
    }
    Tally tally("oracle.coco_external");
    std::set<fs::path> places;
    for (const auto& entry : fs::directory_iterator(*folder)) places.insert(entry.path());
    for (const auto& place : places) {
      const auto expected = test::read_json(place / "expected.json");
      if (expected.contains("AP")) check_voc(place, expected, tally);
      for (const auto& result : expected.value("results", json::array())) {
        test::check_result(place / "gt.json", place / result.value("dt_file", "dt.json"), result, place,
                           fmt::format("{} {}", place.filename().string(), result.at("iou_type").get<std::string>()),
                           tally);
      }
    }
  }
}

}  // namespace
}  // namespace visionkit
