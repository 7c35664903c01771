#include "dataset/picture_files.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

namespace visionkit {

void check_classes(const std::vector<std::string>& classes, const char* field) {
  const std::unordered_set<std::string_view> names(classes.begin(), classes.end());
  if (names.size() != classes.size()) fail(ErrorCode::invalid_option, "{} has a name twice", field);
}

void PictureCollector::add_picture(std::string file_name, Size size, std::string path) {
  path_ = std::move(path);
  const auto id = static_cast<std::int64_t>(data_.images.size()) + 1;
  data_.images.push_back({.id = id, .file_name = std::move(file_name), .size = size});
}

void PictureCollector::add_object(std::string class_name, TrueObject object) {
  if (!classes_.empty() && std::find(classes_.begin(), classes_.end(), class_name) == classes_.end()) {
    fail(ErrorCode::dataset_schema, "{} '{}': the name '{}' is none of the {} that are accepted", what_, path_,
         class_name, classes_.size());
  }
  object.id = static_cast<std::int64_t>(data_.objects.size()) + 1;
  object.image_id = data_.images.back().id;
  data_.objects.push_back(std::move(object));
  names_.push_back(std::move(class_name));
}

void PictureCollector::compare_pictures(const std::string& folder) {
  std::unordered_set<std::string> present;
  if (is_folder(folder)) {
    for (auto& name : list_files(folder, picture_extensions, "pictures")) present.insert(std::move(name));
  }
  for (const auto& image : data_.images) {
    if (present.erase(image.file_name) == 0) notes_.add("annotations of a missing picture: kept", image.file_name);
  }
  std::vector<std::string_view> rest(present.begin(), present.end());
  std::sort(rest.begin(), rest.end());
  for (const auto name : rest) notes_.add("picture without annotations: left out", name);
}

AnnotatedObjects PictureCollector::take() {
  std::map<std::string_view, std::int64_t> ids;
  if (classes_.empty()) {
    for (const auto& name : names_) ids.emplace(name, 0);
    for (auto& [name, id] : ids) id = add_category(std::string(name));
  } else {
    for (const auto& name : classes_) ids.emplace(name, add_category(name));
  }
  for (std::size_t i = 0; i < names_.size(); ++i) data_.objects[i].category_id = ids.at(names_[i]);
  return {std::move(data_), notes_.take()};
}

std::int64_t PictureCollector::add_category(const std::string& name) {
  const auto id = static_cast<std::int64_t>(data_.categories.size());
  data_.categories.push_back({.id = id, .name = name});
  return id;
}

void note_categories(const std::vector<Category>& categories, const std::vector<std::size_t>& uses, NoteList& notes) {
  for (std::size_t i = 0; i < categories.size(); ++i) {
    if (!categories[i].supercategory.empty()) notes.add("supercategory: left out", categories[i].name);
    if (uses[i] == 0) notes.add("category without objects: left out", categories[i].name);
  }
}

}  // namespace visionkit
