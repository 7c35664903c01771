#include <array>
#include <csetjmp>
#include <cstring>

#include <png.h>

#include "core/fail.hpp"
#include "image/encode.hpp"

namespace visionkit {
namespace {

struct State {
  png_structp writer = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> message = {};
  std::vector<std::uint8_t> bytes;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { png_destroy_write_struct(&writer, &info); }
};

[[noreturn]] void on_error(png_structp writer, png_const_charp message) {
  auto* state = static_cast<State*>(png_get_error_ptr(writer));
  std::strncpy(state->message.data(), message, state->message.size() - 1);
  png_longjmp(writer, 1);
}

void on_warning(png_structp, png_const_charp) {}

// An exception must not pass through libpng, which is C.
bool append(std::vector<std::uint8_t>& bytes, const std::uint8_t* data, std::size_t count) noexcept {
  try {
    bytes.insert(bytes.end(), data, data + count);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void on_write(png_structp writer, png_bytep data, std::size_t count) {
  if (!append(static_cast<State*>(png_get_io_ptr(writer))->bytes, data, count)) png_error(writer, "out of memory");
}

void on_flush(png_structp) {}

int colour_type(PixelFormat format) {
  switch (channels(format)) {
    case 1: return PNG_COLOR_TYPE_GRAY;
    case 4: return PNG_COLOR_TYPE_RGB_ALPHA;
    default: return PNG_COLOR_TYPE_RGB;
  }
}

// False after an error. No object in here needs a destructor, for libpng may jump out.
bool write_pixels(State& state, const ImageView& image, int compression) {
  auto* writer = state.writer;
  if (setjmp(png_jmpbuf(writer)) != 0) return false;
  png_set_write_fn(writer, &state, on_write, on_flush);
  png_set_user_limits(writer, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_compression_level(writer, compression);
  png_set_IHDR(writer, state.info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 8,
               colour_type(image.format), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer, state.info);
  if (image.format == PixelFormat::bgr8 || image.format == PixelFormat::bgra8) png_set_bgr(writer);
  for (int y = 0; y < image.height; ++y) png_write_row(writer, image.row(y));
  png_write_end(writer, nullptr);
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode_png(const ImageView& image, const WriteOptions& options) {
  State state;
  state.writer = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
  if (state.writer != nullptr) state.info = png_create_info_struct(state.writer);
  if (state.info == nullptr) fail(ErrorCode::out_of_memory, "PNG image: out of memory");
  if (!write_pixels(state, image, options.png_compression)) {
    fail(ErrorCode::out_of_memory, "PNG image: {}x{} pixels cannot be written: {}", image.width, image.height,
         state.message.data());
  }
  return std::move(state.bytes);
}

}  // namespace visionkit
