// What calls say about the time that they took: the sums and counts, never how long something is.
#include <visionkit/profile.hpp>

#include <cmath>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <visionkit/classifier.hpp>
#include <visionkit/detector.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/segmenter.hpp>

#include "support/files.hpp"
#include "support/refusal.hpp"
#include "tasks/call_log.hpp"

using namespace visionkit;

namespace {

std::string model(const char* name) { return (test::data_folder() / "models" / name).string(); }

Image picture() { return read_image((test::data_folder() / "digits/sheet.png").string()); }

void check_steps(const CallTimings& timings, bool is_encoded) {
  CHECK((timings.decode_ms > 0) == is_encoded);
  CHECK(timings.preprocess_ms > 0);
  CHECK(timings.network_ms > 0);
  CHECK(timings.postprocess_ms >= 0);
  CHECK(timings.total_ms() == timings.decode_ms + timings.preprocess_ms + timings.network_ms + timings.postprocess_ms);
}

}  // namespace

TEST_CASE("every kind of call tells its steps and is counted once, with its pictures") {
  const auto image = picture();
  const auto file = encode_image(image, {.format = ImageFormat::png});
  const std::vector<Image> batch = {image, image, image};
  const std::vector<ImageView> views = {image, image};
  const auto check_all = [&](const auto& task, const auto& call) {
    CallTimings one, encoded, several, viewed;
    call(ImageView(image), &one);
    call(std::span<const std::uint8_t>(file), &encoded);
    call(std::span<const Image>(batch), &several);
    call(std::span<const ImageView>(views), &viewed);
    call(ImageView(image), nullptr);
    check_steps(one, false);
    check_steps(encoded, true);
    check_steps(several, false);
    check_steps(viewed, false);
    const auto profile = task.profile();
    CHECK(profile.calls == 5);
    CHECK(profile.pictures == 8);
    CHECK(profile.decode.calls == 1);
    CHECK(profile.network.calls == 5);
    CHECK(profile.total.items == 8);
    CHECK(profile.total.per_sample.values.empty());
    CHECK(profile.total.max_ms >= profile.network.max_ms);
  };
  const Classifier classifier(model("digits.pt"));
  check_all(classifier, [&](const auto& input, CallTimings* timings) { (void)classifier.classify(input, timings); });
  const Detector detector(model("digit_detector.pt"));
  check_all(detector, [&](const auto& input, CallTimings* timings) { (void)detector.detect(input, timings); });
  const Segmenter segmenter(model("digit_segmenter.pt"));
  check_all(segmenter, [&](const auto& input, CallTimings* timings) { (void)segmenter.segment(input, timings); });
}

TEST_CASE("tiles of a picture are one call") {
  DetectorOptions options;
  options.tiles.emplace();
  const Detector detector(model("digit_detector.pt"), options);
  const Image large(Size{700, 500}, PixelFormat::rgb8);
  CallTimings timings;
  (void)detector.detect(large, &timings);
  check_steps(timings, false);
  CHECK(detector.profile().calls == 1);
  CHECK(detector.profile().pictures == 1);
}

TEST_CASE("loading, failed calls and calls without pictures are not counted") {
  const Classifier classifier(model("digits.pt"));
  CHECK(classifier.profile().calls == 0);
  CHECK(std::isnan(classifier.profile().total.p50_ms));
  CHECK(test::code_of([&] { return classifier.classify(ImageView{}); }) == ErrorCode::invalid_argument);
  CHECK(classifier.classify(std::vector<Image>{}).empty());
  CHECK(classifier.profile().calls == 0);
}

TEST_CASE("a load tells the memory that it took") {
  const Classifier classifier(model("digits.pt"));
  const auto& description = classifier.describe();
  CHECK(description.load_peak_bytes >= description.bytes);
  CHECK(test::contains(to_string(description), "MiB while it was loaded"));
}

TEST_CASE("trimmed objects answer as before") {
  const auto image = picture();
  const Classifier classifier(model("digits.pt"));
  const auto before = classifier.classify(image);
  classifier.trim();
  CHECK(classifier.classify(image) == before);
}

TEST_CASE("the last calls of all threads make the figures, all of them the count") {
  CallLog log;
  constexpr std::size_t each = profile_window;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < each; ++i) log.add({.network_ms = 1000}, 2);
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < profile_window; ++i)
    log.add({.preprocess_ms = 1, .network_ms = static_cast<double>(i + 1), .postprocess_ms = 2}, 1);
  const auto profile = log.profile();
  CHECK(profile.calls == 5 * profile_window);
  CHECK(profile.pictures == 9 * profile_window);
  CHECK(profile.network.calls == profile_window);
  CHECK(profile.network.max_ms == profile_window);
  CHECK(profile.network.min_ms == 1);
  CHECK(profile.total.p50_ms == doctest::Approx(profile.network.p50_ms + 3));
  CHECK(profile.decode.calls == 0);
}

TEST_CASE("a profile prints as a table and as JSON") {
  CallLog log;
  log.add({.decode_ms = 4, .preprocess_ms = 1, .network_ms = 20, .postprocess_ms = 0.5}, 1);
  log.add({.preprocess_ms = 1, .network_ms = 30, .postprocess_ms = 0.5}, 1);
  const auto text = to_string(log.profile());
  CHECK(test::contains(text, "2 calls, 2 pictures"));
  CHECK(test::contains(text, "network           2     25.000     25.000"));
  CHECK(test::contains(to_string(Profile{}), "0 calls"));
  const auto json = nlohmann::json::parse(to_json(log.profile()));
  CHECK(json["report"] == "profile");
  CHECK(json["calls"] == 2);
  CHECK(json["steps"]["decode"]["p50_ms"] == 4);
  CHECK(json["steps"]["total"]["max_ms"] == 31.5);
}
