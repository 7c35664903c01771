// The baselines of tests/bench/end_to_end/compare.py: what is usually written with OpenCV and LibTorch, and what a
// careful engineer makes of it. Usually the network runs as it was loaded; the careful engineer freezes it and, where
// its answer stays the same, optimizes it. Both use memory again, make tensors of pictures without a detour, and run in
// inference mode. Waits for commands on standard input, answers each with one line.
//   load FILE RULES THREADS CARE
//                             which form of the network is used; RULES is a file with what Rules lists, in that order;
//                             CARE is "usual" or "careful"
//   answer PICTURE OUT        writes the probabilities of all classes
//   time PICTURE COUNT        median milliseconds of COUNT calls, from the file's bytes to the five best classes
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/script.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../support/worker.hpp"

namespace {

// How a picture becomes the input.
struct Rules {
  int shorter_side = 0;  // 0: the picture is stretched to width x height, otherwise they are cut out of the middle
  int width = 0;
  int height = 0;
  double scale = 1;
  std::array<double, 3> mean = {};
  std::array<double, 3> deviation = {};
  bool is_bgr = false;
  std::string scores;  // "softmax", or "none" for a network that answers with probabilities
};

class Program {
 public:
  std::string load(const std::string& file, const std::string& rules_file, int threads, bool is_careful) {
    at::set_num_threads(threads);
    cv::setNumThreads(threads);
    std::ifstream text(rules_file);
    text >> rules_.shorter_side >> rules_.width >> rules_.height >> rules_.scale;
    for (auto& value : rules_.mean) text >> value;
    for (auto& value : rules_.deviation) text >> value;
    text >> rules_.is_bgr >> rules_.scores;
    input_ = torch::empty({1, 3, rules_.height, rules_.width});
    network_ = torch::jit::load(file);
    network_.eval();
    if (!is_careful) return "plain";
    network_ = torch::jit::freeze(network_);
    const auto probe = torch::rand_like(input_);
    const auto expected = forward(network_, probe);
    try {
      auto copy = network_.clone();
      auto optimized = torch::jit::optimize_for_inference(copy);
      for (int i = 0; i < 2; ++i) static_cast<void>(forward(optimized, probe));
      if (torch::allclose(forward(optimized, probe), expected, 1e-3, 1e-4)) {
        network_ = optimized;
        return "optimized";
      }
    } catch (const std::exception&) {  // some networks cannot be run in that form
    }
    return "frozen";
  }

  torch::Tensor probabilities(const std::vector<std::uint8_t>& file) {
    fill_input(cv::imdecode(file, cv::IMREAD_COLOR));
    const auto scores = forward(network_, input_);
    return rules_.scores == "softmax" ? scores.softmax(1) : scores;
  }

  std::vector<std::pair<std::int64_t, float>> classify(const std::vector<std::uint8_t>& file) {
    const torch::InferenceMode guard;
    const auto [scores, classes] = probabilities(file).topk(5);
    std::vector<std::pair<std::int64_t, float>> best;
    for (int i = 0; i < 5; ++i) best.emplace_back(classes.data_ptr<std::int64_t>()[i], scores.data_ptr<float>()[i]);
    return best;
  }

 private:
  static torch::Tensor forward(torch::jit::Module& network, const torch::Tensor& input) {
    const torch::InferenceMode guard;
    return network.forward({input}).toTensor();
  }

  void fill_input(const cv::Mat& picture) {
    cv::Size size(rules_.width, rules_.height);
    if (rules_.shorter_side > 0) {
      const auto ratio = static_cast<double>(rules_.shorter_side) / std::min(picture.cols, picture.rows);
      size = {static_cast<int>(std::lround(picture.cols * ratio)), static_cast<int>(std::lround(picture.rows * ratio))};
    }
    cv::resize(picture, resized_, size, 0, 0, cv::INTER_LINEAR);
    const auto part =
        resized_({(size.width - rules_.width) / 2, (size.height - rules_.height) / 2, rules_.width, rules_.height});
    auto* data = input_.data_ptr<float>();
    for (int i = 0; i < 3; ++i) {
      const int channel = rules_.is_bgr ? i : 2 - i;
      const auto place = static_cast<std::size_t>(i);
      cv::Mat plane(rules_.height, rules_.width, CV_32F, data + place * static_cast<std::size_t>(part.total()));
      cv::extractChannel(part, channel_, channel);
      channel_.convertTo(plane, CV_32F, rules_.scale / rules_.deviation[place],
                         -rules_.mean[place] / rules_.deviation[place]);
    }
  }

  Rules rules_;
  torch::jit::Module network_;
  torch::Tensor input_;
  cv::Mat resized_;
  cv::Mat channel_;
};

Program program;

void answer(const std::string& command, const std::string& first, const std::string& second, int third,
            const std::string& fourth) {
  if (command == "load") {
    std::cout << program.load(first, second, third, fourth == "careful");
    return;
  }
  const auto file = visionkit::bench::read_values<std::uint8_t>(first);
  if (command == "time") {
    std::cout << visionkit::bench::measure(std::stoi(second), [&] { return program.classify(file); }).median_ms;
  } else {
    const auto values = program.probabilities(file).contiguous();
    visionkit::bench::write_values(
        second, std::vector<float>(values.data_ptr<float>(), values.data_ptr<float>() + values.numel()));
  }
}

}  // namespace

int main() { visionkit::bench::serve(answer); }
