#include "runtime/model_file.hpp"

#include <array>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <visionkit/core/version.hpp>

#include "core/file.hpp"
#include "core/json_object.hpp"
#include "runtime/sealed_text.hpp"
#include "runtime/trust.hpp"

namespace visionkit {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Everything about a file that a load asks before it asks for the network.
struct Memory {
  std::string digest;
  std::map<std::string, std::string, std::less<>> extra_files;
};

FileRule rule_of(const RunOptions& options) { return {"model", options.limits.max_bytes, ErrorCode::model_too_large}; }

std::string memory_path(const std::string& folder, const std::string& path) {
  constexpr std::size_t name_length = 32;
  return folder + "/" + sha256_hex(fs::absolute(path).string()).substr(0, name_length) + ".json";
}

// What the checks of the file went by, and how the file looks from outside.
std::string circumstances_of(const RegularFile& file, const std::string& path, const RunOptions& options,
                             FormatVersions accepted) {
  const auto& limits = options.limits;
  return Json{
      {"visionkit", {VISIONKIT_VERSION_MAJOR, VISIONKIT_VERSION_MINOR, VISIONKIT_VERSION_PATCH}},
      {"path", fs::absolute(path).string()},
      {"size", file.size()},
      {"modified_ns", file.modified_ns()},
      {"formats", {accepted.oldest, accepted.newest}},
      {"limits", {limits.max_bytes, limits.max_extra_file_bytes, limits.max_compression_ratio, limits.max_records}}}
      .dump();
}

std::string digest_of(RegularFile& file) {
  constexpr std::size_t piece = std::size_t{1} << 18U;
  const auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(piece);
  Sha256 digest;
  for (std::size_t got = piece; got == piece;) {
    got = file.read({memory.get(), piece});
    digest.add({memory.get(), got});
  }
  return std::move(digest).hex();
}

Memory read_memory(const std::string& file, const std::string& circumstances) {
  const auto text = read_sealed(file, "remembered model");
  const auto json = nlohmann::json::parse(text, nullptr, false);
  JsonObject object(json, "remembered model '" + file + "'", ErrorCode::model_corrupt);
  if (object.require<std::string>("circumstances") != circumstances)
    fail(ErrorCode::model_corrupt, "'{}' is about another file", file);
  Memory memory = {.digest = object.require<std::string>("sha256"), .extra_files = {}};
  const auto extra_files = object.require<nlohmann::json>("extra_files");
  for (const auto& [name, contents] : extra_files.items()) memory.extra_files[name] = contents.get<std::string>();
  object.finish();
  return memory;
}

}  // namespace

struct ModelFile::State {
  std::optional<Archive> archive = {};
  // Of a remembered file:
  std::string path = {};
  RunOptions options = {};
  FormatVersions accepted = {};
  Memory memory = {};
  std::uint64_t size = 0;
  std::shared_future<std::string> digest = {};  // that it has now
  std::once_flag once = {};
};

ModelFile::ModelFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
ModelFile::ModelFile(ModelFile&&) noexcept = default;
ModelFile& ModelFile::operator=(ModelFile&&) noexcept = default;
ModelFile::~ModelFile() = default;

ModelFile::ModelFile(Archive archive) : state_(std::make_unique<State>()) {
  state_->archive.emplace(std::move(archive));
}

std::optional<ModelFile> ModelFile::remembered(const std::string& path, const RunOptions& options,
                                               FormatVersions accepted) noexcept {
  if (options.cache_folder.empty()) return std::nullopt;
  try {
    const auto file = std::make_shared<RegularFile>(path, rule_of(options));
    auto state = std::make_unique<State>();
    state->path = path;
    state->options = options;
    state->accepted = accepted;
    state->size = file->size();
    state->memory =
        read_memory(memory_path(options.cache_folder, path), circumstances_of(*file, path, options, accepted));
    const auto& digest = state->memory.digest;
    if (!options.sha256.empty()) check_sha256(options.sha256, digest, path);
    if (!options.manifest.empty()) check_manifest(options.manifest, path, digest);
    state->digest = std::async(std::launch::async, [file] { return digest_of(*file); });
    return ModelFile(std::move(state));
  } catch (...) {
    return std::nullopt;
  }
}

void ModelFile::remember(const RunOptions& options, FormatVersions accepted) const noexcept {
  if (options.cache_folder.empty() || path().empty()) return;
  try {
    constexpr std::uint64_t worthwhile = std::uint64_t{1} << 20U;
    const auto& known = archive();
    const auto prefix = known.top_folder() + "/extra/";
    auto extra_files = Json::object();
    for (const auto& record : known.records()) {
      if (!record.name.starts_with(prefix)) continue;
      if (record.bytes > worthwhile) return;
      extra_files[record.name.substr(prefix.size())] = known.contents(record);
    }
    const RegularFile file(path(), rule_of(options));
    fs::create_directories(options.cache_folder);
    write_sealed(memory_path(options.cache_folder, path()),
                 Json{{"circumstances", circumstances_of(file, path(), options, accepted)},
                      {"sha256", digest()},
                      {"extra_files", extra_files}}
                     .dump(1),
                 "remembered model");
  } catch (...) {  // text that is no UTF-8, a folder that cannot be written
  }
}

bool ModelFile::is_confirmed() const noexcept {
  if (!state_->digest.valid()) return true;
  try {
    return state_->digest.get() == state_->memory.digest &&
           (!state_->archive || state_->archive->digest() == state_->memory.digest);
  } catch (...) {
    return false;
  }
}

const std::string& ModelFile::name() const noexcept {
  return state_->digest.valid() ? state_->path : state_->archive->name();
}
const std::string& ModelFile::path() const noexcept {
  return state_->digest.valid() ? state_->path : state_->archive->path();
}
const std::string& ModelFile::digest() const noexcept {
  return state_->digest.valid() ? state_->memory.digest : state_->archive->digest();
}
std::uint64_t ModelFile::size() const noexcept {
  return state_->digest.valid() ? state_->size : state_->archive->bytes().size();
}
std::uint64_t ModelFile::held_bytes() const noexcept { return state_->archive ? state_->archive->bytes().size() : 0; }

std::optional<std::string> ModelFile::extra_file(std::string_view name) const {
  if (!state_->digest.valid()) return state_->archive->extra_file(name);
  const auto found = state_->memory.extra_files.find(name);
  if (found == state_->memory.extra_files.end()) return std::nullopt;
  return found->second;
}

const Archive& ModelFile::archive() const {
  std::call_once(state_->once, [&] {
    if (!state_->archive) state_->archive = Archive::from_file(state_->path, state_->options, state_->accepted);
  });
  return *state_->archive;
}

}  // namespace visionkit
