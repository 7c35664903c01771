// OpenVINO's side of the engine: everything that includes OpenVINO is in this folder.
#include "runtime/openvino/plugin.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <openvino/frontend/manager.hpp>
#include <openvino/openvino.hpp>

#include "runtime/openvino/build.hpp"
#include "runtime/openvino/graph_decoder.hpp"

namespace visionkit::openvino {
namespace {

namespace jit = torch::jit;

struct ElementType {
  DType dtype;
  ov::element::Type_t type;
};
constexpr std::array element_types = {
    ElementType{DType::float32, ov::element::Type_t::f32},   ElementType{DType::float16, ov::element::Type_t::f16},
    ElementType{DType::bfloat16, ov::element::Type_t::bf16}, ElementType{DType::float64, ov::element::Type_t::f64},
    ElementType{DType::uint8, ov::element::Type_t::u8},      ElementType{DType::int8, ov::element::Type_t::i8},
    ElementType{DType::int16, ov::element::Type_t::i16},     ElementType{DType::int32, ov::element::Type_t::i32},
    ElementType{DType::int64, ov::element::Type_t::i64},     ElementType{DType::boolean, ov::element::Type_t::boolean}};

ov::element::Type to_openvino(DType dtype) {
  for (const auto& row : element_types) {
    if (row.dtype == dtype) return row.type;
  }
  throw std::logic_error("an element type without a counterpart");
}

DType from_openvino(ov::element::Type type) {
  for (const auto& row : element_types) {
    if (row.type == type) return row.dtype;
  }
  throw std::runtime_error("an output has elements of type " + type.get_type_name());
}

ov::Core& core() {
  // Never destroyed: its threads may outlive the end of main().
  static auto& shared = *new ov::Core();
  return shared;
}

// --- From TorchScript ---

// The frontend knows lists of tensors only as nodes that make them, and optional constants not at all.
void spread_constants(jit::Block* block) {
  for (auto it = block->nodes().begin(); it != block->nodes().end();) {
    auto* node = *it++;
    for (auto* inner : node->blocks()) spread_constants(inner);
    if (node->kind() != c10::prim::Constant) continue;
    const auto value = jit::toIValue(node->output());
    if (!value) continue;
    const jit::WithInsertPoint here(node);
    auto* graph = node->owningGraph();
    if (value->isTensorList() || (value->isList() && !value->toListRef().empty() && value->toListRef()[0].isTensor())) {
      std::vector<jit::Value*> tensors;
      for (const auto& tensor : value->toListRef()) tensors.push_back(graph->insertConstant(tensor));
      auto* list = graph->insertNode(graph->createList(c10::TensorType::get(), tensors));
      node->output()->replaceAllUsesWith(list->output());
    } else if (node->output()->type()->kind() == c10::TypeKind::OptionalType) {
      node->output()->replaceAllUsesWith(graph->insertConstant(*value));
    }
  }
}

// Whether a number is made of what a tensor holds, not only of its shape and type.
bool depends_on_values(const jit::Value* number, std::unordered_set<const jit::Value*>& seen) {
  static const std::unordered_set<std::string> of_the_outside = {
      "aten::size",       "aten::dim",          "aten::len",       "aten::numel",
      "aten::stride",     "prim::dtype",        "prim::device",    "prim::layout",
      "prim::is_cuda",    "aten::__is__",       "aten::__isnot__", "aten::is_floating_point",
      "aten::is_complex", "aten::is_contiguous"};
  if (!seen.insert(number).second) return false;
  const auto* node = number->node();
  if (of_the_outside.count(node->kind().toQualString()) > 0) return false;
  if (number->type()->kind() == c10::TypeKind::TensorType && node->kind() != c10::prim::Constant) return true;
  for (const auto* input : node->inputs()) {
    if (depends_on_values(input, seen)) return true;
  }
  for (const auto* block : node->blocks()) {
    for (const auto* output : block->outputs()) {
      if (depends_on_values(output, seen)) return true;
    }
  }
  return false;
}

// The frontend leaves exceptions out. One that is about the shape cannot come where the probes went through; one that
// is about the picture can.
void refuse_exceptions(const jit::Block* block, bool is_conditional) {
  for (const auto* node : block->nodes()) {
    if (node->kind() == c10::prim::RaiseException && is_conditional)
      throw std::runtime_error("the network raises an exception by what it sees");
    std::unordered_set<const jit::Value*> seen;
    const bool by_values = std::any_of(node->inputs().begin(), node->inputs().end(), [&](const jit::Value* input) {
      return input->type()->kind() != c10::TypeKind::TensorType && depends_on_values(input, seen);
    });
    for (const auto* inner : node->blocks()) refuse_exceptions(inner, is_conditional || by_values);
  }
}

// The body of forward as a graph with one input, the pictures.
std::shared_ptr<jit::Graph> body_of(const jit::Module& module) {
  const auto method = module.get_method("forward");
  auto graph = method.graph()->copy();
  jit::Inline(*graph);
  const auto& arguments = method.function().getSchema().arguments();
  {
    const jit::WithInsertPoint start(*graph->nodes().begin());
    while (graph->inputs().size() > 2) {
      const auto last = graph->inputs().size() - 1;
      const auto& usual = arguments.at(last).default_value();
      if (!usual) throw std::runtime_error("forward takes more than the pictures");
      graph->inputs()[last]->replaceAllUsesWith(graph->insertConstant(*usual));
      graph->eraseInput(last);
    }
  }
  jit::LowerAllTuples(graph);
  jit::EliminateDeadCode(graph);
  if (graph->inputs().front()->hasUses()) throw std::runtime_error("the network changes attributes of its own");
  graph->eraseInput(0);
  // The frontend drops inputs that have "self" in their name.
  graph->inputs().front()->setDebugName("pictures");
  refuse_exceptions(graph->block(), false);
  spread_constants(graph->block());
  return graph;
}

std::shared_ptr<ov::Model> convert_graph(std::shared_ptr<jit::Graph> graph, DType dtype, const Shape& shape) {
  static ov::frontend::FrontEndManager manager;
  static std::mutex one_at_a_time;
  ov::frontend::FrontEnd::Ptr frontend;
  {
    const std::lock_guard lock(one_at_a_time);
    frontend = manager.load_by_framework("pytorch");
  }
  if (!frontend) throw std::runtime_error("OpenVINO's PyTorch frontend is not installed");
  const auto decoded = std::make_shared<const DecodedGraph>(std::move(graph));
  const std::shared_ptr<ov::frontend::IDecoder> decoder = decode(decoded);
  const auto input_model = frontend->load(decoder);
  const auto inputs = input_model->get_inputs();
  if (inputs.size() != 1) throw std::runtime_error("the answer does not depend on the pictures");
  input_model->set_element_type(inputs.front(), to_openvino(dtype));
  input_model->set_partial_shape(inputs.front(), ov::PartialShape(shape));
  return frontend->convert(input_model);
}

// --- Running ---

class OpenVinoRequest final : public Request {
 public:
  OpenVinoRequest(ov::CompiledModel network)  // a handle
      : network_(std::move(network)), request_(network_.create_infer_request()) {}

  void run(const TensorView& input) override {
    // A thread brings its pictures in the same memory again and again.
    if (input.data != input_.data || input.dtype != input_.dtype || input.shape != input_.shape) {
      const ov::Shape shape(input.shape.begin(), input.shape.end());
      request_.set_input_tensor(ov::Tensor(to_openvino(input.dtype), shape, input.data));
      input_ = input;
    }
    request_.infer();
  }

  [[nodiscard]] const std::vector<TensorView>& outputs() override {
    outputs_.resize(network_.outputs().size());
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const auto tensor = request_.get_output_tensor(i);
      const auto shape = tensor.get_shape();
      outputs_[i].dtype = from_openvino(tensor.get_element_type());
      outputs_[i].shape.assign(shape.begin(), shape.end());
      outputs_[i].data = tensor.data();
    }
    return outputs_;
  }

 private:
  ov::CompiledModel network_;
  ov::InferRequest request_;
  TensorView input_;  // that the request has
  std::vector<TensorView> outputs_;
};

class OpenVinoCompiled final : public Compiled {
 public:
  explicit OpenVinoCompiled(ov::CompiledModel network) : network_(std::move(network)) {}
  [[nodiscard]] std::unique_ptr<Request> request() const override {
    return std::make_unique<OpenVinoRequest>(network_);
  }
  void save(const std::string& path) const override {
    std::ofstream file(path, std::ios::binary);
    // The handle is shared; writing changes nothing in it.
    ov::CompiledModel(network_).export_model(file);
    if (!file.flush()) throw std::runtime_error("cannot write '" + path + "'");
  }

 private:
  ov::CompiledModel network_;
};

// Of a network for any size: prepared parts that are kept for a shape that may come again. By default there are so many
// that each new shape takes some megabytes.
constexpr int kept_parts = 16;

ov::AnyMap properties(const CompileOptions& options) {
  // OpenVINO would choose the precision by the processor.
  const auto precision = options.precision == Precision::bfloat16 ? ov::element::bf16 : ov::element::f32;
  return {ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
          ov::num_streams(1),
          ov::inference_num_threads(options.threads),
          ov::hint::inference_precision(precision),
          // Threads tied to processors cannot give way to neighbors, and the caller's is among them.
          ov::hint::enable_cpu_pinning(false),
          {"CPU_RUNTIME_CACHE_CAPACITY", kept_parts}};
}

class OpenVinoConverted final : public Converted {
 public:
  explicit OpenVinoConverted(std::shared_ptr<ov::Model> model) : model_(std::move(model)) {}

  [[nodiscard]] std::unique_ptr<Compiled> compile(const CompileOptions& options) const override {
    const auto model = model_->clone();
    model->reshape(ov::PartialShape(options.input));
    return std::make_unique<OpenVinoCompiled>(core().compile_model(model, "CPU", properties(options)));
  }

  void save(const std::string& structure, const std::string& weights) const override {
    ov::serialize(model_, structure, weights);
  }

 private:
  std::shared_ptr<ov::Model> model_;
};

class OpenVinoPlugin final : public Plugin {
 public:
  [[nodiscard]] std::string version() const override {
    const std::string number = ov::get_openvino_version().buildNumber;  // "2026.4.1-21951-a1b2c3"
    return number.substr(0, number.find('-'));
  }
  [[nodiscard]] std::unique_ptr<Converted> convert(const void* module, DType dtype, const Shape& shape) const override {
    auto graph = body_of(*static_cast<const jit::Module*>(module));
    return std::make_unique<OpenVinoConverted>(convert_graph(std::move(graph), dtype, shape));
  }
  [[nodiscard]] std::unique_ptr<Converted> read(const std::string& structure,
                                                const std::string& weights) const override {
    return std::make_unique<OpenVinoConverted>(core().read_model(structure, weights));
  }
  [[nodiscard]] std::unique_ptr<Compiled> load(const std::string& path, const CompileOptions& options) const override {
    return std::make_unique<OpenVinoCompiled>(
        core().import_model(ov::read_tensor_data(path), "CPU", properties(options)));
  }
};

}  // namespace
}  // namespace visionkit::openvino

extern "C" {

__attribute__((visibility("default"))) const char* visionkit_openvino_build() {
  return visionkit::openvino::build_text;
}

__attribute__((visibility("default"))) const visionkit::openvino::Plugin* visionkit_openvino_plugin() {
  visionkit::openvino::core();
  static const visionkit::openvino::OpenVinoPlugin plugin;
  return &plugin;
}
}
