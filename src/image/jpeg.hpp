// A JPEG decoder that is made once per thread and gives rows, over libjpeg-turbo with its defaults (accurate integer
// transform, smooth chroma upsampling: the bytes of Pillow and OpenCV).
#pragma once

#include <memory>

#include "image/codec.hpp"
#include "image/partial.hpp"

namespace visionkit {

/// What the markers of a JPEG say, found without decoding.
struct JpegStructure {
  ImageHeader header;
  bool is_arithmetic = false;
  bool has_several_scans = false;
  bool has_all_components = true;  ///< every component occurs in a scan
  std::size_t usable_bytes = 0;    ///< up to a marker segment that the end of the bytes cuts
};

/// Throws unsupported_image, image_corrupt, image_too_large. Walks over the header; over all markers when there are
/// several scans, because their number has a limit.
JpegStructure read_jpeg_structure(Bytes bytes, const ReadOptions& options);

class JpegReader {
 public:
  JpegReader();
  ~JpegReader();
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  /// The reader of the calling thread. Its memory is kept between pictures.
  static JpegReader& of_this_thread();

  /// Begins a picture. `bytes` must outlive the last row. Rows come as `format`, which must not be gray8 unless the
  /// header says is_gray. The orientation is not applied. Throws what read_jpeg_structure() does and more of the same.
  void start(Bytes bytes, const ReadOptions& options, PixelFormat format);
  /// The size of the picture, after the reduction.
  [[nodiscard]] Size size() const;
  /// Before the first row: only this part of the picture is wanted. Its pixels are the same as without; the others are
  /// decoded as far as damage in them could show, and no further where libjpeg-turbo can do that.
  void crop(const PicturePart& part);
  /// The next `count` rows, of the part if there is one. In strict mode throws as soon as damage shows.
  void read_rows(std::uint8_t* target, std::ptrdiff_t stride, int count);
  /// After the last wanted row: looks at what follows it, adds flags to the report, and throws in strict mode. For whom
  /// damage behind that row is of no interest: finish() can be left out, the next start() cleans up.
  void finish(ReadReport& report);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The size of a JPEG decoded at 1/reduction.
Size reduced_size(Size size, int reduction);

}  // namespace visionkit
