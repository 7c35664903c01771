#include "core/truth_index.hpp"

#include <algorithm>
#include <utility>

namespace visionkit {

IdIndex::IdIndex(std::vector<std::int64_t> ids) : ids_(std::move(ids)) {
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  if (ids_.empty()) return;
  constexpr std::uint64_t max_sparsity = 16;
  first_ = ids_.front();
  const auto span = static_cast<std::uint64_t>(ids_.back()) - static_cast<std::uint64_t>(first_);
  if (span / max_sparsity >= ids_.size()) return;
  table_.assign(span + 1, absent);
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    table_[static_cast<std::uint64_t>(ids_[i]) - static_cast<std::uint64_t>(first_)] = static_cast<std::uint32_t>(i);
  }
}

std::size_t IdIndex::search(std::int64_t id) const {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  return at == ids_.end() || *at != id ? none : static_cast<std::size_t>(at - ids_.begin());
}

}  // namespace visionkit
