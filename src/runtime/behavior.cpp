#include "runtime/behavior.hpp"

#include <algorithm>

#include "runtime/difference.hpp"
#include "runtime/torch_values.hpp"

namespace visionkit {
namespace {

// Everything that a module can remember from one call to the next.
std::vector<c10::IValue> remember(const torch::jit::Module& module) {
  std::vector<c10::IValue> values;
  for (const auto& attribute : module.named_attributes()) {
    if (attribute.value.isTensor())
      values.emplace_back(attribute.value.toTensor().clone());
    else if (attribute.value.isInt() || attribute.value.isDouble() || attribute.value.isBool())
      values.push_back(attribute.value);
  }
  return values;
}

bool same(const std::vector<c10::IValue>& before, const std::vector<c10::IValue>& after) {
  const auto equal = [](const c10::IValue& a, const c10::IValue& b) {
    if (a.isTensor()) return b.isTensor() && at::equal(a.toTensor(), b.toTensor());
    return a == b;
  };
  return std::equal(before.begin(), before.end(), after.begin(), after.end(), equal);
}

// A traced network may have a batch of 1 built in; then larger ones fail or, worse, mix the pictures.
bool answers_batches(const torch::jit::Module& module, const TorchCall& call, const std::vector<Tensor>& probes,
                     const std::vector<Outputs>& expected) {
  try {
    std::vector<at::Tensor> singles;
    for (const auto& probe : probes) singles.push_back(borrow(probe.view()));
    const auto together = call_module(module, call, at::cat(singles));
    double worst = 0;
    for (std::size_t i = 0; i < probes.size(); ++i) {
      Outputs part;
      for (const auto& [name, tensor] : together) {
        const auto whole = borrow(tensor.view());
        part.push_back({name, flatten(whole.narrow(0, static_cast<std::int64_t>(i), 1), whole).front().tensor});
      }
      worst = std::max(worst, difference(expected[i], part));
    }
    return worst <= same_answer;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

Behavior observe(const torch::jit::Module& module, const TorchCall& call, const std::vector<Tensor>& probes) {
  Behavior found;
  const auto input = borrow(probes.front().view()).clone();
  const auto untouched = input.clone();
  const auto before = remember(module);
  found.expected.push_back(call_module(module, call, input));
  found.writes_input = !at::equal(input, untouched);
  found.keeps_state = !same(before, remember(module));
  if (found.writes_input) found.notes.emplace_back("the network writes into its input: inputs are copied");
  if (found.keeps_state) found.notes.emplace_back("the network changes its own buffers: calls are serialized");

  auto careful = call;
  careful.writes_input = found.writes_input;
  careful.keeps_state = found.keeps_state;
  for (std::size_t i = 1; i < probes.size(); ++i)
    found.expected.push_back(call_module(module, careful, borrow(probes[i].view())));
  if (found.keeps_state) return found;

  found.is_steady =
      difference(found.expected.front(), call_module(module, careful, borrow(probes.front().view()))) <= same_answer;
  const auto& shape = probes.front().shape();
  const bool is_single = call.input == InputKind::tensor && !shape.empty() && shape.front() == 1;
  if (found.is_steady && is_single &&
      std::all_of(probes.begin(), probes.end(), [&](const auto& probe) { return probe.shape() == shape; })) {
    found.takes_batches = answers_batches(module, careful, probes, found.expected);
    if (!found.takes_batches) found.notes.emplace_back("takes one picture a call: batches are run one by one");
  }
  return found;
}

}  // namespace visionkit
