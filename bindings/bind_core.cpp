// core/: the table of errors, masks, polygons, label maps, panoptic maps, and what annotation files say.
#include <utility>

#include <visionkit/core/error.hpp>

#include "bindings.hpp"
#include "fields/core.hpp"
#include "support/define.hpp"

namespace visionkit::python {
namespace {

py::list code_table() {
  py::list rows;
  for (const auto& row : error_codes()) {
    rows.append(
        py::make_tuple(py::str(row.name.data(), row.name.size()), py::str(row.meaning.data(), row.meaning.size())));
  }
  return rows;
}

py::dict rle_of(const Mask& mask) {
  py::dict rle;
  py::list size;
  size.append(mask.size().height);
  size.append(mask.size().width);
  rle["size"] = size;
  rle["counts"] = py::bytes(mask.to_rle());
  return rle;
}

py::array dense_of(const Mask& mask) {
  auto pixels = unlocked([&] { return mask.to_dense(); });
  const auto bytes = own_array(std::move(pixels), {mask.size().height, mask.size().width});
  return bytes.attr("view")("bool");
}

void bind_mask(py::module_& module) {
  py::class_<Mask> type(module, "Mask", "A set of pixels of a picture, stored as run lengths in COCO's order.");
  define_init(type, "__init__(self, source: Mask | Mapping[str, Any] | ArrayLike) -> None",
              "From pycocotools' dictionary, an array [height, width] (not 0: inside), or a Mask.",
              py::init([](py::handle source) {
                return from_python<Mask>(source, {"Mask", "source"});
              }),
              py::arg("source"));
  define_static(
      type, "from_runs(runs: ArrayLike, size: tuple[int, int]) -> Mask",
      "Alternating run lengths, background first, down the columns; size is (width, height).",
      [](py::handle runs, py::handle size) {
        const Where where = {"from_runs", "runs"};
        return Mask::from_runs(from_python<std::vector<std::uint32_t>>(runs, where),
                               from_python<Size>(size, {"from_runs", "size"}));
      },
      py::arg("runs"), py::arg("size"));
  define_static(
      type, "from_box(box: tuple[float, float, float, float], size: tuple[int, int]) -> Mask",
      "The pixels of a box x1, y1, x2, y2 by COCO's rasteriser; size is (width, height).",
      [](py::handle box, py::handle size) {
        return Mask::from_box(from_python<Box>(box, {"from_box", "box"}),
                              from_python<Size>(size, {"from_box", "size"}));
      },
      py::arg("box"), py::arg("size"));
  define_static(
      type, "from_polygons(polygons: Iterable[ArrayLike], size: tuple[int, int]) -> Mask",
      "The pixels inside any of the polygons, arrays [n, 2] or COCO's flat lists, by COCO's rasteriser.",
      [](py::handle polygons, py::handle size) {
        const auto rings = from_python<std::vector<Polygon>>(polygons, {"from_polygons", "polygons"});
        const auto picture = from_python<Size>(size, {"from_polygons", "size"});
        return unlocked([&] { return rasterize(rings, picture); });
      },
      py::arg("polygons"), py::arg("size"));
  define_property(type, "size: Size", "(width, height) of the picture.",
                  [](const Mask& mask) { return to_python(mask.size()); });
  define_property(type, "runs: NDArray[np.uint32]", "The run lengths, a view.", [](py::object self) {
    const auto runs = self.cast<const Mask&>().runs();
    return view_array<std::uint32_t>({static_cast<py::ssize_t>(runs.size())}, runs.data(), self);
  });
  define_property(type, "area: int", "The number of pixels.", [](const Mask& mask) { return mask.area(); });
  define_property(type, "bounding_box: Box", "The smallest box around the pixels; zeros without any.",
                  [](const Mask& mask) { return to_python(mask.bounding_box()); });
  define_method(type, "to_rle(self) -> dict[str, Any]", "pycocotools' dictionary: size [height, width], counts bytes.",
                rle_of);
  define_method(type, "to_dense(self) -> NDArray[np.bool_]", "An array [height, width].", dense_of);
  define_method(type, "contours(self) -> list[tuple[NDArray[np.float64], list[NDArray[np.float64]]]]",
                "The outlines, one for each part: the outer ring and its holes, arrays [n, 2] along pixel edges.",
                [](const Mask& mask) {
                  const auto found = unlocked([&] { return contours(mask); });
                  py::list parts;
                  for (const auto& part : found) {
                    parts.append(py::make_tuple(to_python(part.outer), to_python(part.holes)));
                  }
                  return parts;
                });
  define_method(type, "to_polygons(self) -> list[NDArray[np.float64]]",
                "The outlines with holes joined by bridges, arrays [n, 2]; from_polygons() gives the mask back.",
                [](const Mask& mask) {
                  py::list polygons;
                  for (const auto& part : unlocked([&] { return contours(mask); })) {
                    polygons.append(to_python(to_polygon(part)));
                  }
                  return polygons;
                });
  define_method(
      type, "iou(self, other: Mask, rule: OverlapRule = 'union_area') -> float",
      "The overlap with a mask of the same size, 0..1; 0 when the divisor is 0.",
      [](const Mask& mask, const Mask& other, py::handle rule) {
        return mask_iou(mask, other, from_python<OverlapRule>(rule, {"iou", "rule"}));
      },
      py::arg("other"), py::arg("rule") = "union_area");
  define_method(
      type, "contains(self, x: int, y: int) -> bool", "Whether column x, row y belongs to it.",
      [](const Mask& mask, int x, int y) { return mask.contains(x, y); }, py::arg("x"), py::arg("y"));
  define_method(
      type, "place(self, x: int, y: int, size: tuple[int, int]) -> Mask",
      "The mask of a picture (width, height) in which this one lies with its corner at column x, row y.",
      [](const Mask& mask, int x, int y, py::handle size) {
        return place(mask, x, y, from_python<Size>(size, {"place", "size"}));
      },
      py::arg("x"), py::arg("y"), py::arg("size"));
  define_method(
      type, "__or__(self, other: Mask) -> Mask", "Both.", [](const Mask& a, const Mask& b) { return unite(a, b); },
      py::is_operator());
  define_method(
      type, "__and__(self, other: Mask) -> Mask", "What they share.",
      [](const Mask& a, const Mask& b) { return intersect(a, b); }, py::is_operator());
  define_method(
      type, "__sub__(self, other: Mask) -> Mask", "The first without the second.",
      [](const Mask& a, const Mask& b) { return subtract(a, b); }, py::is_operator());
  define_method(
      type, "__eq__(self, other: object) -> bool", "Equal sizes and pixels.",
      [](const Mask& a, const Mask& b) { return a == b; }, py::is_operator());
  type.attr("__hash__") = py::none();
  define_method(
      type, "__array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]", "to_dense(), for NumPy.",
      [](const Mask& mask, py::handle dtype, py::handle) -> py::object {
        const auto dense = dense_of(mask);
        return dtype.is_none() ? py::object(dense) : dense.attr("astype")(dtype);
      },
      py::arg("dtype") = py::none(), py::arg("copy") = py::none());
  define_method(type, "__repr__(self) -> str", "", [](const Mask& mask) { return "<" + to_string(mask) + ">"; });
  type.def("__reduce__", [](py::object self) {
    return py::make_tuple(py::type::of(self), py::make_tuple(rle_of(self.cast<const Mask&>())));
  });
  define(
      module,
      "mask_iou(first: Iterable[Mask], second: Iterable[Mask], crowd: ArrayLike | None = None) -> NDArray[np.float64]",
      "The overlap of every first mask with every second, [first, second]; with crowd as pycocotools' iou().",
      [](py::handle first, py::handle second, py::handle crowd) {
        const auto a = from_python<std::vector<Mask>>(first, {"mask_iou", "first"});
        const auto b = from_python<std::vector<Mask>>(second, {"mask_iou", "second"});
        const Where where = {"mask_iou", "crowd"};
        const auto flags =
            crowd.is_none() ? Held<std::uint8_t>{py::array_t<std::uint8_t>(0)} : as_row<std::uint8_t>(crowd, where);
        const auto span = flags.span();
        auto overlaps = unlocked([&] { return mask_iou_matrix(a, b, span); });
        return own_array(std::move(overlaps), {static_cast<py::ssize_t>(a.size()), static_cast<py::ssize_t>(b.size())});
      },
      py::arg("first"), py::arg("second"), py::arg("crowd") = py::none());
  define(
      module, "unite(masks: Iterable[Mask]) -> Mask", "All masks of one size together.",
      [](py::handle masks) {
        return unite(from_python<std::vector<Mask>>(masks, {"unite", "masks"}));
      },
      py::arg("masks"));
  define(
      module, "intersect(masks: Iterable[Mask]) -> Mask", "What all masks of one size share.",
      [](py::handle masks) {
        return intersect(from_python<std::vector<Mask>>(masks, {"intersect", "masks"}));
      },
      py::arg("masks"));
}

py::array ids_of(py::object self) {
  const auto& map = self.cast<const LabelMap&>();
  const std::vector<py::ssize_t> shape = {map.size().height, map.size().width};
  if (map.bits() == 16) return view_array(shape, map.ids_16bit().data(), self);
  return view_array(shape, map.ids_8bit().data(), self);
}

LabelMap label_map_of(py::handle ids, py::handle confidence, py::handle class_scores) {
  const Where where = {"LabelMap", "ids"};
  const auto array = any_array(ids, where);
  check_axes(array, 2, where);
  const Size size = {static_cast<int>(array.shape(1)), static_cast<int>(array.shape(0))};
  LabelScores scores;
  if (!confidence.is_none()) {
    scores.confidence = from_python<std::vector<float>>(confidence, {"LabelMap", "confidence"});
  }
  if (!class_scores.is_none()) {
    const Where part = {"LabelMap", "class_scores"};
    scores.classes = array_tensor(as_array<float>(class_scores, part), part);
  }
  if (array.itemsize() == 1) {
    const auto bytes = as_array<std::uint8_t>(array, where);
    return LabelMap(std::vector<std::uint8_t>(bytes.data(), bytes.data() + bytes.size()), size, std::move(scores));
  }
  const auto words = as_array<std::uint16_t>(array, where);
  return LabelMap(std::vector<std::uint16_t>(words.data(), words.data() + words.size()), size, std::move(scores));
}

// What maps show to people.
template <class Map>
void define_map(py::class_<Map>& type) {
  define_method(
      type, "plot(self, picture: Picture | None = None, **options: Any) -> PIL.Image.Image",
      "The picture, or a white one, tinted by class, as a Pillow image; options are those of draw_map(). Needs Pillow.",
      [](py::object self, py::handle picture, const py::kwargs& options) {
        return py::module_::import("visionkit.plots").attr("plot_map")(self, picture, py::dict(options));
      },
      py::arg("picture") = py::none());
  define_method(type, "_repr_html_(self) -> str", "A thumbnail, for notebooks.",
                [](py::object self) { return py::module_::import("visionkit.plots").attr("map_html")(self); });
}

void bind_label_map(py::module_& module) {
  py::class_<LabelMap> type(module, "LabelMap", "The class of every pixel of a picture.");
  define_init(type,
              "__init__(self, ids: ArrayLike, confidence: ArrayLike | None = None, class_scores: ArrayLike | None = "
              "None) -> None",
              "Of an array [height, width]: uint8 (255 is void) or uint16 (65535 is void).", py::init(&label_map_of),
              py::arg("ids"), py::arg("confidence") = py::none(), py::arg("class_scores") = py::none());
  define_property(type, "size: Size", "(width, height).", [](const LabelMap& map) { return to_python(map.size()); });
  define_property(type, "ids: NDArray[Any]", "uint8 or uint16 [height, width], a view.", ids_of);
  define_property(type, "void_id: int", "The id of pixels without a class.",
                  [](const LabelMap& map) { return map.void_id().value; });
  define_property(type, "confidence: NDArray[np.float32] | None", "[height, width], where it was asked for; a view.",
                  [](py::object self) -> py::object {
                    const auto& map = self.cast<const LabelMap&>();
                    if (map.confidence().empty()) return py::none();
                    return view_array<float>({map.size().height, map.size().width}, map.confidence().data(), self);
                  });
  define_property(type, "class_scores: NDArray[np.float32] | None",
                  "[classes, height, width], where it was asked for; a view.", [](const LabelMap& map) -> py::object {
                    if (map.class_scores().shape().size() != 3) return py::none();
                    auto array = tensor_array(map.class_scores());
                    array.attr("flags").attr("writeable") = false;
                    return array;
                  });
  define_method(type, "areas(self) -> list[ClassArea]", "(label, pixels) of the classes that there are, by rising id.",
                [](const LabelMap& map) { return to_python(map.areas()); });
  define_method(
      type, "area(self, label: int) -> int", "The number of pixels of a class.",
      [](const LabelMap& map, int label) { return map.area(ClassId(label)); }, py::arg("label"));
  define_method(
      type, "fraction(self, label: int) -> float", "The part of the picture that belongs to a class, 0..1.",
      [](const LabelMap& map, int label) { return map.fraction(ClassId(label)); }, py::arg("label"));
  define_method(
      type, "mask_of(self, label: int) -> Mask", "The pixels of a class.",
      [](const LabelMap& map, int label) { return map.mask_of(ClassId(label)); }, py::arg("label"));
  define_method(
      type,
      "components(self, label: int | None = None, connectivity: Connectivity = 'eight') -> list[ConnectedComponent]",
      "The connected components of one class, or of all but void.",
      [](const LabelMap& map, py::handle label, py::handle rule) {
        const auto connectivity = from_python<Connectivity>(rule, {"components", "connectivity"});
        const auto id = from_python<std::optional<ClassId>>(label, {"components", "label"});
        return to_python(unlocked([&] {
          return id ? connected_components(map, *id, connectivity) : connected_components(map, connectivity);
        }));
      },
      py::arg("label") = py::none(), py::arg("connectivity") = "eight");
  define_method(
      type, "__eq__(self, other: object) -> bool", "Equal sizes, ids and scores.",
      [](const LabelMap& a, const LabelMap& b) { return a == b; }, py::is_operator());
  type.attr("__hash__") = py::none();
  define_method(
      type, "__array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]", "The ids, for NumPy.",
      [](py::object self, py::handle dtype, py::handle copy) -> py::object {
        py::object ids = ids_of(self);
        if (!dtype.is_none()) ids = ids.attr("astype")(dtype, py::arg("copy") = false);
        return copy.ptr() == Py_True ? ids.attr("copy")() : ids;
      },
      py::arg("dtype") = py::none(), py::arg("copy") = py::none());
  define_map(type);
  define_method(type, "__repr__(self) -> str", "", [](const LabelMap& map) { return "<" + to_string(map) + ">"; });
  type.def("__reduce__", [](py::object self) {
    return py::make_tuple(py::type::of(self),
                          py::make_tuple(self.attr("ids"), self.attr("confidence"), self.attr("class_scores")));
  });
}

PanopticMap panoptic_map_of(py::handle ids, py::handle segments) {
  const Where where = {"PanopticMap", "ids"};
  const auto array = as_array<std::uint32_t>(ids, where);
  check_axes(array, 2, where);
  return PanopticMap(std::vector<std::uint32_t>(array.data(), array.data() + array.size()),
                     {static_cast<int>(array.shape(1)), static_cast<int>(array.shape(0))},
                     from_python<std::vector<PanopticSegment>>(segments, {"PanopticMap", "segments"}));
}

void bind_panoptic_map(py::module_& module) {
  py::class_<PanopticMap> type(module, "PanopticMap", "The segment of every pixel, and what the segments are.");
  define_init(type, "__init__(self, ids: ArrayLike, segments: Iterable[PanopticSegment]) -> None",
              "Of integers [height, width] (0 is void) and a PanopticSegment for each of the others.",
              py::init(&panoptic_map_of), py::arg("ids"), py::arg("segments"));
  define_property(type, "size: Size", "(width, height).", [](const PanopticMap& map) { return to_python(map.size()); });
  define_property(type, "ids: NDArray[np.uint32]", "[height, width], a view.", [](py::object self) {
    const auto& map = self.cast<const PanopticMap&>();
    return view_array<std::uint32_t>({map.size().height, map.size().width}, map.ids().data(), self);
  });
  define_property(type, "segments: list[PanopticSegment]", "In the order given.", [](const PanopticMap& map) {
    return to_python(std::vector(map.segments().begin(), map.segments().end()));
  });
  define_method(
      type, "mask_of(self, id: int) -> Mask", "The pixels of a segment.",
      [](const PanopticMap& map, std::uint32_t id) { return map.mask_of(id); }, py::arg("id"));
  define_method(type, "label_map(self) -> LabelMap", "The class of every pixel.",
                [](const PanopticMap& map) { return map.label_map(); });
  define_method(
      type, "__eq__(self, other: object) -> bool", "Equal sizes, ids and segments.",
      [](const PanopticMap& a, const PanopticMap& b) { return a == b; }, py::is_operator());
  type.attr("__hash__") = py::none();
  define_map(type);
  define_method(type, "__repr__(self) -> str", "", [](const PanopticMap& map) { return "<" + to_string(map) + ">"; });
  type.def("__reduce__", [](py::object self) {
    return py::make_tuple(py::type::of(self), py::make_tuple(self.attr("ids"), self.attr("segments")));
  });
}

}  // namespace

void bind_core(py::module_& module) {
  define_enums<Connectivity, DType, Outcome, OverlapRule, PanopticKind, ScoreKind>(module);
  define(module, "error_codes() -> list[tuple[str, str]]", "Every code of Error and half a sentence about it.",
         code_table);
  bind_mask(module);
  define_struct<Category>(module, "A class of a data set.");
  define_struct<AnnotatedImage>(module, "A picture of a data set; size (0, 0) and file_name '' may be unknown.");
  define_struct<TrueObject>(module, "An object that somebody marked: box x, y, width, height; area in square pixels.");
  define_struct<Prediction>(module, "An object that somebody claims to have found: box x, y, width, height.");
  define_struct<ObjectDataset>(module,
                               "Pictures with everything that was marked in them; each attribute makes a list.");
  define_struct<DatasetNote>(module, "Something that a reader put right or left out, and how often.");
  define_struct<AnnotatedObjects>(module, "A data set as a reader of folders gives it.");
  define_struct<ConnectedComponent>(module, "Pixels of one class, each of which can be reached from every other.");
  define_struct<PanopticSegment>(module, "A thing, or all stuff of one class; box x1, y1, x2, y2.");
  bind_label_map(module);
  bind_panoptic_map(module);
  define(
      module,
      "judge(predictions: Detections, truth: Detections, iou_threshold: float = 0.5) -> tuple[Detections, "
      "list[Outcome]]",
      "Predictions against the truth, to be looked at: first the predictions by falling score, then what was "
      "missed; for each what became of it.",
      [](py::handle predictions, py::handle truth, float threshold) {
        const auto found = from_python<std::vector<Detection>>(predictions, {"judge", "predictions"});
        const auto real = from_python<std::vector<Detection>>(truth, {"judge", "truth"});
        std::vector<Detection> detections;
        py::list outcomes;
        for (auto& judged : unlocked([&] { return judge(found, real, threshold); })) {
          detections.push_back(std::move(judged.detection));
          outcomes.append(to_python(judged.outcome));
        }
        return py::make_tuple(to_python(detections), outcomes);
      },
      py::arg("predictions"), py::arg("truth"), py::arg("iou_threshold") = 0.5F);
  define(
      module, "detections_json(detections: Detections, names: Iterable[str] = ()) -> str",
      "A JSON array with an object for each detection; behind Detections.to_json().",
      [](py::handle detections, py::handle names) {
        return to_json(from_python<std::vector<Detection>>(detections, {"detections_json", "detections"}),
                       from_python<Labels>(names, {"detections_json", "names"}));
      },
      py::arg("detections"), py::arg("names") = py::tuple());
}

}  // namespace visionkit::python
