// Models and options that must be refused, each with its code and a message of one short line.
#include <doctest/doctest.h>

#include <limits>

#include <visionkit/classifier.hpp>

#include "support/files.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using visionkit::test::ScriptModel;

namespace {

const std::string mean_color = "def forward(self, x):\n  return torch.mean(x, [2, 3])\n";
const std::string three_labels = R"({"visionkit": 1, "labels": ["red", "green", "blue"],
    "input": {"resize": {"mode": "stretch", "width": 4, "height": 4}}})";

// "accepted", or the code; the message must be fit for a log.
std::string outcome(const std::vector<std::uint8_t>& bytes, const ClassifierOptions& options, std::string& message) {
  try {
    const auto classifier = Classifier::from_bytes(bytes, options);
    (void)classifier.classify(Image({5, 3}, PixelFormat::rgb8));
    return "accepted";
  } catch (const Error& error) {
    message = error.what();
    CHECK(message.size() <= 300);
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.find("/torch/") == std::string::npos);
    return std::string(to_string(error.code()));
  }
}

}  // namespace

TEST_CASE("a model that breaks its contract is refused with expected and got") {
  struct Row {
    const char* what;
    std::string code;
    const char* expected;
    const char* mentions;
  };
  const std::vector<Row> rows = {
      {"no input (M21)", "def forward(self):\n  return torch.zeros([1, 3])\n", "model_contract",
       "takes 0 inputs; expected 1"},
      {"two inputs (M21)", "def forward(self, x, y):\n  return x + y\n", "model_contract",
       "takes 2 inputs; expected 1"},
      {"no forward (M21)", "def infer(self, x):\n  return x\n", "model_contract", "no method forward"},
      {"a list of pictures", "def forward(self, x: List[Tensor]):\n  return torch.stack(x)\n", "model_contract",
       "List"},
      {"a tuple (M22)", "def forward(self, x):\n  return torch.mean(x, [2, 3]), x\n", "model_contract",
       "'0' [1, 3], '1' [1, 3, 4, 4]"},
      {"a list (M22)", "def forward(self, x):\n  return [torch.mean(x, [2, 3])]\n", "model_contract", "got '0' [1, 3]"},
      {"a dictionary (M22)", "def forward(self, x):\n  return {\"out\": torch.mean(x, [2, 3])}\n", "model_contract",
       "got 'out' [1, 3]"},
      {"None (M22)", "def forward(self, x):\n  return None\n", "model_contract", "returned a None"},
      {"a string (M22)", "def forward(self, x):\n  return \"cat\"\n", "model_contract", "returned a string"},
      {"another rank (M23)", "def forward(self, x):\n  return x\n", "model_contract",
       "expected float32 [1, 3] (pictures, classes), got float32 [1, 3, 4, 4]"},
      {"another class count (M23)", "def forward(self, x):\n  return torch.mean(x, [2])\\\n    .view(x.size(0), -1)\n",
       "model_contract", "got float32 [1, 12]"},
      {"integers", "def forward(self, x):\n  return torch.mean(x, [2, 3]).int()\n", "model_contract",
       "got int32 [1, 3]"},
      {"NaN (M24)", "def forward(self, x):\n  return torch.mean(x, [2, 3]) * float('nan')\n", "non_finite_output",
       "score of class 0 is nan"},
      {"infinity (M24)", "def forward(self, x):\n  return torch.mean(x, [2, 3]) + float('inf')\n", "non_finite_output",
       "inf"},
      {"an exception (M25)", "def forward(self, x):\n  assert x.size(0) > 99, \"no cats today\"\n  return x\n",
       "model_runtime", "no cats today"},
      {"2^40 floats (M26)", "def forward(self, x):\n  return torch.zeros([1024, 1024, 1024, 1024])\n", "out_of_memory",
       ""},
      {"a wrong layer size", "def forward(self, x):\n  return torch.mm(torch.mean(x, [2, 3]), torch.ones([5, 2]))\n",
       "model_runtime", "(1x3 and 5x2) (hint: the network was made for another input size"},
      {"wrong channels", "def forward(self, x):\n  return torch.conv2d(x, torch.ones([3, 1, 4, 4])).flatten(1)\n",
       "model_runtime", "(hint: the record's color"},
      {"a device of its own (M30)",
       "def forward(self, x):\n  return torch.zeros([1, 3], device=torch.device(\"cuda:0\"))\n", "model_contract",
       "hint: a device is built into the traced code"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    std::string message;
    CHECK(outcome(ScriptModel{.code = row.code, .extra_files = {{"visionkit.json", three_labels}}}.save(), {},
                  message) == row.expected);
    CAPTURE(message);
    CHECK(message.find(row.mentions) != std::string::npos);
  }
}

TEST_CASE("probabilities outside 0..1 break the contract (M24)") {
  std::string message;
  const ScriptModel model = {.code = "def forward(self, x):\n  return torch.mean(x, [2, 3]) + 1.7\n",
                             .extra_files = {{"visionkit.json", three_labels}}};
  CHECK(outcome(model.save(), {.scores = ScoreKind::probabilities}, message) == "model_contract");
  CHECK(message.find("expected probabilities 0..1") != std::string::npos);
}

TEST_CASE("an answer that turns bad only later is refused when it comes") {
  const ScriptModel model = {.code = "def forward(self, x):\n  m = torch.mean(x, [2, 3])\n  return m / (m - 1.0)\n",
                             .extra_files = {{"visionkit.json", three_labels}}};
  const auto classifier = Classifier::from_bytes(model.save());
  Image white({4, 4}, PixelFormat::rgb8);
  std::fill(white.pixels().begin(), white.pixels().end(), std::uint8_t{255});
  try {
    (void)classifier.classify(white);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::non_finite_output);
  }
  CHECK(classifier.classify(Image({4, 4}, PixelFormat::rgb8)).classes.size() == 3);  // and stays usable
}

TEST_CASE("one output of several is taken by its name") {
  auto text = three_labels;
  text.insert(text.rfind('}'), R"(, "output": {"tensors": ["1.scores"]})");
  const ScriptModel model = {.code = "def forward(self, x):\n  return x, {\"scores\": torch.mean(x, [2, 3])}\n",
                             .extra_files = {{"visionkit.json", text}}};
  CHECK(Classifier::from_bytes(model.save()).classify(Image({4, 4}, PixelFormat::rgb8)).classes.size() == 3);
}

TEST_CASE("a bad record is refused with its place") {
  struct Row {
    const char* what;
    std::string record;
    const char* expected;
    const char* mentions;
  };
  const std::vector<Row> rows = {
      {"not JSON", "{", "model_record", "not JSON"},
      {"a list", "[]", "model_record", "an object is expected"},
      {"no schema version", "{}", "model_record", "'visionkit' is missing"},
      {"another schema version", R"({"visionkit": 2})", "model_record", "schema version 2"},
      {"an unknown key", R"({"visionkit": 1, "lables": []})", "model_record", "unknown key 'lables'"},
      {"a wrong type", R"({"visionkit": 1, "labels": "cat"})", "model_record", "/labels"},
      {"an unknown task", R"({"visionkit": 1, "task": "guessing"})", "model_record", "expected one of classification"},
      {"an unknown resize", R"({"visionkit": 1, "input": {"resize": {"mode": "squash"}}})", "model_record",
       "/input/resize/mode"},
      {"a size of 0", R"({"visionkit": 1, "input": {"resize": {"mode": "stretch", "width": 0, "height": 4}}})",
       "model_record", ""},
      {"a repeated label", R"({"visionkit": 1, "labels": ["a", "a"]})", "model_record", "repeats"},
      {"another task",
       R"({"visionkit": 1, "task": "detection", "input": {"resize": {"mode": "stretch", "width": 4, "height": 4}}})",
       "model_contract", "a model for detection"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    std::string message;
    CHECK(outcome(ScriptModel{.code = mean_color, .extra_files = {{"visionkit.json", row.record}}}.save(), {},
                  message) == row.expected);
    CAPTURE(message);
    CHECK(message.find(row.mentions) != std::string::npos);
  }
}

TEST_CASE("without a record nothing is guessed") {
  std::string message;
  CHECK(outcome(ScriptModel{.code = mean_color}.save(), {}, message) == "model_contract");
  CHECK(message.find("no record") != std::string::npos);
  const PreprocessOptions input = {.resize = {.mode = ResizeMode::stretch, .size = {4, 4}}};
  CHECK(outcome(ScriptModel{.code = mean_color}.save(), {.input = input}, message) == "accepted");
}

TEST_CASE("options out of range are refused and named") {
  struct Row {
    ClassifierOptions options;
    const char* mentions;
  };
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Row> rows = {
      {{.top_k = 0}, "top_k is 0"},
      {{.score_thresholds = {-0.1F}}, "score_thresholds is -0.1, expected 0..1"},
      {{.score_thresholds = {40.0F}}, "score_thresholds is 40, expected 0..1"},
      {{.score_thresholds = {nan}}, "score_thresholds is nan"},
      {{.score_thresholds = {0.1F, 0.2F}}, "score_thresholds has 2 values"},
      {{.allow = {"purple"}}, "allow names 'purple'"},
      {{.deny = {"purple"}}, "deny names 'purple'"},
      {{.temperature = 0.0F}, "temperature is 0"},
      {{.task = Task::detection}, "task is detection"},
      {{.run = {.device = Device::cuda(99)}}, "device is cuda:99"},
      {{.run = {.precision = Precision::float16}}, "precision is float16"},
      {{.run = {.sha256 = "abc"}}, "sha256"},
  };
  const auto bytes = ScriptModel{.code = mean_color, .extra_files = {{"visionkit.json", three_labels}}}.save();
  for (const auto& row : rows) {
    std::string message;
    CHECK(outcome(bytes, row.options, message) == "invalid_option");
    CAPTURE(message);
    CHECK(message.find(row.mentions) != std::string::npos);
  }
}

TEST_CASE("an operator that nobody registered is named (M20)") {
  const ScriptModel model = {.code = "def forward(self, x):\n  return torch.mean(x, [2, 3])\n",
                             .extra_files = {{"visionkit.json", three_labels}}};
  // LibTorch refuses to define a call of an unknown operator, so a stored archive carries one.
  const auto path = test::data_folder() / "models" / "unknown_operator.pt";
  std::string message;
  CHECK(outcome(test::read_bytes(path), {.record = parse_record(three_labels)}, message) == "model_format");
  CHECK(message.find("nobody::has_this") != std::string::npos);
}
