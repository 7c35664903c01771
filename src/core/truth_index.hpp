// From ids, as files have them, to places in an array: 0 for the lowest id, 1 for the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace visionkit {

class IdIndex {
 public:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  IdIndex() = default;
  /// Repeated ids count once.
  explicit IdIndex(std::vector<std::int64_t> ids);

  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] const std::vector<std::int64_t>& ids() const { return ids_; }
  /// The place of an id, `none` for an unknown one.
  [[nodiscard]] std::size_t find(std::int64_t id) const {
    const auto offset = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(first_);
    if (offset < table_.size()) return table_[offset] == absent ? none : table_[offset];
    return table_.empty() ? search(id) : none;
  }

 private:
  static constexpr std::uint32_t absent = std::numeric_limits<std::uint32_t>::max();

  [[nodiscard]] std::size_t search(std::int64_t id) const;

  std::vector<std::int64_t> ids_;  // rising
  std::int64_t first_ = 0;
  std::vector<std::uint32_t> table_;  // by id - first_, when the ids lie close together
};

}  // namespace visionkit
