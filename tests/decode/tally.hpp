// Counts the cases of one oracle file and prints a line at its end; a file without a case fails.
#pragma once

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace visionkit::test {

class Tally {
 public:
  explicit Tally(std::string name) : name_(std::move(name)) {}
  ~Tally() {
    MESSAGE(name_, ": ", cases_, " cases, ", equal_, " equal");
    CHECK(cases_ > 0);
  }
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  void add(bool equal, const std::string& what) {
    ++cases_;
    equal_ += equal ? 1 : 0;
    if (!equal) FAIL_CHECK(name_, " differs: ", what);
  }

 private:
  std::string name_;
  int cases_ = 0;
  int equal_ = 0;
};

}  // namespace visionkit::test
