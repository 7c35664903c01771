// The pictures of an evaluation that are kept for looking at: the worst, and some drawn by lot. Which ones depends on
// neither the order in which they come nor on threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <visionkit/evaluate/evaluation.hpp>

namespace visionkit {

class SampleKeeper {
 public:
  struct Counts {
    std::size_t worst = 0;
    std::size_t random = 0;
  };
  SampleKeeper(Counts counts, std::uint64_t seed) : counts_(counts), seed_(seed) {}

  /// Keeps the sample of a picture if it is one of those; `make` is called only then. From any thread.
  void offer(std::size_t picture, double quality, const std::function<EvaluationSample()>& make);
  /// By rising quality, then picture.
  [[nodiscard]] std::vector<EvaluationSample> worst() const;
  /// By picture.
  [[nodiscard]] std::vector<EvaluationSample> random() const;

 private:
  // The lowest keys stay; the picture's number makes them different.
  template <class Rank>
  using Lowest = std::map<std::pair<Rank, std::size_t>, std::shared_ptr<const EvaluationSample>>;

  Counts counts_;
  std::uint64_t seed_;
  std::mutex mutex_;
  Lowest<double> worst_;
  Lowest<std::uint64_t> random_;
};

}  // namespace visionkit
