#include <visionkit/engines.hpp>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include "runtime/model_file.hpp"
#include "runtime/session.hpp"
#include "support/files.hpp"
#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using visionkit::test::ScriptModel;

namespace {

namespace fs = std::filesystem;

constexpr double equal_enough = 1e-4;

bool has_openvino() {
  const auto list = engines();
  return std::any_of(list.begin(), list.end(),
                     [](const EngineInfo& each) { return each.engine == Engine::openvino && each.is_available; });
}

Tensor noise(const Shape& shape, std::uint32_t seed) {
  std::vector<float> values(element_count(shape));
  for (auto& value : values) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<float>(seed >> 8U) / static_cast<float>(1U << 23U) - 1.0F;
  }
  return {shape, values};
}

const Shape picture = {1, 3, 16, 16};

// A convolution, so that there is something to be fast at.
ScriptModel convolution(const std::string& rest = "return torch.mean(y, [2, 3])") {
  return {.code = "def forward(self, x):\n  y = torch.relu(torch.conv2d(x, self.weight, None, [1, 1], [1, 1]))\n  " +
                  rest + "\n",
          .buffers = {{"weight", noise({8, 3, 3, 3}, 5)}}};
}

std::unique_ptr<const Session> load(const ScriptModel& model, const RunOptions& run = {},
                                    InputKind input = InputKind::tensor) {
  const auto bytes = model.save();
  return load_torchscript(Archive::from_bytes(bytes, "test", run),
                          {.run = run, .input = input, .probes = {noise(picture, 1), noise(picture, 2)}});
}

double apart(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  REQUIRE(a.dtype() == b.dtype());
  if (a.dtype() != DType::float32) {
    const auto bytes = element_count(a.shape()) * size_of(a.dtype());
    return std::equal(static_cast<const char*>(a.data()), static_cast<const char*>(a.data()) + bytes,
                      static_cast<const char*>(b.data()))
               ? 0
               : 1;
  }
  double worst = 0, largest = 1e-6;
  for (std::size_t i = 0; i < a.floats().size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(a.floats()[i]) - b.floats()[i]));
    largest = std::max(largest, std::abs(static_cast<double>(a.floats()[i])));
  }
  return worst / largest;
}

void check_equal(const Outputs& expected, const Outputs& got) {
  REQUIRE(expected.size() == got.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(expected[i].name == got[i].name);
    CHECK(apart(expected[i].tensor, got[i].tensor) <= equal_enough);
  }
}

const EngineTrial& trial_of(const Session& session, const std::string& form) {
  const auto& trials = session.report().trials;
  const auto found = std::find_if(trials.begin(), trials.end(), [&](const auto& each) { return each.form == form; });
  REQUIRE(found != trials.end());
  return *found;
}

bool has_note(const Session& session, std::string_view part) {
  const auto& notes = session.report().notes;
  return std::any_of(notes.begin(), notes.end(),
                     [&](const auto& note) { return note.find(part) != std::string::npos; });
}

void flip_a_byte(const fs::path& file) {
  auto bytes = test::read_bytes(file);
  bytes[bytes.size() / 2] ^= 1U;
  test::write_bytes(file, bytes);
}

}  // namespace

TEST_CASE("the reference is always there, and an engine that is not says why") {
  const auto list = engines();
  REQUIRE(list.size() == 2);
  CHECK(list[0].engine == Engine::libtorch);
  CHECK(list[0].is_available);
  CHECK_FALSE(list[0].version.empty());
  CHECK(list[1].engine == Engine::openvino);
  CHECK(list[1].is_available == list[1].reason.empty());
  CHECK(list[1].is_available != list[1].version.empty());
}

TEST_CASE("every engine gives the plain module's answers, in its structure, for any batch") {
  const std::vector<std::string> endings = {
      "return torch.mean(y, [2, 3])",
      "return torch.mean(y, [2, 3]), y",
      "return [y, torch.flatten(y, 1)]",
      "return (torch.mean(y, [2, 3]), (y, torch.flatten(y, 1)))",
      "return {\"second\": y, \"first\": torch.mean(y, [2, 3])}",
      "return torch.argmax(y, 1)",
      "return torch.topk(torch.mean(y, [2, 3]), 3, 1, True, True)",
      "z = y\n  for i in range(3):\n    z = z + y * float(i)\n  return z",
      "parts = [y]\n  for i in range(2):\n    parts.append(y * 2.0)\n  return torch.cat(parts, 1)",
      "return torch.mean(y, [2, 3]) > 0.1",
      "assert x.dim() == 4, \"another rank\"\n  return y",
      "return x",
  };
  for (const auto& ending : endings) {
    CAPTURE(ending);
    const auto reference = load(convolution(ending), {.engine = Engine::libtorch});
    for (const auto engine : {Engine::automatic, Engine::openvino}) {
      if (engine == Engine::openvino && !has_openvino()) continue;
      CAPTURE(to_string(engine));
      const auto session = load(convolution(ending), {.engine = engine});
      for (const std::int64_t batch : {1, 2, 3, 8, 11}) {
        CAPTURE(batch);
        const auto input = noise({batch, 3, 16, 16}, 9);
        check_equal(reference->run(input.view()), session->run(input.view()));
      }
    }
  }
}

TEST_CASE("what no other form can answer stays with the module, and the reason is told") {
  struct Row {
    const char* what;
    ScriptModel model;
    InputKind input;
    const char* reason;
  };
  const std::vector<Row> rows = {
      {"state",
       {.code = "def forward(self, x):\n  self.calls.add_(1.0)\n  return torch.mean(x, [2, 3])\n",
        .buffers = {{"calls", noise({1}, 1)}}},
       InputKind::tensor,
       "changes its own buffers"},
      {"random",
       {.code = "def forward(self, x):\n  return x + torch.rand_like(x)\n"},
       InputKind::tensor,
       "different answers"},
      {"writes",
       {.code = "def forward(self, x):\n  x.add_(1.0)\n  return torch.mean(x, [2, 3])\n"},
       InputKind::tensor,
       "writes into its input"},
      {"list",
       {.code = "def forward(self, x: List[Tensor]):\n  return torch.stack(x)\n"},
       InputKind::image_list,
       "list of pictures"},
      {"exception",
       {.code = "def forward(self, x):\n  assert bool(torch.max(x) < 100.0), \"too bright\"\n  return x + 1.0\n"},
       InputKind::tensor,
       "raises an exception"},
      {"operator", convolution("return torch.lgamma(torch.mean(y, [2, 3]) + 1.0)"), InputKind::tensor, "aten::lgamma"},
  };
  if (!has_openvino()) return;
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto session = load(row.model, {}, row.input);
    const auto& trial = trial_of(*session, "compiled");
    CHECK_FALSE(trial.is_chosen);
    CHECK(trial.reason.find(row.reason) != std::string::npos);
    CHECK(session->report().engine.starts_with("libtorch"));
    const auto [code, message] =
        test::refusal_of([&] { return load(row.model, {.engine = Engine::openvino}, row.input); });
    CHECK(code == "model_contract");
    CHECK(message.find(row.reason) != std::string::npos);
  }
}

TEST_CASE("one trial is chosen, and all others say why they were not") {
  const auto session = load(convolution());
  int chosen = 0;
  for (const auto& trial : session->report().trials) {
    CAPTURE(to_string(trial));
    chosen += trial.is_chosen ? 1 : 0;
    CHECK(trial.is_chosen == trial.reason.empty());
    if (trial.is_chosen) CHECK(trial.difference <= equal_enough);
  }
  CHECK(chosen == 1);
  CHECK(trial_of(*session, session->report().optimization).is_chosen);
}

TEST_CASE("an engine that was asked for and is not there is an error, and threads have a range") {
  if (!has_openvino())
    CHECK(
        test::refusal([] { return load(convolution(), {.engine = Engine::openvino}); }).starts_with("invalid_option"));
  CHECK(test::refusal([] { return load(convolution(), {.threads = -1}); }) ==
        "invalid_option: threads is -1, expected 0..256");
  CHECK(test::refusal([] { return load(convolution(), {.threads = 257}); }) ==
        "invalid_option: threads is 257, expected 0..256");
}

TEST_CASE("bfloat16 is used when it is asked for, by every engine") {
  const auto reference = load(convolution(), {.engine = Engine::libtorch});
  const auto input = noise(picture, 9);
  for (const auto engine : {Engine::automatic, Engine::libtorch, Engine::openvino}) {
    if (engine == Engine::openvino && !has_openvino()) continue;
    CAPTURE(to_string(engine));
    const auto session = load(convolution(), {.engine = engine, .precision = Precision::bfloat16});
    CHECK(apart(reference->run(input.view())[0].tensor, session->run(input.view())[0].tensor) < 0.05);
  }
}

TEST_CASE("answers outlive the next call and the session") {
  auto session = load(convolution());
  const auto one = noise(picture, 3), two = noise(picture, 4);
  const auto first = session->run(one.view());
  const auto second = session->run(two.view());
  const auto reference = load(convolution(), {.engine = Engine::libtorch});
  session.reset();
  check_equal(reference->run(one.view()), first);
  check_equal(reference->run(two.view()), second);
}

TEST_CASE("a forked child gets an error, whatever the engine") {
  const auto session = load(convolution());
  const auto input = noise(picture, 3);
  (void)session->run(input.view());
  const auto child = ::fork();
  if (child == 0) {
    try {
      (void)session->run(input.view());
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::model_runtime ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("many threads over two objects with different engines get one answer") {
  constexpr int threads = 8, calls = 3000;
  const auto reference = load(convolution(), {.engine = Engine::libtorch, .threads = 1});
  const auto other = load(convolution(), {.threads = 1});
  std::vector<Tensor> inputs;
  std::vector<Outputs> expected_of_reference, expected_of_other;
  for (std::uint32_t i = 0; i < 4; ++i) {
    inputs.push_back(noise(picture, 20 + i));
    expected_of_reference.push_back(reference->run(inputs.back().view()));
    expected_of_other.push_back(other->run(inputs.back().view()));
    check_equal(expected_of_reference.back(), expected_of_other.back());
  }
  std::atomic<int> equal = 0;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (int i = 0; i < calls; ++i) {
        const auto k = static_cast<std::size_t>(i + t) % inputs.size();
        const bool is_reference = (i / 2 + t) % 2 == 0;
        const auto outputs = (is_reference ? reference : other)->run(inputs[k].view());
        const auto got = outputs[0].tensor.floats();
        const auto want = (is_reference ? expected_of_reference : expected_of_other)[k][0].tensor.floats();
        equal += std::equal(got.begin(), got.end(), want.begin(), want.end()) ? 1 : 0;
      }
    });
  }
  for (auto& worker : workers) worker.join();
  CHECK(equal == threads * calls);
}

TEST_SUITE("cache") {
  TEST_CASE("a choice is kept, found again, and made anew when it is damaged or was made for something else") {
    const test::TemporaryFolder folder;
    // Where there is a choice, it is made again for a damaged entry, and may come out otherwise on a busy machine.
    const RunOptions run = {.engine = has_openvino() ? Engine::openvino : Engine::automatic,
                            .threads = 1,
                            .cache_folder = (folder / "new/cache").string()};
    constexpr auto kept = "by an earlier load";
    const auto reference = load(convolution(), {.engine = Engine::libtorch});
    const auto input = noise({3, 3, 16, 16}, 9);
    const auto expected = reference->run(input.view());

    const auto first = load(convolution(), run);
    CHECK_FALSE(has_note(*first, kept));
    const auto again = load(convolution(), run);
    CHECK(has_note(*again, kept));
    CHECK(again->report().engine == first->report().engine);
    CHECK(again->report().trials.size() == first->report().trials.size());
    CHECK(again->report().parameters == first->report().parameters);
    check_equal(first->report().warm_up_outputs, again->report().warm_up_outputs);
    check_equal(expected, again->run(input.view()));

    auto other_threads = run;
    other_threads.threads = 2;
    CHECK_FALSE(has_note(*load(convolution(), other_threads), kept));
    CHECK_FALSE(has_note(*load(convolution("return torch.amax(y, [2, 3])"), run), kept));

    std::vector<fs::path> files;
    for (const auto& each : fs::recursive_directory_iterator(run.cache_folder)) {
      if (each.is_regular_file()) files.push_back(each.path());
    }
    CHECK(files.size() == (has_openvino() ? 12 : 3));
    for (const auto& file : files) {
      CAPTURE(file.string());
      const auto was = test::read_bytes(file);
      flip_a_byte(file);
      for (const auto& options : {run, other_threads}) {
        const auto session = load(convolution(), options);
        check_equal(expected, session->run(input.view()));
      }
      test::write_bytes(file, was);
    }
    for (const auto& file : files) fs::resize_file(file, 1);
    const auto rebuilt = load(convolution(), run);
    CHECK_FALSE(has_note(*rebuilt, kept));
    CHECK(has_note(*rebuilt, "of no use"));
    CHECK(has_note(*load(convolution(), run), kept));
  }

  TEST_CASE("a folder that cannot be written costs speed, not the load") {
    const test::TemporaryFolder folder;
    const auto file = folder / "a_file";
    test::write_bytes(file, {});
    const auto session = load(convolution(), {.cache_folder = (file / "cache").string()});
    CHECK(has_note(*session, "nothing was kept"));
  }

  TEST_CASE("drafts of loads that were killed disappear after a day, and nothing else does") {
    const test::TemporaryFolder folder;
    const std::string entry(32, 'a');
    for (const auto& name : {entry + ".77-0.tmp", entry + ".78-0.tmp", std::string("mine.tmp"), entry})
      fs::create_directories(folder.path() / name / "inside");
    for (const auto& name : {entry + ".77-0.tmp", std::string("mine.tmp"), entry})
      fs::last_write_time(folder.path() / name, fs::file_time_type::clock::now() - std::chrono::hours(25));
    (void)load(convolution(), {.threads = 1, .cache_folder = folder.path().string()});
    CHECK_FALSE(fs::exists(folder / (entry + ".77-0.tmp")));
    CHECK(fs::exists(folder / (entry + ".78-0.tmp") / "inside"));
    CHECK(fs::exists(folder / "mine.tmp" / "inside"));
    CHECK(fs::exists(folder / entry / "inside"));
  }

  TEST_CASE("many loads at the same time share a cache") {
    const test::TemporaryFolder folder;
    const RunOptions run = {.threads = 1, .cache_folder = folder.path().string()};
    const auto reference = load(convolution(), {.engine = Engine::libtorch});
    const auto input = noise(picture, 9);
    const auto expected = reference->run(input.view());
    std::vector<std::thread> workers;
    std::vector<Outputs> got(20);
    for (auto& each : got) workers.emplace_back([&] { each = load(convolution(), run)->run(input.view()); });
    for (auto& worker : workers) worker.join();
    for (const auto& each : got) check_equal(expected, each);
    const auto entries = std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator());
    CHECK(entries == 1);  // and no drafts
  }
}
