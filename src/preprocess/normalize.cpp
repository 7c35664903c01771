#include "preprocess/normalize.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace visionkit {
namespace {

template <class Element>
Element to_element(float value) {
  if constexpr (std::is_same_v<Element, std::uint16_t>) {
    // bfloat16: the upper half of a float, rounded to nearest, halves to even. The options keep NaN away.
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
  } else if constexpr (std::is_same_v<Element, std::uint8_t>) {
    return static_cast<std::uint8_t>(value);
  } else {
    return value;
  }
}

ExactFactor split(double factor) {
  const auto high = static_cast<float>(factor);
  return {high, static_cast<float>(factor - high)};
}

// The byte of a pixel that feeds each channel of the network.
std::array<int, 3> sources(PixelFormat format, ChannelOrder order) {
  if (format == PixelFormat::gray8) return {0, 0, 0};
  const bool stored_rgb = format == PixelFormat::rgb8 || format == PixelFormat::rgba8;
  return stored_rgb == (order == ChannelOrder::rgb) ? std::array{0, 1, 2} : std::array{2, 1, 0};
}

// Calls write(channel, first element, distance of elements) for every channel of a slice.
template <class Element, class Write>
void for_channels(TensorLayout layout, int channels, const InputSlice& slice, Write&& write) {
  auto* elements = reinterpret_cast<Element*>(slice.input);
  for (int channel = 0; channel < channels; ++channel) {
    if (layout == TensorLayout::nchw) {
      write(channel, elements + channel * slice.pixels + slice.first, 1);
    } else {
      write(channel, elements + slice.first * channels + channel, channels);
    }
  }
}

}  // namespace

Normalizer::Normalizer(const PreprocessOptions& options)
    : layout_(options.layout), order_(options.channel_order), channels_(channels(options.channel_order)) {
  std::array<std::array<float, 256>, 3> values{};
  for (int channel = 0; channel < channels_; ++channel) {
    mean_[channel] = static_cast<float>(options.mean.size() == 1 ? options.mean[0] : options.mean[channel]);
    std_[channel] = static_cast<float>(options.std.size() == 1 ? options.std[0] : options.std[channel]);
    // The product in double rounds to the same float as value / 255 in float for the scale 1/255.
    for (int value = 0; value < 256; ++value) {
      values[channel][value] = normalized(channel, static_cast<float>(value * options.scale));
    }
  }
  const auto fill_tables = [&]<class Element>(Element) {
    Tables<Element> tables{};
    for (int channel = 0; channel < channels_; ++channel) {
      std::transform(values[channel].begin(), values[channel].end(), tables[channel].begin(), to_element<Element>);
    }
    tables_ = tables;
  };
  if (options.dtype == DType::float32) fill_tables(float{});
  if (options.dtype == DType::bfloat16) fill_tables(std::uint16_t{});
  if (options.dtype == DType::uint8) fill_tables(std::uint8_t{});
  if (options.dtype == DType::float32 && channels_ == 3) formulas_ = find_formulas(options.scale);
}

std::optional<std::array<NormalizeFormula, 3>> Normalizer::find_formulas(double scale) const {
  std::array<NormalizeFormula, 3> formulas{};
  for (int channel = 0; channel < 3; ++channel) {
    formulas[channel] = {split(scale), mean_[channel], split(1.0 / std_[channel])};
  }
  std::array<std::uint8_t, 256 * 3> pixels{};
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / 3);
  Tables<float> computed{};
  const std::array planes{computed[0].data(), computed[1].data(), computed[2].data()};
  if (normalize_planes(pixels.data(), 256, formulas, planes) != 256) return std::nullopt;
  // Bits, not values: a zero keeps its sign.
  if (std::memcmp(&computed, &std::get<Tables<float>>(tables_), sizeof computed) != 0) return std::nullopt;
  return formulas;
}

void Normalizer::bytes(const std::uint8_t* row, PixelFormat format, const InputSlice& slice) const {
  const auto source = sources(format, order_);
  const auto step = static_cast<std::size_t>(channels(format));
  if (formulas_ && layout_ == TensorLayout::nchw && step == 3) {
    auto* first = reinterpret_cast<float*>(slice.input) + slice.first;
    std::array<NormalizeFormula, 3> formulas;
    std::array<float*, 3> planes;
    for (int channel = 0; channel < 3; ++channel) {
      formulas[source[channel]] = (*formulas_)[channel];
      planes[source[channel]] = first + channel * slice.pixels;
    }
    if (normalize_planes(row, slice.count, formulas, planes) == slice.count) return;
  }
  std::visit(
      [&]<class Element>(const Tables<Element>& tables) {
        for_channels<Element>(layout_, channels_, slice, [&](int channel, Element* target, int distance) {
          const auto& table = tables[channel];
          const auto* bytes = row + source[channel];
          for (std::size_t i = 0; i < slice.count; ++i) target[i * distance] = table[bytes[i * step]];
        });
      },
      tables_);
}

void Normalizer::fill(std::uint8_t value, const InputSlice& slice) const {
  std::visit(
      [&]<class Element>(const Tables<Element>& tables) {
        for_channels<Element>(layout_, channels_, slice, [&](int channel, Element* target, int distance) {
          if (distance == 1) {
            std::fill_n(target, slice.count, tables[channel][value]);
          } else {
            for (std::size_t i = 0; i < slice.count; ++i) target[i * distance] = tables[channel][value];
          }
        });
      },
      tables_);
}

void Normalizer::units(const float* values, std::size_t plane, PixelFormat format, const InputSlice& slice) const {
  const auto source = sources(format, order_);
  std::visit(
      [&]<class Element>(const Tables<Element>&) {
        for_channels<Element>(layout_, channels_, slice, [&](int channel, Element* target, int distance) {
          const auto* from = values + source[channel] * plane;
          for (std::size_t i = 0; i < slice.count; ++i) {
            target[i * distance] = to_element<Element>(normalized(channel, from[i]));
          }
        });
      },
      tables_);
}

}  // namespace visionkit
