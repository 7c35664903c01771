// Our side of tests/bench/network/compare.py and tests/bench/busy/compare.py: waits for commands on standard input,
// answers each with one line. The network is reached as every task reaches it, through Model.
//   load FILE WIDTH HEIGHT THREADS ENGINE   what answers, and the milliseconds of the load
//   pictures FILE                           RGB pictures of that size, one behind the other, that the calls take
//   dump BATCH INPUT OUTPUT                 writes the input tensor and all outputs as float32; the size of each output
//   time BATCH COUNT                        median milliseconds of the network in COUNT calls
//   calls BATCH COUNT FILE SECONDS          writes the milliseconds of each call; stops after SECONDS; their number
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../support/worker.hpp"
#include "runtime/archive.hpp"
#include "tasks/model.hpp"

namespace {

struct Side {
  visionkit::PreprocessOptions input = {};
  visionkit::Size size = {};
  std::optional<visionkit::Model> model = {};
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

void load(const std::string& file, int threads, const std::string& engine) {
  side.input = {.resize = {.mode = visionkit::ResizeMode::stretch, .size = side.size},
                .mean = {0.485, 0.456, 0.406},
                .std = {0.229, 0.224, 0.225}};
  visionkit::ModelRequest request;
  request.run.threads = threads;
  request.record = visionkit::ModelRecord{.input = side.input};
  request.use_record = [](visionkit::FoundRecord&) { return visionkit::RecordUse{.states_input = true}; };
  for (const auto known : {visionkit::Engine::automatic, visionkit::Engine::libtorch, visionkit::Engine::openvino}) {
    if (to_string(known) == engine) request.run.engine = known;
  }
  side.model.emplace(visionkit::Archive::from_file(file, request.run, {.newest = visionkit::newest_file_format()}),
                     request);
  const auto& description = side.model->description();
  std::cout << description.load_ms << ' ' << description.optimization << ' ' << description.engine;
}

double call(const std::vector<visionkit::ImageView>& pictures, const visionkit::Model::Receiver& receive) {
  visionkit::CallClock clock;
  side.model->run(pictures, clock, receive);
  return clock.timings().network_ms;
}

std::vector<double> call_for(std::size_t batch, int count, double seconds) {
  const auto pictures = side.pictures(batch);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::vector<double> times;
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
            const std::string& fourth, const std::string& fifth) {
  if (command == "load") {
    side.size = {std::stoi(second), std::stoi(third)};
    load(first, std::stoi(fourth), fifth);
  } else if (command == "pictures") {
    side.pixels = visionkit::bench::read_values<std::uint8_t>(first);
  } else if (command == "dump") {
    dump(std::stoul(first), second, third);
  } else if (command == "time") {
    auto times = call_for(std::stoul(first), std::stoi(second), 1e9);
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    std::cout << times[times.size() / 2];
  } else if (command == "calls") {
    const auto times = call_for(std::stoul(first), std::stoi(second), std::stod(fourth));
    visionkit::bench::write_values(third, times);
    std::cout << times.size();
  }
}

}  // namespace

int main() { visionkit::bench::serve(answer); }
