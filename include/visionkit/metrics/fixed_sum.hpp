// A sum of doubles that does not depend on their order. Metrics that average fractions keep one.
#pragma once

#include <cmath>
#include <cstdint>

namespace visionkit {

/// A sum of finite values in 0..2^63 in units of 2^-64: addition is of integers, so every order and every split into
/// shards gives the same bits. Each value is truncated to that unit.
class FixedSum {
 public:
  void add(double value) {
    const double whole = std::floor(value);
    add(static_cast<std::uint64_t>(whole), static_cast<std::uint64_t>(std::ldexp(value - whole, 64)));
  }
  void merge(const FixedSum& other) { add(other.whole_, other.fraction_); }
  [[nodiscard]] double value() const {
    return static_cast<double>(whole_) + std::ldexp(static_cast<double>(fraction_), -64);
  }
  friend bool operator==(const FixedSum&, const FixedSum&) = default;

 private:
  void add(std::uint64_t whole, std::uint64_t fraction) {
    fraction_ += fraction;
    whole_ += whole + (fraction_ < fraction ? 1U : 0U);
  }

  std::uint64_t whole_ = 0;
  std::uint64_t fraction_ = 0;
};

}  // namespace visionkit
