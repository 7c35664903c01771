#include "evaluate/class_match.hpp"

#include <set>
#include <unordered_map>

#include "core/fail.hpp"

namespace visionkit {
namespace {

void note(std::vector<DatasetNote>& notes, const char* what, const std::string& name) {
  if (notes.empty() || notes.back().what != what) notes.push_back({what, 0, name});
  ++notes.back().count;
}

}  // namespace

ClassMatching::ClassMatching(const Labels& labels, std::size_t model_classes, const std::vector<std::string>& classes,
                             ClassMatch match)
    : to_model_(classes.size()), to_dataset_(model_classes) {
  std::unordered_map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < labels.size(); ++i) by_name.emplace(labels.names()[i], i);
  std::size_t matched = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    std::optional<std::size_t> place;
    if (match == ClassMatch::by_number) {
      if (i < model_classes) place = i;
    } else if (const auto found = by_name.find(classes[i]); found != by_name.end()) {
      place = found->second;
    }
    // Of two classes of one name the first is it.
    if (!place || to_dataset_[*place]) {
      note(notes_, "class of the data set that the model does not have", classes[i]);
      continue;
    }
    to_model_[i] = ClassId(static_cast<std::int32_t>(*place));
    to_dataset_[*place] = i;
    ++matched;
  }
  if (matched == 0) {
    fail(ErrorCode::dataset_reference,
         "no class of the data set ({} classes, first '{}') is one of the model's ({} classes, first '{}'); expected "
         "equal names, or ClassMatch::by_number",
         classes.size(), classes.empty() ? "" : classes.front(), model_classes, labels[ClassId(0)]);
  }
  for (std::size_t i = 0; i < model_classes; ++i) {
    if (!to_dataset_[i]) {
      note(notes_, "class of the model that the data set does not have", labels[ClassId(static_cast<std::int32_t>(i))]);
    }
  }
}

std::optional<std::size_t> ClassMatching::to_dataset(ClassId label) const {
  const auto place = static_cast<std::size_t>(label.value);
  return label.value >= 0 && place < to_dataset_.size() ? to_dataset_[place] : std::nullopt;
}

Labels unique_labels(const std::vector<std::string>& names, const std::vector<std::int64_t>& numbers) {
  std::set<std::string> taken;
  std::vector<std::string> unique;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto name = names[i].empty() ? std::to_string(numbers[i]) : names[i];
    while (!taken.insert(name).second) name += fmt::format(" ({})", numbers[i]);
    unique.push_back(std::move(name));
  }
  return Labels(std::move(unique));
}

}  // namespace visionkit
