// What the workers of the comparisons share: a line of words in and a line of words out, arrays in files, and the
// median time of a call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace visionkit::bench {

/// All of a file, as values of T; nothing where there is no such file.
template <class T>
std::vector<T> read_values(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::vector<T> values(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0).read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

template <class Values>
void write_values(const std::string& path, const Values& values) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(*values.data())));
}

template <class T>
struct Measured {
  double median_ms = 0;
  T answer{};  ///< of the last call
};

template <class Call>
auto measure(int repeats, Call&& call) {
  Measured<std::decay_t<decltype(call())>> measured;
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    measured.answer = {};  // its memory is given back outside the measurement
    const auto start = std::chrono::steady_clock::now();
    measured.answer = call();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  measured.median_ms = times[static_cast<std::size_t>(repeats / 2)];
  return measured;
}

/// Calls answer with the words of each line of the standard input; what it prints is the line that answers.
template <class... Words>
void serve(void (*answer)(Words...)) {
  std::cout.precision(std::numeric_limits<double>::max_digits10);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream text(line);
    std::tuple<std::decay_t<Words>...> words;
    std::apply(
        [&](auto&... word) {
          (text >> ... >> word);
          answer(word...);
        },
        words);
    std::cout << std::endl;
  }
}

}  // namespace visionkit::bench
