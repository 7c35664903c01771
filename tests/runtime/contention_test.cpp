// When neighbors are noticed, by figures that are made up here: no clock, no load, no sleep.
#include "runtime/contention.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace visionkit;

namespace {

// Feeds a policy of two processors, one interval after the other.
class Machine {
 public:
  explicit Machine(int processors = 2, int budget = 2) : processors_(processors), policy_(processors, budget) {
    look(0, 0);
  }

  // Neighbors use so many processors for some seconds while we use `own`.
  int run(double seconds, double neighbors, double own) {
    for (double left = seconds; left > 1e-9; left -= ContentionPolicy::interval) {
      time_ += ContentionPolicy::interval;
      busy_ += ContentionPolicy::interval * (neighbors + own);
      own_ += ContentionPolicy::interval * own;
      look(0, 0);
    }
    return policy_.threads(time_);
  }
  // Nothing is looked at for some seconds, then so many threads are seen.
  int wake(double seconds, int runnable, int machine) {
    time_ += seconds;
    look(runnable, machine);
    return policy_.threads(time_);
  }
  int call(double wall, double processor, long displacements) {
    time_ += wall;
    policy_.add(CallUse{time_, wall, processor, displacements});
    return policy_.threads(time_);
  }
  int after(double seconds) { return policy_.threads(time_ += seconds); }

 private:
  void look(int runnable, int machine) {
    policy_.add(ProcessorUse{{busy_, runnable, machine == 0 ? processors_ : machine}, time_, own_});
  }

  int processors_;
  ContentionPolicy policy_;
  double time_ = 1000;
  double busy_ = 500;
  double own_ = 3;
};

}  // namespace

TEST_CASE("as many threads are used as there are processors that nobody else uses") {
  struct Case {
    int processors, budget;
    double neighbors, own;
    int threads;
  };
  const std::vector<Case> cases = {
      {2, 2, 0, 2, 2},                                 // alone
      {2, 2, 0.2, 1.8, 2},                             // somebody's small fry
      {2, 2, 1.0, 1.0, 1},                             // two neighbors take half of each processor
      {2, 2, 0.5, 1.5, 1},                             // one takes half of one
      {2, 2, 1.3, 0.7, 1},                             // as it is once we have one thread
      {16, 16, 0.94, 15, 15},                          // one of many
      {16, 16, 8, 8, 8},      {16, 16, 15.9, 0.1, 1},  // never none
      {64, 2, 61, 2, 2},                               // a container with a quota on a large machine
      {64, 2, 63.5, 0.5, 1},
  };
  for (const auto& each : cases) {
    CAPTURE(each.neighbors);
    CHECK(Machine(each.processors, each.budget).run(2, each.neighbors, each.own) == each.threads);
  }
}

TEST_CASE("neighbors are noticed in one interval and forgotten only after a quiet second") {
  Machine machine;
  CHECK(machine.run(5, 0, 2) == 2);
  CHECK(machine.run(ContentionPolicy::interval, 1, 1) == 1);
  CHECK(machine.run(0.8, 0, 1) == 1);
  CHECK(machine.run(ContentionPolicy::interval, 1, 1) == 1);
  CHECK(machine.run(0.8, 0, 1) == 1);
  CHECK(machine.run(0.2, 0, 1) == 2);
}

TEST_CASE("after a pause one look at who is runnable counts beside the average") {
  CHECK(Machine().wake(60, 1, 2) == 2);   // only the calling thread
  CHECK(Machine().wake(60, 3, 2) == 1);   // two others
  CHECK(Machine().wake(60, 3, 16) == 2);  // they have fourteen processors of their own
  CHECK(Machine().wake(0.5, 3, 2) == 2);  // no pause
  ContentionPolicy fresh(2, 2);
  fresh.add(ProcessorUse{{100, 3, 2}, 10, 0});
  CHECK(fresh.threads(10) == 1);
}

TEST_CASE("calls that lose their processor are answered where the system's figures show nothing") {
  Machine machine;
  for (int i = 0; i < 100; ++i) CHECK(machine.call(0.020, 0.019, i % 7 == 0 ? 1 : 0) == 2);
  for (int i = 0; i < 100; ++i) CHECK(machine.call(0.020, 0.001, 0) == 2);  // waits, but for itself
  CHECK(machine.call(0.020, 0.010, 2) == 2);
  CHECK(machine.call(0.020, 0.010, 2) == 2);
  CHECK(machine.call(0.020, 0.010, 2) == 1);
  CHECK(machine.after(ContentionPolicy::first_penalty - 0.01) == 1);
  CHECK(machine.after(0.02) == 2);
}

TEST_CASE("a stall is answered at once, and the next try comes later each time") {
  Machine machine;
  double expected = ContentionPolicy::first_penalty;
  for (int i = 0; i < 8; ++i) {
    CAPTURE(i);
    CHECK(machine.call(0.9, 0.5, 4) == 1);
    CHECK(machine.after(expected - 0.01) == 1);
    CHECK(machine.after(0.02) == 2);
    expected = std::min(2 * expected, ContentionPolicy::last_penalty);
  }
  for (int i = 0; i < 60; ++i) (void)machine.call(0.020, 0.019, 0);
  (void)machine.call(0.9, 0.5, 4);
  CHECK(machine.after(ContentionPolicy::first_penalty + 0.01) == 2);
}

TEST_CASE("the system's count is that of the given processors") {
  const std::string text =
      "cpu  60 0 60 600 6 3 3 9 0 0\n"
      "cpu0 10 20 30 400 50 6 7 8 900 1000\n"
      "cpu1 1 2 3 4 5 6 7 8 9 10\n"
      "cpu12 100 0 0 0 0 0 0 0 0 0\n"
      "intr 5 0 0\nctxt 7\nprocs_running 4\nprocs_blocked 0\n";
  const auto count = [&](const std::vector<int>& processors) { return system_count(text, processors, 100); };
  REQUIRE(count({0, 1}));
  CHECK(count({0, 1})->busy == doctest::Approx(0.81 + 0.27));
  CHECK(count({0, 1})->machine == 3);
  CHECK(count({0, 1})->runnable == 4);
  CHECK(count({12})->busy == doctest::Approx(1));
  CHECK(!count({0, 2}));
  CHECK(!count({}));
}

TEST_CASE("what is no count of the system is none") {
  const std::vector<int> processors = {0};
  for (const auto* text : {"", "cpu0", "cpu0 1 2 3", "cpu0 a b c d e f g h\n", "cpu0 0 0 0 0 0 0 0 0 0 0\n",
                           "cpu 1 2 3 4 5 6 7 8 9 10\n", "cpu0 99999999999999999999999 1 1 1 1 1 1 1\n"}) {
    CAPTURE(text);
    CHECK(!system_count(text, processors, 100));
  }
  CHECK(!system_count("cpu0 1 2 3 4 5 6 7 8 9 10\n", processors, 0));
}
