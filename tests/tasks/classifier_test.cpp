#include <visionkit/classifier.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>

#include <doctest/doctest.h>

#include <visionkit/image/io.hpp>

#include "support/files.hpp"
#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using visionkit::test::ScriptModel;

namespace {

// The mean of each channel: how red, green and blue a picture is.
const std::string mean_color = "def forward(self, x):\n  return torch.mean(x, [2, 3])\n";

std::string record(const std::string& more = "") {
  return R"({"visionkit": 1, "task": "classification", "labels": ["red", "green", "blue"],
             "input": {"resize": {"mode": "stretch", "width": 4, "height": 4, "interpolation": "opencv.linear"}})" +
         more + "}";
}

Classifier load(const ScriptModel& model, const ClassifierOptions& options = {}) {
  return Classifier::from_bytes(model.save(), options);
}

Classifier color_classifier(const ClassifierOptions& options = {}) {
  return load({.code = mean_color, .extra_files = {{"visionkit.json", record()}}}, options);
}

Image colored(Size size, int red, int green, int blue) {
  Image image(size, PixelFormat::rgb8);
  const std::array<int, 3> color = {red, green, blue};
  for (std::size_t i = 0; i < image.pixels().size(); ++i) image.pixels()[i] = static_cast<std::uint8_t>(color[i % 3]);
  return image;
}

std::vector<std::string> names(const Classifier& classifier, const Classification& result) {
  std::vector<std::string> out;
  for (const auto& entry : result) out.push_back(classifier.labels()[entry.label]);
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("classes come by falling score, equal ones by rising index") {
  const auto classifier = color_classifier();
  CHECK(names(classifier, classifier.classify(colored({7, 5}, 10, 250, 90))) == Names{"green", "blue", "red"});
  CHECK(names(classifier, classifier.classify(colored({7, 5}, 9, 9, 9))) == Names{"red", "green", "blue"});
}

TEST_CASE("softmax scores sum to one and temperature flattens them") {
  const auto sharp = color_classifier({.all_scores = true}).classify(colored({4, 4}, 255, 0, 0));
  const auto flat = color_classifier({.all_scores = true, .temperature = 10.0F}).classify(colored({4, 4}, 255, 0, 0));
  CHECK(sharp.scores[0] == doctest::Approx(std::exp(1.0) / (std::exp(1.0) + 2)));
  CHECK(flat.scores[0] == doctest::Approx(std::exp(0.1) / (std::exp(0.1) + 2)));
  CHECK(sharp.scores[0] + sharp.scores[1] + sharp.scores[2] == doctest::Approx(1));
}

TEST_CASE("many labels are independent and filtered by one threshold or one for each class") {
  const auto picture = colored({4, 4}, 255, 128, 0);
  const ClassifierOptions options = {.task = Task::multilabel_classification, .scores = ScoreKind::probabilities};
  auto each = options;
  each.score_thresholds = {1.0F, 0.6F, 0.0F};
  const auto at_half = color_classifier(options);
  CHECK(names(at_half, at_half.classify(picture)) == Names{"red", "green"});
  const auto by_class = color_classifier(each);
  CHECK(names(by_class, by_class.classify(picture)) == Names{"red", "blue"});
  const auto logits = color_classifier({.all_scores = true, .task = Task::multilabel_classification});
  CHECK(logits.classify(picture).scores[2] == doctest::Approx(0.5));
}

TEST_CASE("top_k, allow and deny choose which classes are answered") {
  const auto picture = colored({4, 4}, 200, 100, 0);
  const auto first = color_classifier({.top_k = 1});
  CHECK(names(first, first.classify(picture)) == Names{"red"});
  const auto all = color_classifier({.top_k = 100});
  CHECK(all.classify(picture).classes.size() == 3);
  const auto some = color_classifier({.allow = {"green", "blue"}, .deny = {"blue"}});
  CHECK(names(some, some.classify(picture)) == Names{"green"});
}

TEST_CASE("bfloat16 answers in float32, a little rounded") {
  const auto classifier = color_classifier({.all_scores = true, .run = {.precision = Precision::bfloat16}});
  const auto exact = color_classifier({.all_scores = true});
  const auto picture = colored({4, 4}, 200, 100, 50);
  CHECK(classifier.describe().precision == Precision::bfloat16);
  CHECK(classifier.classify(picture).scores[0] == doctest::Approx(exact.classify(picture).scores[0]).epsilon(0.01));
}

TEST_CASE("a batch of mixed sizes gives the answers of single calls") {
  const auto classifier = color_classifier({.all_scores = true});
  const std::vector<Image> images = {colored({1, 1}, 255, 0, 0), colored({300, 2}, 0, 255, 9),
                                     colored({5, 70}, 1, 2, 3)};
  const auto batch = classifier.classify(images);
  REQUIRE(batch.size() == images.size());
  for (std::size_t i = 0; i < images.size(); ++i) CHECK(batch[i] == classifier.classify(images[i]));
  CHECK(classifier.classify(std::vector<Image>{}).empty());
}

TEST_CASE("a network with a batch of one built in is run picture by picture") {
  const auto classifier = load({.code = "def forward(self, x):\n  return torch.mean(x, [2, 3])[0].view(1, 3)\n",
                                .extra_files = {{"visionkit.json", record()}}});
  const std::vector<Image> images = {colored({4, 4}, 255, 0, 0), colored({4, 4}, 0, 0, 255)};
  const auto results = classifier.classify(images);
  CHECK(classifier.labels()[results[0].classes[0].label] == "red");
  CHECK(classifier.labels()[results[1].classes[0].label] == "blue");
}

TEST_CASE("a network with a fixed batch gets full batches") {
  const auto fixed = "def forward(self, x):\n  assert x.size(0) == 2\n  return torch.mean(x, [2, 3])\n";
  auto text = record();
  text.insert(text.find("\"resize\""), "\"batch\": 2, ");
  const auto classifier = load({.code = fixed, .extra_files = {{"visionkit.json", text}}});
  const std::vector<Image> images = {colored({4, 4}, 255, 0, 0), colored({4, 4}, 0, 0, 255),
                                     colored({4, 4}, 0, 255, 0)};
  const auto results = classifier.classify(images);
  REQUIRE(results.size() == 3);
  CHECK(classifier.labels()[results[2].classes[0].label] == "green");
}

TEST_CASE("encoded bytes are decoded first") {
  const auto classifier = color_classifier();
  const auto picture = colored({6, 6}, 0, 0, 255);
  CHECK(classifier.classify(encode_image(picture, {.format = ImageFormat::png})) == classifier.classify(picture));
}

TEST_CASE("with a cache, a file is loaded as it is now, and loaded again without being read") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "m.pt").string();
  const auto write = [&](const std::string& factor) {
    const ScriptModel model = {.code = "def forward(self, x):\n  return torch.mean(x * " + factor + ", [2, 3])\n",
                               .extra_files = {{"visionkit.json", record()}}};
    test::write_bytes(path, model.save());
  };
  ClassifierOptions options;
  options.run = {.threads = 1, .cache_folder = (folder / "cache").string()};
  const auto answer = [&] {
    const Classifier classifier(path, options);
    return names(classifier, classifier.classify(colored({7, 5}, 10, 250, 90)));
  };
  write(" 2.0");
  for (int load = 0; load < 3; ++load) CHECK(answer() == Names{"green", "blue", "red"});
  options.run.threads = 2;  // the file is known, its network for two threads is not
  CHECK(answer() == Names{"green", "blue", "red"});

  const auto time = std::filesystem::last_write_time(path);
  const auto size = std::filesystem::file_size(path);
  write("-2.0");
  REQUIRE(std::filesystem::file_size(path) == size);
  std::filesystem::last_write_time(path, time);
  for (int load = 0; load < 3; ++load) CHECK(answer() == Names{"red", "blue", "green"});

  std::filesystem::resize_file(path, size / 2);
  CHECK(test::code_of([&] { Classifier(path, options); }) == ErrorCode::model_corrupt);
  std::filesystem::remove(path);
  CHECK(test::code_of([&] { Classifier(path, options); }) == ErrorCode::not_found);
}

TEST_CASE("the caller goes before the file, the file before a sidecar") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "model.pt").string();
  test::write_bytes(path, ScriptModel{.code = mean_color}.save());
  const auto sidecar = record();
  test::write_bytes(folder / "model.json",
                    std::span(reinterpret_cast<const std::uint8_t*>(sidecar.data()), sidecar.size()));
  CHECK(Classifier(path).describe().record_origin == RecordOrigin::sidecar);

  auto own = sidecar;
  own.replace(own.find("red"), 3, "RED");
  test::write_bytes(path, ScriptModel{.code = mean_color, .extra_files = {{"visionkit.json", own}}}.save());
  CHECK(Classifier(path).labels().names().front() == "RED");
  CHECK(Classifier(path, {.labels = Labels({"a", "b", "c"})}).labels().names().front() == "a");
  CHECK(Classifier(path, {.record = parse_record(sidecar)}).labels().names().front() == "red");
}

TEST_CASE("Ultralytics' own record is read") {
  const auto config =
      R"({"description": "Ultralytics YOLOv8n-cls model", "author": "Ultralytics", "version": "8.3.0", "license": "AGPL-3.0",
    "stride": 1, "task": "classify", "batch": 1, "imgsz": [8, 8], "names": {"0": "red", "1": "green", "2": "blue"}, "args": {"dynamic": false}})";
  const auto classifier = load({.code = "def forward(self, x):\n  return torch.softmax(torch.mean(x, [2, 3]), 1)\n",
                                .extra_files = {{"config.txt", config}}});
  const auto& record = classifier.describe().record;
  CHECK(classifier.describe().record_origin == RecordOrigin::ultralytics);
  CHECK(record.input.resize.mode == ResizeMode::shorter_side);
  CHECK(record.batch == 1);
  CHECK(names(classifier, classifier.classify(colored({30, 20}, 0, 200, 100))) == Names{"green", "blue", "red"});
}

TEST_CASE("resolved options can be read back") {
  const auto classifier = color_classifier();
  CHECK(classifier.options().top_k == 5);
  CHECK(classifier.options().task == Task::classification);
  CHECK(classifier.options().temperature == 1.0F);
  CHECK(classifier.options().input->resize.size == Size{4, 4});
}

TEST_CASE("describe says what was loaded") {
  const auto text = to_string(color_classifier().describe());
  for (const auto* fact : {"model in memory", "sha256", "classification", "stretch 4x4", "float32 [1, 3, 4, 4]",
                           "red, green, blue", "libtorch", "visionkit.json"}) {
    CAPTURE(fact);
    CHECK(text.find(fact) != std::string::npos);
  }
}

TEST_CASE("a network that writes into its input leaves the caller's picture and itself alone") {
  const auto classifier = load({.code = "def forward(self, x):\n  x.mul_(2.0)\n  return torch.mean(x, [2, 3])\n",
                                .extra_files = {{"visionkit.json", record()}}},
                               {.all_scores = true});
  const auto picture = colored({4, 4}, 10, 20, 30);
  const auto before = picture;
  CHECK(classifier.classify(picture) == classifier.classify(picture));
  CHECK(picture == before);
}

TEST_CASE("a network that counts its calls is accepted, serialized and reported") {
  const auto classifier = load(
      {.code = "def forward(self, x):\n  self.calls.add_(1.0)\n  return torch.mean(x, [2, 3]) + 0.0 * self.calls\n",
       .extra_files = {{"visionkit.json", record()}},
       .buffers = {{"calls", Tensor({1}, {0.0F})}}});
  CHECK(classifier.describe().keeps_state);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        right += classifier.classify(colored({4, 4}, 0, 255, 0)).classes[0].label == ClassId(1) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 200);
}

TEST_CASE("a self-test that travels with the model is played at load") {
  const auto passing = R"(, "self_test": {"width": 4, "height": 4, "output": [0.09], "tolerance": 0.05})";
  const auto failing = R"(, "self_test": {"width": 4, "height": 4, "output": [0.9]})";
  const auto other_input =
      R"(, "self_test": {"width": 4, "height": 4, "output": [], "input_sha256": ")" + std::string(64, '0') + "\"}";
  const auto code_of = [](const std::string& more) {
    try {
      (void)load({.code = mean_color, .extra_files = {{"visionkit.json", record(more)}}});
      return std::string("accepted");
    } catch (const Error& error) {
      return std::string(to_string(error.code()));
    }
  };
  CHECK(code_of(passing) == "accepted");
  CHECK(code_of(failing) == "model_contract");
  CHECK(code_of(other_input) == "model_contract");
}

TEST_CASE("torchvision's operators answer as torchvision does, without it") {
  // The file carries torchvision's own answer as its self-test, which loading plays.
  const Classifier classifier((test::data_folder() / "models" / "torchvision_operators.pt").string());
  CHECK(classifier.describe().record.self_test->output.size() == 1318);
  const Classifier rotated((test::data_folder() / "models" / "torchvision_rotated.pt").string());  // worked by hand
  CHECK(rotated.describe().record.self_test->output.size() == 6);
}

TEST_CASE("eight threads share one classifier for 24,000 calls with equal answers") {
  const auto classifier = color_classifier({.all_scores = true});
  std::vector<Image> pictures;
  std::vector<Classification> expected;
  for (int i = 0; i < 6; ++i) {
    pictures.push_back(colored({3 + i, 9 - i}, 40 * i, 255 - 30 * i, 17 * i));
    expected.push_back(classifier.classify(pictures.back()));
  }
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 3000; ++i) {
        const auto which = (i + t) % pictures.size();
        if (classifier.classify(pictures[which]) != expected[which]) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("loading and calling print nothing and leave the host as it was") {
  const auto before = test::host_state();
  const test::TemporaryFolder folder;
  const auto log = (folder / "printed.txt").string();
  std::cout.flush();
  std::fflush(nullptr);
  const auto saved_out = ::dup(1);
  const auto saved_error = ::dup(2);
  REQUIRE(std::freopen(log.c_str(), "w", stderr) != nullptr);
  ::dup2(::fileno(stderr), 1);
  (void)color_classifier().classify(colored({4, 4}, 1, 2, 3));
  std::fflush(nullptr);
  ::dup2(saved_out, 1);
  ::dup2(saved_error, 2);
  ::close(saved_out);
  ::close(saved_error);
  const auto printed = test::read_bytes(log);
  CHECK(std::string(printed.begin(), printed.end()) == "");
  CHECK(test::host_state() == before);
}

TEST_CASE("a forked child gets an error instead of a hang") {
  const auto classifier = color_classifier();
  const auto picture = colored({4, 4}, 1, 2, 3);
  (void)classifier.classify(picture);
  const auto child = ::fork();
  if (child == 0) {
    try {
      (void)classifier.classify(picture);
      ::_exit(1);
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::model_runtime ? 0 : 2);
    }
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
