#include "runtime/difference.hpp"

#include <algorithm>
#include <limits>

#include "runtime/torch_values.hpp"

namespace visionkit {
namespace {

constexpr double incomparable = std::numeric_limits<double>::infinity();

}  // namespace

double difference(const TensorView& expected, const TensorView& got) {
  if (expected.dtype != got.dtype || expected.shape != got.shape) return incomparable;
  const c10::InferenceMode inference;
  const auto a = borrow(expected);
  const auto b = borrow(got);
  if (a.numel() == 0) return 0;
  if (!a.is_floating_point()) return a.ne(b).sum().item<double>() / static_cast<double>(a.numel());
  const auto x = a.to(at::kDouble);
  const auto y = b.to(at::kDouble);
  const auto finite = x.isfinite();
  if (!finite.equal(y.isfinite())) return incomparable;
  const auto zero = at::zeros_like(x);
  const auto span = at::where(finite, x, zero).abs().max().item<double>();
  const auto apart = at::where(finite, x - y, zero).abs().max().item<double>();
  return apart / std::max(span, 1e-6);
}

double difference(const Outputs& expected, const Outputs& got) {
  if (expected.size() != got.size()) return incomparable;
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].name != got[i].name) return incomparable;
    worst = std::max(worst, difference(expected[i].tensor.view(), got[i].tensor.view()));
  }
  return worst;
}

}  // namespace visionkit
