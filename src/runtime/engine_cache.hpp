// What was found out about networks, kept in a folder so that the next load skips conversion and trials. One folder for
// each network under the same circumstances: choice.json and, for OpenVINO, the compiled network (compiled.blob) and
// what other batches are compiled from (model.xml, model.bin). Every file is covered by a checksum, and a folder
// appears whole or not at all. The checksums find damage, not forgery: whoever may write the folder may change the
// answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <visionkit/core/device.hpp>

#include "runtime/session.hpp"

namespace visionkit {

/// All that an entry depends on.
struct CacheKey {
  std::string digest = {};  ///< of the model file
  std::string libtorch = {};
  std::string openvino = {};
  Engine engine = Engine::automatic;
  Device device = {};
  Precision precision = Precision::float32;
  int threads = 0;
  InputKind input = InputKind::tensor;
  DType dtype = DType::float32;
  std::vector<Shape> shapes = {};  ///< of the probes
};

/// That of a load of the model with this digest. There must be probes.
CacheKey cache_key(const std::string& digest, const SessionOptions& options);

struct CacheEntry {
  SessionReport report = {};  ///< without the outputs of the warm-up
  bool writes_input = false;
  std::vector<std::string> output_names = {};
  Shape compiled_shape = {};            ///< of OpenVINO's input; -1 where it is open
  bool has_batches = false;             ///< model.xml and model.bin are there
  std::vector<std::string> files = {};  ///< names
  std::vector<std::uint64_t> checksums = {};
};

class EngineCache {
 public:
  EngineCache(std::string folder, const CacheKey& key);

  /// The entry, when there is one and it is whole; model.xml and model.bin are not looked into before check(). Throws
  /// Error when what is there is damaged or was made for something else.
  [[nodiscard]] std::optional<CacheEntry> read() const;
  /// Throws Error when a file of the entry is not what was written.
  void check(const CacheEntry& entry, const std::string& file) const;
  [[nodiscard]] std::string path(const std::string& file) const { return folder_ + "/" + file; }

  /// An entry that is being made; it disappears when it is not put in place.
  class Draft {
   public:
    explicit Draft(const EngineCache& cache);
    ~Draft();
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    [[nodiscard]] std::string path(const std::string& file) const { return folder_ + "/" + file; }
    /// Takes the checksums of the entry's files, writes choice.json and puts all in place of what was there.
    void finish(CacheEntry entry);

   private:
    const EngineCache& cache_;
    std::string folder_;
  };

 private:
  std::string folder_;  // of the entry
  std::string circumstances_;
};

}  // namespace visionkit
