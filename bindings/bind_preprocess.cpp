// preprocess/: pictures in, a network's input out.
#include <utility>

#include <fmt/format.h>
#include <visionkit/core/error.hpp>

#include "bindings.hpp"
#include "fields/image.hpp"
#include "fields/preprocess.hpp"
#include "support/define.hpp"

namespace visionkit::python {
namespace {

py::array tensor_of(const Tensor& tensor) { return tensor_array(tensor); }

py::tuple run_one(const Preprocessor& preprocessor, py::handle picture, py::handle color, const char* caller) {
  Picture source(picture, from_python<ColorOrder>(color, {caller, "color"}), {caller, "picture"});
  const auto result = unlocked([&] {
    const auto bytes = source.encoded();
    return bytes ? preprocessor.run_encoded(*bytes) : preprocessor.run(source.view());
  });
  return py::make_tuple(tensor_of(result.tensor), py::cast(result.transform));
}

py::tuple run_batch(const Preprocessor& preprocessor, py::handle pictures, py::handle color,
                    const py::kwargs& keywords) {
  const auto options = make<BatchOptions>(keywords, "batch");
  const auto order = from_python<ColorOrder>(color, {"batch", "color"});
  std::vector<Picture> sources;
  for (const auto picture : sequence_from(pictures, {"batch", "pictures"})) {
    sources.emplace_back(picture, order, Where{"batch", "pictures"});
  }
  const auto result = unlocked([&] {
    std::vector<ImageView> views;
    views.reserve(sources.size());
    for (auto& source : sources) views.push_back(source.view());
    return preprocessor.run(views, options);
  });
  py::list transforms;
  for (const auto& transform : result.transforms) transforms.append(py::cast(transform));
  return py::make_tuple(tensor_of(result.tensor), transforms);
}

void bind_transform(py::module_& module) {
  py::class_<AppliedTransform> type(module, "AppliedTransform",
                                    "What preprocessing did to a picture, exact in both directions.");
  define_property(type, "image_size: Size", "Of the picture.",
                  [](const AppliedTransform& transform) { return to_python(transform.image_size()); });
  define_property(type, "model_size: Size", "Of the network's input.",
                  [](const AppliedTransform& transform) { return to_python(transform.model_size()); });
  define_property(type, "geometry: TransformGeometry", "The steps in whole pixels.",
                  [](const AppliedTransform& transform) { return to_python(transform.geometry()); });
  define_property(type, "content: PixelRect", "The part of the network's input that shows the picture.",
                  [](const AppliedTransform& transform) { return to_python(transform.content()); });
  define_method(
      type, "to_model(self, boxes: ArrayLike) -> NDArray[np.float32]",
      "Boxes [n, 4] of the picture as boxes of the network's input.",
      [](const AppliedTransform& transform, py::handle boxes) {
        const auto held = as_boxes(boxes, {"to_model", "boxes"});
        std::vector<float> numbers;
        for (const auto& box : held.span()) {
          const auto mapped = transform.to_model(box);
          numbers.insert(numbers.end(), {mapped.x1, mapped.y1, mapped.x2, mapped.y2});
        }
        return own_array(std::move(numbers), {static_cast<py::ssize_t>(held.span().size()), 4});
      },
      py::arg("boxes"));
  define_method(
      type, "to_image(self, boxes: ArrayLike, *, clip: bool = False) -> NDArray[np.float32]",
      "Boxes [n, 4] of the network's input as boxes of the picture, cut to it on request.",
      [](const AppliedTransform& transform, py::handle boxes, bool clip) {
        const auto held = as_boxes(boxes, {"to_image", "boxes"});
        std::vector<float> numbers;
        for (const auto& box : held.span()) {
          const ModelBox model = {box.x1, box.y1, box.x2, box.y2};
          const auto mapped = clip ? transform.to_image_clipped(model) : transform.to_image(model);
          numbers.insert(numbers.end(), {mapped.x1, mapped.y1, mapped.x2, mapped.y2});
        }
        return own_array(std::move(numbers), {static_cast<py::ssize_t>(held.span().size()), 4});
      },
      py::arg("boxes"), py::kw_only(), py::arg("clip") = false);
  define_method(
      type, "__eq__(self, other: object) -> bool", "Equal steps and mappings.",
      [](const AppliedTransform& a, const AppliedTransform& b) { return a == b; }, py::is_operator());
  type.attr("__hash__") = py::none();
  define_method(type, "__repr__(self) -> str", "", [](const AppliedTransform& transform) {
    return fmt::format("<transform of {} to {}>", to_string(transform.image_size()), to_string(transform.model_size()));
  });
}

void bind_preprocessor(py::module_& module) {
  py::class_<Preprocessor> type(module, "Preprocessor", "Carries out checked options; for many pictures and threads.");
  define_init<PreprocessOptions>(type, "__init__(self) -> None", "The keywords are the fields of PreprocessOptions.",
                                 py::init([](const py::kwargs& keywords) {
                                   return Preprocessor(make<PreprocessOptions>(keywords, "Preprocessor"));
                                 }));
  define_property(type, "options: PreprocessOptions", "As they are carried out.",
                  [](const Preprocessor& preprocessor) { return to_python(preprocessor.options()); });
  define_property(type, "fixed_size: Size | None", "The size of the input where it is the same for every picture.",
                  [](const Preprocessor& preprocessor) { return to_python(preprocessor.fixed_size()); });
  define_method(
      type, "transform(self, size: tuple[int, int]) -> AppliedTransform",
      "What would be done to a picture (width, height).",
      [](const Preprocessor& preprocessor, py::handle size) {
        return preprocessor.transform(from_python<Size>(size, {"transform", "size"}));
      },
      py::arg("size"));
  define_method(
      type, "__call__(self, picture: Picture, *, color: ColorOrder = 'rgb') -> tuple[NDArray[Any], AppliedTransform]",
      "The input for one picture, a batch of one: [1, channels, height, width] or [1, height, width, channels].",
      [](const Preprocessor& preprocessor, py::handle picture, py::handle color) {
        return run_one(preprocessor, picture, color, "Preprocessor");
      },
      py::arg("picture"), py::kw_only(), py::arg("color") = "rgb");
  define_method<BatchOptions>(type,
                              "batch(self, pictures: Iterable[Picture], *, color: ColorOrder = 'rgb') -> "
                              "tuple[NDArray[Any], list[AppliedTransform]]",
                              "One array for all pictures, whose inputs have one size.", run_batch, py::arg("pictures"),
                              py::kw_only(), py::arg("color") = "rgb");
  define_method(
      type, "into(self, picture: Picture, out: NDArray[Any], *, color: ColorOrder = 'rgb') -> AppliedTransform",
      "The input for one picture into a C-contiguous array of its shape and type; nothing is allocated.",
      [](const Preprocessor& preprocessor, py::handle picture, py::array out, py::handle color) {
        Picture source(picture, from_python<ColorOrder>(color, {"into", "color"}), {"into", "picture"});
        if ((out.flags() & py::array::c_style) == 0) {
          throw Error(ErrorCode::invalid_argument, "into(): out is not C-contiguous");
        }
        const std::span bytes(static_cast<std::byte*>(out.mutable_data()), static_cast<std::size_t>(out.nbytes()));
        return unlocked([&] { return preprocessor.run_into(source.view(), bytes); });
      },
      py::arg("picture"), py::arg("out"), py::kw_only(), py::arg("color") = "rgb");
  type.def("__reduce__", [](py::object self) {
    const auto options = self.attr("options").attr("__reduce__")().cast<py::tuple>();
    return py::make_tuple(py::module_::import("visionkit._core").attr("_make"),
                          py::make_tuple(py::type::of(self), options[1].cast<py::tuple>()[1]));
  });
}

}  // namespace

void bind_preprocess(py::module_& module) {
  define_enums<BoxMapping, ChannelOrder, LetterboxAnchor, ResizeMode, Rounding, TensorLayout>(module);
  py::list filters;
  for (const auto interpolation : interpolations()) filters.append(to_python(interpolation));
  module.attr("_enums")["Interpolation"] = filters;
  define_struct<LetterboxOptions>(module,
                                  "How a letterboxed picture lies in the input; the defaults are Ultralytics'.");
  define_struct<ResizeOptions>(module, "How the size of the resized picture follows from the picture's.");
  define_struct<CropOptions>(module, "The center of the resized picture.");
  define_struct<PreprocessOptions>(module, "From an 8-bit picture to a network's input.");
  define_struct<BatchOptions>(module, "How many threads work.");
  define_struct<TileOptions>(module, "How large pictures are cut into tiles.");
  define_struct<TransformGeometry>(module, "The steps in whole pixels.");
  bind_transform(module);
  bind_preprocessor(module);
  define<PreprocessOptions>(
      module, "preprocess(picture: Picture, *, color: ColorOrder = 'rgb') -> tuple[NDArray[Any], AppliedTransform]",
      "A network's input for one picture, a batch of one, and how it was made. bfloat16 comes as uint16.",
      [](py::handle picture, py::handle color, const py::kwargs& keywords) {
        return run_one(Preprocessor(make<PreprocessOptions>(keywords, "preprocess")), picture, color, "preprocess");
      },
      py::arg("picture"), py::kw_only(), py::arg("color") = "rgb");
  define(
      module,
      "resize(picture: Picture, size: tuple[int, int], interpolation: Interpolation = 'pillow.bilinear', *, "
      "color: ColorOrder = 'rgb') -> NDArray[np.uint8]",
      "The picture in another size (width, height), with the arithmetic of a named tool; BGR comes back as BGR.",
      [](py::handle picture, py::handle size, py::handle interpolation, py::handle color) {
        Picture source(picture, from_python<ColorOrder>(color, {"resize", "color"}), {"resize", "picture"});
        const auto target = from_python<Size>(size, {"resize", "size"});
        const auto filter = from_python<Interpolation>(interpolation, {"resize", "interpolation"});
        return image_array(unlocked([&] { return resize(source.view(), target, filter); }));
      },
      py::arg("picture"), py::arg("size"), py::arg("interpolation") = "pillow.bilinear", py::kw_only(),
      py::arg("color") = "rgb");
  define<TileOptions>(
      module, "plan_tiles(image: tuple[int, int]) -> list[PixelBox]",
      "Overlapping tiles of equal size that cover a picture (width, height), row by row.",
      [](py::handle image, const py::kwargs& options) {
        return to_python(
            plan_tiles(from_python<Size>(image, {"plan_tiles", "image"}), make<TileOptions>(options, "plan_tiles")));
      },
      py::arg("image"));
}

}  // namespace visionkit::python
