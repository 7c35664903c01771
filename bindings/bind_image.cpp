// image/: reading and writing pictures, masks and maps; drawing results.
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <visionkit/core/error.hpp>
#include <visionkit/image/frames.hpp>

#include "bindings.hpp"
#include "fields/image.hpp"
#include "support/define.hpp"
#include "support/file_source.hpp"

namespace visionkit::python {
namespace {

ColorOrder color_from(py::handle color, const char* caller) {
  return from_python<ColorOrder>(color, {caller, "color"});
}

py::bytes bytes_of(const std::vector<std::uint8_t>& data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

// What `from_bytes` or `from_path` makes of a file, without the lock.
template <class FromBytes, class FromPath>
auto read_source(py::handle source, const char* caller, FromBytes from_bytes, FromPath from_path) {
  const FileSource file(source, {caller, "source"});
  return unlocked([&] { return file.path ? from_path(*file.path) : from_bytes(file.bytes); });
}

ReadResult read(py::handle source, const py::kwargs& keywords, const char* caller) {
  const auto options = make<ReadOptions>(keywords, caller);
  return read_source(
      source, caller, [&](std::span<const std::uint8_t> bytes) { return decode_image_with_report(bytes, options); },
      [&](const std::string& path) { return read_image_with_report(path, options); });
}

void bind_files(py::module_& module) {
  define<ReadOptions>(
      module, "read_image(source: Source) -> NDArray[np.uint8]",
      "A picture from a path or from the bytes of a file: JPEG, PNG, WebP, BMP, and TIFF on request. "
      "[height, width, channels], RGB unless `format` says otherwise; [height, width] for gray8.",
      [](py::handle source, const py::kwargs& options) {
        return image_array(read(source, options, "read_image").image);
      },
      py::arg("source"));
  define<ReadOptions>(
      module, "read_image_with_report(source: Source) -> tuple[NDArray[np.uint8], ReadReport]",
      "read_image(), and what was found while reading.",
      [](py::handle source, const py::kwargs& options) {
        auto result = read(source, options, "read_image_with_report");
        auto report = to_python(result.report);
        return py::make_tuple(image_array(std::move(result.image)), report);
      },
      py::arg("source"));
  define<WriteOptions>(
      module, "write_image(path: Path, picture: Picture, *, color: ColorOrder = 'rgb') -> None",
      "Writes JPEG, PNG or WebP by the extension of the path, whole or not at all.",
      [](py::handle path, py::handle picture, py::handle color, const py::kwargs& keywords) {
        const auto options = make<WriteOptions>(keywords, "write_image");
        const auto target = text_from(path, {"write_image", "path"});
        Picture source(picture, color_from(color, "write_image"), {"write_image", "picture"});
        unlocked([&] { write_image(target, source.view(), options); });
      },
      py::arg("path"), py::arg("picture"), py::kw_only(), py::arg("color") = "rgb");
  define<WriteOptions>(
      module, "encode_image(picture: Picture, *, color: ColorOrder = 'rgb') -> bytes",
      "The bytes of a JPEG, PNG or WebP file; `format` is needed.",
      [](py::handle picture, py::handle color, const py::kwargs& keywords) {
        const auto options = make<WriteOptions>(keywords, "encode_image");
        Picture source(picture, color_from(color, "encode_image"), {"encode_image", "picture"});
        return bytes_of(unlocked([&] { return encode_image(source.view(), options); }));
      },
      py::arg("picture"), py::kw_only(), py::arg("color") = "rgb");
  define<MaskReadOptions>(
      module, "read_mask(source: Source) -> Mask",
      "A mask from a gray PNG, a path or its bytes: every value but 0 belongs to it.",
      [](py::handle source, const py::kwargs& keywords) {
        const auto options = make<MaskReadOptions>(keywords, "read_mask");
        return read_source(
            source, "read_mask", [&](std::span<const std::uint8_t> bytes) { return decode_mask(bytes, options); },
            [&](const std::string& path) { return read_mask(path, options); });
      },
      py::arg("source"));
  define<MaskWriteOptions>(
      module, "write_mask(path: Path, mask: Mask) -> None", "Writes a mask as a gray PNG.",
      [](py::handle path, const Mask& mask, const py::kwargs& keywords) {
        const auto options = make<MaskWriteOptions>(keywords, "write_mask");
        const auto target = text_from(path, {"write_mask", "path"});
        unlocked([&] { write_mask(target, mask, options); });
      },
      py::arg("path"), py::arg("mask"));
  define<LabelMapReadOptions>(
      module, "read_label_map(source: Source) -> LabelMap",
      "A label map from a gray PNG, a path or its bytes; its values are the ids.",
      [](py::handle source, const py::kwargs& keywords) {
        const auto options = make<LabelMapReadOptions>(keywords, "read_label_map");
        return read_source(
            source, "read_label_map",
            [&](std::span<const std::uint8_t> bytes) { return decode_label_map(bytes, options); },
            [&](const std::string& path) { return read_label_map(path, options); });
      },
      py::arg("source"));
  define<LabelMapWriteOptions>(
      module, "write_label_map(path: Path, map: LabelMap) -> None", "Writes the ids as a gray PNG of 8 or 16 bits.",
      [](py::handle path, const LabelMap& map, const py::kwargs& keywords) {
        const auto options = make<LabelMapWriteOptions>(keywords, "write_label_map");
        const auto target = text_from(path, {"write_label_map", "path"});
        unlocked([&] { write_label_map(target, map, options); });
      },
      py::arg("path"), py::arg("map"));
}

// The plane of a frame, [height, width] of bytes.
py::array_t<std::uint8_t> plane(py::handle value, const char* argument) {
  const Where where = {"image_from_yuv", argument};
  auto array = as_array<std::uint8_t>(value, where);
  check_axes(array, 2, where);
  return array;
}

py::array image_from_yuv(py::handle y, py::handle uv, py::handle v) {
  const auto luma = plane(y, "y");
  const auto height = static_cast<int>(luma.shape(0));
  const auto width = static_cast<int>(luma.shape(1));
  const bool is_nv12 = v.is_none();
  const auto first = plane(uv, "uv");
  const auto second = is_nv12 ? first : plane(v, "v");
  const py::ssize_t rows = (height + 1) / 2;
  const py::ssize_t columns = (width + 1) / 2 * (is_nv12 ? 2 : 1);
  for (const auto& chroma : {first, second}) {
    if (chroma.shape(0) == rows && chroma.shape(1) == columns) continue;
    throw Error(ErrorCode::shape, fmt::format("image_from_yuv(): chroma has the shape ({}, {}), expected ({}, {})",
                                              chroma.shape(0), chroma.shape(1), rows, columns));
  }
  const auto* samples = luma.data();
  const auto* a = first.data();
  const auto* b = second.data();
  return image_array(unlocked([&] {
    return is_nv12 ? to_image(Nv12View{samples, a, width, height, width, columns})
                   : to_image(I420View{samples, a, b, width, height, width, columns});
  }));
}

template <class View, class T>
View frame_view(const py::array_t<T>& array, const Where& where) {
  const auto channels = array.ndim() == 3 ? array.shape(2) : 1;
  if (array.ndim() < 2 || array.ndim() > 3 || (channels != 1 && channels != 3 && channels != 4)) {
    throw Error(ErrorCode::shape, fmt::format("{} has {} axes and {} channels, expected [height, width] or [height, "
                                              "width, 1, 3 or 4]",
                                              to_string(where), array.ndim(), channels));
  }
  View view;
  view.data = array.data();
  view.width = static_cast<int>(array.shape(1));
  view.height = static_cast<int>(array.shape(0));
  view.stride = static_cast<std::ptrdiff_t>(view.width * channels * static_cast<py::ssize_t>(sizeof(T)));
  view.format = channels == 1 ? PixelFormat::gray8 : channels == 3 ? PixelFormat::rgb8 : PixelFormat::rgba8;
  return view;
}

void bind_frames(py::module_& module) {
  define(
      module, "image_from_16bit(frame: ArrayLike, bits: int = 16) -> NDArray[np.uint8]",
      "A picture of uint16 [height, width] or [height, width, channels] of which so many bits are in use (8..16): the "
      "upper 8.",
      [](py::handle frame, int bits) {
        const Where where = {"image_from_16bit", "frame"};
        const auto array = as_array<std::uint16_t>(frame, where);
        auto view = frame_view<ImageView16>(array, where);
        view.bits = bits;
        return image_array(unlocked([&] { return to_image(view); }));
      },
      py::arg("frame"), py::arg("bits") = 16);
  define(
      module, "image_from_float(frame: ArrayLike, white: float = 1.0) -> NDArray[np.uint8]",
      "A picture of floats [height, width] or [height, width, channels], 0 to `white`, rounded and clamped.",
      [](py::handle frame, float white) {
        const Where where = {"image_from_float", "frame"};
        const auto array = as_array<float>(frame, where);
        auto view = frame_view<ImageViewFloat>(array, where);
        view.white = white;
        return image_array(unlocked([&] { return to_image(view); }));
      },
      py::arg("frame"), py::arg("white") = 1.0F);
  define(
      module, "image_from_yuv(y: ArrayLike, uv: ArrayLike, v: ArrayLike | None = None) -> NDArray[np.uint8]",
      "A video frame as RGB, by BT.601: uint8 luma [height, width] and chroma at half resolution, pairs in one plane "
      "(NV12: [height / 2, width]) or two planes U and V (I420: [height / 2, width / 2]).",
      image_from_yuv, py::arg("y"), py::arg("uv"), py::arg("v") = py::none());
}

void bind_panoptic_ids(py::module_& module) {
  define<PanopticReadImageOptions>(
      module, "read_panoptic_ids(path: Path) -> NDArray[np.uint32]",
      "The segment ids [height, width] of COCO's panoptic PNG.",
      [](py::handle path, const py::kwargs& keywords) {
        const auto options = make<PanopticReadImageOptions>(keywords, "read_panoptic_ids");
        const auto source = text_from(path, {"read_panoptic_ids", "path"});
        auto found = unlocked([&] { return read_panoptic_ids(source, options); });
        return own_array(std::move(found.ids), {found.size.height, found.size.width});
      },
      py::arg("path"));
  define(
      module, "write_panoptic_ids(path: Path, ids: ArrayLike) -> None",
      "Segment ids [height, width] as COCO's panoptic PNG, whole or not at all.",
      [](py::handle path, py::handle ids) {
        const auto target = text_from(path, {"write_panoptic_ids", "path"});
        const Where where = {"write_panoptic_ids", "ids"};
        const auto array = as_array<std::uint32_t>(ids, where);
        check_axes(array, 2, where);
        const std::span span(array.data(), static_cast<std::size_t>(array.size()));
        const Size size = {static_cast<int>(array.shape(1)), static_cast<int>(array.shape(0))};
        unlocked([&] { write_panoptic_ids(target, span, size); });
      },
      py::arg("path"), py::arg("ids"));
}

template <class Result, class Options>
py::array draw_on(Picture& picture, const Result& result, const Options& options) {
  return image_array(unlocked([&] { return draw(picture.view(), result, options); }));
}

void bind_drawing(py::module_& module) {
  define(
      module, "class_color(name: str) -> Color", "The colour in which a class of this name is drawn.",
      [](const std::string& name) { return to_python(class_color(name)); }, py::arg("name"));
  define<DrawOptions>(
      module,
      "draw(picture: Picture, result: Detections | Classification, *, color: ColorOrder = 'rgb') -> NDArray[np.uint8]",
      "A picture of the result, RGB [height, width, 3]: boxes, masks and labels of Detections, a caption for a "
      "Classification. The argument stays as it is.",
      [](py::handle picture, py::handle result, py::handle color, const py::kwargs& keywords) {
        auto options = make<DrawOptions>(keywords, "draw");
        Picture source(picture, color_from(color, "draw"), {"draw", "picture"});
        if (is_classification(result)) {
          if (options.labels.empty()) options.labels = from_python<Labels>(result.attr("names"), {"draw", "names"});
          return draw_on(source, from_python<Classification>(result, {"draw", "result"}), options);
        }
        const auto detections = from_python<std::vector<Detection>>(result, {"draw", "result"});
        if (options.labels.empty()) options.labels = from_python<Labels>(result.attr("names"), {"draw", "names"});
        return draw_on(source, detections, options);
      },
      py::arg("picture"), py::arg("result"), py::kw_only(), py::arg("color") = "rgb");
  define<MapDrawOptions>(
      module,
      "draw_map(picture: Picture, map: LabelMap | PanopticMap, *, color: ColorOrder = 'rgb') -> NDArray[np.uint8]",
      "The picture tinted by class, and below it a legend.",
      [](py::handle picture, py::handle map, py::handle color, const py::kwargs& keywords) {
        const auto options = make<MapDrawOptions>(keywords, "draw_map");
        Picture source(picture, color_from(color, "draw_map"), {"draw_map", "picture"});
        if (py::isinstance<PanopticMap>(map)) return draw_on(source, map.cast<const PanopticMap&>(), options);
        const auto labels = from_python<LabelMap>(map, {"draw_map", "map"});
        return draw_on(source, labels, options);
      },
      py::arg("picture"), py::arg("map"), py::kw_only(), py::arg("color") = "rgb");
  define<MapDrawOptions>(
      module,
      "draw_differences(picture: Picture, predicted: LabelMap, truth: LabelMap, *, color: ColorOrder = 'rgb') -> "
      "NDArray[np.uint8]",
      "Where a label map is right and where it is wrong.",
      [](py::handle picture, const LabelMap& predicted, const LabelMap& truth, py::handle color,
         const py::kwargs& keywords) {
        const auto options = make<MapDrawOptions>(keywords, "draw_differences");
        Picture source(picture, color_from(color, "draw_differences"), {"draw_differences", "picture"});
        return image_array(unlocked([&] { return draw_differences(source.view(), predicted, truth, options); }));
      },
      py::arg("picture"), py::arg("predicted"), py::arg("truth"), py::kw_only(), py::arg("color") = "rgb");
}

}  // namespace

void bind_image(py::module_& module) {
  define_enums<ColorOrder, ImageFormat, MaskPixels, OrientationPolicy, PaletteRule, PixelFormat, ScoreStyle,
               Strictness>(module);
  define_struct<AllowedFormats>(module, "Which formats are read.");
  define_struct<ImageLimits>(module, "What is accepted before anything is allocated for a picture.");
  define_struct<ReadOptions>(module, "How pictures are read.");
  define_struct<ReadReport>(module, "What was found while reading.");
  define_struct<WriteOptions>(module, "How pictures are written.");
  define_struct<MaskReadOptions>(module, "How masks are read.");
  define_struct<MaskWriteOptions>(module, "How masks are written.");
  define_struct<LabelMapReadOptions>(module, "How label maps are read.");
  define_struct<LabelMapWriteOptions>(module, "How label maps are written.");
  define_struct<DrawOptions>(module, "How results are drawn; sizes of 0 follow the picture.");
  define_struct<MapDrawOptions>(module, "How maps are drawn; sizes of 0 follow the picture.");
  define_struct<PanopticReadImageOptions>(module, "How COCO's panoptic PNGs are read.");
  bind_files(module);
  bind_frames(module);
  bind_panoptic_ids(module);
  bind_drawing(module);
}

}  // namespace visionkit::python
