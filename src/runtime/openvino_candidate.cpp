#include "runtime/openvino_candidate.hpp"

#include <utility>

#include "runtime/openvino_plugin.hpp"

namespace visionkit {
namespace {

constexpr const char* compiled_file = "compiled.blob";
constexpr const char* structure_file = "model.xml";
constexpr const char* weights_file = "model.bin";

}  // namespace

OpenVinoCandidate make_candidate(const void* module, bool any_batch, OpenVinoNetworkOptions options) {
  auto shape = options.compile.input;
  if (any_batch) shape.front() = -1;
  const std::shared_ptr<const openvino::Converted> converted =
      openvino_state().plugin->convert(module, options.dtype, shape);
  OpenVinoCandidate made = {.options = std::move(options)};
  made.compiled = converted->compile(made.options.compile);
  if (any_batch) {
    made.options.source = [converted] { return converted; };
    made.converted = converted;
  }
  return made;
}

void OpenVinoCandidate::save(const EngineCache::Draft& draft, CacheEntry& entry) const {
  entry.output_names = options.output_names;
  entry.compiled_shape = options.compile.input;
  compiled->save(draft.path(compiled_file));
  entry.files = {compiled_file};
  if (!converted) return;
  converted->save(draft.path(structure_file), draft.path(weights_file));
  entry.files.insert(entry.files.end(), {structure_file, weights_file});
  entry.has_batches = true;
}

OpenVinoCandidate read_candidate(const EngineCache& cache, const CacheEntry& entry, OpenVinoNetworkOptions options) {
  options.output_names = entry.output_names;
  options.compile.input = entry.compiled_shape;
  if (entry.has_batches) {
    options.source = [cache, entry] {
      cache.check(entry, structure_file);
      cache.check(entry, weights_file);
      return std::shared_ptr(openvino_state().plugin->read(cache.path(structure_file), cache.path(weights_file)));
    };
  }
  cache.check(entry, compiled_file);
  OpenVinoCandidate read = {.options = std::move(options)};
  read.compiled = openvino_state().plugin->load(cache.path(compiled_file), read.options.compile);
  return read;
}

}  // namespace visionkit
