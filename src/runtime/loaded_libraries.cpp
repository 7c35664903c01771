#include "runtime/loaded_libraries.hpp"

#include <dlfcn.h>
#include <link.h>

namespace visionkit {

std::vector<std::string> loaded_libraries() {
  std::vector<std::string> paths;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t /*size*/, void* list) {
        if (info->dlpi_name != nullptr && *info->dlpi_name != '\0')
          static_cast<std::vector<std::string>*>(list)->emplace_back(info->dlpi_name);
        return 0;
      },
      &paths);
  return paths;
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string openblas_core(const std::string& path) {
  auto* library = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return "";
  const auto core_name = reinterpret_cast<const char* (*)()>(::dlsym(library, "openblas_get_corename"));
  std::string core = core_name == nullptr ? "" : core_name();
  ::dlclose(library);
  return core;
}

}  // namespace visionkit
