#include "tasks/class_filter.hpp"

#include "core/fail.hpp"

namespace visionkit {

std::vector<bool> allowed_classes(const std::vector<std::string>& allow, const std::vector<std::string>& deny,
                                  const Labels& labels) {
  if (allow.empty() && deny.empty()) return {};
  std::vector<bool> allowed(labels.size(), allow.empty());
  const auto set = [&](const char* field, const std::vector<std::string>& names, bool value) {
    for (const auto& name : names) {
      const auto id = labels.find(name);
      if (!id)
        fail(ErrorCode::invalid_option, "{} names '{}', which is not among the {} labels of the model", field, name,
             labels.size());
      allowed[static_cast<std::size_t>(id->value)] = value;
    }
  };
  set("allow", allow, true);
  set("deny", deny, false);
  return allowed;
}

}  // namespace visionkit
