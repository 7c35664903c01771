#include "runtime/duel.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace visionkit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double margin = 0.9;  // a challenger takes at most so much of the holder's time
constexpr int fewest_rounds = 3, most_rounds = 12;
constexpr double enough_ms = 2000;  // of both together; then no round begins beyond the fewest
constexpr double clear = 3;         // so many times faster in two rounds settles it
constexpr double agreement = 1.1;   // the two fastest calls lie so close together on a quiet machine
// OpenMP's workers spin for some milliseconds after a call and disturb the next one of another engine: it is made
// twice.
constexpr double settles_below_ms = 30;

double time_ms(const Network& network, const TensorView& input) {
  const auto start = Clock::now();
  static_cast<void>(network.run(input));
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double settled_ms(const Network& network, const TensorView& input) {
  const auto first = time_ms(network, input);
  return first < settles_below_ms ? time_ms(network, input) : first;
}

// On a busy machine the median of a few calls is chance, the fastest one is not.
struct Fastest {
  double first = std::numeric_limits<double>::infinity(), second = first;

  void add(double ms) {
    second = std::min(second, std::max(first, ms));
    first = std::min(first, ms);
  }
  [[nodiscard]] bool agrees() const { return second <= agreement * first; }
};

}  // namespace

bool wins(Contender& challenger, Contender& holder, const TensorView& input) {
  double spent = time_ms(*challenger.network, input) + time_ms(*holder.network, input);  // the first calls are slow
  Fastest challenging, holding;
  for (int round = 1; round <= most_rounds; ++round) {
    const auto one = settled_ms(*challenger.network, input), other = settled_ms(*holder.network, input);
    challenging.add(one);
    holding.add(other);
    spent += one + other;
    const auto ratio = challenging.first / holding.first;
    const bool is_clear = round > 1 && (ratio > clear || ratio * clear < 1);
    const bool is_settled = challenging.agrees() && holding.agrees();
    if (is_clear || (round >= fewest_rounds && (is_settled || spent > enough_ms))) break;
  }
  challenger.trial.ms = challenging.first;
  holder.trial.ms = holding.first;
  return challenging.first <= margin * holding.first;
}

}  // namespace visionkit
