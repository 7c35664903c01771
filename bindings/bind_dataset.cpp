// dataset/: annotations and results in files.
#include <utility>

#include <visionkit/image/mask_io.hpp>

#include "bindings.hpp"
#include "fields/dataset.hpp"
#include "support/define.hpp"

namespace visionkit::python {
namespace {

// A file that is named by a path, or JSON (text, XML) that comes as bytes.
template <class FromText, class FromPath>
auto read_text(py::handle source, const char* caller, FromText from_text, FromPath from_path) {
  if (PyBytes_Check(source.ptr()) != 0) {
    const std::string_view bytes(PyBytes_AS_STRING(source.ptr()),
                                 static_cast<std::size_t>(PyBytes_GET_SIZE(source.ptr())));
    return unlocked([&] { return from_text(bytes); });
  }
  const auto path = text_from(source, {caller, "source"});
  return unlocked([&] { return from_path(path); });
}

void bind_coco(py::module_& module) {
  define<CocoReadOptions>(
      module, "read_coco(source: Path | bytes) -> CocoAnnotations",
      "COCO's annotations (instances) from a path, or from JSON as bytes.",
      [](py::handle source, const py::kwargs& keywords) {
        const auto options = make<CocoReadOptions>(keywords, "read_coco");
        return read_text(
            source, "read_coco", [&](std::string_view json) { return parse_coco(json, options); },
            [&](const std::string& path) { return read_coco(path, options); });
      },
      py::arg("source"));
  define<CocoReadOptions>(
      module,
      "read_coco_results(source: Path | bytes, truth: ObjectDataset | CocoAnnotations | AnnotatedObjects) -> "
      "CocoResults",
      "COCO's results for the pictures and categories of `truth`.",
      [](py::handle source, py::handle truth, const py::kwargs& keywords) {
        const auto options = make<CocoReadOptions>(keywords, "read_coco_results");
        const auto& dataset = dataset_from(truth, {"read_coco_results", "truth"});
        return read_text(
            source, "read_coco_results",
            [&](std::string_view json) { return parse_coco_results(json, dataset, options); },
            [&](const std::string& path) { return read_coco_results(path, dataset, options); });
      },
      py::arg("source"), py::arg("truth"));
  define(
      module, "write_coco(path: Path, dataset: ObjectDataset | CocoAnnotations | AnnotatedObjects) -> None",
      "A data set as COCO's JSON, whole or not at all.",
      [](py::handle path, py::handle dataset) {
        const auto target = text_from(path, {"write_coco", "path"});
        const auto& truth = dataset_from(dataset, {"write_coco", "dataset"});
        unlocked([&] { write_coco(target, truth); });
      },
      py::arg("path"), py::arg("dataset"));
  define(
      module, "write_coco_results(path: Path, predictions: Iterable[Prediction] | CocoResults) -> None",
      "Results as COCO's JSON, whole or not at all.",
      [](py::handle path, py::handle predictions) {
        const auto target = text_from(path, {"write_coco_results", "path"});
        const auto list = predictions_from(predictions, {"write_coco_results", "predictions"});
        unlocked([&] { write_coco_results(target, list.span); });
      },
      py::arg("path"), py::arg("predictions"));
  define<PanopticReadOptions>(
      module, "read_coco_panoptic(source: Path | bytes) -> PanopticDataset",
      "COCO's panoptic JSON from a path, or as bytes.",
      [](py::handle source, const py::kwargs& keywords) {
        const auto options = make<PanopticReadOptions>(keywords, "read_coco_panoptic");
        return read_text(
            source, "read_coco_panoptic", [&](std::string_view json) { return parse_coco_panoptic(json, options); },
            [&](const std::string& path) { return read_coco_panoptic(path, options); });
      },
      py::arg("source"));
  define(
      module, "write_coco_panoptic(path: Path, dataset: PanopticDataset) -> None",
      "COCO's panoptic JSON, whole or not at all.",
      [](py::handle path, const PanopticDataset& dataset) {
        const auto target = text_from(path, {"write_coco_panoptic", "path"});
        unlocked([&] { write_coco_panoptic(target, dataset); });
      },
      py::arg("path"), py::arg("dataset"));
}

void bind_folders(py::module_& module) {
  define<VocReadOptions>(
      module, "read_voc(root: Path) -> AnnotatedObjects", "Pascal VOC's XML files below a folder.",
      [](py::handle root, const py::kwargs& keywords) {
        const auto options = make<VocReadOptions>(keywords, "read_voc");
        const auto folder = text_from(root, {"read_voc", "root"});
        return unlocked([&] { return read_voc(folder, options); });
      },
      py::arg("root"));
  define<VocWriteOptions>(
      module, "write_voc(root: Path, dataset: ObjectDataset | CocoAnnotations | AnnotatedObjects) -> list[DatasetNote]",
      "An XML file for each picture; gives what the format has no place for.",
      [](py::handle root, py::handle dataset, const py::kwargs& keywords) {
        const auto options = make<VocWriteOptions>(keywords, "write_voc");
        const auto folder = text_from(root, {"write_voc", "root"});
        const auto& truth = dataset_from(dataset, {"write_voc", "dataset"});
        return to_python(unlocked([&] { return write_voc(folder, truth, options); }));
      },
      py::arg("root"), py::arg("dataset"));
  define<YoloReadOptions>(
      module, "read_yolo(root: Path) -> AnnotatedObjects",
      "A split of a YOLO data set; `image_size` gives (width, height) for the path of a picture.",
      [](py::handle root, const py::kwargs& keywords) {
        const auto options = make<YoloReadOptions>(keywords, "read_yolo");
        const auto folder = text_from(root, {"read_yolo", "root"});
        return unlocked([&] { return read_yolo(folder, options); });
      },
      py::arg("root"));
  define<YoloWriteOptions>(
      module,
      "write_yolo(root: Path, dataset: ObjectDataset | CocoAnnotations | AnnotatedObjects) -> list[DatasetNote]",
      "The texts of a split and data.yaml; gives what the format has no place for.",
      [](py::handle root, py::handle dataset, const py::kwargs& keywords) {
        const auto options = make<YoloWriteOptions>(keywords, "write_yolo");
        const auto folder = text_from(root, {"write_yolo", "root"});
        const auto& truth = dataset_from(dataset, {"write_yolo", "dataset"});
        return to_python(unlocked([&] { return write_yolo(folder, truth, options); }));
      },
      py::arg("root"), py::arg("dataset"));
  define<LabelmeReadOptions>(
      module, "read_labelme(root: Path) -> AnnotatedObjects", "LabelMe's JSON files below a folder.",
      [](py::handle root, const py::kwargs& keywords) {
        auto options = make<LabelmeReadOptions>(keywords, "read_labelme");
        options.decode_mask = [](std::span<const std::uint8_t> png) { return decode_mask(png); };
        const auto folder = text_from(root, {"read_labelme", "root"});
        return unlocked([&] { return read_labelme(folder, options); });
      },
      py::arg("root"));
  define<LabelmeWriteOptions>(
      module,
      "write_labelme(root: Path, dataset: ObjectDataset | CocoAnnotations | AnnotatedObjects) -> list[DatasetNote]",
      "A JSON file for each picture; gives what the format has no place for.",
      [](py::handle root, py::handle dataset, const py::kwargs& keywords) {
        const auto options = make<LabelmeWriteOptions>(keywords, "write_labelme");
        const auto folder = text_from(root, {"write_labelme", "root"});
        const auto& truth = dataset_from(dataset, {"write_labelme", "dataset"});
        return to_python(unlocked([&] { return write_labelme(folder, truth, options); }));
      },
      py::arg("root"), py::arg("dataset"));
  define(
      module, "read_class_folders(root: Path) -> LabeledImages", "Every folder in the root is a class.",
      [](py::handle root) {
        const auto folder = text_from(root, {"read_class_folders", "root"});
        return unlocked([&] { return read_class_folders(folder); });
      },
      py::arg("root"));
  define(
      module, "read_mask_pairs(images: Path, masks: Path) -> MaskPairs",
      "Pictures and masks of one name in two folders.",
      [](py::handle images, py::handle masks) {
        const auto pictures = text_from(images, {"read_mask_pairs", "images"});
        const auto folder = text_from(masks, {"read_mask_pairs", "masks"});
        return unlocked([&] { return read_mask_pairs(pictures, folder); });
      },
      py::arg("images"), py::arg("masks"));
  define<LabelTableOptions>(
      module, "read_label_table(source: Path | bytes) -> LabeledImages",
      "Rows \"file,label[,label...]\" from a path, or as bytes.",
      [](py::handle source, const py::kwargs& keywords) {
        const auto options = make<LabelTableOptions>(keywords, "read_label_table");
        return read_text(
            source, "read_label_table", [&](std::string_view text) { return parse_label_table(text, options); },
            [&](const std::string& path) { return read_label_table(path, options); });
      },
      py::arg("source"));
  define(
      module, "write_label_table(path: Path, images: Iterable[LabeledImage]) -> None",
      "The rows without a header, whole or not at all.",
      [](py::handle path, py::handle images) {
        const auto target = text_from(path, {"write_label_table", "path"});
        const auto rows = from_python<std::vector<LabeledImage>>(images, {"write_label_table", "images"});
        unlocked([&] { write_label_table(target, rows); });
      },
      py::arg("path"), py::arg("images"));
  define(
      module, "read_labels(path: Path) -> list[str]", "One name a line.",
      [](py::handle path) {
        const auto source = text_from(path, {"read_labels", "path"});
        return to_python(unlocked([&] { return read_labels(source); }));
      },
      py::arg("path"));
}

void bind_results(py::module_& module) {
  define_struct<ResultsHeader>(module, "Whose results they are.");
  define_struct<FailedPicture>(module, "Why a picture has no answer.");
  define_struct<PictureResult>(module, "The answer to a picture; size (0, 0) is unknown.");
  define_struct<ResultsReadOptions>(module, "What is accepted in files of results.");
  define_struct<ResultsSummary>(module, "What was read.");
  define_struct<ResultsFile>(module, "A file of results; `results` makes a list of all.");
  define<ResultsReadOptions>(
      module, "read_results(source: Path | bytes) -> ResultsFile",
      "Results as lines of JSON, from a path or as bytes; a last line whose writer was stopped is counted only.",
      [](py::handle source, const py::kwargs& keywords) {
        const auto options = make<ResultsReadOptions>(keywords, "read_results");
        return read_text(
            source, "read_results", [&](std::string_view text) { return parse_results(text, options); },
            [&](const std::string& path) { return read_results(path, options); });
      },
      py::arg("source"));
  define(
      module, "write_results(path: Path, header: ResultsHeader, results: Iterable[PictureResult]) -> None",
      "Results as lines of JSON, whole or not at all.",
      [](py::handle path, py::handle header, py::handle results) {
        const auto target = text_from(path, {"write_results", "path"});
        const auto first = from_python<ResultsHeader>(header, {"write_results", "header"});
        const auto rows = from_python<std::vector<PictureResult>>(results, {"write_results", "results"});
        unlocked([&] { write_results(target, first, rows); });
      },
      py::arg("path"), py::arg("header"), py::arg("results"));
  define(
      module, "to_json_line(what: ResultsHeader | PictureResult) -> str",
      "A line of such a file, with its newline: to write one while results come.",
      [](py::handle what) {
        if (py::isinstance<ResultsHeader>(what)) return to_json_line(what.cast<const ResultsHeader&>());
        return to_json_line(from_python<PictureResult>(what, {"to_json_line", "what"}));
      },
      py::arg("what"));
  define(
      module, "parse_results_header(line: str) -> ResultsHeader", "The first line of such a file.",
      [](const std::string& line) { return parse_results_header(line); }, py::arg("line"));
  define<ResultsReadOptions>(
      module, "parse_result(line: str) -> PictureResult", "One of the other lines.",
      [](const std::string& line, const py::kwargs& keywords) {
        return parse_result(line, make<ResultsReadOptions>(keywords, "parse_result"));
      },
      py::arg("line"));
  define(
      module,
      "to_predictions(results: Iterable[PictureResult], labels: Iterable[str], truth: ObjectDataset | CocoAnnotations "
      "| "
      "AnnotatedObjects) -> list[Prediction]",
      "Detections as what metrics and COCO's results want: pictures are found by file name, classes by name.",
      [](py::handle results, py::handle labels, py::handle truth) {
        const auto rows = from_python<std::vector<PictureResult>>(results, {"to_predictions", "results"});
        const auto names = from_python<std::vector<std::string>>(labels, {"to_predictions", "labels"});
        const auto& dataset = dataset_from(truth, {"to_predictions", "truth"});
        return to_python(unlocked([&] { return to_predictions(rows, names, dataset); }));
      },
      py::arg("results"), py::arg("labels"), py::arg("truth"));
}

}  // namespace

void bind_dataset(py::module_& module) {
  define_enums<CocoRules, TableHeader, YoloRows>(module);
  define_struct<CocoReadOptions>(module, "How COCO's files are read.");
  define_struct<CocoAnnotations>(module, "An annotation file of COCO.");
  define_struct<CocoResults>(module, "A results file of COCO; `predictions` makes a list of all.");
  define_struct<PanopticReadOptions>(module, "How COCO's panoptic files are read.");
  define_struct<PanopticClass>(module, "A class that is a thing or stuff.");
  define_struct<PanopticAnnotation>(module, "The segments of one picture.");
  define_struct<PanopticDataset>(module, "A panoptic file.");
  define_struct<VocReadOptions>(module, "How Pascal VOC's files are read.");
  define_struct<VocWriteOptions>(module, "How Pascal VOC's files are written.");
  define_struct<YoloReadOptions>(module, "How YOLO's files are read.");
  define_struct<YoloWriteOptions>(module, "How YOLO's files are written.");
  define_struct<LabelmeReadOptions>(module, "How LabelMe's files are read.");
  define_struct<LabelmeWriteOptions>(module, "How LabelMe's files are written.");
  define_struct<LabelTableOptions>(module, "How tables of labels are read.");
  define_struct<LabeledImage>(module, "A picture and the names of its classes.");
  define_struct<LabeledImages>(module, "Pictures with the names of their classes.");
  define_struct<MaskPair>(module, "A picture and the file that says what its pixels are.");
  define_struct<MaskPairs>(module, "Pictures and their masks.");
  bind_coco(module);
  bind_folders(module);
  bind_results(module);
}

}  // namespace visionkit::python
