#include "runtime/engine_cache.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <visionkit/core/version.hpp>

#include "core/fail.hpp"
#include "core/fail_errno.hpp"
#include "core/json_object.hpp"
#include "runtime/processor.hpp"
#include "runtime/sealed_text.hpp"
#include "runtime/trust.hpp"

namespace visionkit {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int format = 1;  // of choice.json
constexpr const char* choice_file = "choice.json";

std::string text_of(const CacheKey& key) {
  const auto processor = this_processor();  // a compiled network is made for it
  return Json{{"visionkit", {VISIONKIT_VERSION_MAJOR, VISIONKIT_VERSION_MINOR, VISIONKIT_VERSION_PATCH}},
              {"libtorch", key.libtorch},
              {"openvino", key.openvino},
              {"model", key.digest},
              {"processor", processor.name},
              {"instruction_sets", processor.instruction_sets},
              {"engine", to_string(key.engine)},
              {"device", to_string(key.device)},
              {"precision", to_string(key.precision)},
              {"threads", key.threads},
              {"takes_list", key.input == InputKind::image_list},
              {"dtype", to_string(key.dtype)},
              {"shapes", key.shapes}}
      .dump();
}

// Fast, and of a file that may be larger than what should be in memory.
std::uint64_t checksum(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail_errno("cannot read", "cached file", path, errno);
  struct stat status {};
  const bool is_known = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = is_known ? static_cast<std::size_t>(status.st_size) : 0;
  auto* memory = size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  ::close(file);
  if (memory == MAP_FAILED) fail(ErrorCode::io, "cannot read cached file '{}'", path);
  const auto sum = XXH3_64bits(memory, size);
  ::munmap(memory, size);
  return sum;
}

// A NaN is written as null.
Json to_json(const EngineTrial& trial) {
  return {{"engine", to_string(trial.engine)}, {"form", trial.form},
          {"difference", trial.difference},    {"ms", trial.ms},
          {"is_chosen", trial.is_chosen},      {"reason", trial.reason}};
}

EngineTrial trial_from(const nlohmann::json& json, const std::string& where) {
  EngineTrial trial;
  JsonObject object(json, where, ErrorCode::model_corrupt);
  object.get_enum("engine", trial.engine);
  trial.form = object.require<std::string>("form");
  object.get("difference", trial.difference);
  object.get("ms", trial.ms);
  trial.is_chosen = object.require<bool>("is_chosen");
  trial.reason = object.require<std::string>("reason");
  object.finish();
  return trial;
}

std::string text_of(const CacheEntry& entry, const std::string& circumstances) {
  const auto& report = entry.report;
  auto trials = Json::array();
  for (const auto& trial : report.trials) trials.push_back(to_json(trial));
  return Json{{"format", format},
              {"circumstances", circumstances},
              {"engine", report.engine},
              {"optimization", report.optimization},
              {"trials", trials},
              {"notes", report.notes},
              {"keeps_state", report.keeps_state},
              {"takes_batches", report.takes_batches},
              {"parameters", report.parameters},
              {"writes_input", entry.writes_input},
              {"output_names", entry.output_names},
              {"compiled_shape", entry.compiled_shape},
              {"has_batches", entry.has_batches},
              {"files", entry.files},
              {"checksums", entry.checksums}}
      .dump(1);
}

CacheEntry entry_from(const std::string& text, const std::string& circumstances, const std::string& where) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  JsonObject object(json, where, ErrorCode::model_corrupt);
  CacheEntry entry;
  auto& report = entry.report;
  if (object.require<int>("format") != format || object.require<std::string>("circumstances") != circumstances)
    fail(ErrorCode::model_corrupt, "{} was made for something else", where);
  report.engine = object.require<std::string>("engine");
  report.optimization = object.require<std::string>("optimization");
  for (const auto& trial : object.require<nlohmann::json>("trials")) report.trials.push_back(trial_from(trial, where));
  report.notes = object.require<std::vector<std::string>>("notes");
  report.keeps_state = object.require<bool>("keeps_state");
  report.takes_batches = object.require<bool>("takes_batches");
  report.parameters = object.require<std::uint64_t>("parameters");
  entry.writes_input = object.require<bool>("writes_input");
  entry.output_names = object.require<std::vector<std::string>>("output_names");
  entry.compiled_shape = object.require<Shape>("compiled_shape");
  entry.has_batches = object.require<bool>("has_batches");
  entry.files = object.require<std::vector<std::string>>("files");
  entry.checksums = object.require<std::vector<std::uint64_t>>("checksums");
  object.finish();
  return entry;
}

constexpr std::size_t name_length = 32;  // of an entry's folder
constexpr std::string_view draft_ending = ".tmp";

// Drafts whose process was killed. No load takes so long.
void remove_old_drafts(const fs::path& folder) {
  const auto is_draft = [](const std::string& name) {
    return name.size() > name_length && name.ends_with(draft_ending) &&
           name.find_first_not_of("0123456789abcdef") == name_length && name[name_length] == '.';
  };
  std::error_code ignored;
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24);
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    std::error_code error;
    if (!is_draft(entry->path().filename().string()) || entry->last_write_time(error) > old || error) continue;
    fs::remove_all(entry->path(), error);
  }
}

}  // namespace

EngineCache::EngineCache(std::string folder, const CacheKey& key) : circumstances_(text_of(key)) {
  folder_ = std::move(folder) + "/" + sha256_hex(circumstances_).substr(0, name_length);
}

std::optional<CacheEntry> EngineCache::read() const {
  std::error_code ignored;
  if (!fs::exists(path(choice_file), ignored)) return std::nullopt;
  const auto file = path(choice_file);
  return entry_from(read_sealed(file, "cached choice"), circumstances_, "cached choice '" + file + "'");
}

void EngineCache::check(const CacheEntry& entry, const std::string& file) const {
  for (std::size_t i = 0; i < std::min(entry.files.size(), entry.checksums.size()); ++i) {
    if (entry.files[i] == file && entry.checksums[i] == checksum(path(file))) return;
  }
  fail(ErrorCode::model_corrupt, "cached file '{}' is damaged", path(file));
}

EngineCache::Draft::Draft(const EngineCache& cache) : cache_(cache) {
  static std::atomic<unsigned> counter = 0;
  remove_old_drafts(fs::path(cache.folder_).parent_path());
  folder_ = fmt::format("{}.{}-{}{}", cache.folder_, ::getpid(), counter.fetch_add(1), draft_ending);
  fs::create_directories(folder_);
}

EngineCache::Draft::~Draft() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void EngineCache::Draft::finish(CacheEntry entry) {
  for (const auto& file : entry.files) entry.checksums.push_back(checksum(path(file)));
  write_sealed(path(choice_file), text_of(entry, cache_.circumstances_), "cached choice");
  // What is there goes first: a folder cannot take the place of one that is not empty. A process that looks between
  // the two finds nothing and makes its own.
  const auto old = folder_ + "-old";
  std::error_code error;
  fs::rename(cache_.folder_, old, error);
  fs::rename(folder_, cache_.folder_, error);
  std::error_code ignored;
  fs::remove_all(old, ignored);
  if (error && !fs::exists(cache_.path(choice_file), ignored))  // otherwise another process was faster
    fail(ErrorCode::io, "cannot write '{}': {}", cache_.folder_, error.message());
}

}  // namespace visionkit
