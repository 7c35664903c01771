#include "image/jpeg.hpp"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include <jpeglib.h>
// after jpeglib.h
#include <jerror.h>

#include "core/fail.hpp"
#include "image/cmyk.hpp"

namespace visionkit {
namespace {

constexpr auto jpeg = ImageFormat::jpeg;

struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  int fatal = 0;                                // message code of the error that made libjpeg give up
  bool has_damage = false;                      // entropy-coded data did not decode as it should
  std::array<char, JMSG_LENGTH_MAX> text = {};  // of the first damage or the fatal error
};

struct Source {
  jpeg_source_mgr base;
  bool is_exhausted = false;  // libjpeg asked for more bytes than there are
};

// Every call into libjpeg stands under a setjmp: libjpeg is C, through which no exception may pass.
[[noreturn]] void on_error(j_common_ptr info) {
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  manager->fatal = manager->base.msg_code;
  manager->base.format_message(info, manager->text.data());
  std::longjmp(manager->jump, 1);
}

// Padding before the end marker, or between the segments of the header, is what cameras write and harmless. Inside the
// scans it is data that no block wanted.
bool is_padding(j_common_ptr info) {
  const int marker = info->err->msg_parm.i[1];
  return marker == JPEG_EOI || reinterpret_cast<j_decompress_ptr>(info)->input_scan_number == 0;
}

void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;  // traces
  auto* manager = reinterpret_cast<ErrorManager*>(info->err);
  const int code = manager->base.msg_code;
  if (code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM || (code == JWRN_EXTRANEOUS_DATA && is_padding(info))) return;
  if (!manager->has_damage) manager->base.format_message(info, manager->text.data());
  manager->has_damage = true;
}

void no_output(j_common_ptr) {}
void no_source_action(j_decompress_ptr) {}

constexpr std::array<JOCTET, 2> end_of_image = {0xFF, JPEG_EOI};

boolean on_exhausted(j_decompress_ptr info) {
  auto* source = reinterpret_cast<Source*>(info->src);
  source->is_exhausted = true;
  source->base.next_input_byte = end_of_image.data();
  source->base.bytes_in_buffer = end_of_image.size();
  return TRUE;
}

void on_skip(j_decompress_ptr info, long count) {
  auto* source = info->src;
  if (count <= 0) return;
  if (static_cast<std::size_t>(count) > source->bytes_in_buffer) {
    on_exhausted(info);
    return;
  }
  source->next_input_byte += count;
  source->bytes_in_buffer -= static_cast<std::size_t>(count);
}

J_COLOR_SPACE colour_space(PixelFormat format) {
  switch (format) {
    case PixelFormat::rgb8: return JCS_EXT_RGB;
    case PixelFormat::bgr8: return JCS_EXT_BGR;
    case PixelFormat::rgba8: return JCS_EXT_RGBA;
    case PixelFormat::bgra8: return JCS_EXT_BGRA;
    case PixelFormat::gray8: return JCS_GRAYSCALE;
  }
  return JCS_EXT_RGB;
}

// CMYK JPEGs store the ink inverted, as Adobe does; both reference tools take that for granted.
void cmyk_to_rgb(const std::uint8_t* source, std::uint8_t* target, int width, PixelFormat format) {
  const bool is_bgr = format == PixelFormat::bgr8 || format == PixelFormat::bgra8;
  const int step = channels(format);
  for (int x = 0; x < width; ++x, source += 4, target += step) {
    const auto [red, green, blue] =
        rgb_from_cmyk(255U - source[0], 255U - source[1], 255U - source[2], 255U - source[3]);
    target[0] = is_bgr ? blue : red;
    target[1] = green;
    target[2] = is_bgr ? red : blue;
    if (step == 4) target[3] = 255;
  }
}

}  // namespace

struct JpegReader::State {
  jpeg_decompress_struct info = {};
  ErrorManager errors = {};
  Source source = {};
  JpegStructure structure;
  Strictness strictness = Strictness::strict;
  PixelFormat format = PixelFormat::rgb8;
  Size size;                  // of the picture
  PicturePart part;           // of it, that is wanted
  int first_column = 0;       // of the rows that libjpeg gives
  bool is_skippable = false;  // libjpeg can leave out pixels
  bool has_missing_bits = false;
  volatile int rows_read = 0;  // by the last read(); survives a jump
  std::vector<std::uint8_t> row;

  State() {
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = on_error;
    errors.base.emit_message = on_message;
    errors.base.output_message = no_output;
    if (setjmp(errors.jump) != 0) fail(ErrorCode::out_of_memory, "JPEG image: {}", errors.text.data());
    jpeg_create_decompress(&info);
    source.base.init_source = no_source_action;
    source.base.term_source = no_source_action;
    source.base.fill_input_buffer = on_exhausted;
    source.base.skip_input_data = on_skip;
    source.base.resync_to_restart = jpeg_resync_to_restart;
    info.src = &source.base;
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { jpeg_destroy_decompress(&info); }

  // The end was reached before all that was needed had come.
  [[nodiscard]] bool is_truncated() const {
    if (!source.is_exhausted) return false;
    // Arithmetic coding reads zeros behind the end, by design and without a word: a missing end mark is all there is to
    // see.
    return errors.has_damage || errors.fatal != 0 || structure.is_arithmetic || !structure.has_all_components ||
           has_missing_bits;
  }
  [[nodiscard]] bool is_corrupt() const {
    return !is_truncated() && (errors.has_damage || errors.fatal != 0 || !structure.has_all_components);
  }
  // Some coefficient of a progressive picture was not refined to its last bit.
  [[nodiscard]] bool find_missing_bits() const {
    if (info.coef_bits == nullptr) return false;
    for (int component = 0; component < info.num_components; ++component) {
      for (int k = 0; k < DCTSIZE2; ++k) {
        if (info.coef_bits[component][k] != 0) return true;
      }
    }
    return false;
  }

  // Stops early after a fatal error. In a function of its own, without variables that a jump could spoil.
  void read(std::uint8_t* target, std::ptrdiff_t stride, int count) {
    if (errors.fatal != 0 || setjmp(errors.jump) != 0) return;
    const bool is_wanted_as_it_is =
        info.out_color_space != JCS_CMYK && static_cast<int>(info.output_width) == part.size.width;
    while (rows_read < count && info.output_scanline < info.output_height) {
      auto* to = target + rows_read * stride;
      JSAMPROW pointer = is_wanted_as_it_is ? to : row.data();
      if (jpeg_read_scanlines(&info, &pointer, 1) == 0) return;
      if (!is_wanted_as_it_is) take_wanted(to);
      rows_read = rows_read + 1;
    }
  }
  void take_wanted(std::uint8_t* to) const {
    const auto* from = row.data() + std::ptrdiff_t{part.x - first_column} * info.out_color_components;
    if (info.out_color_space == JCS_CMYK) {
      cmyk_to_rgb(from, to, part.size.width, format);
    } else {
      std::memcpy(to, from, static_cast<std::size_t>(part.size.width) * static_cast<std::size_t>(channels(format)));
    }
  }

  // Smooth upsampling looks at the next sample of chroma, which at the border of what is decoded is not there: up to
  // two pixels are wrong. Whole blocks of distance, so as not to depend on how libjpeg-turbo goes about it.
  [[nodiscard]] static int margin(int sampling_factor) { return 2 * DCTSIZE * sampling_factor; }

  void crop_columns() {
    if (!is_skippable || errors.fatal != 0 || setjmp(errors.jump) != 0) return;
    const int distance = margin(info.max_h_samp_factor);
    auto first = static_cast<JDIMENSION>(std::max(part.x - distance, 0));
    auto width = static_cast<JDIMENSION>(std::min(part.x + part.size.width + distance, size.width)) - first;
    jpeg_crop_scanline(&info, &first, &width);  // moves `first` to the begin of a block
    first_column = static_cast<int>(first);
  }

  // Rows that are not wanted. The last ones are read, because libjpeg-turbo needs them around the rows that follow, and
  // ignores the data of rows that are skipped at the end of the picture.
  void pass_over(int count) {
    if (errors.fatal != 0 || setjmp(errors.jump) != 0) return;
    const auto end = info.output_scanline + static_cast<JDIMENSION>(count);
    const int skipped = count - margin(info.max_v_samp_factor);
    if (is_skippable && skipped > 0) jpeg_skip_scanlines(&info, static_cast<JDIMENSION>(skipped));
    while (info.output_scanline < end) {
      JSAMPROW pointer = row.data();
      if (jpeg_read_scanlines(&info, &pointer, 1) == 0) return;
    }
  }

  void finish() {
    if (errors.fatal == 0 && setjmp(errors.jump) == 0) jpeg_finish_decompress(&info);
  }

  void fail_if_strict() const {
    if (strictness == Strictness::lenient) return;
    if (is_truncated()) fail_truncated(jpeg, "the data ends before the picture does");
    if (is_corrupt()) fail_corrupt(jpeg, errors.text[0] != 0 ? errors.text.data() : "a component has no scan");
  }
  [[noreturn]] void fail_fatal() const {
    if (errors.fatal == JERR_OUT_OF_MEMORY) fail(ErrorCode::out_of_memory, "JPEG image: out of memory");
    if (errors.fatal == JERR_NO_BACKING_STORE) {
      fail(ErrorCode::image_too_large, "JPEG image: decoding needs more memory than limits.max_decoded_bytes");
    }
    fail_corrupt(jpeg, errors.text.data());
  }
};

JpegReader::JpegReader() : state_(std::make_unique<State>()) {}
JpegReader::~JpegReader() = default;

JpegReader& JpegReader::of_this_thread() {
  thread_local JpegReader reader;
  return reader;
}

Size JpegReader::size() const { return state_->size; }

void JpegReader::start(Bytes bytes, const ReadOptions& options, PixelFormat format) {
  auto& s = *state_;
  auto& info = s.info;
  jpeg_abort_decompress(&info);
  s.structure = read_jpeg_structure(bytes, options);
  s.strictness = options.strictness;
  s.format = format;
  s.errors.fatal = 0;
  s.errors.has_damage = false;
  s.has_missing_bits = false;
  s.errors.text[0] = 0;
  s.source.is_exhausted = false;
  s.source.base.next_input_byte = bytes.data();
  s.source.base.bytes_in_buffer = s.structure.usable_bytes;
  // libjpeg counts its own memory only; a bound that the header check has already kept, in case the two disagree.
  info.mem->max_memory_to_use =
      static_cast<long>(std::min<std::uint64_t>(options.limits.max_decoded_bytes, std::numeric_limits<long>::max()));

  if (setjmp(s.errors.jump) != 0) s.fail_fatal();
  jpeg_read_header(&info, TRUE);
  const auto stored = s.structure.header.size;
  if (static_cast<int>(info.image_width) != stored.width || static_cast<int>(info.image_height) != stored.height) {
    fail_corrupt(jpeg, "there are two frame headers");
  }
  info.out_color_space = info.num_components == 4 ? JCS_CMYK : colour_space(format);
  info.scale_num = 8U / static_cast<unsigned>(options.jpeg_reduction);
  info.scale_denom = 8;
  jpeg_start_decompress(&info);
  s.size = {static_cast<int>(info.output_width), static_cast<int>(info.output_height)};
  const auto expected = reduced_size(stored, options.jpeg_reduction);
  if (s.size != expected) {
    fail(ErrorCode::internal, "JPEG image: decodes to {}, expected {}", to_string(s.size), to_string(expected));
  }
  s.part = {0, 0, s.size};
  s.first_column = 0;
  s.is_skippable = !s.structure.has_several_scans && !s.structure.is_arithmetic && info.out_color_space != JCS_CMYK &&
                   options.jpeg_reduction == 1;
  s.has_missing_bits = s.find_missing_bits();
  s.fail_if_strict();
  s.row.resize(static_cast<std::size_t>(s.size.width) * static_cast<std::size_t>(info.out_color_components));
}

void JpegReader::crop(const PicturePart& part) {
  auto& s = *state_;
  s.part = part;
  s.crop_columns();
  s.pass_over(part.y);
}

void JpegReader::read_rows(std::uint8_t* target, std::ptrdiff_t stride, int count) {
  auto& s = *state_;
  const auto row_bytes = static_cast<std::size_t>(s.part.size.width) * channels(s.format);
  s.rows_read = 0;
  s.read(target, stride, count);
  for (int y = s.rows_read; y < count; ++y) std::memset(target + y * stride, 0, row_bytes);
  s.fail_if_strict();
}

void JpegReader::finish(ReadReport& report) {
  auto& s = *state_;
  s.pass_over(static_cast<int>(s.info.output_height - s.info.output_scanline));
  s.fail_if_strict();
  s.finish();
  s.fail_if_strict();
  report.is_truncated |= s.is_truncated();
  report.is_corrupt |= s.is_corrupt();
  report.is_missing_end |= s.source.is_exhausted && !s.is_truncated();
  report.has_trailing_bytes |= !s.source.is_exhausted && s.errors.fatal == 0 && s.source.base.bytes_in_buffer > 0;
}

void decode_jpeg(Bytes bytes, const ImageHeader&, const ReadOptions& options, const PixelTarget& target,
                 ReadReport& report) {
  auto& reader = JpegReader::of_this_thread();
  reader.start(bytes, options, target.format);
  if (target.size != reader.size()) reader.crop({target.left, target.top, target.size});
  reader.read_rows(target.data, target.stride, target.size.height);
  reader.finish(report);
}

}  // namespace visionkit
