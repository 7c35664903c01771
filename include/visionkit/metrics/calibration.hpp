// Whether a confidence of 0.8 is right in 8 of 10 cases: expected calibration error, Brier score and the bins of a
// reliability diagram. ClassificationMetric and MultiLabelMetric keep one of these.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/metrics/fixed_sum.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

struct ReliabilityBin {
  double low = 0;   ///< exclusive, but for the first bin
  double high = 0;  ///< inclusive
  std::uint64_t samples = 0;
  double confidence = 0;  ///< the mean of the samples; NaN without any
  double accuracy = 0;    ///< the part that was right; NaN without samples
};

struct CalibrationReport {
  std::uint64_t samples = 0;
  double expected_error = 0;  ///< ECE of Guo et al. 2017: mean |accuracy - confidence| over bins, weighted by samples
  double largest_error = 0;   ///< the same of the worst bin
  double brier = 0;           ///< the mean squared error; over classes it is summed (Brier 1950), 0..2
  std::vector<ReliabilityBin> bins;
};

VISIONKIT_API std::string to_string(const CalibrationReport& report);
VISIONKIT_API std::string to_json(const CalibrationReport& report);
VISIONKIT_API std::vector<Figure> figures(const CalibrationReport& report);

enum class Correctness { wrong, right };

class VISIONKIT_API Calibration {
 public:
  /// Bins of equal width over 0..1. Throws invalid_option unless 1 <= bins <= 10000.
  explicit Calibration(int bins = 15);
  /// The squared error is (confidence - right)^2. Throws invalid_argument unless 0 <= confidence <= 1.
  void add(double confidence, Correctness answer);
  /// With the squared error of all classes together, 0..2.
  void add(double confidence, Correctness answer, double squared_error);
  /// Throws invalid_argument for another number of bins.
  void merge(const Calibration& other);
  [[nodiscard]] CalibrationReport report() const;

 private:
  struct Bin {
    std::uint64_t samples = 0;
    std::uint64_t right = 0;
    FixedSum confidence;
  };
  std::vector<Bin> bins_;
  FixedSum squared_error_;
};

}  // namespace visionkit
