// The project's own models, from the committed file to the number of right answers on all of their test pictures.
// Where they come from: tests/data/models/train_digits.py.
#include <visionkit/classifier.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/image/io.hpp>

#include "support/files.hpp"
#include "tasks/model_card.hpp"

using namespace visionkit;

namespace {

std::string model(const char* name) { return (test::data_folder() / "models" / name).string(); }

nlohmann::json expected(const char* name) {
  return test::read_json(test::data_folder() / "digits/expected.json").at(name);
}

struct TestDigits {
  Image sheet = read_image((test::data_folder() / "digits/sheet.png").string(), {.format = PixelFormat::gray8});
  std::vector<ImageView> pictures;  // 8x8 windows of the sheet
  std::vector<int> truth;

  TestDigits() {
    constexpr int side = 8;
    for (const auto& row : test::read_csv(test::data_folder() / "digits/labels.csv")) {
      if (row[0] == "column") continue;
      const auto* corner = sheet.row(std::stoi(row[1]) * side) + std::stoi(row[0]) * side;
      pictures.push_back({corner, side, side, sheet.stride(), PixelFormat::gray8});
      truth.push_back(std::stoi(row[2]));
    }
  }
};

// What is true of a digit, by the names that digits_attributes.pt uses.
const std::map<std::string, std::vector<int>> attributes = {
    {"even", {0, 2, 4, 6, 8}}, {"prime", {2, 3, 5, 7}}, {"below five", {0, 1, 2, 3, 4}}, {"has a loop", {0, 6, 8, 9}}};

}  // namespace

TEST_CASE("the digit classifier gets as many test digits right as when it was trained") {
  const TestDigits digits;
  const Classifier classifier(model("digits.pt"));
  const auto answers = classifier.classify(digits.pictures);
  REQUIRE(answers.size() == digits.truth.size());
  int right = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    right += answers[i].classes.front().label == ClassId(digits.truth[i]);
  }
  CHECK(answers.size() == expected("digits").at("pictures"));
  CHECK(right == expected("digits").at("right"));
}

TEST_CASE("the attribute classifier gets as many attributes right as when it was trained") {
  const TestDigits digits;
  const Classifier classifier(model("digits_attributes.pt"));
  const auto answers = classifier.classify(digits.pictures);
  REQUIRE(answers.size() == digits.truth.size());
  std::map<std::string, int> right;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    for (const auto& [name, members] : attributes) {
      const bool is_true = std::find(members.begin(), members.end(), digits.truth[i]) != members.end();
      const auto id = classifier.labels().find(name).value();
      const bool is_found =
          std::any_of(answers[i].begin(), answers[i].end(), [&](const auto& c) { return c.label == id; });
      right[name] += is_true == is_found;
    }
  }
  CHECK(right == expected("digits_attributes").at("right").get<std::map<std::string, int>>());
}

TEST_CASE("a digit gets the same answer alone, in a batch and from its file") {
  const TestDigits digits;
  const Classifier classifier(model("digits.pt"));
  const auto together = classifier.classify(std::span(digits.pictures).first(20));
  for (std::size_t i = 0; i < together.size(); ++i) {
    const auto alone = classifier.classify(digits.pictures[i]);
    REQUIRE(alone.classes.size() == together[i].classes.size());
    for (std::size_t k = 0; k < alone.classes.size(); ++k) {
      CHECK(alone.classes[k].label == together[i].classes[k].label);
      CHECK(alone.classes[k].score == doctest::Approx(together[i].classes[k].score).epsilon(1e-5));
    }
  }
  for (const auto& name : classifier.labels().names()) {
    const auto picture = test::data_folder() / "digits/single" / (name + ".png");
    const auto from_file = classifier.classify(test::read_bytes(picture));
    CHECK(classifier.labels()[from_file.classes.front().label] == name);
    CHECK(from_file == classifier.classify(read_image(picture.string())));
  }
}

TEST_CASE("the committed models pass their own checks with less precision, too") {
  for (const auto* name : {"digits.pt", "digits_attributes.pt"}) {
    CAPTURE(name);
    const Classifier rounded(model(name), {.run = {.precision = Precision::bfloat16}});
    CHECK(rounded.describe().precision == Precision::bfloat16);
  }
}

TEST_CASE("the committed models say where they come from and check themselves when they are loaded") {
  for (const auto* name : {"digits.pt", "digits_attributes.pt"}) {
    CAPTURE(name);
    const Classifier classifier(model(name));
    const auto& description = classifier.describe();
    CHECK(description.record_origin == RecordOrigin::archive);
    CHECK(description.record.self_test.has_value());
    CHECK_FALSE(description.record.provenance.license.empty());
    CHECK(std::any_of(description.trials.begin(), description.trials.end(), [&](const EngineTrial& trial) {
      return trial.is_chosen && trial.form == description.optimization && trial.form != "plain";
    }));
  }
}
