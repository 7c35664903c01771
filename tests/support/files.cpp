#include "support/files.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace visionkit::test {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> existing(const char* variable, const char* fallback) {
  const char* value = std::getenv(variable);
  const fs::path path = value != nullptr
                            ? fs::path(value)
                            : data_folder().parent_path().parent_path().parent_path() / "shared" / fallback;
  if (!fs::is_directory(path)) return std::nullopt;
  return path;
}

}  // namespace

fs::path data_folder() { return VISIONKIT_TEST_DATA; }

std::optional<fs::path> oracle_folder(std::string_view name) {
  const auto root = existing("VISIONKIT_ORACLES", "oracles");
  if (!root || !fs::is_directory(*root / name)) return std::nullopt;
  return *root / name;
}

std::optional<fs::path> reference_folder() { return existing("VISIONKIT_DATA", "data"); }

std::vector<std::uint8_t> read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const fs::path& path, std::span<const std::uint8_t> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

nlohmann::json read_json(const fs::path& path) {
  const auto bytes = read_bytes(path);
  return nlohmann::json::parse(bytes.begin(), bytes.end());
}

TemporaryFolder::TemporaryFolder() {
  auto pattern = (fs::temp_directory_path() / "visionkit-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

NumpyArray read_npy(const fs::path& path) {
  auto bytes = read_bytes(path);
  if (bytes.size() < 10 ||
      std::string_view(reinterpret_cast<const char*>(bytes.data()), 8) != std::string_view("\x93NUMPY\x01\x00", 8)) {
    throw std::runtime_error("not a NumPy 1.0 file: " + path.string());
  }
  const std::size_t length = bytes[8] + 256U * bytes[9];
  const std::string header(bytes.begin() + 10, bytes.begin() + 10 + static_cast<std::ptrdiff_t>(length));
  NumpyArray array;
  std::smatch match;
  if (!std::regex_search(header, match, std::regex("'descr': '([^']+)'")))
    throw std::runtime_error("no dtype in " + path.string());
  array.dtype = match[1];
  if (header.find("'fortran_order': False") == std::string::npos)
    throw std::runtime_error("Fortran order in " + path.string());
  if (!std::regex_search(header, match, std::regex("'shape': \\(([^)]*)\\)")))
    throw std::runtime_error("no shape in " + path.string());
  const std::string extents = match[1];
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(extents.begin(), extents.end(), number), end; it != end; ++it)
    array.shape.push_back(std::stoll(it->str()));
  bytes.erase(bytes.begin(), bytes.begin() + 10 + static_cast<std::ptrdiff_t>(length));
  array.bytes = std::move(bytes);
  return array;
}

}  // namespace visionkit::test
