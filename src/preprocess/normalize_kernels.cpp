#include "preprocess/normalize_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "preprocess/normalize_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace visionkit::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using Floats = hn::ScalableTag<float>;
using Ints = hn::RebindToSigned<Floats>;
using Bytes = hn::Rebind<std::uint8_t, Floats>;
using FloatVector = hn::Vec<Floats>;

struct Factor {
  explicit Factor(const ExactFactor& factor)
      : high(hn::Set(Floats(), factor.high)), low(hn::Set(Floats(), factor.low)) {}

  [[nodiscard]] FloatVector times(FloatVector value) const { return hn::MulAdd(value, high, hn::Mul(value, low)); }

  FloatVector high, low;
};

struct Formula {
  explicit Formula(const NormalizeFormula& formula)
      : scale(formula.scale), mean(hn::Set(Floats(), formula.mean)), inverse_std(formula.inverse_std) {}

  Factor scale;
  FloatVector mean;
  Factor inverse_std;
};

void store(hn::Vec<Bytes> bytes, const Formula& formula, float* plane) {
  const auto value = hn::ConvertTo(Floats(), hn::PromoteTo(Ints(), bytes));
  const auto shifted = hn::Sub(formula.scale.times(value), formula.mean);
  hn::StoreU(formula.inverse_std.times(shifted), Floats(), plane);
}

std::size_t normalize_planes(const std::uint8_t* pixels, std::size_t count,
                             const std::array<NormalizeFormula, 3>& formulas, const std::array<float*, 3>& planes) {
  const std::size_t lanes = hn::Lanes(Floats());
  if (count < lanes) return 0;
  const Formula first(formulas[0]);
  const Formula second(formulas[1]);
  const Formula third(formulas[2]);
  const auto one_vector = [&](std::size_t i) {
    hn::Vec<Bytes> a;
    hn::Vec<Bytes> b;
    hn::Vec<Bytes> c;
    hn::LoadInterleaved3(Bytes(), pixels + 3 * i, a, b, c);
    store(a, first, planes[0] + i);
    store(b, second, planes[1] + i);
    store(c, third, planes[2] + i);
  };
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) one_vector(i);
  if (i < count) one_vector(count - lanes);  // does some pixels twice
  return count;
}

}  // namespace
}  // namespace visionkit::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace visionkit {
namespace {

HWY_EXPORT(normalize_planes);

}  // namespace

std::size_t normalize_planes(const std::uint8_t* pixels, std::size_t count,
                             const std::array<NormalizeFormula, 3>& formulas, const std::array<float*, 3>& planes) {
  return HWY_DYNAMIC_DISPATCH(normalize_planes)(pixels, count, formulas, planes);
}

}  // namespace visionkit
#endif
