// Pictures that cannot be read, answered or judged: set aside with their reason and counted, or the end if asked for.
#include <visionkit/evaluate.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/dataset/results.hpp>
#include <visionkit/image/mask_io.hpp>

#include "evaluate/scenes.hpp"
#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using test::contains;
using test::refusal;

namespace {

void write_text(const std::filesystem::path& path, const std::string& text) {
  test::write_bytes(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// What was set aside: "file code, file code".
std::string set_aside(const Evaluation& evaluation) {
  std::string text;
  for (const auto& [file, code, reason] : evaluation.set_aside) {
    CHECK_FALSE(reason.empty());
    text += (text.empty() ? "" : ", ") + file + " " + std::string(to_string(code));
  }
  return text;
}

// A classifier of dark and light pictures; its network fails for pictures of one exact gray.
Classifier failing_classifier() {
  const std::string code =
      "def forward(self, x):\n"
      "  for i in range(x.size(0)):\n"
      "    assert abs(float(x[i].mean()) - 0.2) > 0.001, 'a gray that it does not like'\n"
      "  y = torch.mean(x, [1, 2, 3]).unsqueeze(1)\n"
      "  return torch.cat([0.5 - y, y - 0.5], 1) * 8.0\n";
  const std::string record =
      R"({"visionkit": 1, "task": "classification", "labels": ["dark", "light"], "input": {"resize": {"mode": "stretch", )"
      R"("width": 8, "height": 8, "interpolation": "opencv.linear"}}})";
  return Classifier::from_bytes(test::ScriptModel{.code = code, .extra_files = {{"visionkit.json", record}}}.save());
}

// Gray pictures, by name.
ClassificationTruth grays(const test::TemporaryFolder& folder, const std::vector<int>& values) {
  ClassificationTruth truth = {.images = folder.path().string(),
                               .truth = {.classes = {"dark", "light"}, .images = {}, .notes = {}}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    Image image({8, 8}, PixelFormat::rgb8);
    for (auto& value : image.pixels()) value = static_cast<std::uint8_t>(values[i]);
    const auto name = "gray" + std::to_string(i) + ".png";
    write_image((folder / name).string(), image);
    truth.truth.images.push_back({name, {values[i] < 128 ? "dark" : "light"}});
  }
  return truth;
}

}  // namespace

TEST_CASE("pictures that cannot be read are set aside in the order of the data set, the others are judged") {
  const test::TemporaryFolder folder;
  auto truth = test::scenes();
  const auto good = test::read_bytes(std::filesystem::path(truth.images) / "000.jpg");
  for (const auto& image : truth.truth.images)
    std::filesystem::copy_file(std::filesystem::path(truth.images) / image.file_name, folder / image.file_name);
  truth.images = folder.path().string();
  std::filesystem::remove(folder / "001.jpg");
  test::write_bytes(folder / "003.jpg", std::span(good).first(good.size() / 2));
  test::write_bytes(folder / "005.jpg", {});
  write_text(folder / "006.jpg", "this is no picture");
  std::filesystem::remove(folder / "008.jpg");
  std::filesystem::create_directory(folder / "008.jpg");

  const Detector detector(test::model_path("digit_detector.pt"));
  auto few = truth;  // what is left
  std::erase_if(few.truth.images, [](const AnnotatedImage& image) {
    return contains("001.jpg 003.jpg 005.jpg 006.jpg 008.jpg", image.file_name);
  });
  const auto expected = std::get<DetectionEvaluation>(evaluate(detector, few).scores).boxes.report;
  for (const std::size_t batch : {1, 4}) {
    const auto evaluation = evaluate(detector, truth, {.threads = 4, .batch = batch});
    CHECK(set_aside(evaluation) ==
          "001.jpg not_found, 003.jpg image_truncated, 005.jpg image_corrupt, 006.jpg unsupported_image, 008.jpg "
          "not_regular_file");
    CHECK(evaluation.pictures == 12);
    const auto& report = std::get<DetectionEvaluation>(evaluation.scores).boxes.report;
    CHECK(report.images == 7);
    CHECK(report.objects == expected.objects);
    if (batch == 1) CHECK(report == expected);
  }
  for (const int threads : {1, 4}) {
    CHECK(contains(
        refusal([&] { return evaluate(detector, truth, {.threads = threads, .bad_pictures = BadPictureRule::stop}); }),
        "not_found: "));
  }
}

TEST_CASE("of a batch in which the network fails only the picture that it was is set aside") {
  const test::TemporaryFolder folder;
  const auto truth = grays(folder, {10, 51, 200, 240, 51, 90, 250});
  const auto classifier = failing_classifier();
  for (const std::size_t batch : {1, 3, 7}) {
    CAPTURE(batch);
    const auto evaluation = evaluate(classifier, truth, {.threads = 2, .batch = batch});
    CHECK(set_aside(evaluation) == "gray1.png model_runtime, gray4.png model_runtime");
    CHECK(std::get<ClassificationReport>(evaluation.scores).samples == 5);
    CHECK(std::get<ClassificationReport>(evaluation.scores).top_k.front().accuracy == 1);
  }
}

TEST_CASE("an evaluation in which the network answers nothing ends with its error") {
  const test::TemporaryFolder folder;
  const auto truth = grays(folder, {51, 51, 51});
  CHECK(contains(refusal([&] { return evaluate(failing_classifier(), truth, {.batch = 2}); }), "model_runtime: "));
}

TEST_CASE("an evaluation without a readable picture has figures of nothing") {
  auto truth = test::scenes();
  truth.images = "no such folder";
  const auto evaluation = evaluate(Detector(test::model_path("digit_detector.pt")), truth, {.batch = 3});
  CHECK(evaluation.set_aside.size() == 12);
  CHECK(std::get<DetectionEvaluation>(evaluation.scores).boxes.report.images == 0);
  CHECK_FALSE(to_string(evaluation).empty());
  CHECK(contains(to_json(evaluation), R"("code":"not_found")"));
}

TEST_CASE("pictures whose truth makes no sense are set aside") {
  const test::DigitFiles files(6);
  const Classifier classifier(test::model_path("digits.pt"));
  auto truth = named_digits(files, classifier.labels());
  truth.truth.classes.push_back("unicorn");
  truth.truth.images[1].labels = {"unicorn"};
  truth.truth.images[2].labels = {"one", "two"};
  truth.truth.images[3].labels = {};
  truth.truth.images[4].labels = {"in no list"};
  truth.truth.images.push_back(truth.truth.images[0]);
  truth.truth.images.push_back({"", {"one"}});
  const test::TemporaryFolder folder;
  const auto results = (folder / "results.jsonl").string();
  const std::string expected =
      "digit1.png dataset_reference, digit2.png dataset_schema, digit3.png dataset_schema, digit4.png "
      "dataset_reference, digit0.png dataset_schema,  dataset_schema";
  for (int run = 0; run < 2; ++run) {  // the second with the results of the first
    const auto evaluation = evaluate(classifier, truth, {.batch = 2, .results = results});
    CHECK(set_aside(evaluation) == expected);
    CHECK(evaluation.resumed == (run == 0 ? 0 : 2));
    CHECK(std::get<ClassificationReport>(evaluation.scores).samples == 2);
  }
  CHECK(read_results(results).results.size() == 2);
}

TEST_CASE("objects that do not fit their picture set it aside, by boxes and by masks alike") {
  auto truth = test::scenes();
  const auto object_in = [&](std::int64_t image) -> TrueObject& {
    return *std::find_if(truth.truth.objects.begin(), truth.truth.objects.end(),
                         [&](const TrueObject& each) { return each.image_id == image; });
  };
  object_in(2).segmentation = Mask::from_runs({100}, {10, 10});
  object_in(5).segmentation = std::vector<Polygon>{{{0, 0}, {1e9, 0}, {1e9, 1e9}}};
  truth.truth.images[7].size = {288, 384};
  truth.truth.images[8].id = truth.truth.images[9].id;
  const auto evaluation = evaluate(Detector(test::model_path("digit_instances.pt")), truth, {.threads = 2});
  CHECK(set_aside(evaluation) ==
        "001.jpg dataset_schema, 004.jpg invalid_argument, 007.jpg dataset_schema, 009.jpg dataset_schema");
  CHECK(contains(evaluation.set_aside[2].reason, "288x384 pixels, the picture has 384x288"));
  const auto& scores = std::get<DetectionEvaluation>(evaluation.scores);
  CHECK(scores.boxes.report.images == 8);
  CHECK(scores.masks->report.images == 8);
  CHECK(scores.boxes.report.objects == scores.masks->report.objects);
}

TEST_CASE("masks of another size, of unknown classes, damaged or missing set their pictures aside") {
  const test::TemporaryFolder folder;
  auto truth = test::semantic_scenes();
  for (const auto& pair : truth.pairs)
    std::filesystem::copy_file(std::filesystem::path(truth.masks) / pair.mask, folder / pair.mask);
  truth.masks = folder.path().string();
  const Size size = {384, 288};
  const std::size_t pixels = 384 * 288;
  write_label_map((folder / "001.png").string(), LabelMap(std::vector<std::uint8_t>(100), {10, 10}));
  write_label_map((folder / "002.png").string(), LabelMap(std::vector<std::uint8_t>(pixels, 200), size));
  std::filesystem::remove(folder / "003.png");
  test::write_bytes(folder / "004.png", {});
  write_label_map((folder / "005.png").string(), LabelMap(std::vector<std::uint16_t>(pixels, 0), size));
  write_label_map((folder / "006.png").string(), LabelMap(std::vector<std::uint8_t>(pixels, 255), size));
  const Segmenter segmenter(test::model_path("digit_segmenter.pt"));
  const auto evaluation = evaluate(segmenter, truth, {.threads = 2});
  CHECK(set_aside(evaluation) ==
        "001.jpg dataset_schema, 002.jpg dataset_schema, 003.jpg not_found, 004.jpg image_corrupt");
  CHECK(std::get<SegmentationReport>(evaluation.scores).images == 8);

  // An ignored id above the classes is no mistake.
  truth.counting.ignore_index = ClassId(200);
  const auto ignored = evaluate(segmenter, truth);
  CHECK(ignored.set_aside.size() == 3);
  CHECK(std::get<SegmentationReport>(ignored.scores).ignored_pixels >= pixels);
}
