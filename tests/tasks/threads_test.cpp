// Whose threads LibTorch works with, and that the caller gets his own settings back.
#include <thread>

#include <doctest/doctest.h>

#include <visionkit/classifier.hpp>
#include <visionkit/image/image.hpp>

#include "runtime/torch_threads.hpp"
#include "support/files.hpp"
#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;

namespace {

std::string threads_here() { return test::host_state().front(); }

Classifier digits(int threads) {
  return Classifier((test::data_folder() / "models/digits.pt").string(), {.run = {.threads = threads}});
}

}  // namespace

TEST_CASE("LibTorch's threads are set for the calling thread alone, and set back") {
  const auto before = test::host_state();
  {
    const TorchThreads three(3);
    CHECK(threads_here() == "threads = 3");
    {
      const TorchThreads one(1);
      CHECK(threads_here() == "threads = 1");
    }
    CHECK(threads_here() == "threads = 3");
    std::string elsewhere;
    std::thread([&] { elsewhere = threads_here(); }).join();
    CHECK(elsewhere == before.front());
  }
  CHECK(test::host_state() == before);
}

TEST_CASE("loads and calls leave the number of threads that the caller has set") {
  const TorchThreads callers(3);
  const Image picture(Size{8, 8}, PixelFormat::rgb8);
  for (const int threads : {0, 1, 2}) {
    CAPTURE(threads);
    const auto classifier = digits(threads);
    CHECK(threads_here() == "threads = 3");
    (void)classifier.classify(picture);
    CHECK(threads_here() == "threads = 3");
  }
}

TEST_CASE("answers do not depend on the number of threads beyond rounding") {
  const Image picture(Size{8, 8}, PixelFormat::rgb8);
  const auto one = digits(1).classify(picture);
  const auto two = digits(2).classify(picture);
  REQUIRE(one.classes.size() == two.classes.size());
  for (std::size_t i = 0; i < one.classes.size(); ++i)
    CHECK(one.classes[i].score == doctest::Approx(two.classes[i].score).epsilon(1e-5));
}

TEST_CASE("numbers of threads out of range are refused") {
  for (const int threads : {-1, 257}) {
    CAPTURE(threads);
    CHECK(test::contains(test::refusal([&] { return digits(threads); }), "invalid_option: threads is"));
  }
}
