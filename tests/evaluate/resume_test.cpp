// The results file: an evaluation that was stopped anywhere goes on to the same report and the same file.
#include <visionkit/evaluate.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <visionkit/dataset/results.hpp>

#include "evaluate/scenes.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using test::contains;
using test::refusal;

namespace {

void write_text(const std::filesystem::path& path, std::string_view text) {
  test::write_bytes(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("from every whole line, and from the middle of the next, a run goes on to the same report and file") {
  const test::TemporaryFolder folder;
  const auto path = folder / "results.jsonl";
  auto truth = test::scenes();
  truth.truth.images[4].file_name = "missing.jpg";
  const Detector detector(test::model_path("digit_instances.pt"));
  for (const std::size_t batch : {1, 4}) {
    CAPTURE(batch);
    std::filesystem::remove(path);
    const EvaluateOptions options = {.threads = 2, .batch = batch, .results = path.string(), .worst_samples = 3};
    const auto expected = test::lasting_part(evaluate(detector, truth, options));
    const auto whole = test::text_of(path);
    std::size_t lines = 0;
    for (std::size_t end = 0; end != std::string::npos; end = whole.find('\n', end + 1), ++lines) {
      if (batch > 1 && lines % 3 != 0) continue;
      const auto next = end + 1 < whole.size() ? (end == 0 ? 0 : end + 1) : whole.size();
      for (const std::size_t more : {0, 20}) {
        write_text(path, std::string_view(whole).substr(0, next + more));
        const auto evaluation = evaluate(detector, truth, options);
        CHECK(test::lasting_part(evaluation) == expected);
        CHECK(test::text_of(path) == whole);
        // One of the lines is the header, another the picture that is missing.
        CHECK(evaluation.resumed == (lines < 2 ? 0 : lines - 1 - (lines > 5 ? 1 : 0)));
      }
    }
    CHECK(lines == 14);
  }
}

TEST_CASE("a picture that failed is tried again, and its new answer counts") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "results.jsonl").string();
  const test::DigitFiles files(5);
  const Classifier classifier(test::model_path("digits.pt"), {.all_scores = true});
  const auto truth = named_digits(files, classifier.labels());
  const auto expected = test::lasting_part(evaluate(classifier, truth, {.threads = 2}));

  const auto picture = std::filesystem::path(files.folder()) / "digit2.png";
  const auto bytes = test::read_bytes(picture);
  std::filesystem::remove(picture);
  const auto first = evaluate(classifier, truth, {.results = path});
  CHECK(first.set_aside.size() == 1);
  const auto failed = test::text_of(path);
  CHECK(evaluate(classifier, truth, {.results = path}).set_aside.size() == 1);
  CHECK(test::text_of(path) == failed);  // the same failure is not written twice

  test::write_bytes(picture, bytes);
  for (int run = 0; run < 2; ++run) {
    const auto evaluation = evaluate(classifier, truth, {.results = path});
    CHECK(evaluation.resumed == (run == 0 ? 4 : 5));
    CHECK(test::lasting_part(evaluation) == expected);
  }
  const auto all = read_results(path).results;
  REQUIRE(all.size() == 6);
  CHECK(std::get<FailedPicture>(all[2].answer).code == ErrorCode::not_found);
  CHECK(all[5].file == "digit2.png");
}

TEST_CASE("results of another model, other options, labels or another kind of file are refused and left alone") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "results.jsonl").string();
  const test::DigitFiles files(3);
  const Classifier classifier(test::model_path("digits.pt"));
  const auto truth = named_digits(files, classifier.labels());
  (void)evaluate(classifier, truth, {.results = path});
  const auto lines = test::text_of(path);
  const auto refused = [&](const Classifier& with, EvaluateOptions options = {}) {
    options.results = path;
    return refusal([&] { return evaluate(with, truth, options); });
  };
  CHECK(refused(classifier, {.threads = 3, .worst_samples = 1}) == "accepted");
  CHECK(contains(refused(classifier, {.batch = 2}), "invalid_option: results file '"));
  CHECK(contains(refused(classifier, {.batch = 2}), "its settings have \"batch\":1"));
  CHECK(contains(refused(classifier, {.classes = ClassMatch::by_number}), "these have \"classes\":\"by_number\""));
  CHECK(contains(refused(Classifier(test::model_path("digits.pt"), {.top_k = 3})), "its settings have \"top_k\":5"));
  auto names = classifier.labels().names();
  std::swap(names[0], names[1]);
  CHECK(contains(refused(Classifier(test::model_path("digits.pt"), {.labels = Labels(names)})), "its labels"));
  const Detector detector(test::model_path("digit_detector.pt"));
  CHECK(contains(refusal([&] { return evaluate(detector, test::scenes(), {.results = path}); }),
                 "its task is classification, this one is detection"));
  auto header = read_results(path).summary.header;
  header.model_sha256 = std::string(64, '0');
  write_text(path, to_json_line(header));
  CHECK(contains(refused(classifier), "its model has the SHA-256 0000000000000000, this one "));

  for (const std::string text : {"{\"a\": 1}\n", "no JSON at all", "\n"}) {
    write_text(path, text);
    CHECK(contains(refused(classifier), "dataset_s"));
    CHECK(test::text_of(path) == text);
  }
  write_text(path, lines.substr(0, lines.find('\n') + 1) + "{}\n");
  CHECK(contains(refused(classifier), "dataset_schema"));
  CHECK(refusal([&] {
          return evaluate(classifier, truth, {.results = folder.path().string()});
        }).starts_with("not_regular_file"));
  CHECK(refusal([&] { return evaluate(classifier, truth, {.results = path + "/none"}); }).starts_with("not_found"));
}

TEST_CASE("an answer of another task, and results of unknown pictures") {
  const test::TemporaryFolder folder;
  const auto path = folder / "results.jsonl";
  const test::DigitFiles files(3);
  const Classifier classifier(test::model_path("digits.pt"));
  auto truth = named_digits(files, classifier.labels());
  (void)evaluate(classifier, truth, {.results = path.string()});
  truth.truth.images.pop_back();
  const auto evaluation = evaluate(classifier, truth, {.results = path.string()});
  CHECK(evaluation.resumed == 2);
  REQUIRE(evaluation.notes.size() == 1);
  CHECK(to_string(evaluation.notes[0]) ==
        "result of a picture that the data set does not have (1 times, first at digit2.png)");

  const auto header = read_results(path.string()).summary.header;
  write_text(path, to_json_line(header) + to_json_line(PictureResult{"digit0.png", {8, 8}, std::vector<Detection>{}}));
  CHECK(contains(refusal([&] { return evaluate(classifier, truth, {.results = path.string()}); }),
                 "dataset_schema: results file '"));
}

TEST_CASE("a results file that somebody else writes is refused") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "results.jsonl").string();
  const test::DigitFiles files(2);
  const Classifier classifier(test::model_path("digits.pt"));
  const auto truth = named_digits(files, classifier.labels());
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  REQUIRE(fd >= 0);
  REQUIRE(::flock(fd, LOCK_EX) == 0);
  CHECK(contains(refusal([&] { return evaluate(classifier, truth, {.results = path}); }), "io: results file '"));
  ::close(fd);
  CHECK(refusal([&] { return evaluate(classifier, truth, {.results = path}); }) == "accepted");
}

TEST_CASE("progress counts every picture once, in order, and what a results file had") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "results.jsonl").string();
  auto truth = test::scenes();
  truth.truth.images[4].file_name = "missing.jpg";
  const Detector detector(test::model_path("digit_detector.pt"));
  for (const std::size_t resumed : {0, 11}) {
    CAPTURE(resumed);
    std::vector<EvaluationProgress> calls;
    (void)evaluate(detector, truth, {.threads = 3, .batch = 2, .results = path, .progress = [&](const auto& progress) {
                                       calls.push_back(progress);
                                     }});
    REQUIRE(calls.size() == 13 - resumed);
    CHECK(std::isnan(calls.front().seconds_left));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      CHECK(calls[i].done == resumed + i);
      CHECK(calls[i].total == 12);
      CHECK(calls[i].resumed == resumed);
      CHECK(calls[i].set_aside == (resumed + i > 4 && i > 0 ? 1 : 0));
      if (i == 0) continue;
      CHECK(calls[i].seconds >= calls[i - 1].seconds);
      CHECK(calls[i].per_second > 0);
      CHECK(calls[i].seconds_left >= 0);
    }
    CHECK(calls.back().seconds_left == 0);
  }
}

TEST_CASE("a stopped evaluation says so, keeps what was begun, and goes on to the same report") {
  const test::TemporaryFolder folder;
  const auto path = (folder / "results.jsonl").string();
  const auto truth = test::scenes();
  const Detector detector(test::model_path("digit_detector.pt"));
  const auto expected = test::lasting_part(evaluate(detector, truth, {.threads = 1}));
  std::size_t before = 0;
  bool is_done = false;
  for (int runs = 0; runs < 20 && !is_done; ++runs) {
    std::stop_source source;
    EvaluateOptions options = {.threads = 2, .results = path, .stop = source.get_token()};
    options.progress = [&](const EvaluationProgress& progress) {
      if (progress.done >= progress.resumed + 3) source.request_stop();
    };
    nlohmann::json found;
    try {
      found = test::lasting_part(evaluate(detector, truth, options));
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::cancelled);
      const auto written = read_results(path).results.size();
      CHECK(written >= before + 3);
      before = written;
      continue;
    }
    CHECK(found == expected);
    CHECK(runs >= 1);
    is_done = true;
  }
  CHECK(is_done);
  std::stop_source stopped;
  stopped.request_stop();
  CHECK(contains(refusal([&] { return evaluate(detector, truth, {.stop = stopped.get_token()}); }),
                 "cancelled: evaluating 12 pictures: stopped on request, 0 have a result"));
}

TEST_CASE("what the progress function throws ends the evaluation, for every number of threads") {
  const auto truth = test::scenes();
  const Detector detector(test::model_path("digit_detector.pt"));
  for (const int threads : {1, 4}) {
    const auto thrown = [&](const std::function<void()>& act) {
      return refusal([&] {
        return evaluate(detector, truth, {.threads = threads, .progress = [&](const EvaluationProgress& progress) {
                                            if (progress.done == 2) act();
                                          }});
      });
    };
    CHECK(thrown([] { throw std::runtime_error("enough"); }) ==
          "internal: evaluating: the caller's progress function threw: enough");
    CHECK(contains(thrown([] { throw 7; }), "internal: evaluating: the caller's progress function threw something"));
    CHECK(thrown([] { throw Error(ErrorCode::cancelled, "by hand"); }) == "cancelled: by hand");
  }
}
