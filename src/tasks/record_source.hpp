// Finds the record of a model: the caller's, visionkit.json in the archive, Ultralytics' config.txt, a sidecar.
#pragma once

#include <optional>
#include <vector>

#include <visionkit/model_record.hpp>

#include "runtime/model_file.hpp"

namespace visionkit {

struct FoundRecord {
  ModelRecord record = {};
  RecordOrigin origin = RecordOrigin::none;
  std::vector<std::string> notes = {};
};

/// Looks in the order above and takes the first that is there. Throws model_record when that one is malformed.
FoundRecord find_record(const ModelFile& file, const std::optional<ModelRecord>& caller);

}  // namespace visionkit
