#include "runtime/openvino_network.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <limits>
#include <utility>

#include "core/fail.hpp"
#include "runtime/difference.hpp"
#include "runtime/thread_share.hpp"

namespace visionkit {
namespace {

// The pictures [first, first + count) of a batch.
TensorView part_of(const TensorView& batch, std::int64_t first, std::int64_t count) {
  auto part = batch;
  part.shape.front() = count;
  const auto bytes = element_count(part.shape) * size_of(batch.dtype) / static_cast<std::size_t>(count);
  part.data = static_cast<const std::uint8_t*>(batch.data) + bytes * static_cast<std::size_t>(first);
  return part;
}

std::size_t bytes_of(const TensorView& tensor) { return tensor.count() * size_of(tensor.dtype); }

Tensor copy_of(const TensorView& tensor) {
  const auto bytes = bytes_of(tensor);
  const auto memory = std::make_shared_for_overwrite<std::uint8_t[]>(bytes);
  std::memcpy(memory.get(), tensor.data, bytes);
  return {tensor.dtype, tensor.shape, std::shared_ptr<const void>(memory, memory.get())};
}

template <class Call>
double time_ms(Call call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

bool lies_in(const void* address, const TensorView& tensor) {
  const auto* start = static_cast<const std::uint8_t*>(tensor.data);
  return !std::less<>()(address, static_cast<const void*>(start)) &&
         std::less<>()(address, static_cast<const void*>(start + bytes_of(tensor)));
}

// Answers of parts, one after the other, become one answer of all.
class JoinedOutputs {
 public:
  explicit JoinedOutputs(std::int64_t pictures) : pictures_(pictures) {}

  void add(const Outputs& part, std::int64_t first) {
    if (outputs_.empty()) {
      for (const auto& [name, tensor] : part) {
        auto shape = tensor.shape();
        shape.front() = pictures_;
        memory_.push_back(
            std::make_shared_for_overwrite<std::uint8_t[]>(element_count(shape) * size_of(tensor.dtype())));
        outputs_.push_back({name, Tensor(tensor.dtype(), shape, {memory_.back(), memory_.back().get()})});
      }
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto view = part[i].tensor.view();
      const auto bytes = bytes_of(view);
      const auto each = bytes / static_cast<std::size_t>(view.shape.front());
      std::memcpy(memory_[i].get() + each * static_cast<std::size_t>(first), view.data, bytes);
    }
  }
  [[nodiscard]] Outputs take() { return std::move(outputs_); }

 private:
  std::int64_t pictures_;
  Outputs outputs_;
  std::vector<std::shared_ptr<std::uint8_t[]>> memory_;
};

}  // namespace

std::shared_ptr<openvino::Request> RequestPool::take() {
  std::unique_ptr<openvino::Request> request;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      request = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!request) request = compiled_->request();
  return {request.release(), [pool = shared_from_this()](openvino::Request* used) {
            std::unique_ptr<openvino::Request> owned(used);
            const std::lock_guard lock(pool->mutex_);
            pool->idle_.push_back(std::move(owned));
          }};
}

void RequestPool::trim() {
  std::vector<std::unique_ptr<openvino::Request>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(idle_);
}

OpenVinoNetwork::OpenVinoNetwork(std::shared_ptr<const openvino::Compiled> compiled, OpenVinoNetworkOptions options)
    : options_(std::move(options)), pool_(std::make_shared<RequestPool>(std::move(compiled))) {}

Outputs OpenVinoNetwork::run(const TensorView& input) const {
  process_.check(options_.name, "OpenVINO");
  try {
    const ThreadShare share(options_.compile.threads);
    if (takes(input)) return run_once(*pool_, input);
    if (options_.source && input.dtype == options_.dtype && !input.shape.empty() && input.shape.front() > 1 &&
        takes(part_of(input, 0, 1))) {
      return run_in_parts(input);
    }
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::out_of_memory, "'{}' on {}: out of memory", options_.name, text_of(input));
  } catch (const std::exception& error) {
    fail(ErrorCode::model_runtime, "'{}' failed on {}: {}", options_.name, text_of(input),
         openvino_reason(error.what()));
  }
  fail(ErrorCode::model_runtime, "'{}' failed on {}: it was compiled for {}", options_.name, text_of(input),
       text_of({options_.dtype, options_.compile.input}));
}

// Batches are left alone: another thread may be compiling one.
void OpenVinoNetwork::trim() const { pool_->trim(); }

bool OpenVinoNetwork::takes(const TensorView& input) const {
  const auto& shape = options_.compile.input;
  return input.dtype == options_.dtype &&
         std::equal(shape.begin(), shape.end(), input.shape.begin(), input.shape.end(),
                    [](auto expected, auto extent) { return expected == -1 ? extent > 0 : extent == expected; });
}

Outputs OpenVinoNetwork::run_once(RequestPool& pool, const TensorView& input) const {
  const auto request = pool.take();
  request->run(input);
  const auto& views = request->outputs();
  if (views.size() != options_.output_names.size()) {
    fail(ErrorCode::model_contract, "'{}' has {} outputs in OpenVINO, expected {}", options_.name, views.size(),
         options_.output_names.size());
  }
  Outputs outputs;
  outputs.reserve(views.size());
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& view = views[i];
    outputs.push_back({options_.output_names[i],
                       lies_in(view.data, input)
                           ? copy_of(view)
                           : Tensor(view.dtype, view.shape, std::shared_ptr<const void>(request, view.data))});
  }
  return outputs;
}

Outputs OpenVinoNetwork::run_in_parts(const TensorView& input) const {
  const auto pictures = input.shape.front();
  const auto [size, pool] = largest_part(pictures);
  if (size == pictures) return run_once(*pool, input);
  JoinedOutputs joined(pictures);
  for (std::int64_t first = 0; first < pictures;) {
    const auto [count, part_pool] = largest_part(pictures - first);
    joined.add(run_once(*part_pool, part_of(input, first, count)), first);
    first += count;
  }
  return joined.take();
}

std::pair<std::int64_t, RequestPool*> OpenVinoNetwork::largest_part(std::int64_t pictures) const {
  for (std::size_t i = 0; i < batch_sizes.size(); ++i) {
    if (batch_sizes[i] > pictures) continue;
    auto& batch = batches_[i];
    std::call_once(batch.once, [&] { compile_batch(batch_sizes[i], batch); });
    // What was faster a moment ago may decide about speed, but not about the bits of an evaluation.
    if (batch.pool && (!batch.is_slow || SteadyThreads::here())) return {batch_sizes[i], batch.pool.get()};
  }
  return {1, pool_.get()};
}

void OpenVinoNetwork::compile_batch(std::int64_t size, Batch& batch) const {
  try {
    auto compile = options_.compile;
    compile.input.front() = size;
    const auto pool = std::make_shared<RequestPool>(options_.source()->compile(compile));
    const auto bytes = bytes_of(probe_of(0));
    const auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(bytes * static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i)
      std::memcpy(memory.get() + bytes * static_cast<std::size_t>(i), probe_of(i).data, bytes);
    const TensorView probes = {options_.dtype, compile.input, memory.get()};
    if (!is_equal_to_singles(*pool, probes)) return;
    batch.is_slow = is_slower_than_singles(*pool, probes);
    batch.pool = pool;
  } catch (const std::exception&) {
    // Single pictures give the same answers.
  }
}

TensorView OpenVinoNetwork::probe_of(std::int64_t picture) const {
  return options_.probes[static_cast<std::size_t>(picture) % options_.probes.size()].view();
}

bool OpenVinoNetwork::is_equal_to_singles(RequestPool& pool, const TensorView& batch) const {
  const auto size = batch.shape.front();
  const auto together = run_once(pool, batch);
  for (std::int64_t i = 0; i < size; ++i) {
    const auto single = run_once(*pool_, probe_of(i));
    for (std::size_t k = 0; k < single.size(); ++k) {
      const auto whole = together[k].tensor.view();
      if (whole.shape.empty() || whole.shape.front() != size) return false;
      if (!(difference(single[k].tensor.view(), part_of(whole, i, 1)) <= options_.tolerance)) return false;
    }
  }
  return true;
}

// Depthwise convolutions lose more by what does not fit into the caches than they gain by larger steps.
bool OpenVinoNetwork::is_slower_than_singles(RequestPool& pool, const TensorView& batch) const {
  constexpr double margin = 0.95;
  constexpr double enough_ms = 300;
  double batch_ms = std::numeric_limits<double>::infinity(), singles_ms = batch_ms;
  for (double spent = 0; spent < enough_ms;) {
    const auto one = time_ms([&] { (void)run_once(pool, batch); });
    const auto other = time_ms([&] {
      for (std::int64_t i = 0; i < batch.shape.front(); ++i) (void)run_once(*pool_, probe_of(i));
    });
    batch_ms = std::min(batch_ms, one);
    singles_ms = std::min(singles_ms, other);
    spent += one + other;
  }
  return singles_ms < margin * batch_ms;
}

std::string openvino_reason(std::string_view message) {
  constexpr std::string_view summary = "Summary:";
  const auto start = message.find(summary);
  if (start != std::string_view::npos) message.remove_prefix(start + summary.size());
  std::string text;
  for (const char c : message) {
    const bool is_space = c == '\n' || c == ' ' || c == '\t' || c == '\r';
    if (!is_space)
      text += c;
    else if (!text.empty() && text.back() != ' ')
      text += ' ';
  }
  constexpr std::size_t room = 240;
  if (text.size() > room) text = text.substr(0, room - 3) + "...";
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace visionkit
