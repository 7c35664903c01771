// cv::Mat to visionkit's pictures and back. This header is the only one that includes OpenCV (core/mat.hpp), and the
// only place where three or four channels are taken for BGR because of their type: that is what a cv::Mat from
// imread(), VideoCapture or cvtColor() holds. When yours holds RGB, say so with the PixelFormat argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <opencv2/core/mat.hpp>

#include <visionkit/core/error.hpp>
#include <visionkit/image/frames.hpp>
#include <visionkit/image/image.hpp>

namespace visionkit {

namespace detail {

/// gray8, bgr8 or bgra8 by the number of channels. Throws invalid_argument for an empty matrix or one of more than two
/// dimensions, dtype for other numbers of channels.
inline PixelFormat pixel_format_of(const cv::Mat& mat) {
  if (mat.empty() || mat.dims != 2) {
    throw Error(ErrorCode::invalid_argument, "the cv::Mat is empty or has more than two dimensions");
  }
  switch (mat.channels()) {
    case 1: return PixelFormat::gray8;
    case 3: return PixelFormat::bgr8;
    case 4: return PixelFormat::bgra8;
    default: break;
  }
  throw Error(ErrorCode::dtype,
              "the cv::Mat has " + std::to_string(mat.channels()) + " channels; 1, 3 and 4 are accepted");
}

inline void check_depth(const cv::Mat& mat, int depth, const char* name) {
  if (mat.depth() == depth) return;
  throw Error(ErrorCode::dtype, "the cv::Mat has elements of depth " + std::to_string(mat.depth()) +
                                    " (cv::Mat::depth()), expected " + name);
}

}  // namespace detail

/// The pixels of an 8-bit matrix without a copy, in any of our formats with as many channels. Valid as long as the
/// matrix holds its memory. Regions of interest and padded rows are fine. Throws invalid_argument and dtype.
[[nodiscard]] inline ImageView view_of(const cv::Mat& mat, PixelFormat format) {
  const auto usual = detail::pixel_format_of(mat);
  detail::check_depth(mat, CV_8U, "CV_8U");
  if (channels(format) != channels(usual)) {
    throw Error(ErrorCode::invalid_argument, "the cv::Mat has " + std::to_string(mat.channels()) +
                                                 " channels, which cannot be " + std::string(to_string(format)));
  }
  return {mat.data, mat.cols, mat.rows, static_cast<std::ptrdiff_t>(mat.step[0]), format};
}

/// The same, with three channels as BGR, four as BGRA, one as gray.
[[nodiscard]] inline ImageView view_of(const cv::Mat& mat) { return view_of(mat, detail::pixel_format_of(mat)); }

/// A picture of its own, gray8 from one channel and rgb8 from three or four (alpha is dropped). Takes CV_8U, CV_16U
/// (the high byte) and CV_32F (0..1); other depths throw dtype.
[[nodiscard]] inline Image image_from(const cv::Mat& mat) {
  const auto format = detail::pixel_format_of(mat);
  const auto stride = static_cast<std::ptrdiff_t>(mat.step[0]);
  const auto wanted = format == PixelFormat::gray8 ? PixelFormat::gray8 : PixelFormat::rgb8;
  if (mat.depth() == CV_16U) {
    return convert(to_image(ImageView16{mat.ptr<std::uint16_t>(), mat.cols, mat.rows, stride, format}), wanted);
  }
  if (mat.depth() == CV_32F) {
    return convert(to_image(ImageViewFloat{mat.ptr<float>(), mat.cols, mat.rows, stride, format}), wanted);
  }
  detail::check_depth(mat, CV_8U, "CV_8U, CV_16U or CV_32F");
  return convert(view_of(mat), wanted);
}

/// A matrix over the pixels of `image` without a copy, channels in the order of image.format(): an rgb8 picture stays
/// RGB. Valid as long as the image keeps its memory.
[[nodiscard]] inline cv::Mat as_mat(Image& image) {
  return {image.height(), image.width(), CV_8UC(channels(image.format())), image.pixels().data(),
          static_cast<std::size_t>(image.stride())};
}

/// A matrix of its own in OpenCV's order: gray, BGR, or BGRA.
[[nodiscard]] inline cv::Mat to_mat(const ImageView& image) {
  const auto format = channels(image.format) == 1   ? PixelFormat::gray8
                      : channels(image.format) == 4 ? PixelFormat::bgra8
                                                    : PixelFormat::bgr8;
  auto converted = convert(image, format);
  return as_mat(converted).clone();
}

}  // namespace visionkit
