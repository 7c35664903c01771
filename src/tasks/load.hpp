// How every task opens its model.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/fail.hpp"
#include "runtime/model_file.hpp"
#include "runtime/session.hpp"

namespace visionkit {

/// `Impl` is built from a model file and the options; `what` names the work in messages.
template <class Impl, class Options>
std::unique_ptr<Impl> load_from_file(const char* what, const std::string& path, const Options& options) {
  return guarded(what, [&] {
    const FormatVersions accepted = {.newest = newest_file_format()};
    if (const auto known = ModelFile::remembered(path, options.run, accepted)) {
      try {
        auto loaded = std::make_unique<Impl>(*known, options);
        if (known->is_confirmed()) return loaded;
      } catch (const Error&) {
        if (known->is_confirmed()) throw;
      }
    }
    const ModelFile file = Archive::from_file(path, options.run, accepted);
    auto loaded = std::make_unique<Impl>(file, options);
    file.remember(options.run, accepted);
    return loaded;
  });
}

template <class Impl, class Options>
std::unique_ptr<Impl> load_from_bytes(const char* what, std::span<const std::uint8_t> model, const Options& options,
                                      const std::string& name) {
  return guarded(what, [&] {
    return std::make_unique<Impl>(Archive::from_bytes(model, name, options.run, {.newest = newest_file_format()}),
                                  options);
  });
}

}  // namespace visionkit
