#include "runtime/openvino/graph_decoder.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <torch/csrc/jit/ir/constants.h>
#include <openvino/op/constant.hpp>

namespace visionkit::openvino {
namespace {

namespace jit = torch::jit;
namespace type = ov::frontend::type;
using ov::frontend::pytorch::TorchDecoder;

ov::Any to_any(at::ScalarType scalar) {
  switch (scalar) {
    case at::kFloat: return ov::element::f32;
    case at::kDouble: return ov::element::f64;
    case at::kHalf: return ov::element::f16;
    case at::kBFloat16: return ov::element::bf16;
    case at::kByte: return ov::element::u8;
    case at::kChar: return ov::element::i8;
    case at::kShort: return ov::element::i16;
    case at::kInt: return ov::element::i32;
    case at::kLong: return ov::element::i64;
    case at::kBool: return ov::element::boolean;
    case at::kComplexFloat: return type::Complex(ov::element::f32);
    case at::kComplexDouble: return type::Complex(ov::element::f64);
    default: return ov::element::dynamic;
  }
}

ov::Any to_any(const c10::TypePtr& of) {
  switch (of->kind()) {
    case c10::TypeKind::IntType: return type::PyScalar(ov::element::i64);
    case c10::TypeKind::FloatType: return type::PyScalar(ov::element::f32);
    case c10::TypeKind::BoolType: return type::PyScalar(ov::element::boolean);
    case c10::TypeKind::ComplexType: return type::Tensor(type::Complex(ov::element::dynamic));
    case c10::TypeKind::TensorType: {
      const auto scalar = of->expectRef<c10::TensorType>().scalarType();
      return type::Tensor(scalar ? to_any(*scalar) : ov::Any(ov::element::dynamic));
    }
    case c10::TypeKind::ListType: return type::List(to_any(of->expectRef<c10::ListType>().getElementType()));
    case c10::TypeKind::StringType:
    case c10::TypeKind::DeviceObjType: return type::Str();
    case c10::TypeKind::NoneType: return type::PyNone();
    default: return ov::element::dynamic;
  }
}

ov::OutputVector constant(const at::Tensor& source) {
  const auto held = std::make_shared<at::Tensor>(source.detach().contiguous());
  const auto element = to_any(held->scalar_type());
  if (!held->device().is_cpu() || !element.is<ov::element::Type>() || held->layout() != at::kStrided) {
    throw std::runtime_error("a constant of type " + held->toString() + " is not supported");
  }
  const ov::Shape shape(held->sizes().begin(), held->sizes().end());
  return std::make_shared<ov::op::v0::Constant>(element.as<ov::element::Type>(), shape, held->data_ptr(), held)
      ->outputs();
}

template <class T>
ov::OutputVector constant(ov::element::Type_t element, const ov::Shape& shape, const std::vector<T>& values) {
  return std::make_shared<ov::op::v0::Constant>(element, shape, values)->outputs();
}

// Lists of numbers are vectors to the frontend.
ov::OutputVector constant(const c10::IValue& value) {
  if (value.isTensor()) return constant(value.toTensor());
  if (value.isInt()) return constant<std::int64_t>(ov::element::i64, {}, {value.toInt()});
  if (value.isDouble()) return constant<double>(ov::element::f32, {}, {value.toDouble()});
  if (value.isBool()) return constant<char>(ov::element::boolean, {}, {value.toBool()});
  if (value.isIntList()) {
    const auto list = value.toIntVector();
    return constant(ov::element::i64, {list.size()}, list);
  }
  if (value.isDoubleList()) {
    const auto list = value.toDoubleVector();
    return constant(ov::element::f32, {list.size()}, list);
  }
  if (value.isBoolList()) {
    const auto list = value.toBoolList();
    return constant(ov::element::boolean, {list.size()}, std::vector<char>(list.begin(), list.end()));
  }
  throw std::runtime_error("a constant of type " + value.tagKind() + " is not supported");
}

// One node, or one block: the body of the graph, of an `if`, of a loop.
class Decoder final : public TorchDecoder {
 public:
  Decoder(std::shared_ptr<const DecodedGraph> graph, const jit::Block* block)
      : Decoder(std::move(graph), block->inputs(), block->outputs()) {
    block_ = block;
    kind_ = "block";
  }
  Decoder(std::shared_ptr<const DecodedGraph> graph, const jit::Node* node)
      : Decoder(std::move(graph), node->inputs(), node->outputs()) {
    node_ = node;
    kind_ = node->kind().toQualString();
    if (const auto* schema = node->maybeSchema()) schema_ = c10::toString(*schema);
    if (node->kind() == c10::prim::Constant) {
      const auto value = jit::toIValue(node->output());
      if (value && value->isString())
        text_ = value->toStringRef();
      else if (value && value->isDevice())
        text_ = c10::DeviceTypeName(value->toDevice().type(), true);
    } else if (node->kind() == c10::prim::device) {
      text_ = "cpu";
    }
  }

  [[nodiscard]] ov::Any const_input(std::size_t) const override {
    throw std::logic_error("inputs of TorchScript are not constants");
  }
  [[nodiscard]] const std::vector<std::size_t>& inputs() const override { return input_ids_; }
  [[nodiscard]] const std::string& get_input_debug_name(std::size_t i) const override { return input_names_.at(i); }
  [[nodiscard]] const std::string& get_input_signature_name(std::size_t i) const override { return input_names_.at(i); }
  [[nodiscard]] ov::PartialShape get_input_shape(std::size_t i) const override { return shape_of(inputs_.at(i)); }
  [[nodiscard]] const std::vector<std::size_t>& get_input_strides(std::size_t) const override { return no_strides_; }
  [[nodiscard]] ov::Any get_input_type(std::size_t i) const override { return to_any(inputs_.at(i)->type()); }
  [[nodiscard]] const std::string& get_output_debug_name(std::size_t i) const override { return output_names_.at(i); }
  [[nodiscard]] ov::PartialShape get_output_shape(std::size_t i) const override { return shape_of(outputs_.at(i)); }
  [[nodiscard]] ov::Any get_output_type(std::size_t i) const override { return to_any(outputs_.at(i)->type()); }
  [[nodiscard]] bool input_is_none(std::size_t i) const override {
    return i >= inputs_.size() || inputs_[i]->type()->kind() == c10::TypeKind::NoneType;
  }
  [[nodiscard]] ov::OutputVector try_decode_get_attr() const override {
    throw std::runtime_error("an attribute of a module was not frozen");
  }
  [[nodiscard]] ov::OutputVector as_constant() const override {
    const auto value = node_ != nullptr ? jit::toIValue(outputs_.front()) : std::nullopt;
    if (!value) throw std::runtime_error(kind_ + " is not a constant");
    return constant(*value);
  }
  [[nodiscard]] const std::string& as_string() const override {
    if (!text_) throw std::runtime_error(kind_ + " is not a string");
    return *text_;
  }
  [[nodiscard]] const std::string& get_op_type() const override { return kind_; }
  [[nodiscard]] const std::string& get_schema() const override { return schema_; }
  [[nodiscard]] std::size_t num_of_outputs() const override { return outputs_.size(); }
  [[nodiscard]] std::size_t output_list_size() const override { return 0; }
  [[nodiscard]] const std::vector<std::size_t>& outputs() const override { return output_ids_; }
  [[nodiscard]] std::size_t output(std::size_t i) const override { return output_ids_.at(i); }
  [[nodiscard]] std::shared_ptr<ov::Node> mark_node(std::shared_ptr<ov::Node> node) const override {
    node->set_friendly_name(kind_);
    return node;
  }
  [[nodiscard]] std::size_t get_subgraph_size() const override { return node_ != nullptr ? node_->blocks().size() : 1; }
  void visit_subgraph(std::function<void(std::shared_ptr<TorchDecoder>)> visit) const override {
    for (const auto* node : block_->nodes()) visit(std::make_shared<Decoder>(graph_, node));
  }
  [[nodiscard]] std::shared_ptr<TorchDecoder> get_subgraph_decoder(std::size_t i) const override {
    return std::make_shared<Decoder>(graph_, node_->blocks().at(i));
  }
  // Convolutions and products never answer with a part of an input, though the analysis cannot always tell.
  [[nodiscard]] bool may_produce_alias(std::size_t input, std::size_t output) const override {
    for (const auto* fresh :
         {"aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::_convolution", "aten::matmul", "aten::clone"}) {
      if (kind_ == fresh) return false;
    }
    return graph_->may_alias(inputs_.at(input), outputs_.at(output));
  }
  [[nodiscard]] bool is_input_inlined(std::size_t) const override { return false; }
  [[nodiscard]] std::shared_ptr<TorchDecoder> get_inlined_input_decoder(std::size_t) const override { return nullptr; }
  [[nodiscard]] ov::Any get_attribute(const std::string&) const override { return {}; }
  [[nodiscard]] std::size_t get_named_input(const std::string& name) const override {
    throw std::logic_error("no input is called " + name);
  }
  [[nodiscard]] const std::string& decoder_type_name() const override { return type_name_; }
  [[nodiscard]] ov::frontend::pytorch::DecoderRTInfo get_rt_info() const override { return {}; }
  [[nodiscard]] bool has_converter() const override { return false; }
  [[nodiscard]] ov::OutputVector convert(const ov::frontend::NodeContext*) const override {
    throw std::logic_error("there is no converter of our own");
  }

 private:
  Decoder(std::shared_ptr<const DecodedGraph> graph, c10::ArrayRef<const jit::Value*> inputs,
          c10::ArrayRef<const jit::Value*> outputs)
      : graph_(std::move(graph)), inputs_(inputs.vec()), outputs_(outputs.vec()) {
    for (const auto* value : inputs_) {
      input_ids_.push_back(value->unique());
      input_names_.push_back(value->debugName());
    }
    for (const auto* value : outputs_) {
      output_ids_.push_back(value->unique());
      output_names_.push_back(value->debugName());
    }
  }

  // The extents that a trace saw do not hold for other inputs; their number does.
  static ov::PartialShape shape_of(const jit::Value* value) {
    const auto tensor = value->type()->cast<c10::TensorType>();
    if (!tensor || !tensor->sizes().concrete_sizes()) return ov::PartialShape::dynamic();
    return ov::PartialShape::dynamic(static_cast<std::int64_t>(*tensor->sizes().size()));
  }

  std::shared_ptr<const DecodedGraph> graph_;
  const jit::Block* block_ = nullptr;
  const jit::Node* node_ = nullptr;
  std::vector<const jit::Value*> inputs_, outputs_;
  std::vector<std::size_t> input_ids_, output_ids_, no_strides_;
  std::vector<std::string> input_names_, output_names_;
  std::string kind_, schema_, type_name_ = "ts";
  std::optional<std::string> text_;
};

}  // namespace

std::shared_ptr<TorchDecoder> decode(std::shared_ptr<const DecodedGraph> graph) {
  const auto* block = std::as_const(graph->graph()).block();
  return std::make_shared<Decoder>(std::move(graph), block);
}

}  // namespace visionkit::openvino
