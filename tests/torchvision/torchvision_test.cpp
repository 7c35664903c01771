// One of torchvision's networks against Python's answers, which compare.py put into the folder $VISIONKIT_TORCHVISION.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <utility>

#include <visionkit/detector.hpp>
#include <visionkit/segmenter.hpp>

#include "support/files.hpp"

using namespace visionkit;

namespace {

constexpr float score_tolerance = 1e-4F;
constexpr float box_tolerance = 1e-4F;   // of the longer side of the picture
constexpr std::uint8_t undecided = 255;  // pixels that rounding decides
constexpr double most_undecided = 0.02;  // of all pixels

Image read_picture(const std::filesystem::path& path) {
  const auto array = test::read_npy(path);
  Image image({static_cast<int>(array.shape.at(1)), static_cast<int>(array.shape.at(0))}, PixelFormat::rgb8);
  const auto row_bytes = static_cast<std::ptrdiff_t>(array.shape[1]) * 3;
  for (int y = 0; y < image.height(); ++y) std::copy_n(array.bytes.begin() + y * row_bytes, row_bytes, image.row(y));
  return image;
}

// Pixels that were compared, and how many differed.
struct Pixels {
  std::size_t all = 0;
  std::size_t undecided = 0;
  std::size_t different = 0;

  void add(std::span<const std::uint8_t> expected, std::span<const std::uint8_t> got) {
    REQUIRE(expected.size() == got.size());
    all += expected.size();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (expected[i] == ::undecided)
        ++undecided;
      else if (expected[i] != got[i])
        ++different;
    }
  }

  void check() const {
    std::cout << "  " << all << " pixels, " << undecided << " undecided, " << different << " different\n";
    CHECK(different == 0);
    CHECK(static_cast<double>(undecided) <= most_undecided * static_cast<double>(all));
  }
};

// Python's boxes against ours. Each is matched with the nearest one of ours, because scores that differ by less than
// their rounding may come in another order.
class DetectionComparison {
 public:
  explicit DetectionComparison(std::vector<std::int64_t> label_numbers) : label_numbers_(std::move(label_numbers)) {}

  void add(const std::filesystem::path& folder, const nlohmann::json& answer, const std::vector<Detection>& found,
           Size size) {
    const auto& scores = answer.at("scores");
    const auto side = static_cast<float>(std::max(size.width, size.height));
    CHECK(found.size() == scores.size());
    std::vector<bool> used(found.size());
    const bool has_masks = answer.contains("masks");
    const auto masks = has_masks ? test::read_npy(folder / answer["masks"].get<std::string>()) : test::NumpyArray{};
    const auto area = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const auto box = answer.at("boxes")[i].get<std::vector<float>>();
      const Box expected{box[0], box[1], box[2], box[3]};
      const auto label = answer.at("labels")[i].get<std::int64_t>();
      const auto score = scores[i].get<float>();
      std::size_t best = found.size();
      float nearest = 1;  // in tolerances
      for (std::size_t j = 0; j < found.size(); ++j) {
        if (used[j] || label_numbers_.at(static_cast<std::size_t>(found[j].label.value)) != label) continue;
        const auto apart = std::max(std::abs(found[j].score - score) / score_tolerance,
                                    distance(found[j].box, expected) / (box_tolerance * side));
        if (apart <= nearest) {
          nearest = apart;
          best = j;
        }
      }
      ++compared_;
      if (best == found.size()) {
        ++lost_;
        continue;
      }
      used[best] = true;
      worst_ = std::max(worst_, nearest);
      CHECK(found[best].mask.has_value() == has_masks);
      if (has_masks) pixels_.add(masks.as<std::uint8_t>().subspan(i * area, area), found[best].mask->to_dense());
    }
  }

  void check() const {
    std::cout << "  " << compared_ << " boxes, " << lost_ << " lost, worst difference " << worst_
              << " of the tolerance\n";
    CHECK(compared_ > 0);
    CHECK(lost_ == 0);
    if (pixels_.all != 0) pixels_.check();
  }

 private:
  static float distance(const Box& a, const Box& b) {
    return std::max({std::abs(a.x1 - b.x1), std::abs(a.y1 - b.y1), std::abs(a.x2 - b.x2), std::abs(a.y2 - b.y2)});
  }

  std::vector<std::int64_t> label_numbers_;
  std::size_t compared_ = 0;
  std::size_t lost_ = 0;
  float worst_ = 0;
  Pixels pixels_;
};

}  // namespace

TEST_CASE("a scripted network of torchvision gives Python's answers") {
  const auto* place = std::getenv("VISIONKIT_TORCHVISION");
  REQUIRE_MESSAGE(place != nullptr, "run compare.py, which calls this program");
  const std::filesystem::path folder = place;
  const auto model = (folder / "model.pt").string();
  const auto answers = test::read_json(folder / "answers.json");
  std::vector<Image> pictures;
  for (const auto& answer : answers) pictures.push_back(read_picture(folder / answer.at("picture").get<std::string>()));
  REQUIRE(pictures.size() > 1);

  if (answers[0].contains("map")) {
    Pixels pixels;
    const auto maps = Segmenter(model).segment(pictures);
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const auto expected = test::read_npy(folder / answers[i].at("map").get<std::string>());
      pixels.add(expected.as<std::uint8_t>(), maps[i].ids_8bit());
    }
    pixels.check();
  } else {
    const Detector detector(model);
    DetectionComparison comparison(detector.options().record->output.label_numbers);
    const auto found = detector.detect(pictures);
    for (std::size_t i = 0; i < found.size(); ++i) comparison.add(folder, answers[i], found[i], pictures[i].size());
    comparison.check();
  }
}
