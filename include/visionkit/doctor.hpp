// What decides about the speed of networks in this process, and what is wrong with it: threads and quotas, neighbors,
// instruction sets, the libraries that are loaded, how they wait for each other. doctor() changes nothing; its advice
// is for whoever starts the process, because most of it is read from the environment when libraries are loaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/engines.hpp>

namespace visionkit {

enum class Severity {
  note,     ///< good to know
  advice,   ///< something would be faster
  warning,  ///< something can become many times slower, or wrong
};

VISIONKIT_API std::string_view to_string(Severity severity) noexcept;

struct Finding {
  Severity severity = Severity::note;
  std::string subject = {};  ///< "OpenMP"
  std::string found = {};
  std::string advice = {};  ///< what to do about it; empty where nothing has to be done
};

/// A shared library of this process.
struct LoadedLibrary {
  std::string kind = {};  ///< "OpenMP", "TBB", "BLAS", "LibTorch", "OpenVINO"
  std::string path = {};
};

struct LibraryVersion {
  std::string name = {};
  std::string version = {};
};

struct DoctorReport {
  std::string library = {};  ///< "visionkit 0.1.0"
  // The machine and this process's part of it.
  std::string processor = {};  ///< "Intel(R) Xeon(R) Processor"; empty where the system does not tell
  std::vector<std::string> instruction_sets = {};  ///< those that matter: "avx2", "avx512f", "amx_bf16"
  int machine_processors = 0;
  int allowed_processors = 0;        ///< by affinity
  std::optional<double> quota = {};  ///< processors that the container's cgroup grants; nothing: no limit
  int threads = 0;                   ///< of one call that leaves RunOptions::threads open, when all is quiet
  int threads_now = 0;               ///< the same at this moment: fewer while neighbors or other calls are busy
  // What carries out networks.
  std::vector<EngineInfo> engines = {};
  std::string torch_kernels = {};           ///< the instruction set of LibTorch's own kernels: "AVX512"
  std::string blas = {};                    ///< LibTorch's: what MKL calls itself, "OpenBLAS, core SkylakeX"
  std::vector<LibraryVersion> codecs = {};  ///< of pictures
  std::vector<LoadedLibrary> loaded = {};
  // How OpenMP waits: the environment as it is now; libraries read it when they are loaded. Empty: not set.
  std::string omp_wait_policy = {};
  std::string gomp_spin_count = {};
  std::vector<Finding> findings = {};  ///< warnings first
};

/// Looks at this process; takes some milliseconds, at the first call more, because OpenVINO is loaded to be asked.
[[nodiscard]] VISIONKIT_API DoctorReport doctor();

/// A table of the facts, then the findings, one or two lines each.
VISIONKIT_API std::string to_string(const DoctorReport& report);
/// With "report":"doctor" and a schema version.
VISIONKIT_API std::string to_json(const DoctorReport& report);

}  // namespace visionkit
