#include "image/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace visionkit {
namespace {

constexpr Color black = {0, 0, 0};
constexpr Color white = {255, 255, 255};

// Okabe and Ito without black.
constexpr std::array hues = {
    Color{230, 159, 0}, Color{86, 180, 233}, Color{0, 158, 115},   Color{240, 228, 66},
    Color{0, 114, 178}, Color{213, 94, 0},   Color{204, 121, 167},
};
constexpr double lighter = 0.45;
constexpr double darker = 0.4;
constexpr std::size_t palette_size = 3 * hues.size();

// FNV-1a, 64 bits, folded: the same on every machine, unlike std::hash.
std::size_t palette_index(std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  hash ^= hash >> 32U;
  return hash % palette_size;
}

// Hue by hue, each as it is, lighter and darker.
Color palette_color(std::size_t index) noexcept {
  const auto hue = hues[index % hues.size()];
  switch (index / hues.size()) {
    case 1: return mix(hue, white, lighter);
    case 2: return mix(hue, black, darker);
    default: return hue;
  }
}

// Relative luminance, 0..1 (WCAG 2.2, "relative luminance").
double luminance(Color color) {
  const auto linear = [](std::uint8_t channel) {
    const double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

}  // namespace

Color mix(Color a, Color b, double share) noexcept {
  const auto channel = [share](std::uint8_t from, std::uint8_t to) {
    return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
  };
  return {channel(a.red, b.red), channel(a.green, b.green), channel(a.blue, b.blue)};
}

double contrast(Color a, Color b) noexcept {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

Color contrasting(Color background) noexcept {
  return contrast(background, black) >= contrast(background, white) ? black : white;
}

Color class_color(std::string_view name) noexcept { return palette_color(palette_index(name)); }

std::vector<Color> distinct_colors(std::span<const std::string> names) {
  std::array<bool, palette_size> is_taken = {};
  std::vector<Color> colors;
  for (const auto& name : names) {
    auto index = palette_index(name);
    if (colors.size() < palette_size) {
      while (is_taken[index]) index = (index + 1) % palette_size;
      is_taken[index] = true;
    }
    colors.push_back(palette_color(index));
  }
  return colors;
}

}  // namespace visionkit
