// decode/: suppression, overlap of boxes, and what raw network outputs mean.
#include <utility>

#include <visionkit/core/error.hpp>

#include "bindings.hpp"
#include "fields/decode.hpp"
#include "support/define.hpp"

namespace visionkit::python {
namespace {

template <class T>
Held<T, double> double_rows(py::handle value, py::ssize_t columns, const Where& where) {
  Held<T, double> held{as_array<double>(value, where)};
  if (held.array.size() > 0 && (held.array.ndim() != 2 || held.array.shape(1) != columns)) {
    throw Error(ErrorCode::shape, to_string(where) + " has the shape " +
                                      std::string(py::str(held.array.attr("shape"))) + ", expected (n, " +
                                      std::to_string(columns) + ")");
  }
  return held;
}

// Lowered scores beside the places.
template <class Picks>
py::tuple places_and_scores(const Picks& picks) {
  std::vector<std::int32_t> places;
  std::vector<float> scores;
  for (const auto& pick : picks) {
    places.push_back(pick.index);
    scores.push_back(pick.score);
  }
  return py::make_tuple(own_array(std::move(places)), own_array(std::move(scores)));
}

void bind_nms(py::module_& module) {
  define<NmsOptions>(
      module, "nms(boxes: ArrayLike, scores: ArrayLike, labels: ArrayLike | None = None) -> NDArray[np.int32]",
      "The places of the boxes that stay, by falling score: torchvision's answer to the last bit. boxes float32 [n, 4] "
      "as x1, y1, x2, y2; with labels classes are kept apart.",
      [](py::handle boxes, py::handle scores, py::handle labels, const py::kwargs& keywords) {
        const auto options = make<NmsOptions>(keywords, "nms");
        const auto b = as_boxes(boxes, {"nms", "boxes"});
        const auto s = as_row<float>(scores, {"nms", "scores"});
        const auto l = as_labels(labels, {"nms", "labels"});
        const auto spans = std::tuple(b.span(), s.span(), l.span());
        return own_array(
            unlocked([&] { return nms(std::get<0>(spans), std::get<1>(spans), std::get<2>(spans), options); }));
      },
      py::arg("boxes"), py::arg("scores"), py::arg("labels") = py::none());
  define<NmsOptions>(
      module,
      "suppress(boxes: ArrayLike, scores: ArrayLike, labels: ArrayLike | None = None) -> tuple[NDArray[np.int32], "
      "NDArray[np.float32], NDArray[np.float32]]",
      "nms() with the scores (lowered by the soft methods) and the boxes (moved by 'weighted') of those that stay: "
      "places, scores, boxes.",
      [](py::handle boxes, py::handle scores, py::handle labels, const py::kwargs& keywords) {
        const auto options = make<NmsOptions>(keywords, "suppress");
        const auto b = as_boxes(boxes, {"suppress", "boxes"});
        const auto s = as_row<float>(scores, {"suppress", "scores"});
        const auto l = as_labels(labels, {"suppress", "labels"});
        const auto spans = std::tuple(b.span(), s.span(), l.span());
        const auto picks =
            unlocked([&] { return suppress(std::get<0>(spans), std::get<1>(spans), std::get<2>(spans), options); });
        std::vector<float> corners;
        for (const auto& pick : picks)
          corners.insert(corners.end(), {pick.box.x1, pick.box.y1, pick.box.x2, pick.box.y2});
        const auto base = places_and_scores(picks);
        return py::make_tuple(base[0], base[1],
                              own_array(std::move(corners), {static_cast<py::ssize_t>(picks.size()), 4}));
      },
      py::arg("boxes"), py::arg("scores"), py::arg("labels") = py::none());
  define<OpenCvNmsOptions>(
      module, "opencv_nms(boxes: ArrayLike, scores: ArrayLike) -> NDArray[np.int32]",
      "The places that cv2.dnn.NMSBoxes keeps, in its order; boxes are x, y, width, height.",
      [](py::handle boxes, py::handle scores, const py::kwargs& keywords) {
        const auto options = make<OpenCvNmsOptions>(keywords, "opencv_nms");
        const auto b = double_rows<OpenCvRect>(boxes, 4, {"opencv_nms", "boxes"});
        const auto s = as_row<float>(scores, {"opencv_nms", "scores"});
        return own_array(opencv_nms(b.span(), s.span(), options));
      },
      py::arg("boxes"), py::arg("scores"));
  define<SoftNmsOptions>(
      module, "opencv_soft_nms(boxes: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.float32]]",
      "cv2.dnn.softNMSBoxes: places and lowered scores; boxes are x, y, width, height.",
      [](py::handle boxes, py::handle scores, const py::kwargs& keywords) {
        const auto options = make<SoftNmsOptions>(keywords, "opencv_soft_nms");
        const auto b = double_rows<OpenCvRect>(boxes, 4, {"opencv_soft_nms", "boxes"});
        const auto s = as_row<float>(scores, {"opencv_soft_nms", "scores"});
        return places_and_scores(opencv_soft_nms(b.span(), s.span(), options));
      },
      py::arg("boxes"), py::arg("scores"));
  define<SoftNmsOptions>(
      module, "authors_soft_nms(boxes: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.float32]]",
      "cpu_soft_nms of the Soft-NMS authors: places and lowered scores; boxes are x1, y1, x2, y2.",
      [](py::handle boxes, py::handle scores, const py::kwargs& keywords) {
        const auto options = make<SoftNmsOptions>(keywords, "authors_soft_nms");
        const auto b = as_boxes(boxes, {"authors_soft_nms", "boxes"});
        const auto s = as_row<float>(scores, {"authors_soft_nms", "scores"});
        return places_and_scores(authors_soft_nms(b.span(), s.span(), options));
      },
      py::arg("boxes"), py::arg("scores"));
  define<NmsOptions>(
      module, "rotated_nms(boxes: ArrayLike, scores: ArrayLike, labels: ArrayLike | None = None) -> NDArray[np.int32]",
      "The places that stay of turned boxes: centre x, y, width, height, degrees clockwise.",
      [](py::handle boxes, py::handle scores, py::handle labels, const py::kwargs& keywords) {
        const auto options = make<NmsOptions>(keywords, "rotated_nms");
        const auto b = double_rows<RotatedBox>(boxes, 5, {"rotated_nms", "boxes"});
        const auto s = as_row<float>(scores, {"rotated_nms", "scores"});
        const auto l = as_labels(labels, {"rotated_nms", "labels"});
        return own_array(rotated_nms(b.span(), s.span(), l.span(), options));
      },
      py::arg("boxes"), py::arg("scores"), py::arg("labels") = py::none());
  define<MaskNmsOptions>(
      module,
      "mask_nms(masks: Iterable[Mask], scores: ArrayLike, labels: ArrayLike | None = None) -> NDArray[np.int32]",
      "The places that stay when overlap is that of masks.",
      [](py::handle masks, py::handle scores, py::handle labels, const py::kwargs& keywords) {
        const auto options = make<MaskNmsOptions>(keywords, "mask_nms");
        const auto m = from_python<std::vector<Mask>>(masks, {"mask_nms", "masks"});
        const auto s = as_row<float>(scores, {"mask_nms", "scores"});
        const auto l = as_labels(labels, {"mask_nms", "labels"});
        const auto spans = std::tuple(s.span(), l.span());
        return own_array(
            unlocked([&] { return suppress_by_mask(m, std::get<0>(spans), std::get<1>(spans), options); }));
      },
      py::arg("masks"), py::arg("scores"), py::arg("labels") = py::none());
  define(
      module, "pairwise_overlap(a: ArrayLike, b: ArrayLike, overlap: BoxOverlap = 'iou') -> NDArray[np.float32]",
      "The overlap of every box of a with every box of b, [a, b].",
      [](py::handle a, py::handle b, py::handle overlap) {
        const auto first = as_boxes(a, {"pairwise_overlap", "a"});
        const auto second = as_boxes(b, {"pairwise_overlap", "b"});
        const auto rule = from_python<BoxOverlap>(overlap, {"pairwise_overlap", "overlap"});
        const auto spans = std::pair(first.span(), second.span());
        auto values = unlocked([&] { return pairwise_overlap(spans.first, spans.second, rule); });
        return own_array(std::move(values),
                         {static_cast<py::ssize_t>(spans.first.size()), static_cast<py::ssize_t>(spans.second.size())});
      },
      py::arg("a"), py::arg("b"), py::arg("overlap") = "iou");
}

void bind_outputs(py::module_& module) {
  define(
      module, "softmax(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.float32]",
      "Probabilities of classes of which one is right.",
      [](py::handle logits, float temperature) {
        return own_array(softmax(as_row<float>(logits, {"softmax", "logits"}).span(), temperature));
      },
      py::arg("logits"), py::arg("temperature") = 1.0F);
  define(
      module, "sigmoid(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.float32]",
      "Probabilities of classes of which any number may be right.",
      [](py::handle logits, float temperature) {
        return own_array(sigmoid(as_row<float>(logits, {"sigmoid", "logits"}).span(), temperature));
      },
      py::arg("logits"), py::arg("temperature") = 1.0F);
  define<RankOptions>(
      module, "rank(scores: ArrayLike) -> list[ClassScore]",
      "The best classes by falling score; equal scores by rising class index.",
      [](py::handle scores, const py::kwargs& keywords) {
        return to_python(rank(as_row<float>(scores, {"rank", "scores"}).span(), make<RankOptions>(keywords, "rank")));
      },
      py::arg("scores"));
  define<SegmentationDecodeOptions>(
      module, "decode_segmentation(output: ArrayLike, size: tuple[int, int]) -> LabelMap",
      "The label map (width, height) of one output of a semantic segmentation network: scores [classes, h, w], or "
      "class "
      "indices [h, w].",
      [](py::handle output, py::handle size, const py::kwargs& keywords) {
        const auto options = make<SegmentationDecodeOptions>(keywords, "decode_segmentation");
        const auto tensor = array_tensor(output, {"decode_segmentation", "output"});
        const auto target = from_python<Size>(size, {"decode_segmentation", "size"});
        return unlocked([&] { return decode_segmentation(tensor.view(), target, options); });
      },
      py::arg("output"), py::arg("size"));
  define<PasteMasksOptions>(
      module, "paste_masks(probabilities: ArrayLike, boxes: ArrayLike, size: tuple[int, int]) -> list[Mask]",
      "torchvision's paste_masks_in_image(): probabilities [n, 1, m, m] and boxes [n, 4] to masks of (width, height).",
      [](py::handle probabilities, py::handle boxes, py::handle size, const py::kwargs& keywords) {
        const auto options = make<PasteMasksOptions>(keywords, "paste_masks");
        const auto tensor = array_tensor(probabilities, {"paste_masks", "probabilities"});
        const auto held = as_boxes(boxes, {"paste_masks", "boxes"});
        const auto target = from_python<Size>(size, {"paste_masks", "size"});
        const auto span = held.span();
        return to_python(unlocked([&] { return paste_masks(tensor.view(), span, target, options); }));
      },
      py::arg("probabilities"), py::arg("boxes"), py::arg("size"));
  define<PanopticMergeOptions>(
      module, "merge_panoptic(semantic: LabelMap, instances: Detections) -> PanopticMap",
      "Instances with masks laid over a label map, by the constants of Detectron2.",
      [](const LabelMap& semantic, py::handle instances, const py::kwargs& keywords) {
        const auto options = make<PanopticMergeOptions>(keywords, "merge_panoptic");
        const auto found = from_python<std::vector<Detection>>(instances, {"merge_panoptic", "instances"});
        return unlocked([&] { return merge_panoptic(semantic, found, options); });
      },
      py::arg("semantic"), py::arg("instances"));
}

py::array rows_of(const std::vector<ModelBox>& boxes) {
  std::vector<float> corners;
  corners.reserve(4 * boxes.size());
  for (const auto& box : boxes) corners.insert(corners.end(), {box.x1, box.y1, box.x2, box.y2});
  return own_array(std::move(corners), {static_cast<py::ssize_t>(boxes.size()), 4});
}

py::tuple decode_detections(py::handle format, py::handle tensors, const py::kwargs& keywords) {
  const char* caller = "decode_detections";
  const auto context = make<DecodeContext>(keywords, caller);
  const auto& row = find_detection_format(text_from(format, {caller, "format"}));
  std::vector<Tensor> held;
  for (const auto tensor : sequence_from(tensors, {caller, "tensors"})) {
    held.push_back(array_tensor(tensor, {caller, "tensors"}));
  }
  const auto found = unlocked([&] {
    std::vector<TensorView> views;
    for (const auto& tensor : held) views.push_back(tensor.view());
    return row.decode(views, context);
  });
  std::vector<Detection> detections;
  std::vector<std::int32_t> sources;
  for (const auto& [box, label, score, source] : found) {
    detections.push_back({.box = {box.x1, box.y1, box.x2, box.y2}, .label = label, .score = score});
    sources.push_back(source);
  }
  return py::make_tuple(to_python(detections), own_array(std::move(sources)));
}

void bind_detection_heads(py::module_& module) {
  define(module, "detection_formats() -> dict[str, str]", "The formats of detectors by their names, and their layouts.",
         [] {
           py::dict formats;
           for (const auto& format : detection_formats()) {
             formats[py::str(format.name.data(), format.name.size())] =
                 py::str(format.about.data(), format.about.size());
           }
           return formats;
         });
  define<DecodeContext>(
      module, "decode_detections(format: str, tensors: Iterable[ArrayLike]) -> tuple[Detections, NDArray[np.int32]]",
      "The boxes in the output tensors of one picture (without a batch extent), in pixels of the network's input and "
      "before suppression, and the row that each comes from. `class_count` and `input` are needed.",
      decode_detections, py::arg("format"), py::arg("tensors"));
  define<SsdAnchorOptions>(
      module, "ssd_anchors(input: tuple[int, int]) -> NDArray[np.float32]",
      "The boxes [n, 4] that an SSD measures from, for an input (width, height): torchvision's DefaultBoxGenerator.",
      [](py::handle input, const py::kwargs& keywords) {
        const auto options = make<SsdAnchorOptions>(keywords, "ssd_anchors");
        return rows_of(ssd_anchors(options, from_python<Size>(input, {"ssd_anchors", "input"})));
      },
      py::arg("input"));
  define<RetinanetAnchorOptions>(
      module, "retinanet_anchors(input: tuple[int, int]) -> NDArray[np.float32]",
      "The boxes [n, 4] that a RetinaNet measures from, for an input (width, height): torchvision's AnchorGenerator.",
      [](py::handle input, const py::kwargs& keywords) {
        const auto options = make<RetinanetAnchorOptions>(keywords, "retinanet_anchors");
        return rows_of(retinanet_anchors(options, from_python<Size>(input, {"retinanet_anchors", "input"})));
      },
      py::arg("input"));
  define(
      module, "head_values(head: ArrayLike, layout: HeadLayout, count: int, sources: ArrayLike) -> NDArray[np.float32]",
      "The last `count` values of some boxes of a head, [sources, count]: the mask coefficients of detections.",
      [](py::handle head, py::handle layout, std::size_t count, py::handle sources) {
        const auto tensor = array_tensor(head, {"head_values", "head"});
        const auto rule = from_python<HeadLayout>(layout, {"head_values", "layout"});
        const auto rows = as_row<std::int32_t>(sources, {"head_values", "sources"});
        return tensor_array(head_values(tensor.view(), rule, count, rows.span()));
      },
      py::arg("head"), py::arg("layout"), py::arg("count"), py::arg("sources"));
  define<PrototypeMasksOptions>(
      module, "prototype_masks(prototypes: ArrayLike, coefficients: ArrayLike, boxes: ArrayLike) -> list[Mask]",
      "Masks from prototypes [K, h, w] and coefficients [n, K], as YOLO has them. The boxes [n, 4] are those of the "
      "picture where the masks are (resolution 'image'), else of the network's input.",
      [](py::handle prototypes, py::handle coefficients, py::handle boxes, const py::kwargs& keywords) {
        const auto options = make<PrototypeMasksOptions>(keywords, "prototype_masks");
        const auto maps = array_tensor(prototypes, {"prototype_masks", "prototypes"});
        const auto rows = array_tensor(coefficients, {"prototype_masks", "coefficients"});
        const auto held = as_boxes(boxes, {"prototype_masks", "boxes"});
        const auto span = held.span();
        std::vector<ModelBox> input;
        for (const auto& box : span) input.push_back({box.x1, box.y1, box.x2, box.y2});
        const PrototypeBoxes places = {.input = input, .image = span};
        return to_python(unlocked([&] { return prototype_masks(maps.view(), rows.view(), places, options); }));
      },
      py::arg("prototypes"), py::arg("coefficients"), py::arg("boxes"));
  define<PanopticQueryOptions>(
      module, "decode_panoptic_queries(classes: ArrayLike, masks: ArrayLike, size: tuple[int, int]) -> PanopticMap",
      "Mask2Former's panoptic map (width, height) of class logits [queries, classes + 1] and mask logits [queries, h, "
      "w].",
      [](py::handle classes, py::handle masks, py::handle size, const py::kwargs& keywords) {
        const auto options = make<PanopticQueryOptions>(keywords, "decode_panoptic_queries");
        const auto logits = array_tensor(classes, {"decode_panoptic_queries", "classes"});
        const auto maps = array_tensor(masks, {"decode_panoptic_queries", "masks"});
        const auto target = from_python<Size>(size, {"decode_panoptic_queries", "size"});
        return unlocked([&] { return decode_panoptic_queries(logits.view(), maps.view(), target, options); });
      },
      py::arg("classes"), py::arg("masks"), py::arg("size"));
}

}  // namespace

void bind_decode(py::module_& module) {
  define_enums<BoxCoordinates, BoxEncoding, BoxOverlap, CornerRule, HeadLayout, LabelRule, MaskFrame, NmsMethod,
               NmsScope, PrototypeResolution, PrototypeRule, ScoreActivation, SegmentationResize, SegmentationScores,
               SoftNmsDecay>(module);
  define_struct<DecodeContext>(module, "What a decoder of detections knows beside the tensors.");
  define_struct<NmsOptions>(module, "Suppression of overlapping boxes.");
  define_struct<OpenCvNmsOptions>(module, "Suppression as cv2.dnn.NMSBoxes has it.");
  define_struct<SoftNmsOptions>(module, "Soft suppression as OpenCV and the authors have it.");
  define_struct<MaskNmsOptions>(module, "Suppression by overlap of masks.");
  define_struct<RankOptions>(module, "Which classes an answer holds.");
  define_struct<PasteMasksOptions>(module, "Which pixels belong to a mask.");
  define_struct<SegmentationDecodeOptions>(module, "What a label map is made by.");
  define_struct<PanopticMergeOptions>(module, "How instances and stuff are merged.");
  define_struct<PanopticQueryOptions>(module, "How the queries of a MaskFormer or DETR become segments.");
  define_struct<PrototypeMasksOptions>(module, "How prototypes become masks.");
  define_struct<SsdLevel>(module, "One feature map of an SSD.");
  define_struct<SsdAnchorOptions>(module, "The boxes that an SSD measures from.");
  define_struct<RetinanetLevel>(module, "One feature map of a RetinaNet.");
  define_struct<RetinanetAnchorOptions>(module, "The boxes that a RetinaNet measures from.");
  bind_nms(module);
  bind_outputs(module);
  bind_detection_heads(module);
}

}  // namespace visionkit::python
