// Measuring and recording which precision a model may run with.
#include <visionkit/evaluate/choose_precision.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "evaluate/precision_decision.hpp"
#include "evaluate/scenes.hpp"
#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using test::contains;
using test::refusal;

namespace {

PrecisionChoice decided(double in_float32, double in_candidate, double float32_ms, double candidate_ms,
                        const PrecisionOptions& options) {
  PrecisionChoice choice = {
      .in_float32 = in_float32, .in_candidate = in_candidate, .float32_ms = float32_ms, .candidate_ms = candidate_ms};
  decide(choice, options);
  return choice;
}

// Every picture is a "one" unless its numbers are rounded, then it is a "zero".
const std::string hates_rounding =
    "def forward(self, x):\n"
    "  y = torch.mean(x, [1, 2, 3]) * 0.0 + 1.0009765625\n"
    "  d = (y - 1.0) * 1000.0\n"
    "  return torch.stack([0.5 - d, d - 0.5], 1)\n";

const std::string record =
    R"({"visionkit": 1, "labels": ["zero", "one"],
        "input": {"resize": {"mode": "stretch", "width": 4, "height": 4, "interpolation": "opencv.linear"}}})";

void write_text(const std::filesystem::path& path, const std::string& text) {
  test::write_bytes(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// A model that loses everything in bfloat16, with its record in a sidecar, and pictures of ones.
struct Fragile {
  Fragile() {
    test::write_bytes(model(), test::ScriptModel{.code = hates_rounding}.save());
    write_text(folder / "model.json", record);
    truth.images = digits.folder();
    truth.truth.classes = {"zero", "one"};
    for (std::size_t i = 0; i < 4; ++i) truth.truth.images.push_back({test::DigitFiles::file(i), {"one"}});
  }
  [[nodiscard]] std::string model() const { return (folder / "model.pt").string(); }
  test::TemporaryFolder folder;
  test::DigitFiles digits = test::DigitFiles(4);
  ClassificationTruth truth = {};
};

}  // namespace

TEST_CASE("the candidate wins when it loses no more than allowed and is faster") {
  const PrecisionOptions options = {.figure = "accuracy", .max_drop = 0.1};
  struct Case {
    double in_float32, in_candidate, float32_ms, candidate_ms;
    bool wins;
    const char* reason;
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Case> cases = {
      {0.9, 0.9, 20, 10, true, "bfloat16: accuracy 0.9 with float32 and 0.9 with bfloat16, 20 and 10 ms"},
      {0.9, 0.8, 20, 10, true, "a loss of 0.1 is allowed"},
      {0.9, 0.95, 20, 10, true, ""},
      {0.9, 0.79, 20, 10, false, "float32, not bfloat16, because it loses more than 0.1: accuracy 0.9"},
      {0.9, 0.9, 20, 20, false, "because it is not faster"},
      {0.9, 0.9, 20, nan, false, "because it is not faster"},
      {nan, 0.9, 20, 10, false, "because the figure is not known"},
      {0.9, nan, 20, 10, false, "because the figure is not known"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.in_candidate);
    CAPTURE(each.candidate_ms);
    const auto choice = decided(each.in_float32, each.in_candidate, each.float32_ms, each.candidate_ms, options);
    CHECK(choice.precision == (each.wins ? Precision::bfloat16 : Precision::float32));
    CHECK(contains(choice.reason, each.reason));
  }
}

TEST_CASE("of an error the smaller value is the better one") {
  const PrecisionOptions options = {.figure = "error", .better = BetterValues::smaller, .max_drop = 0.1};
  CHECK(decided(0.2, 0.1, 2, 1, options).precision == Precision::bfloat16);
  CHECK(decided(0.2, 0.29, 2, 1, options).precision == Precision::bfloat16);
  CHECK(decided(0.2, 0.31, 2, 1, options).precision == Precision::float32);
}

TEST_CASE("both precisions are measured, and the choice is that of the figures") {
  const test::DigitFiles files(40);
  const auto model = test::model_path("digits.pt");
  const auto truth = named_digits(files, Classifier(model).labels());
  const auto choice = choose_precision(model, ClassifierOptions{}, truth, {.figure = "accuracy", .max_drop = 1});
  const Classifier exact(model, {.run = {.precision = Precision::float32}});
  const Classifier rounded(model, {.run = {.precision = Precision::bfloat16}});
  const auto accuracy = [&](const Classifier& classifier) {
    const auto list = figures(evaluate(classifier, truth));
    return std::find_if(list.begin(), list.end(), [](const Figure& each) { return each.name == "accuracy"; })->value;
  };
  CHECK(choice.in_float32 == accuracy(exact));
  CHECK(choice.in_candidate == accuracy(rounded));
  CHECK((choice.precision == Precision::bfloat16) == (choice.candidate_ms < choice.float32_ms));
  REQUIRE(choice.record.run);
  CHECK(choice.record.run->precision == choice.precision);
  CHECK(choice.record.run->in_candidate == choice.in_candidate);
  CHECK(parse_record(to_json(choice.record)) == choice.record);
}

TEST_CASE("a loss that is not allowed is found, for classifiers, detectors and segmenters") {
  const Fragile fragile;
  ClassifierOptions options;
  options.run.engine = Engine::libtorch;  // OpenVINO rounds less
  const auto choice =
      choose_precision(fragile.model(), options, fragile.truth, {.figure = "accuracy", .max_drop = 0.5});
  CHECK(choice.in_float32 == 1);
  CHECK(choice.in_candidate == 0);
  CHECK(choice.precision == Precision::float32);
  CHECK(contains(choice.reason, "loses more than 0.5"));

  const auto boxes = choose_precision(test::model_path("digit_detector.pt"), DetectorOptions{}, test::scenes(),
                                      {.figure = "ap", .max_drop = 0.2});
  CHECK(boxes.in_float32 > 0.5);
  // LibTorch 1.13 has no bfloat16 for some of its operators.
  if (std::isnan(boxes.in_candidate))
    CHECK(contains(boxes.reason, "does not run with bfloat16 here"));
  else
    CHECK(boxes.in_float32 - boxes.in_candidate < 0.2);
  const auto maps = choose_precision(test::model_path("digit_segmenter.pt"), SegmenterOptions{},
                                     test::semantic_scenes(), {.figure = "mean_iou", .max_drop = 0.2});
  CHECK(maps.in_float32 > 0.5);
}

TEST_CASE("a decision in the sidecar is what loads follow, unless the caller says otherwise") {
  const Fragile fragile;
  ClassifierOptions options;
  options.run.engine = Engine::libtorch;
  const auto choice =
      choose_precision(fragile.model(), options, fragile.truth, {.figure = "accuracy", .keep = KeepDecision::sidecar});
  const auto kept = read_record(fragile.model());
  REQUIRE(kept);
  CHECK(*kept == choice.record);
  CHECK(Classifier(fragile.model()).describe().precision == Precision::float32);
  auto changed = *kept;
  changed.run->precision = Precision::bfloat16;
  write_text(fragile.folder / "model.json", to_json(changed));
  CHECK(Classifier(fragile.model()).describe().precision == Precision::bfloat16);
  CHECK(Classifier(fragile.model(), {.run = {.precision = Precision::float32}}).describe().precision ==
        Precision::float32);
}

TEST_CASE("what makes no sense is refused before anything is measured") {
  const Fragile fragile;
  const auto choose = [&](const PrecisionOptions& options) {
    return refusal([&] { return choose_precision(fragile.model(), ClassifierOptions{}, fragile.truth, options); });
  };
  CHECK(contains(choose({}), "invalid_option: figure is empty"));
  CHECK(contains(choose({.figure = "accuracy", .max_drop = -1}), "invalid_option: max_drop is -1"));
  CHECK(contains(choose({.figure = "accuracy", .candidate = Precision::float32}), "candidate is float32"));
  CHECK(contains(choose({.figure = "accuracy", .evaluation = {.results = "here"}}), "evaluation.results is 'here'"));
  CHECK(contains(choose({.figure = "speed"}), "figure is 'speed', which the evaluation does not have; it has"));
  const auto inside = refusal([&] {
    return choose_precision(test::model_path("digits.pt"), ClassifierOptions{}, fragile.truth,
                            {.figure = "accuracy", .keep = KeepDecision::sidecar});
  });
  CHECK(contains(inside, "the model has visionkit.json in the file"));
}
