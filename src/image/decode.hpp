// Encoded bytes to pixels in memory that is used again and again, for the paths that turn bytes into a network's input.
// In the steady state nothing is allocated but what libpng, libwebp and libtiff take for themselves.
// read_image() and its relatives (read.cpp) return an Image instead. A JPEG row by row: image/jpeg.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/large_memory.hpp"
#include "image/header.hpp"
#include "image/partial.hpp"

namespace visionkit {

/// Memory that grows and never shrinks, and is never filled.
class VISIONKIT_API ScratchBuffer {
 public:
  /// At least `bytes` bytes, whose former content is lost when they grow. Throws out_of_memory.
  std::uint8_t* reserve(std::size_t bytes);

 private:
  LargeMemory data_;
  std::size_t capacity_ = 0;
};

/// What comes out of encoded bytes, known from their header.
struct DecodePlan {
  ImageHeader header;
  Size decoded_size = {};                          ///< after a reduction, before turning
  PixelFormat decoded_format = PixelFormat::rgb8;  ///< what the format's reader writes
  Size size = {};                                  ///< of the result
  PixelFormat format = PixelFormat::rgb8;          ///< of the result
  bool is_turned = false;
  PicturePart part;  ///< of the decoded picture: what becomes pixels; all of it when it is turned
};

/// Checks options, header and limits. Throws like read_header(). The part is the whole picture.
DecodePlan plan_decoding(Bytes bytes, const ReadOptions& options);

/// Leaves out what is not `needed` of the result, where the format's reader gains by that. Damage outside of it is
/// found all the same.
void leave_out_all_but(DecodePlan& plan, const PicturePart& needed);

/// Decodes into `target`, packed rows of the part (of plan.size when the picture is turned) in plan.format. `scratch`
/// is used when the picture must be turned or converted after decoding.
ReadReport decode_planned(const DecodePlan& plan, Bytes bytes, const ReadOptions& options, ScratchBuffer& scratch,
                          std::uint8_t* target);

/// What decode_into() works in; one for each thread that decodes.
struct DecodeBuffers {
  ScratchBuffer pixels;  ///< holds the result
  ScratchBuffer scratch;
};

/// The pixels of decode_image(), as many as were planned, in `buffers.pixels`: valid until they are used again. Rows
/// are packed.
PartialImage decode_into(const DecodePlan& plan, Bytes bytes, const ReadOptions& options, DecodeBuffers& buffers);

}  // namespace visionkit
