// Our side of the comparisons network, busy and load: waits for commands on standard input, answers each with one line.
// The network is reached as every task reaches it, through Model. Other commands are answered by an empty line.
//   load FILE WIDTH HEIGHT THREADS ENGINE CACHE
//                                    the milliseconds of the load, and what answers; CACHE may be left out
//   pictures FILE                    RGB pictures of that size, one behind the other, that the calls take
//   dump BATCH INPUT OUTPUT          writes the input tensor and all outputs as float32; the size of each output
//   time BATCH COUNT                 median milliseconds of the network in COUNT calls
//   calls BATCH COUNT FILE SECONDS   writes the milliseconds of each call, with its preprocessing; stops after SECONDS;
//                                    their number
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../support/worker.hpp"
#include "tasks/load.hpp"
#include "tasks/model.hpp"

namespace {

struct Side {
  visionkit::PreprocessOptions input = {};
  visionkit::Size size = {};
  std::unique_ptr<visionkit::Model> model = {};
  std::vector<std::uint8_t> pixels = {};

  [[nodiscard]] std::vector<visionkit::ImageView> pictures(std::size_t batch) const {
    const auto bytes = std::size_t{3} * size.width * size.height;
    std::vector<visionkit::ImageView> views;
    for (std::size_t i = 0; i < batch; ++i)
      views.push_back({pixels.data() + i * bytes, size.width, size.height, std::ptrdiff_t{3} * size.width});
    return views;
  }
};

Side side;

void load(const std::string& file, int threads, const std::string& engine, const std::string& cache) {
  side.input = {.resize = {.mode = visionkit::ResizeMode::stretch, .size = side.size},
                .mean = {0.485, 0.456, 0.406},
                .std = {0.229, 0.224, 0.225}};
  visionkit::ModelRequest request;
  request.run.threads = threads;
  request.run.cache_folder = cache;
  request.record = visionkit::ModelRecord{.input = side.input};
  request.use_record = [](visionkit::FoundRecord&) { return visionkit::RecordUse{.states_input = true}; };
  for (const auto known : {visionkit::Engine::automatic, visionkit::Engine::libtorch, visionkit::Engine::openvino}) {
    if (to_string(known) == engine) request.run.engine = known;
  }
  side.model = visionkit::load_from_file<visionkit::Model>("loading", file, request);
  const auto& description = side.model->description();
  std::cout << description.load_ms << ' ' << description.optimization << ' ' << description.engine;
}

visionkit::CallTimings call(const std::vector<visionkit::ImageView>& pictures,
                            const visionkit::Model::Receiver& receive) {
  visionkit::CallClock clock;
  side.model->run(pictures, clock, receive);
  return clock.timings();
}

std::vector<visionkit::CallTimings> call_for(std::size_t batch, int count, double seconds) {
  const auto pictures = side.pictures(batch);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::vector<visionkit::CallTimings> times;
  while (count-- > 0 && std::chrono::steady_clock::now() < end) times.push_back(call(pictures, [](auto&&...) {}));
  return times;
}

void dump(std::size_t batch, const std::string& input, const std::string& output) {
  const auto pictures = side.pictures(batch);
  const auto tensor = visionkit::Preprocessor(side.input).run(pictures).tensor;
  visionkit::bench::write_values(input, tensor.view().floats());
  std::vector<float> values;
  call(pictures, [&](auto&&, const visionkit::Outputs& outputs) {
    for (const auto& [name, answer] : outputs) {
      const auto floats = answer.floats();
      values.insert(values.end(), floats.begin(), floats.end());
      std::cout << floats.size() << ' ';
    }
  });
  visionkit::bench::write_values(output, values);
}

void answer(const std::string& command, const std::string& first, const std::string& second, const std::string& third,
            const std::string& fourth, const std::string& fifth, const std::string& sixth) {
  if (command == "load") {
    side.size = {std::stoi(second), std::stoi(third)};
    load(first, std::stoi(fourth), fifth, sixth);
  } else if (command == "pictures") {
    side.pixels = visionkit::bench::read_values<std::uint8_t>(first);
  } else if (command == "dump") {
    dump(std::stoul(first), second, third);
  } else if (command == "time") {
    std::vector<double> times;
    for (const auto& steps : call_for(std::stoul(first), std::stoi(second), 1e9)) times.push_back(steps.network_ms);
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    std::cout << times[times.size() / 2];
  } else if (command == "calls") {
    std::vector<double> times;
    for (const auto& steps : call_for(std::stoul(first), std::stoi(second), std::stod(fourth)))
      times.push_back(steps.total_ms());
    visionkit::bench::write_values(third, times);
    std::cout << times.size();
  }
}

}  // namespace

int main() { visionkit::bench::serve(answer); }
