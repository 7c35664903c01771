// What readers and writers of a file for each picture share when objects have the names of their classes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/truth.hpp>

#include "dataset/folder.hpp"

namespace visionkit {

/// Throws invalid_option for a class that is there twice.
void check_classes(const std::vector<std::string>& classes, const char* field);

/// Makes a data set of pictures and names; ids of pictures and objects count from 1.
class PictureCollector {
 public:
  /// `classes`: those that are accepted, numbered by their positions; empty: those that appear, in the order of their
  /// bytes. `what` is the noun of messages.
  PictureCollector(const std::vector<std::string>& classes, const char* what) : classes_(classes), what_(what) {}

  /// The objects that follow are of this picture, which was described by the file `path`.
  void add_picture(std::string file_name, Size size, std::string path);
  /// Ids are given here. Throws dataset_schema for a class that is not accepted.
  void add_object(std::string class_name, TrueObject object);
  [[nodiscard]] NoteList& notes() { return notes_; }
  /// Notes pictures that are missing from a folder, and those that it has besides.
  void compare_pictures(const std::string& folder);

  [[nodiscard]] AnnotatedObjects take();

 private:
  [[nodiscard]] std::int64_t add_category(const std::string& name);

  const std::vector<std::string>& classes_;
  const char* what_;
  std::string path_;
  ObjectDataset data_;
  std::vector<std::string> names_;  // of the objects
  NoteList notes_;
};

/// What such a file cannot say of categories, of which each was used so many times.
void note_categories(const std::vector<Category>& categories, const std::vector<std::size_t>& uses, NoteList& notes);

}  // namespace visionkit
