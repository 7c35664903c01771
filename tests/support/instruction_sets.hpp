// Highway picks the best instruction set of the machine; tests run the others, too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <hwy/targets.h>

namespace visionkit::test {

/// Runs the rest of a scope on one instruction set.
class InstructionSet {
 public:
  explicit InstructionSet(std::int64_t target) { choose(target); }
  ~InstructionSet() { choose(0); }
  InstructionSet(const InstructionSet&) = delete;
  InstructionSet& operator=(const InstructionSet&) = delete;

 private:
  static void choose(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

/// Every instruction set of this machine by itself; last the one that has none, plain C++.
inline std::vector<std::int64_t> instruction_sets() {
  std::vector<std::int64_t> sets;
  for (auto rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) sets.push_back(rest & -rest);
  if (std::find(sets.begin(), sets.end(), HWY_SCALAR) == sets.end()) sets.push_back(HWY_SCALAR);
  return sets;
}

}  // namespace visionkit::test
