#include <visionkit/dataset/folders.hpp>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "dataset/text_files.hpp"

namespace visionkit {
namespace {

using test::refusal_of;
using test::write_text;

TEST_CASE("every folder in the root is a class") {
  const test::TemporaryFolder root;
  for (const char* name : {"dog/b.PNG", "dog/a.jpg", "dog/notes.txt", "cat/more/c.jpeg", "alone.jpg", "Cow/.keep"}) {
    write_text(root, name);
  }
  const auto found = read_class_folders(root.path().string());
  CHECK(found.classes == std::vector<std::string>{"Cow", "cat", "dog"});
  CHECK(found.images ==
        std::vector<LabeledImage>{{"cat/more/c.jpeg", {"cat"}}, {"dog/a.jpg", {"dog"}}, {"dog/b.PNG", {"dog"}}});
  CHECK(found.notes == std::vector<DatasetNote>{{"class without pictures", 1, "Cow"},
                                                {"picture in no folder of a class: left out", 1, "alone.jpg"}});
}

TEST_CASE("pictures and masks are paired by name, and what is alone is noted (A20)") {
  const test::TemporaryFolder root;
  for (const char* name : {"images/a.jpg", "images/x/b.c.jpg", "images/d.jpg", "images/e.jpg", "masks/a.png",
                           "masks/x/b.c.png", "masks/b.c.png", "masks/a.txt"}) {
    write_text(root, name);
  }
  const auto found = read_mask_pairs((root / "images").string(), (root / "masks").string());
  CHECK(found.pairs == std::vector<MaskPair>{{"a.jpg", "a.png"}, {"x/b.c.jpg", "x/b.c.png"}});
  CHECK(found.notes == std::vector<DatasetNote>{{"picture without a mask: left out", 2, "d.jpg"},
                                                {"mask without a picture: left out", 1, "b.c.png"}});
}

TEST_CASE("folders that cannot be read get a typed error") {
  const test::TemporaryFolder root;
  const auto classes = [&](const char* name) {
    return refusal_of([&] { static_cast<void>(read_class_folders((root / name).string())); }).code;
  };
  const auto pairs = [&](const char* images, const char* masks) {
    return refusal_of([&] { static_cast<void>(read_mask_pairs((root / images).string(), (root / masks).string())); })
        .code;
  };
  write_text(root, "images/a.jpg");
  write_text(root, "twice/a.jpg");
  write_text(root, "twice/a.png");
  CHECK(classes("nothing") == "not_found");
  CHECK(classes("images/a.jpg") == "not_regular_file");
  CHECK(classes("images") == "dataset_schema");
  CHECK(pairs("images", "nothing") == "not_found");
  CHECK(pairs("images", "images/a.jpg") == "not_regular_file");
  CHECK(pairs("twice", "images") == "dataset_schema");
  CHECK(pairs("images", "twice") == "dataset_schema");
  CHECK(pairs("images", "images") == "accepted");
}

TEST_CASE("folders behind symbolic links are not entered, so that a cycle ends") {
  const test::TemporaryFolder root;
  write_text(root, "cat/a.jpg");
  std::filesystem::create_directory_symlink(root.path(), root / "cat/again");
  CHECK(read_class_folders(root.path().string()).images.size() == 1);
}

}  // namespace
}  // namespace visionkit
