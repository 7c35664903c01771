#include <visionkit/dataset/folders.hpp>

#include <map>

#include "dataset/folder.hpp"

namespace visionkit {
namespace {

// By name without extension.
std::map<std::string, std::string, std::less<>> by_stem(const std::string& folder, const char* what) {
  std::map<std::string, std::string, std::less<>> files;
  for (auto& name : list_files(folder, picture_extensions, what)) {
    const auto [place, is_new] = files.emplace(without_extension(name), name);
    if (is_new) continue;
    fail(ErrorCode::dataset_schema, "{} in '{}': '{}' and '{}' have one name, so that pairs are not clear", what,
         folder, place->second, name);
  }
  return files;
}

}  // namespace

LabeledImages read_class_folders(const std::string& root) {
  return guarded("reading folders of classes", [&] {
    LabeledImages found;
    found.classes = list_folders(root, "classes");
    if (found.classes.empty()) {
      fail(ErrorCode::dataset_schema, "'{}' has no folder in it; one for each class is expected", root);
    }
    NoteList notes;
    for (const auto& name : found.classes) {
      const auto files = list_files(root + "/" + name, picture_extensions, "pictures");
      if (files.empty()) notes.add("class without pictures", name);
      for (const auto& file : files) found.images.push_back({name + "/" + file, {name}});
    }
    for (const auto& file : list_files(root, picture_extensions, "pictures")) {
      if (file.find('/') == std::string::npos) notes.add("picture in no folder of a class: left out", file);
    }
    found.notes = notes.take();
    return found;
  });
}

MaskPairs read_mask_pairs(const std::string& images, const std::string& masks) {
  return guarded("reading pictures and masks", [&] {
    const auto image_files = by_stem(images, "pictures");
    auto mask_files = by_stem(masks, "masks");
    MaskPairs found;
    NoteList notes;
    for (const auto& [stem, image] : image_files) {
      const auto mask = mask_files.find(stem);
      if (mask == mask_files.end()) {
        notes.add("picture without a mask: left out", image);
      } else {
        found.pairs.push_back({image, mask->second});
        mask_files.erase(mask);
      }
    }
    for (const auto& [stem, mask] : mask_files) notes.add("mask without a picture: left out", mask);
    found.notes = notes.take();
    return found;
  });
}

}  // namespace visionkit
