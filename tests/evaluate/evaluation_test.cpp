#include <visionkit/evaluate/evaluation.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "evaluate/scenes.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using test::contains;

namespace {

// Scenes with one picture that is not there, judged by boxes and masks.
const Evaluation& instances() {
  static const auto evaluation = [] {
    auto truth = test::scenes();
    truth.truth.images[4].file_name = "missing.jpg";
    std::reverse(truth.truth.categories.begin(), truth.truth.categories.end());
    return evaluate(Detector(test::model_path("digit_instances.pt")), truth, {.threads = 2, .worst_samples = 11});
  }();
  return evaluation;
}

}  // namespace

TEST_CASE("figures by masks have names of their own") {
  const auto& scores = std::get<DetectionEvaluation>(instances().scores);
  const auto list = figures(instances());
  const auto value_of = [&](const std::string& name) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Figure& each) { return each.name == name; });
    REQUIRE(found != list.end());
    return found->value;
  };
  CHECK(value_of("ap") == scores.boxes.report.summary.ap);
  CHECK(value_of("mask_ap") == scores.masks->report.summary.ap);
  CHECK(value_of("ap") != value_of("mask_ap"));
}

TEST_CASE("the JSON has everything but the contents of samples") {
  const auto json = nlohmann::json::parse(to_json(instances()));
  CHECK(json.at("report") == "evaluation");
  CHECK(json.at("schema_version") == report_schema_version);
  CHECK(json.at("task") == "instance_segmentation");
  CHECK(json.at("pictures") == 12);
  CHECK(json.at("set_aside").size() == 1);
  CHECK(json.at("set_aside")[0].at("file") == "missing.jpg");
  CHECK(json.at("set_aside")[0].at("code") == "not_found");
  CHECK(json.at("labels").size() == 10);
  CHECK(json.at("scores").at("boxes").at("report") == "detection");
  CHECK(json.at("scores").at("masks").contains("errors"));
  CHECK(json.at("curves").size() == instances().curves.size());
  CHECK(json.at("worst").size() == 11);
  CHECK(json.at("worst")[0].at("file") == instances().worst[0].file);
  CHECK(json.at("predicting").at("items") == 11);
  CHECK(json.at("model").at("sha256") == instances().model.sha256);
  CHECK(json.at("run").at("settings").at("record").at("task") == "instance_segmentation");
  CHECK(json.at("run").at("began").get<std::string>().size() == 20);
}

TEST_CASE("the text names what was set aside and how long it took") {
  const auto text = to_string(instances());
  CHECK(contains(text, "12 pictures, 1 set aside, 0 from the results file\n  missing.jpg: not_found: "));
  CHECK(contains(text, "By masks:\n"));
  CHECK(contains(text, "predicting: "));
  CHECK(contains(text, " s in all, 2 threads\n"));
}

TEST_CASE("samples hold what is there and what was found, in the numbers of the labels") {
  const auto truth = test::scenes();
  for (const auto& sample : instances().worst) {
    CAPTURE(sample.file);
    CHECK(sample.path == (std::filesystem::path(truth.images) / sample.file).string());
    const auto image = std::find_if(truth.truth.images.begin(), truth.truth.images.end(),
                                    [&](const AnnotatedImage& each) { return each.file_name == sample.file; });
    std::vector<std::string> expected;  // category ids are 1 + the digit
    for (const auto& object : truth.truth.objects) {
      if (object.image_id == image->id) expected.push_back(std::to_string(object.category_id - 1));
    }
    std::vector<std::string> shown;
    for (const auto& object : std::get<std::vector<Detection>>(sample.truth)) {
      shown.push_back(instances().labels[object.label]);
      CHECK(object.mask.has_value());
    }
    CHECK(shown == expected);
  }
  const auto& best = instances().worst.back();
  CHECK(best.quality > 0.9);
  CHECK_FALSE(std::get<std::vector<Detection>>(best.answer).empty());
  CHECK(instances().worst.front().quality <= best.quality);
}

TEST_CASE("an evaluation of nothing prints") {
  CHECK_FALSE(to_string(Evaluation{}).empty());
  CHECK(nlohmann::json::parse(to_json(Evaluation{})).at("pictures") == 0);
}
