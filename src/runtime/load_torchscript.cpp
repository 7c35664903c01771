// How the engine and the form of a network are chosen: src/docs/engines.md.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <caffe2/serialize/versions.h>
#include <torch/version.h>

#include "core/fail.hpp"
#include "runtime/behavior.hpp"
#include "runtime/difference.hpp"
#include "runtime/duel.hpp"
#include "runtime/engine_cache.hpp"
#include "runtime/model_file.hpp"
#include "runtime/openvino_candidate.hpp"
#include "runtime/openvino_plugin.hpp"
#include "runtime/session.hpp"
#include "runtime/thread_budget.hpp"
#include "runtime/torch_module.hpp"
#include "runtime/torch_values.hpp"

namespace visionkit {
namespace {

using Clock = std::chrono::steady_clock;

// What the answers of OpenVINO may differ from the plain module's in float32: rounding is 1e-6 to 2e-5.
constexpr double same_float32 = 1e-4;
constexpr double same_bfloat16 = 5e-2;

class Loader {
 public:
  Loader(const ModelFile& file, const SessionOptions& options)
      : file_(file),
        options_(options),
        probes_(options.probes),
        precision_(to_torch(options.run.precision.value_or(Precision::float32), options.run.device)) {
    check_options();
    call_ = {.name = file.name(),
             .input = options.input,
             .device = to_torch(options.run.device),
             .threads = options.run.threads};
    if (!options.run.cache_folder.empty() && !options.probes.empty())
      cache_.emplace(options.run.cache_folder, cache_key(file.digest(), options));
  }

  std::unique_ptr<const Session> load() {
    if (auto session = load_kept()) return session;
    load_plain();
    for (const auto& parameter : module_.parameters())
      report_.parameters += static_cast<std::uint64_t>(parameter.numel());
    const auto start = Clock::now();
    try {
      choose();
      settle();
    } catch (...) {
      rethrow(ErrorCode::model_runtime, "'" + call_.name + "' failed in its first run" +
                                            (probes_.empty() ? "" : " on " + text_of(probes_.front().view())));
    }
    finish_report();
    keep();
    return finish(start);
  }

 private:
  void check_options() const {
    const auto& run = options_.run;
    if (run.threads < 0 || run.threads > max_threads)
      fail(ErrorCode::invalid_option, "threads is {}, expected 0..{}", run.threads, max_threads);
    if (run.engine == Engine::openvino && !openvino_state().plugin)
      fail(ErrorCode::invalid_option, "engine is openvino: {}", openvino_state().reason);
  }

  std::unique_ptr<const Session> finish(Clock::time_point start) {
    report_.warm_up_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    if (options_.is_size_open) report_.warm_up_outputs.clear();
    return std::make_unique<const Session>(std::move(best_.network), std::move(report_));
  }

  void choose() {
    if (!probes_.empty()) observe_network();
    const auto obstacle = obstacle_to_trials();
    auto challenger = openvino(obstacle);
    if (options_.run.engine == Engine::openvino) {
      if (!challenger.network)
        fail(ErrorCode::model_contract, "engine is openvino, not possible for '{}': {}", call_.name,
             challenger.trial.reason);
      best_ = std::move(challenger);
      return;
    }
    to_precision();
    best_ = reference();
    if (challenger.network)
      challenge(std::move(challenger));
    else if (options_.run.engine == Engine::automatic)
      lost_.push_back(std::move(challenger.trial));
    if (obstacle.empty()) try_forms();
  }

  // The trials of other forms leave cold caches behind, which the first call would pay for.
  void settle() {
    module_ = {};
    if (!probes_.empty() && !behavior_.keeps_state) static_cast<void>(best_.network->run(probes_.back().view()));
  }

  // Of a network whose size is open the probes are a guess: one that does not take them is left as it is.
  void observe_network() {
    try {
      const CallScope scope(call_.threads);
      behavior_ = observe(module_, call_, probes_);
    } catch (const std::exception&) {
      if (!options_.is_size_open) throw;
      probes_.clear();
      return;
    }
    call_.writes_input = behavior_.writes_input;
    call_.keeps_state = behavior_.keeps_state;
    report_.keeps_state = behavior_.keeps_state;
    report_.takes_batches = behavior_.takes_batches;
    report_.notes = behavior_.notes;
    report_.warm_up_outputs = behavior_.expected.back();
  }

  // Why nothing but the module itself can be trusted to answer as the module does; empty when something else can.
  [[nodiscard]] std::string obstacle_to_trials() const {
    if (probes_.empty()) return "the size of the input is known only when it comes";
    if (behavior_.keeps_state) return "the network changes its own buffers";
    if (!behavior_.is_steady) return "two calls with the same input give different answers";
    return {};
  }

  // --- LibTorch ---

  // Work on modules runs under a scope of its own: forms that are timed must find the threads free.
  void load_plain() {
    const CallScope scope(call_.threads);
    module_ = load_module(file_.archive(), call_);
  }

  using Form = torch::jit::Module (*)(const torch::jit::Module&);

  [[nodiscard]] torch::jit::Module make(Form form) const {
    const CallScope scope(call_.threads);
    return form(module_);
  }

  void to_precision() {
    if (precision_ == at::kFloat) return;
    const CallScope scope(call_.threads);
    module_.to(precision_);
    call_.precision = precision_;
  }

  // The frozen module, or the plain one where freezing is not possible.
  Contender reference() {
    if (!behavior_.keeps_state) {
      EngineTrial trial = {.form = "frozen"};
      try {
        auto network = std::make_unique<TorchNetwork>(make(&frozen), call_);
        if (is_equal(*network, trial, same_answer)) return {std::move(network), std::move(trial)};
      } catch (const std::exception& error) {
        trial.reason = why(error);
      }
      lost_.push_back(std::move(trial));
    }
    return {std::make_unique<TorchNetwork>(module_, call_), {.form = "plain"}};
  }

  void try_forms() {
    // What LibTorch's forms gain over each other is known; making and timing them costs as much as the rest of a load.
    constexpr double hopeless = 0.4;
    const auto reference_ms = lost_.empty() ? 0 : lost_.back().ms;
    const bool is_pointless = best_.trial.engine == Engine::openvino && best_.trial.ms <= hopeless * reference_ms;
    auto call = call_;
    call.layout = at::MemoryFormat::ChannelsLast;
    const bool has_channels = call_.input == InputKind::tensor && probes_.front().shape().size() == 4;
    if (is_pointless || options_.is_size_open) {
      const auto reason = is_pointless ? fmt::format("not tried: compiled takes {:.2g} of the time of {}",
                                                     best_.trial.ms / reference_ms, lost_.back().form)
                                       : std::string("not tried: the size of the input is open");
      lost_.push_back({.form = "optimized", .reason = reason});
      if (has_channels) lost_.push_back({.form = "channels_last", .reason = reason});
      return;
    }
    try_form("optimized", call_, &optimized);
    if (has_channels) try_form("channels_last", call, &channels_last);
  }

  void try_form(const char* form, const TorchCall& call, Form make_form) {
    Contender contender = {{}, {.form = form}};
    try {
      contender.network = std::make_unique<TorchNetwork>(make(make_form), call);
      if (is_equal(*contender.network, contender.trial, same_answer)) return challenge(std::move(contender));
    } catch (const std::exception& error) {
      contender.trial.reason = why(error);
    }
    lost_.push_back(std::move(contender.trial));
  }

  // Without the name of the model and the shape of the probe, which everybody knows here.
  [[nodiscard]] std::string why(const std::exception& error) const {
    const std::string_view text = error.what();
    if (probes_.empty()) return "failed: " + reason_of(text);
    const auto known = "'" + call_.name + "' failed on " + text_of(probes_.front().view()) + ": ";
    return "failed: " + reason_of(text.starts_with(known) ? text.substr(known.size()) : text);
  }

  // --- OpenVINO ---

  // A network, or a trial with the reason why there is none.
  Contender openvino(const std::string& obstacle) {
    Contender contender = {{}, {.engine = Engine::openvino, .form = "compiled"}};
    auto& reason = contender.trial.reason;
    if (options_.run.engine == Engine::libtorch) return contender;
    reason = obstacle_to_openvino(obstacle);
    if (!reason.empty()) return contender;
    try {
      const auto module = make(&frozen);
      const bool may_batch = behavior_.takes_batches && !options_.is_size_open && probes_.front().shape().front() == 1;
      if (!(may_batch && convert(module, true, contender)) && !convert(module, false, contender))
        contender.network.reset();
    } catch (const std::exception& error) {
      contender.network.reset();
      reason = openvino_reason(error.what());
    }
    return contender;
  }

  [[nodiscard]] std::string obstacle_to_openvino(const std::string& obstacle) const {
    if (!openvino_state().plugin) return openvino_state().reason;
    if (options_.run.device.kind != DeviceKind::cpu) return "runs on the CPU only";
    if (call_.input != InputKind::tensor) return "the network takes a list of pictures";
    if (behavior_.writes_input) return "the network writes into its input";
    return obstacle;
  }

  // Whether the converted network answers as the module.
  bool convert(const torch::jit::Module& module, bool any_batch, Contender& contender) {
    auto shape = probes_.front().shape();
    for (const auto& probe : probes_) {
      for (std::size_t i = 0; i < shape.size(); ++i) {
        if (probe.shape()[i] != shape[i]) shape[i] = -1;
      }
    }
    try {
      auto options = openvino_options(shape);
      for (const auto& [name, tensor] : behavior_.expected.front()) options.output_names.push_back(name);
      openvino_ = make_candidate(&module, any_batch, std::move(options));
      contender.network = openvino_->network();
      return is_equal(*contender.network, contender.trial, tolerance());
    } catch (const std::exception& error) {
      contender.trial.reason = openvino_reason(error.what());
      return false;
    }
  }

  [[nodiscard]] OpenVinoNetworkOptions openvino_options(const Shape& input) const {
    const auto& run = options_.run;
    return {.name = call_.name,
            .dtype = probes_.front().dtype(),
            .compile = {.input = input,
                        .precision = run.precision.value_or(Precision::float32),
                        .threads = run.threads > 0 ? run.threads : thread_budget()},
            .probes = probes_,
            .tolerance = tolerance()};
  }

  [[nodiscard]] double tolerance() const { return precision_ == at::kFloat ? same_float32 : same_bfloat16; }

  // --- Choosing ---

  // Compares with the plain module's answers and writes down what came of it.
  bool is_equal(const Network& network, EngineTrial& trial, double accepted) const {
    if (probes_.empty()) return true;
    double worst = 0;
    for (std::size_t i = 0; i < probes_.size(); ++i)
      worst = std::max(worst, difference(behavior_.expected[i], network.run(probes_[i].view())));
    trial.difference = worst;
    if (trial.engine == Engine::libtorch && precision_ != at::kFloat) return true;  // what was asked for
    if (trial.difference <= accepted) return true;
    trial.reason =
        fmt::format("other answers: relative difference {:.2g}, accepted is {:.0e}", trial.difference, accepted);
    return false;
  }

  void challenge(Contender challenger) {
    if (wins(challenger, best_, probes_.back().view())) std::swap(challenger, best_);
    if (best_.trial.engine != Engine::openvino) openvino_.reset();
    challenger.trial.reason = fmt::format("slower than {} or as fast", best_.trial.form);
    lost_.push_back(std::move(challenger.trial));
  }

  void finish_report() {
    auto& trial = best_.trial;
    trial.is_chosen = true;
    trial.reason.clear();
    report_.optimization = trial.form;
    report_.engine = trial.engine == Engine::openvino ? fmt::format("openvino {}", openvino_state().version)
                                                      : fmt::format("libtorch {}", TORCH_VERSION);
    report_.trials = std::move(lost_);
    report_.trials.push_back(trial);
    const auto rank = [](const EngineTrial& each) {
      constexpr std::array order = {"plain", "frozen", "optimized", "channels_last", "compiled"};
      return std::find(order.begin(), order.end(), each.form) - order.begin();
    };
    std::sort(report_.trials.begin(), report_.trials.end(),
              [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  }

  // --- What earlier loads found out ---

  std::unique_ptr<const Session> load_kept() {
    if (!cache_) return nullptr;
    const auto start = Clock::now();
    try {
      auto entry = cache_->read();
      if (!entry) return nullptr;
      report_ = std::move(entry->report);
      best_.network = report_.optimization == "compiled"
                          ? read_candidate(*cache_, *entry, openvino_options(entry->compiled_shape)).network()
                          : kept_libtorch(*entry);
      report_.warm_up_outputs = best_.network->run(probes_.back().view());
      report_.notes.push_back("engine and form were chosen by an earlier load: cache_folder");
      return finish(start);
    } catch (const std::exception& error) {
      report_ = {};
      cache_note_ = fmt::format("what cache_folder has is of no use: {}", error.what());
      return nullptr;
    }
  }

  [[nodiscard]] std::unique_ptr<const Network> kept_libtorch(const CacheEntry& entry) {
    load_plain();
    call_.writes_input = entry.writes_input;
    call_.keeps_state = report_.keeps_state;
    to_precision();
    const auto& form = report_.optimization;
    if (form == "frozen") return std::make_unique<TorchNetwork>(make(&frozen), call_);
    if (form == "optimized") return std::make_unique<TorchNetwork>(make(&optimized), call_);
    if (form == "plain") return std::make_unique<TorchNetwork>(module_, call_);
    call_.layout = at::MemoryFormat::ChannelsLast;
    return std::make_unique<TorchNetwork>(make(&channels_last), call_);
  }

  // The cache is there for speed: a load does not fail because nothing can be kept.
  void keep() {
    if (!cache_) return;
    if (!cache_note_.empty()) report_.notes.push_back(cache_note_);
    try {
      EngineCache::Draft draft(*cache_);
      CacheEntry entry = {.report = report_, .writes_input = call_.writes_input};
      if (best_.trial.engine == Engine::openvino) openvino_->save(draft, entry);
      draft.finish(std::move(entry));
    } catch (const std::exception& error) {
      report_.notes.push_back(fmt::format("nothing was kept in cache_folder: {}", error.what()));
    }
  }

  const ModelFile& file_;
  const SessionOptions& options_;
  std::vector<Tensor> probes_;
  at::ScalarType precision_;
  TorchCall call_;
  torch::jit::Module module_;
  Behavior behavior_;
  SessionReport report_;
  Contender best_;
  std::vector<EngineTrial> lost_;
  std::optional<OpenVinoCandidate> openvino_;  // of the network that was compiled last
  std::optional<EngineCache> cache_;
  std::string cache_note_;
};

}  // namespace

std::unique_ptr<const Session> load_torchscript(const ModelFile& file, const SessionOptions& options) {
  try {
    return Loader(file, options).load();
  } catch (...) {
    rethrow(ErrorCode::internal, "loading '" + file.name() + "'");
  }
}

std::uint64_t newest_file_format() { return caffe2::serialize::kMaxSupportedFileFormatVersion; }

}  // namespace visionkit
