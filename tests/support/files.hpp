// Files for tests: where the data lies, temporary folders, NumPy arrays.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace visionkit::test {

/// Small files that are part of the project.
std::filesystem::path data_folder();
/// $VISIONKIT_ORACLES / name, by default ../shared/oracles beside the checkout; nothing when it does not exist.
std::optional<std::filesystem::path> oracle_folder(std::string_view name);
/// $VISIONKIT_DATA, by default ../shared/data beside the checkout; nothing when it does not exist.
std::optional<std::filesystem::path> reference_folder();

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
nlohmann::json read_json(const std::filesystem::path& path);

/// A folder that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A `.npy` file, format 1.0, little endian, C order.
struct NumpyArray {
  std::string dtype;  ///< as NumPy spells it: "|u1", "<f4"
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> bytes;

  template <class T>
  [[nodiscard]] std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};
NumpyArray read_npy(const std::filesystem::path& path);

}  // namespace visionkit::test
