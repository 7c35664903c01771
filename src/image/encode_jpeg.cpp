#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include "core/fail.hpp"
#include "image/encode.hpp"

namespace visionkit {
namespace {

struct State {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  std::jmp_buf jump;
  std::array<char, JMSG_LENGTH_MAX> text = {};
  unsigned char* bytes = nullptr;  // grown by libjpeg with malloc()
  unsigned long size = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
};

[[noreturn]] void on_error(j_common_ptr info) {
  auto* state = static_cast<State*>(info->client_data);
  info->err->format_message(info, state->text.data());
  std::longjmp(state->jump, 1);
}

void no_output(j_common_ptr) {}

J_COLOR_SPACE colour_space(PixelFormat format) {
  switch (format) {
    case PixelFormat::rgb8: return JCS_EXT_RGB;
    case PixelFormat::bgr8: return JCS_EXT_BGR;
    case PixelFormat::rgba8: return JCS_EXT_RGBX;
    case PixelFormat::bgra8: return JCS_EXT_BGRX;
    case PixelFormat::gray8: return JCS_GRAYSCALE;
  }
  return JCS_EXT_RGB;
}

// False after an error. No object in here needs a destructor, for libjpeg may jump out.
bool compress(State& state, const ImageView& image, int quality) {
  auto& info = state.info;
  info.err = jpeg_std_error(&state.errors);
  state.errors.error_exit = on_error;
  state.errors.output_message = no_output;
  info.client_data = &state;
  if (setjmp(state.jump) != 0) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &state.bytes, &state.size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = channels(image.format);
  info.in_color_space = colour_space(image.format);
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(image.row(static_cast<int>(info.next_scanline)));  // libjpeg only reads it
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const ImageView& image, const WriteOptions& options) {
  if (image.width > JPEG_MAX_DIMENSION || image.height > JPEG_MAX_DIMENSION) {
    fail(ErrorCode::image_too_large, "JPEG image: {}x{} pixels cannot be written; a side has at most {}", image.width,
         image.height, JPEG_MAX_DIMENSION);
  }
  State state;
  if (!compress(state, image, options.quality)) {
    fail(ErrorCode::out_of_memory, "JPEG image: cannot be written: {}", state.text.data());
  }
  return {state.bytes, state.bytes + state.size};
}

}  // namespace visionkit
