#include <visionkit/interop/opencv.hpp>

#include <doctest/doctest.h>
#include <opencv2/imgproc.hpp>

#include <algorithm>

#include "encoded.hpp"
#include "support/refusal.hpp"

using namespace visionkit;

namespace {

cv::Mat random_mat(int rows, int columns, int type) {
  cv::Mat mat(rows, columns, type);
  cv::RNG random(7);
  random.fill(mat, cv::RNG::UNIFORM, 0, mat.depth() == CV_32F ? 1 : mat.depth() == CV_16U ? 65536 : 256);
  return mat;
}

bool is_equal(const Image& image, const cv::Mat& mat) {
  return image.height() == mat.rows && image.width() == mat.cols &&
         cv::norm(as_mat(const_cast<Image&>(image)), mat, cv::NORM_INF) == 0;
}

}  // namespace

TEST_CASE("a matrix is viewed without a copy, also a region of one") {
  const auto mat = random_mat(20, 30, CV_8UC3);
  const auto region = mat(cv::Rect(3, 4, 10, 8));
  const auto view = view_of(region);
  CHECK(view.data == region.data);
  CHECK(view.stride == 90);
  CHECK(view.format == PixelFormat::bgr8);
  CHECK(view.size() == Size{10, 8});
  CHECK(view_of(mat, PixelFormat::rgb8).format == PixelFormat::rgb8);
  CHECK(view_of(random_mat(2, 2, CV_8UC4)).format == PixelFormat::bgra8);
}

TEST_CASE("pictures and matrices turn into each other") {
  const auto mat = random_mat(9, 11, CV_8UC3);
  const auto image = image_from(mat);
  CHECK(image.format() == PixelFormat::rgb8);
  CHECK(image.pixels()[0] == mat.data[2]);
  CHECK(cv::norm(to_mat(image), mat, cv::NORM_INF) == 0);
  auto copy = image;
  as_mat(copy).setTo(cv::Scalar::all(5));
  CHECK(copy.pixels()[7] == 5);
}

TEST_CASE("deeper matrices are converted, others refused") {
  const auto wide = random_mat(5, 6, CV_16UC3);
  CHECK(image_from(wide).row(1)[0] == wide.at<cv::Vec3w>(1, 0)[2] >> 8);
  const auto floats = random_mat(5, 6, CV_32FC1);
  cv::Mat expected;
  floats.convertTo(expected, CV_8U, 255);
  CHECK(is_equal(image_from(floats), expected));
  CHECK(test::code_of([] { (void)image_from(cv::Mat()); }) == ErrorCode::invalid_argument);
  CHECK(test::code_of([] { (void)image_from(cv::Mat(2, 2, CV_64FC3)); }) == ErrorCode::dtype);
  CHECK(test::code_of([] { (void)image_from(cv::Mat(2, 2, CV_8UC2)); }) == ErrorCode::dtype);
}

TEST_CASE("video frames give the bytes of cvtColor") {
  const int width = 64, height = 48;
  const auto frame = random_mat(height * 3 / 2, width, CV_8UC1);
  cv::Mat expected;
  cv::cvtColor(frame, expected, cv::COLOR_YUV2RGB_NV12);
  CHECK(is_equal(to_image(Nv12View{frame.data, frame.ptr(height), width, height, width, width}), expected));
  cv::cvtColor(frame, expected, cv::COLOR_YUV2RGB_I420);
  const auto* u = frame.ptr(height);
  CHECK(is_equal(to_image(I420View{frame.data, u, u + width / 2 * (height / 2), width, height, width, width / 2}),
                 expected));
}

TEST_CASE("video frames give the bytes of cvtColor for every luma, U and V") {
  // 256 rows of luma times 256 columns of U, a frame for each V; every value stands in a whole 2x2 block.
  for (int v = 0; v < 256; v += 5) {
    cv::Mat frame(768, 512, CV_8UC1);
    for (int y = 0; y < 512; ++y) frame.row(y).setTo(y / 2);
    for (int y = 512; y < 768; ++y) {
      for (int x = 0; x < 256; ++x) {
        frame.at<std::uint8_t>(y, 2 * x) = static_cast<std::uint8_t>(x);
        frame.at<std::uint8_t>(y, 2 * x + 1) = static_cast<std::uint8_t>(v);
      }
    }
    cv::Mat expected;
    cv::cvtColor(frame, expected, cv::COLOR_YUV2RGB_NV12);
    CHECK(is_equal(to_image(Nv12View{frame.data, frame.ptr(512), 512, 512, 512, 512}), expected));
  }
}
