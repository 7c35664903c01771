// One side of tests/bench/preprocess/compare.py: waits for commands on standard input, answers each with one line.
//   time SIDE TASK FILE COUNT   median milliseconds of COUNT repetitions
//   dump SIDE TASK FILE OUT     writes the float32 tensor
// SIDE is ours, opencv, libjpeg or memory; TASK is classify, classify_pixels (decoded before), letterbox or
// letterbox_pixels.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <jpeglib.h>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <visionkit/image/io.hpp>
#include <visionkit/preprocess/preprocess.hpp>

#include "../support/worker.hpp"

namespace {

// What one repetition does, and where it leaves its tensor.
struct Work {
  std::function<void()> run;
  std::function<std::vector<float>()> result;
};

visionkit::PreprocessOptions options_of(const std::string& task) {
  if (task.rfind("classify", 0) == 0) {
    return {.resize = {.mode = visionkit::ResizeMode::shorter_side, .side = 256},
            .crop = visionkit::CropOptions{.size = {224, 224}},
            .mean = {0.485, 0.456, 0.406},
            .std = {0.229, 0.224, 0.225}};
  }
  return {.resize = {.mode = visionkit::ResizeMode::letterbox,
                     .size = {640, 640},
                     .interpolation = visionkit::Interpolation::opencv_linear}};
}

Work ours(const std::string& task, const std::vector<std::uint8_t>& bytes) {
  const visionkit::Preprocessor preprocessor(options_of(task));
  const auto image = std::make_shared<visionkit::Image>(visionkit::decode_image(bytes));
  const auto size = preprocessor.fixed_size().value();
  auto tensor = std::make_shared<std::vector<float>>(std::size_t{3} * size.width * size.height);
  const auto memory = std::as_writable_bytes(std::span(*tensor));
  const auto result = [tensor] { return *tensor; };
  if (task.find("pixels") == std::string::npos) {
    return {[=, &bytes] { preprocessor.run_encoded_into(bytes, memory); }, result};
  }
  return {[=] { preprocessor.run_into(*image, memory); }, result};
}

// What a careful user of OpenCV writes.
cv::Mat letterboxed(const cv::Mat& image) {
  const double gain = std::min(640.0 / image.rows, 640.0 / image.cols);
  const cv::Size size(static_cast<int>(std::nearbyint(image.cols * gain)),
                      static_cast<int>(std::nearbyint(image.rows * gain)));
  cv::Mat resized;
  cv::resize(image, resized, size, 0, 0, cv::INTER_LINEAR);
  const int left = (640 - size.width) / 2;
  const int top = (640 - size.height) / 2;
  cv::Mat padded;
  cv::copyMakeBorder(resized, padded, top, 640 - size.height - top, left, 640 - size.width - left, cv::BORDER_CONSTANT,
                     cv::Scalar(114, 114, 114));
  return cv::dnn::blobFromImage(padded, 1 / 255.0, {}, {}, true);
}

Work opencv(const std::string& task, const std::vector<std::uint8_t>& bytes) {
  auto blob = std::make_shared<cv::Mat>();
  const auto result = [blob] { return std::vector<float>(blob->ptr<float>(), blob->ptr<float>() + blob->total()); };
  const auto image = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  if (task == "letterbox_pixels") return {[=] { *blob = letterboxed(image); }, result};
  return {[=, &bytes] { *blob = letterboxed(cv::imdecode(bytes, cv::IMREAD_COLOR)); }, result};
}

// Decoding alone into memory that is used again: what nothing over libjpeg-turbo can be faster than.
Work libjpeg(const std::vector<std::uint8_t>& bytes) {
  auto pixels = std::make_shared<std::vector<std::uint8_t>>();
  return {[=, &bytes] {
            jpeg_decompress_struct info;
            jpeg_error_mgr errors;
            info.err = jpeg_std_error(&errors);
            jpeg_create_decompress(&info);
            jpeg_mem_src(&info, bytes.data(), bytes.size());
            jpeg_read_header(&info, TRUE);
            jpeg_start_decompress(&info);
            const std::size_t stride = std::size_t{info.output_width} * 3;
            pixels->resize(stride * info.output_height);
            while (info.output_scanline < info.output_height) {
              auto* row = pixels->data() + info.output_scanline * stride;
              jpeg_read_scanlines(&info, &row, 1);
            }
            jpeg_finish_decompress(&info);
            jpeg_destroy_decompress(&info);
          },
          [] { return std::vector<float>{}; }};
}

// Reading the picture once and writing the tensor once: what nothing that does both can be faster than.
Work memory(const std::string& task, const std::vector<std::uint8_t>& bytes) {
  const auto image = std::make_shared<visionkit::Image>(visionkit::decode_image(bytes));
  const auto size = visionkit::Preprocessor(options_of(task)).fixed_size().value();
  auto tensor = std::make_shared<std::vector<float>>(std::size_t{3} * size.width * size.height);
  return {[=] {
            const auto pixels = image->pixels();
            std::uint64_t word = 0;
            std::uint64_t mixed = 0;
            for (std::size_t i = 0; i + sizeof(word) <= pixels.size(); i += sizeof(word)) {
              std::memcpy(&word, pixels.data() + i, sizeof(word));
              mixed ^= word;
            }
            std::fill(tensor->begin(), tensor->end(), static_cast<float>(mixed));
          },
          [] { return std::vector<float>{}; }};
}

Work make_work(const std::string& side, const std::string& task, const std::vector<std::uint8_t>& bytes) {
  auto work = side == "ours"     ? ours(task, bytes)
              : side == "opencv" ? opencv(task, bytes)
              : side == "memory" ? memory(task, bytes)
                                 : libjpeg(bytes);
  work.run();
  return work;
}

void answer(const std::string& command, const std::string& side, const std::string& task, const std::string& file,
            const std::string& argument) {
  static std::map<std::string, std::vector<std::uint8_t>> files;
  static std::map<std::string, Work> works;
  if (!files.contains(file)) files[file] = visionkit::bench::read_values<std::uint8_t>(file);
  auto& work = works[side + ' ' + task + ' ' + file];
  if (!work.run) work = make_work(side, task, files[file]);
  if (command == "dump") {
    visionkit::bench::write_values(argument, work.result());
    std::cout << "done";
  } else {
    const auto run = [&] { return work.run(), true; };
    std::cout << visionkit::bench::measure(std::stoi(argument), run).median_ms;
  }
}

}  // namespace

int main() {
  cv::setNumThreads(1);
  visionkit::bench::serve(answer);
}
