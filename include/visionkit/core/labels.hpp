// Class indices and class names.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <visionkit/core/config.hpp>

namespace visionkit {

/// The index of a class, 0-based, in the order of the model's outputs. Never converts from or to an integer by itself.
struct ClassId {
  std::int32_t value = 0;

  constexpr ClassId() = default;
  explicit constexpr ClassId(std::int32_t index) : value(index) {}
  friend constexpr auto operator<=>(const ClassId&, const ClassId&) = default;
};

/// Class names by index. An immutable value; safe to read from many threads.
class VISIONKIT_API Labels {
 public:
  Labels() = default;
  /// Names in the order of the model's outputs. Throws invalid_option when a name is empty or appears twice.
  explicit Labels(std::vector<std::string> names);

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }
  /// The name of a class; its number as text when there is no name for it.
  [[nodiscard]] std::string operator[](ClassId id) const;
  [[nodiscard]] std::optional<ClassId> find(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& names() const& noexcept { return names_; }
  [[nodiscard]] std::vector<std::string> names() && { return std::move(names_); }
  friend bool operator==(const Labels&, const Labels&) = default;

 private:
  std::vector<std::string> names_;
};

/// Reads one name a line (UTF-8; a byte-order mark, CR LF and a missing last newline are accepted).
/// Throws the codes of a failed read, and invalid_option for an empty file, an empty or repeated name, or a line above
/// 4 KiB.
VISIONKIT_API Labels read_labels(const std::string& path);

VISIONKIT_API std::string to_string(ClassId id);  ///< "7"

}  // namespace visionkit
