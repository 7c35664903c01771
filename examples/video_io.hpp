// Where video.cpp takes its frames from and writes them to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include <visionkit/interop/opencv.hpp>

#include "support.hpp"

namespace example {

struct Source {
  std::function<std::optional<cv::Mat>()> next;  // nothing at the end; throws visionkit::Error for a frame that is lost
  double fps = 30;
  bool is_camera = false;
};

inline Source open_folder(const std::string& folder) {
  return {.next = [pictures = find_pictures({folder}), i = std::size_t{0}]() mutable -> std::optional<cv::Mat> {
    if (i == pictures.size()) return std::nullopt;
    return visionkit::to_mat(visionkit::read_image(pictures[i++].file));
  }};
}

inline Source open_capture(const std::string& name) {
  Source source;
  source.is_camera =
      name.size() <= 3 && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  cv::VideoCapture capture;
  if (source.is_camera ? !capture.open(std::stoi(name)) : !capture.open(name)) {
    throw std::runtime_error("cannot open '" + name + "': expected a video, a folder of pictures or a camera's number");
  }
  if (const auto fps = capture.get(cv::CAP_PROP_FPS); fps > 0) source.fps = fps;
  source.next = [capture]() mutable -> std::optional<cv::Mat> {
    cv::Mat pixels;  // a new one each time: those before are still in use
    return capture.read(pixels) ? std::optional(pixels) : std::nullopt;
  };
  return source;
}

inline Source open_source(const std::string& name) {
  return fs::is_directory(name) ? open_folder(name) : open_capture(name);
}

// Takes drawn frames with their index in the source.
using Sink = std::function<void(visionkit::Image&, std::size_t)>;

// Writes into a video (.avi as Motion JPEG, .mp4 as MPEG-4) or as pictures into a folder.
inline Sink open_sink(const std::string& path, double fps) {
  const auto extension = fs::path(path).extension();
  if (extension != ".avi" && extension != ".mp4") {
    fs::create_directories(path);
    return [folder = fs::path(path)](visionkit::Image& image, std::size_t index) {
      visionkit::write_image(folder / fmt::format("{:06}.jpg", index), image);
    };
  }
  const int codec =
      extension == ".avi" ? cv::VideoWriter::fourcc('M', 'J', 'P', 'G') : cv::VideoWriter::fourcc('m', 'p', '4', 'v');
  return [=, writer = cv::VideoWriter(), before = cv::Mat(), next = std::size_t{0}](visionkit::Image& image,
                                                                                    std::size_t index) mutable {
    cv::Mat pixels;
    cv::cvtColor(visionkit::as_mat(image), pixels, cv::COLOR_RGB2BGR);
    if (before.empty()) {
      if (!writer.open(path, codec, fps, pixels.size())) throw std::runtime_error("cannot write '" + path + "'");
      before = pixels;
    }
    if (pixels.size() != before.size()) {
      throw std::runtime_error("the pictures have different sizes, which no video can hold: write them to a folder");
    }
    for (; next < index; ++next) writer.write(before);  // where frames were dropped, so that the video keeps its pace
    writer.write(pixels);
    before = pixels;
    ++next;
  };
}

}  // namespace example
