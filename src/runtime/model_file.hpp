// A model file as a load sees it: an archive that was read and checked, or one that an earlier load read and checked
// and whose compiled network is in the cache of engines. Of that one only the digest is computed anew, while the
// network is being loaded; what was loaded counts when the digest is the remembered one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/archive.hpp"

namespace visionkit {

class ModelFile {
 public:
  ModelFile(Archive archive);  // NOLINT(google-explicit-constructor): every archive is one
  ModelFile(ModelFile&&) noexcept;
  ModelFile& operator=(ModelFile&&) noexcept;
  ~ModelFile();

  /// What RunOptions::cache_folder has about the file at `path`, when size and time of the file are still the same and
  /// the options ask for nothing else. Throws nothing: whatever is wrong is found by reading the file.
  static std::optional<ModelFile> remembered(const std::string& path, const RunOptions& options,
                                             FormatVersions accepted) noexcept;
  /// Writes down what remembered() needs, where there is a cache folder and the file has a path. That it cannot be
  /// written costs the next load time, nothing else.
  void remember(const RunOptions& options, FormatVersions accepted) const noexcept;
  /// Whether the file is the one that was remembered: what was made of any other must be thrown away. Waits for the
  /// digest. True for an archive that was read.
  [[nodiscard]] bool is_confirmed() const noexcept;

  /// As Archive has them. The digest of a remembered file is the one that is to be confirmed.
  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] const std::string& path() const noexcept;
  [[nodiscard]] const std::string& digest() const noexcept;
  [[nodiscard]] std::optional<std::string> extra_file(std::string_view name) const;
  /// Bytes of the file.
  [[nodiscard]] std::uint64_t size() const noexcept;
  /// Bytes of it that are in memory.
  [[nodiscard]] std::uint64_t held_bytes() const noexcept;
  /// The checked archive; a remembered file is read by the first call. Throws as Archive::from_file().
  [[nodiscard]] const Archive& archive() const;

 private:
  struct State;
  explicit ModelFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace visionkit
