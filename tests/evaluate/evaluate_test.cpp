// evaluate() gives the figures of a plain loop over the task and its metric, for any number of threads.
#include <visionkit/evaluate.hpp>

#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

#include <visionkit/dataset/results.hpp>
#include <visionkit/image/panoptic_io.hpp>

#include "evaluate/scenes.hpp"
#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using test::contains;
using test::refusal;

namespace {

void check_equal(const std::vector<Figure>& found, const std::vector<Figure>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].name);
    CHECK(found[i].name == expected[i].name);
    CHECK((found[i].value == expected[i].value ||
           (found[i].value != found[i].value && expected[i].value != expected[i].value)));
  }
}

Image picture_of(const std::string& folder, const std::string& file) {
  return read_image((std::filesystem::path(folder) / file).string());
}

}  // namespace

TEST_CASE("a classifier gets the figures of a plain loop, with curves where all scores are there") {
  const test::DigitFiles files(40);
  for (const bool all_scores : {false, true}) {
    CAPTURE(all_scores);
    const Classifier classifier(test::model_path("digits.pt"), {.all_scores = all_scores});
    const auto truth = named_digits(files, classifier.labels());
    ClassificationMetric metric(static_cast<int>(classifier.labels().size()),
                                {.curves = all_scores ? Keep::yes : Keep::no});
    std::vector<double> qualities;
    for (std::size_t i = 0; i < files.digits().size(); ++i) {
      const ClassId label(files.digits()[i]);
      const auto answer = classifier.classify(picture_of(truth.images, truth.truth.images[i].file));
      metric.add(answer, label);
      const auto place =
          std::find_if(answer.begin(), answer.end(), [&](const auto& each) { return each.label == label; });
      qualities.push_back(place == answer.end() ? 0 : place->score);
    }
    const auto evaluation = evaluate(classifier, truth, {.threads = 2, .worst_samples = 3});
    check_equal(figures(evaluation), figures(metric.report()));
    CHECK(evaluation.task == Task::classification);
    CHECK(evaluation.pictures == 40);
    CHECK(evaluation.set_aside.empty());
    CHECK(evaluation.labels == classifier.labels());
    CHECK(evaluation.curves.empty() == !all_scores);
    REQUIRE(evaluation.worst.size() == 3);
    std::sort(qualities.begin(), qualities.end());
    for (std::size_t i = 0; i < 3; ++i) CHECK(evaluation.worst[i].quality == qualities[i]);
    CHECK(evaluation.random.size() == 12);
    CHECK(evaluation.reading.items == 40);
    CHECK(evaluation.predicting.items == 40);
    CHECK(evaluation.model.sha256 == classifier.describe().sha256);
  }
}

TEST_CASE("a multi-label classifier gets the figures of a plain loop") {
  const test::DigitFiles files(30);
  const Classifier classifier(test::model_path("digits_attributes.pt"), {.all_scores = true});
  const std::map<std::string, std::vector<int>> members = {{"even", {0, 2, 4, 6, 8}},
                                                           {"prime", {2, 3, 5, 7}},
                                                           {"below five", {0, 1, 2, 3, 4}},
                                                           {"has a loop", {0, 6, 8, 9}}};
  // Another order of the classes than the model's.
  ClassificationTruth truth = {
      .images = files.folder(),
      .truth = {.classes = {"below five", "even", "has a loop", "prime"}, .images = {}, .notes = {}}};
  MultiLabelMetric metric(static_cast<int>(classifier.labels().size()));
  for (std::size_t i = 0; i < files.digits().size(); ++i) {
    LabeledImage image = {test::DigitFiles::file(i), {}};
    std::vector<std::uint8_t> yes(classifier.labels().size());
    for (const auto& [name, digits] : members) {
      if (std::find(digits.begin(), digits.end(), files.digits()[i]) == digits.end()) continue;
      image.labels.push_back(name);
      yes[static_cast<std::size_t>(classifier.labels().find(name)->value)] = 1;
    }
    metric.add(classifier.classify(picture_of(truth.images, image.file)).scores, yes);
    truth.truth.images.push_back(std::move(image));
  }
  const auto evaluation = evaluate(classifier, truth, {.threads = 3});
  check_equal(figures(evaluation), figures(metric.report()));
  CHECK(evaluation.curves.size() == 4);
  CHECK(contains(refusal([&] { return evaluate(Classifier(test::model_path("digits_attributes.pt")), truth); }),
                 "invalid_argument: evaluating a multi-label Classifier that was not made with all_scores"));
}

TEST_CASE("detectors get the figures of a plain loop, by boxes and by masks") {
  const auto truth = test::scenes();
  for (const bool has_masks : {false, true}) {
    CAPTURE(has_masks);
    const Detector detector(test::model_path(has_masks ? "digit_instances.pt" : "digit_detector.pt"),
                            {.run = {.threads = 2}});  // equal bits outside of evaluate(), too
    const auto evaluation = evaluate(detector, truth, {.threads = 2});
    CHECK(evaluation.task == (has_masks ? Task::instance_segmentation : Task::detection));
    const auto& scores = std::get<DetectionEvaluation>(evaluation.scores);
    REQUIRE(scores.masks.has_value() == has_masks);
    for (const auto by : {MatchBy::boxes, MatchBy::masks}) {
      if (by == MatchBy::masks && !has_masks) continue;
      DetectionMetrics metrics(truth.truth.categories, {.match_by = by});
      DetectionErrors errors(truth.truth.categories, {.match_by = by});
      for (const auto& image : truth.truth.images) {
        std::vector<TrueObject> objects;
        for (const auto& object : truth.truth.objects) {
          if (object.image_id == image.id) objects.push_back(object);
        }
        std::vector<Prediction> predictions;
        for (const auto& detection : detector.detect(picture_of(truth.images, image.file_name))) {
          const auto& name = detector.labels()[detection.label];
          const auto category = std::find_if(truth.truth.categories.begin(), truth.truth.categories.end(),
                                             [&](const Category& each) { return each.name == name; });
          predictions.push_back(to_prediction(detection, category->id, by));
        }
        metrics.add(image, objects, predictions);
        errors.add(image, objects, predictions);
      }
      const auto& found = by == MatchBy::boxes ? scores.boxes : *scores.masks;
      CHECK(found.report == metrics.report());
      CHECK(found.errors == errors.report());
    }
    std::size_t curves = 0;
    for (const auto& each : scores.boxes.report.classes) curves += each.objects > 0 ? 1 : 0;
    CHECK(evaluation.curves.size() == curves);
    CHECK(figures(evaluation).size() == (has_masks ? 2 : 1) * figures(scores.boxes.report).size());
    CHECK(scores.boxes.report.summary.ap > 0.5);
    CHECK(evaluation.labels.names() == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  }
}

TEST_CASE("a segmenter gets the figures of a plain loop") {
  const auto truth = test::semantic_scenes();
  const Segmenter segmenter(test::model_path("digit_segmenter.pt"));
  SegmentationMetric metric(static_cast<int>(segmenter.labels().size()));
  for (std::size_t i = 0; i < truth.pairs.size(); ++i) {
    metric.add(segmenter.segment(picture_of(truth.images, truth.pairs[i].image)),
               read_label_map((std::filesystem::path(truth.masks) / truth.pairs[i].mask).string()),
               static_cast<std::int64_t>(i));
  }
  const auto evaluation = evaluate(segmenter, truth, {.threads = 2, .worst_samples = 1});
  check_equal(figures(evaluation), figures(metric.report()));
  REQUIRE(evaluation.worst.size() == 1);
  const auto& values = metric.report().per_sample.values;
  const auto least =
      std::min_element(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  CHECK(evaluation.worst[0].quality == least->value);
  CHECK(std::get<LabelMap>(evaluation.worst[0].answer) ==
        segmenter.segment(picture_of(truth.images, evaluation.worst[0].file)));
}

TEST_CASE("figures, samples, JSON and the results file have the same bits for any number of threads") {
  const test::TemporaryFolder folder;
  const auto truth = test::scenes();
  const Detector detector(test::model_path("digit_instances.pt"));
  for (const std::size_t batch : {1, 5}) {
    std::string json;
    std::string lines;
    for (const int threads : {1, 2, 8}) {
      CAPTURE(threads);
      const auto results = folder / ("results" + std::to_string(batch) + "-" + std::to_string(threads));
      const auto evaluation = evaluate(
          detector, truth,
          {.threads = threads, .batch = batch, .results = results.string(), .worst_samples = 4, .random_samples = 4});
      CHECK(evaluation.run.threads == threads);
      const auto found = test::lasting_part(evaluation).dump();
      if (threads > 1) {
        CHECK(found == json);
        CHECK(test::text_of(results) == lines);
      }
      json = found;
      lines = test::text_of(results);
    }
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 13);
  }
}

TEST_CASE("other seeds draw other samples, and samples may be left out") {
  const test::DigitFiles files(40);
  const Classifier classifier(test::model_path("digits.pt"));
  const auto truth = named_digits(files, classifier.labels());
  const auto drawn = [&](std::uint64_t seed) {
    std::vector<std::string> names;
    for (const auto& sample : evaluate(classifier, truth, {.random_samples = 8, .seed = seed}).random)
      names.push_back(sample.file);
    return names;
  };
  CHECK(drawn(1) == drawn(1));
  CHECK(drawn(1) != drawn(2));
  const auto without = evaluate(classifier, truth, {.worst_samples = 0, .random_samples = 0});
  CHECK(without.worst.empty());
  CHECK(without.random.empty());
}

TEST_CASE("classes are matched by name, whatever their order, or by number") {
  const auto truth = test::scenes();
  const Detector detector(test::model_path("digit_detector.pt"));
  const auto ap = [&](const DetectionTruth& of, ClassMatch match) {
    return std::get<DetectionEvaluation>(evaluate(detector, of, {.classes = match}).scores).boxes.report.summary.ap;
  };
  const auto expected = ap(truth, ClassMatch::by_name);
  auto turned = truth;
  std::reverse(turned.truth.categories.begin(), turned.truth.categories.end());
  CHECK(ap(turned, ClassMatch::by_name) == expected);
  CHECK(ap(truth, ClassMatch::by_number) == expected);
  CHECK(ap(turned, ClassMatch::by_number) < 0.1);

  auto renamed = truth;
  for (auto& category : renamed.truth.categories) category.name = "digit " + category.name;
  CHECK(ap(renamed, ClassMatch::by_number) == expected);
  CHECK(contains(refusal([&] { return ap(renamed, ClassMatch::by_name); }),
                 "dataset_reference: no class of the data set (10 classes, first 'digit 0')"));
}

TEST_CASE("classes that only one side has are noted, predictions of unknown ones are dropped") {
  auto truth = test::scenes();
  truth.truth.categories[3].name = "three";
  truth.truth.categories.push_back({.id = 77, .name = "ten"});
  const auto evaluation = evaluate(Detector(test::model_path("digit_detector.pt")), truth);
  REQUIRE(evaluation.notes.size() == 3);
  CHECK(to_string(evaluation.notes[0]) ==
        "class of the data set that the model does not have (2 times, first at three)");
  CHECK(evaluation.notes[1].what == "class of the model that the data set does not have");
  CHECK(evaluation.notes[1].first == "3");
  CHECK(evaluation.notes[2].what == "prediction of a class that the data set does not have: dropped");
  CHECK(evaluation.notes[2].count > 0);
  const auto& classes = std::get<DetectionEvaluation>(evaluation.scores).boxes.report.classes;
  const auto three =
      std::find_if(classes.begin(), classes.end(), [](const auto& each) { return each.category.name == "three"; });
  CHECK(three->objects > 0);
  CHECK(three->predictions == 0);
}

TEST_CASE("a panoptic segmenter is judged in its own class numbers") {
  // Query 0 is a thing on what is light, query 1 stuff on what is dark, query 2 a thing of a third class nowhere.
  const std::string code =
      "def forward(self, x):\n"
      "  light = 20.0 * (torch.avg_pool2d(torch.mean(x, [1], True), 2) - 0.5)\n"
      "  masks = torch.cat([light, -light], 1)\n"
      "  classes = torch.tensor([[9.0, 0.0, 0.0], [0.0, 9.0, 0.0]])\n"
      "  return classes.expand(x.size(0), 2, 3), masks\n";
  const std::string record =
      R"({"visionkit": 1, "task": "panoptic_segmentation", "labels": ["lamp", "night"], "input": {"resize": )"
      R"({"mode": "stretch", "width": 8, "height": 8, "interpolation": "opencv.linear"}}, "output": {"stuff": ["night"]}})";
  const auto segmenter =
      Segmenter::from_bytes(test::ScriptModel{.code = code, .extra_files = {{"visionkit.json", record}}}.save());

  const test::TemporaryFolder folder;
  Image picture({16, 4}, PixelFormat::rgb8);
  for (int y = 0; y < 4; ++y) std::fill(picture.row(y) + 24, picture.row(y) + 48, std::uint8_t{255});
  std::vector<std::uint32_t> ids;
  for (int i = 0; i < 64; ++i) ids.push_back(i % 16 < 8 ? 5 : i % 16 < 12 ? 7 : 9);
  PanopticTruth truth = {.images = folder.path().string(), .masks = folder.path().string()};
  truth.truth.classes = {{{.id = 40, .name = "night"}, PanopticKind::stuff},
                         {{.id = 50, .name = "moon"}, PanopticKind::thing},
                         {{.id = 60, .name = "lamp"}, PanopticKind::thing}};
  for (int i = 0; i < 3; ++i) {
    const auto name = std::to_string(i) + ".png";
    write_image((folder / ("picture" + name)).string(), picture);
    write_panoptic_ids((folder / ("truth" + name)).string(), ids, {16, 4});
    truth.truth.images.push_back({.id = i, .file_name = "picture" + name, .size = {16, 4}});
    truth.truth.annotations.push_back({.image_id = i,
                                       .file_name = "truth" + name,
                                       .segments = {{.id = 5, .label = ClassId(40), .kind = PanopticKind::stuff},
                                                    {.id = 7, .label = ClassId(60)},
                                                    {.id = 9, .label = ClassId(50)}}});
  }
  truth.truth.annotations.pop_back();
  truth.truth.images.push_back({.id = 9, .file_name = "missing.png"});
  truth.truth.annotations.push_back({.image_id = 9, .file_name = "truth0.png"});

  const auto results = (folder / "results.jsonl").string();
  const auto evaluation = evaluate(segmenter, truth, {.threads = 2, .results = results});
  CHECK(evaluation.labels.names() == std::vector<std::string>{"lamp", "night", "moon"});
  const auto& report = std::get<PanopticReport>(evaluation.scores);
  CHECK(report.images == 2);
  REQUIRE(report.classes.size() == 3);
  CHECK(report.classes[0].category.id == ClassId(1));
  CHECK(report.classes[0].quality.pq == 1);  // the night
  CHECK(report.classes[1].category.id == ClassId(2));
  CHECK(report.classes[1].counts.false_negatives == 2);  // the moon
  CHECK(report.classes[2].counts.true_positives == 0);   // half of what the lamp claims is not more than half
  REQUIRE(evaluation.set_aside.size() == 2);
  CHECK(evaluation.set_aside[0].reason == "'picture2.png' (id 2) has no segments in the data set");
  CHECK(evaluation.set_aside[1].code == ErrorCode::not_found);
  CHECK(test::lasting_part(evaluate(segmenter, truth, {.results = results})) == test::lasting_part(evaluation));

  truth.truth.classes[2].category.name = "torch";
  truth.truth.classes[1].category.name = "lamp";
  CHECK(std::get<PanopticReport>(evaluate(segmenter, truth).scores).classes[2].category.id == ClassId(2));
  CHECK(contains(refusal([&] { return evaluate(segmenter, test::semantic_scenes()); }), "expected a semantic one"));
  CHECK(contains(refusal([&] { return evaluate(Segmenter(test::model_path("digit_segmenter.pt")), truth); }),
                 "no class of the data set"));
}

TEST_CASE("options out of range and tasks that cannot be judged are refused") {
  const test::DigitFiles files(2);
  const Classifier classifier(test::model_path("digits.pt"));
  const auto truth = named_digits(files, classifier.labels());
  const auto refused = [&](const EvaluateOptions& options) {
    return refusal([&] { return evaluate(classifier, truth, options); });
  };
  CHECK(refused({.threads = -1}) == "invalid_option: threads is -1, expected 0..256");
  CHECK(refused({.threads = 257}) == "invalid_option: threads is 257, expected 0..256");
  CHECK(refused({.batch = 0}) == "invalid_option: batch is 0, expected 1..1024");
  CHECK(refused({.worst_samples = 1001}) == "invalid_option: worst_samples is 1001, expected 0..1000");
  CHECK(refused({.random_samples = 1001}) == "invalid_option: random_samples is 1001, expected 0..1000");
  CHECK(refused({}) == "accepted");

  auto empty = truth;
  empty.truth.images.clear();
  CHECK(refusal([&] { return evaluate(classifier, empty); }) ==
        "invalid_argument: evaluating a data set without pictures");
  CHECK(contains(
      refusal([&] { return evaluate(Classifier(test::model_path("digits.pt"), {.score_thresholds = {0.5F}}), truth); }),
      "expected all_scores, or thresholds of 0"));
  const Segmenter small(test::model_path("digit_segmenter.pt"), {.resolution = MapResolution::network});
  CHECK(contains(refusal([&] { return evaluate(small, test::semantic_scenes()); }), "invalid_option: resolution"));
  CHECK(contains(refusal([&] {
                   return evaluate(Detector(test::model_path("digit_detector.pt")), test::scenes(),
                                   {.reading = {.jpeg_reduction = 2}});
                 }),
                 "invalid_option: reading.jpeg_reduction is 2"));
}
