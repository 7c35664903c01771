// How long the steps of calls take: of one call, and of all the calls of a Classifier, Detector or Segmenter. Every
// function that takes pictures has a last parameter for the timings of that call, a batch counting as one call; the
// object's profile() sums up. Taking the times costs less than a microsecond a call and cannot be switched off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <visionkit/core/config.hpp>
#include <visionkit/metrics/timing.hpp>

namespace visionkit {

/// One call. The steps follow each other, so that they add up to the whole.
struct CallTimings {
  double decode_ms = 0;       ///< from a file's bytes to pixels; 0 where pixels were given
  double preprocess_ms = 0;   ///< from pixels to the network's input
  double network_ms = 0;      ///< the engine
  double postprocess_ms = 0;  ///< everything else: from the network's output to results, cutting into tiles and merging

  [[nodiscard]] double total_ms() const { return decode_ms + preprocess_ms + network_ms + postprocess_ms; }
  friend bool operator==(const CallTimings&, const CallTimings&) = default;
};

/// The reports are of as many calls, the last ones, so that memory does not grow and old days do not blur the figures.
inline constexpr std::size_t profile_window = 1024;

/// The calls of one object, from any thread, that ended with an answer. LatencyReport::items are pictures; its
/// per_sample is left empty.
struct Profile {
  std::uint64_t calls = 0;     ///< since the object was made
  std::uint64_t pictures = 0;  ///< of those calls
  LatencyReport decode = {};   ///< of the calls that were given a file's bytes
  LatencyReport preprocess = {};
  LatencyReport network = {};
  LatencyReport postprocess = {};
  LatencyReport total = {};
};

/// A table: a line for each step, mean and percentiles in milliseconds.
VISIONKIT_API std::string to_string(const Profile& profile);
/// With "report":"profile", "steps" holding what to_json(LatencyReport) writes.
VISIONKIT_API std::string to_json(const Profile& profile);

}  // namespace visionkit
