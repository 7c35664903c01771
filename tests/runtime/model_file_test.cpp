#include "runtime/model_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/files.hpp"
#include "support/refusal.hpp"
#include "support/script_model.hpp"

using namespace visionkit;
using visionkit::test::ScriptModel;

namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> model(const std::string& factor, const std::string& extra = "one") {
  return ScriptModel{.code = "def forward(self, x):\n  return x * " + factor + "\n",
                     .extra_files = {{"visionkit.json", extra}, {"notes.txt", "two"}}}
      .save();
}

// The file as it is now, remembered in a cache folder beside it.
struct Remembered {
  explicit Remembered(const std::vector<std::uint8_t>& bytes) {
    test::write_bytes(path, bytes);
    ModelFile(Archive::from_file(path, run)).remember(run, {});
  }
  [[nodiscard]] std::optional<ModelFile> again() const { return ModelFile::remembered(path, run, {}); }

  test::TemporaryFolder folder;
  std::string path = (folder / "m.pt").string();
  RunOptions run = {.cache_folder = (folder / "cache").string()};
};

}  // namespace

TEST_CASE("a file that was read is its archive, and nothing has to be confirmed") {
  const auto bytes = model("2.0");
  const ModelFile file = Archive::from_bytes(bytes, "m.pt");
  CHECK(file.is_confirmed());
  CHECK(file.name() == "m.pt");
  CHECK(file.path().empty());
  CHECK(file.size() == bytes.size());
  CHECK(file.held_bytes() == bytes.size());
  CHECK(file.extra_file("visionkit.json") == "one");
  CHECK(file.digest() == file.archive().digest());
}

TEST_CASE("a remembered file says what the file says, without being read") {
  const Remembered test(model("2.0"));
  const auto file = test.again();
  REQUIRE(file);
  const auto archive = Archive::from_file(test.path);
  CHECK(file->name() == test.path);
  CHECK(file->path() == test.path);
  CHECK(file->size() == fs::file_size(test.path));
  CHECK(file->held_bytes() == 0);
  CHECK(file->digest() == archive.digest());
  CHECK(file->extra_file("visionkit.json") == "one");
  CHECK(file->extra_file("notes.txt") == "two");
  CHECK_FALSE(file->extra_file("config.txt"));
  CHECK(file->is_confirmed());
  CHECK(file->archive().records().size() == archive.records().size());
  CHECK(file->held_bytes() == file->size());
  CHECK(file->is_confirmed());
}

TEST_CASE("another file in the same place is not confirmed, even with the old size and time") {
  const Remembered test(model("2.0"));
  const auto time = fs::last_write_time(test.path);
  const auto other = model("3.0");
  REQUIRE(other.size() == fs::file_size(test.path));
  test::write_bytes(test.path, other);
  fs::last_write_time(test.path, time);
  const auto file = test.again();
  REQUIRE(file);
  CHECK_FALSE(file->is_confirmed());
  CHECK(file->archive().digest() != file->digest());
  CHECK_FALSE(file->is_confirmed());
}

TEST_CASE("nothing is remembered of a file that looks otherwise, by other rules, or when the memory is damaged") {
  const Remembered test(model("2.0"));
  CHECK_FALSE(ModelFile::remembered(test.path, {}, {}));
  CHECK_FALSE(ModelFile::remembered(test.path, test.run, {.newest = 9}));
  auto other = test.run;
  other.limits.max_records = 99;
  CHECK_FALSE(ModelFile::remembered(test.path, other, {}));
  other = test.run;
  other.sha256 = std::string(64, '0');
  CHECK_FALSE(ModelFile::remembered(test.path, other, {}));
  CHECK_FALSE(ModelFile::remembered((test.folder / "missing.pt").string(), test.run, {}));

  REQUIRE(test.again());
  const auto memory = fs::directory_iterator(test.run.cache_folder)->path();
  auto bytes = test::read_bytes(memory);
  bytes[bytes.size() / 2] ^= 1U;
  test::write_bytes(memory, bytes);
  CHECK_FALSE(test.again());

  ModelFile(Archive::from_file(test.path, test.run)).remember(test.run, {});
  CHECK(test.again());
  fs::last_write_time(test.path, fs::last_write_time(test.path) + std::chrono::seconds(1));
  CHECK_FALSE(test.again());
}

TEST_CASE("what cannot be written down is not remembered, and nobody is told") {
  const Remembered test(model("2.0", "\xFF\xFE"));
  CHECK_FALSE(test.again());
  auto nowhere = test.run;
  nowhere.cache_folder = test.path;  // a file
  ModelFile(Archive::from_file(test.path, nowhere)).remember(nowhere, {});
  CHECK_FALSE(ModelFile::remembered(test.path, nowhere, {}));
}
