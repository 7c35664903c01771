// Bytes to the network's numbers: 256 values for each channel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include <visionkit/image/image.hpp>
#include <visionkit/preprocess/options.hpp>

#include "preprocess/normalize_kernels.hpp"

namespace visionkit {

/// Where pixels go in the input of one picture.
struct InputSlice {
  std::byte* input = nullptr;  ///< of this picture
  std::size_t first = 0;       ///< number of the first pixel
  std::size_t count = 0;       ///< pixels
  std::size_t pixels = 0;      ///< of the whole input, which is the distance of two planes
};

/// Immutable; safe to use from many threads.
class Normalizer {
 public:
  explicit Normalizer(const PreprocessOptions& options);

  /// Writes a row of pixels. The row's format is gray8 when the network takes gray.
  void bytes(const std::uint8_t* row, PixelFormat format, const InputSlice& slice) const;
  /// Writes one byte value everywhere.
  void fill(std::uint8_t value, const InputSlice& slice) const;
  /// Writes values 0..1, given as planes `plane` values apart, in the order of the format's channels.
  void units(const float* values, std::size_t plane, PixelFormat format, const InputSlice& slice) const;

 private:
  template <class Element>
  using Tables = std::array<std::array<Element, 256>, 3>;

  [[nodiscard]] std::optional<std::array<NormalizeFormula, 3>> find_formulas(double scale) const;
  [[nodiscard]] float normalized(int channel, float value) const { return (value - mean_[channel]) / std_[channel]; }

  TensorLayout layout_;
  ChannelOrder order_;
  int channels_;
  std::array<float, 3> mean_{};
  std::array<float, 3> std_{};
  std::variant<Tables<float>, Tables<std::uint16_t>, Tables<std::uint8_t>> tables_;  // by element type
  std::optional<std::array<NormalizeFormula, 3>> formulas_;  // where they give the same bits as the tables
};

}  // namespace visionkit
