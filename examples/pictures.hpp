// Which pictures the command line means, and where drawn ones go.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <visionkit/visionkit.hpp>

namespace example {

namespace fs = std::filesystem;

struct Picture {
  std::string file;
  fs::path inside;  ///< its path inside the folder that was named; its name when the file itself was named
};

inline bool has_picture_name(const fs::path& path) {
  static const std::set<std::string> known = {".jpg", ".jpeg", ".png", ".webp", ".bmp"};
  auto extension = path.extension().string();
  for (auto& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return known.contains(extension);
}

/// Folders become the pictures inside them, in the order of their names; what else is named is taken as it is.
inline std::vector<Picture> find_pictures(const std::vector<std::string>& inputs) {
  std::vector<Picture> pictures;
  for (const auto& input : inputs) {
    if (!fs::is_directory(input)) {
      pictures.push_back({input, fs::path(input).filename()});
      continue;
    }
    const auto first = pictures.size();
    for (const auto& entry : fs::recursive_directory_iterator(input, fs::directory_options::skip_permission_denied)) {
      if (!entry.is_regular_file() || !has_picture_name(entry.path())) continue;
      pictures.push_back({entry.path().string(), entry.path().lexically_relative(input)});
    }
    std::sort(pictures.begin() + static_cast<std::ptrdiff_t>(first), pictures.end(),
              [](const Picture& a, const Picture& b) { return a.file < b.file; });
  }
  return pictures;
}

/// Where drawn pictures go: as the originals lie in their folders, never onto an original or onto each other.
class Drawings {
 public:
  explicit Drawings(fs::path folder) : folder_(std::move(folder)) {}

  /// The path that it was written to.
  fs::path write(const Picture& picture, const visionkit::Image& drawn) {
    const auto path = free_place(picture);
    if (fs::exists(path) && fs::equivalent(path, picture.file)) {
      throw visionkit::Error(visionkit::ErrorCode::invalid_argument,
                             "the drawn picture would take the place of the original; choose another folder");
    }
    fs::create_directories(path.parent_path());
    visionkit::write_image(path.string(), drawn);
    return path;
  }

 private:
  fs::path free_place(const Picture& picture) {
    static const std::set<std::string> written = {".jpg", ".jpeg", ".png", ".webp"};
    const auto place = folder_ / picture.inside;
    const auto extension = written.contains(place.extension().string()) ? place.extension().string() : ".png";
    auto path = place;
    path.replace_extension(extension);
    for (int i = 2; !taken_.insert(path).second; ++i) {
      path = place.parent_path() / fmt::format("{}-{}{}", place.stem().string(), i, extension);
    }
    return path;
  }

  fs::path folder_;
  std::set<fs::path> taken_;
};

}  // namespace example
