#include "evaluate/report/glossary.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace visionkit {
namespace {

using Meaning = std::pair<std::string_view, std::string_view>;

constexpr std::array meanings{
    // Detection.
    Meaning{"ap",
            "average precision (mAP): how complete and how clean the finds are over all scores, averaged over "
            "classes and overlaps from 50% to 95%"},
    Meaning{"ap50", "average precision where an overlap of 50% is enough"},
    Meaning{"ap75", "average precision where the overlap must be 75%: rewards exact outlines"},
    Meaning{"ap_small", "average precision for objects up to 32 x 32 pixels"},
    Meaning{"ap_medium", "average precision for objects of 32 x 32 to 96 x 96 pixels"},
    Meaning{"ap_large", "average precision for objects above 96 x 96 pixels"},
    Meaning{"ar1",
            "recall, the part of the objects that is found, averaged over classes and overlaps, with one find of "
            "a class in a picture"},
    Meaning{"ar10", "recall, the part of the objects that is found, with at most 10 finds of a class in a picture"},
    Meaning{"ar100", "recall, the part of the objects that is found, with at most 100 finds of a class in a picture"},
    Meaning{"ar_small", "average recall for objects up to 32 x 32 pixels"},
    Meaning{"ar_medium", "average recall for objects of 32 x 32 to 96 x 96 pixels"},
    Meaning{"ar_large", "average recall for objects above 96 x 96 pixels"},
    Meaning{"best_f1", "the best balance of precision and recall that one score threshold gives for all classes"},
    Meaning{"best_f1_score", "the score threshold that gives the best F1"},
    Meaning{"hits", "objects that were found"},
    Meaning{"objects", "objects in the truth"},
    // Classification.
    Meaning{"accuracy", "the part of the pictures whose first answer is right"},
    Meaning{"balanced_accuracy", "the accuracy if every class had equally many pictures"},
    Meaning{"matthews", "Matthews' correlation of answer and truth: 1 is perfect, 0 is chance; fair to rare classes"},
    Meaning{"kappa", "Cohen's kappa: agreement beyond chance, at most 1"},
    Meaning{"expected_calibration_error", "how far stated confidence is from the part that is right, on average"},
    Meaning{"largest_calibration_error", "the same for the worst range of confidence"},
    Meaning{"brier", "the mean squared error of the probabilities; 0 is perfect"},
    Meaning{"mean_average_precision", "average precision of each class against the rest, averaged over classes"},
    Meaning{"mean_roc_auc", "how often a picture of a class has a higher score for it than one of another class"},
    Meaning{"subset_accuracy", "the part of the pictures with every label right"},
    Meaning{"hamming_loss", "the part of all yes-or-no answers that is wrong; 0 is perfect"},
    Meaning{"micro_average_precision", "average precision of all answers in one ranking"},
    Meaning{"macro_average_precision", "the mean over labels of average precision"},
    Meaning{"weighted_average_precision", "the mean over labels of average precision, frequent labels weigh more"},
    Meaning{"samples_average_precision", "the mean over pictures of average precision"},
    // Segmentation.
    Meaning{"mean_iou", "overlap of answer and truth (intersection over union), averaged over classes"},
    Meaning{"mean_dice", "overlap as Dice's coefficient (F1 of pixels), averaged over classes"},
    Meaning{"mean_accuracy", "the part of the pixels of a class that is right, averaged over classes"},
    Meaning{"pixel_accuracy", "the part of all pixels that is right"},
    Meaning{"frequency_weighted_iou", "overlap averaged over classes, large classes weigh more"},
    Meaning{"mean_boundary_iou", "overlap close to the edges of areas only, averaged over classes"},
    Meaning{"image_mean_iou", "overlap averaged over the classes of a picture, then over pictures"},
    Meaning{"image_class_iou", "overlap averaged over all pairs of a picture and a class in it"},
    Meaning{"image_dice_micro", "Dice's coefficient of all pixels of a picture, averaged over pictures"},
    Meaning{"image_dice_macro", "Dice's coefficient averaged over classes, then over pictures"},
    Meaning{"image_dice_weighted", "Dice's coefficient averaged over classes by their size, then over pictures"},
    Meaning{"image_generalized_dice", "Dice's coefficient in which small classes weigh more, averaged over pictures"},
    // Panoptic segmentation.
    Meaning{"image_pq", "panoptic quality of single pictures, averaged"},
};

// Names that are put together: "weighted_recall", "things_sq".
constexpr std::array averages{
    Meaning{"micro_", "over all answers together"},
    Meaning{"macro_", "averaged over classes"},
    Meaning{"weighted_", "averaged over classes, frequent ones weigh more"},
    Meaning{"samples_", "averaged over pictures"},
    Meaning{"all_", "averaged over all classes"},
    Meaning{"things_", "averaged over classes that are counted one by one"},
    Meaning{"stuff_", "averaged over classes that are not counted"},
};
constexpr std::array rates{
    Meaning{"precision", "the part of the answers that is right"},
    Meaning{"recall", "the part of the truth that is found"},
    Meaning{"f_score", "F1, the balance of precision and recall"},
    Meaning{"iou", "right answers over right, false and missed ones together"},
    Meaning{"dice", "twice the right answers over twice these, false and missed ones together"},
    Meaning{"pq", "panoptic quality: how many segments are found and how exactly"},
    Meaning{"sq", "segmentation quality: how exactly the found segments overlap"},
    Meaning{"rq", "recognition quality: F1 of finding segments"},
};

std::string_view find(std::span<const Meaning> list, std::string_view name) {
  const auto entry = std::find_if(list.begin(), list.end(), [&](const Meaning& each) { return each.first == name; });
  return entry == list.end() ? std::string_view{} : entry->second;
}

constexpr std::array detection_keys{KeyFigure{"ap", "AP"},
                                    KeyFigure{"ap50", "AP50"},
                                    KeyFigure{"ap75", "AP75"},
                                    KeyFigure{"ar100", "AR"},
                                    KeyFigure{"best_f1", "best F1"},
                                    KeyFigure{"mask_ap", "AP of masks"},
                                    KeyFigure{"mask_ap50", "AP50 of masks"}};
constexpr std::array classification_keys{
    KeyFigure{"accuracy", "accuracy"}, KeyFigure{"top_5_accuracy", "top-5 accuracy"},
    KeyFigure{"balanced_accuracy", "balanced accuracy"}, KeyFigure{"macro_f_score", "mean F1"},
    KeyFigure{"expected_calibration_error", "calibration error"}};
constexpr std::array multi_label_keys{
    KeyFigure{"macro_average_precision", "mean average precision"}, KeyFigure{"macro_f_score", "mean F1"},
    KeyFigure{"micro_f_score", "F1 of all answers"}, KeyFigure{"subset_accuracy", "all labels right"},
    KeyFigure{"expected_calibration_error", "calibration error"}};
constexpr std::array segmentation_keys{KeyFigure{"mean_iou", "mean IoU"}, KeyFigure{"pixel_accuracy", "pixel accuracy"},
                                       KeyFigure{"mean_accuracy", "mean accuracy"}, KeyFigure{"mean_dice", "mean Dice"},
                                       KeyFigure{"mean_boundary_iou", "mean boundary IoU"}};
constexpr std::array panoptic_keys{KeyFigure{"all_pq", "PQ"}, KeyFigure{"things_pq", "PQ of things"},
                                   KeyFigure{"stuff_pq", "PQ of stuff"}, KeyFigure{"all_sq", "SQ"},
                                   KeyFigure{"all_rq", "RQ"}};

}  // namespace

std::string meaning_of(std::string_view figure) {
  constexpr std::string_view masks = "mask_";
  if (figure.starts_with(masks)) {
    const auto meaning = meaning_of(figure.substr(masks.size()));
    return meaning.empty() ? meaning : meaning + ", judged by masks";
  }
  if (const auto meaning = find(meanings, figure); !meaning.empty()) return std::string(meaning);
  if (figure.starts_with("top_") && figure.ends_with("_accuracy"))
    return fmt::format("the part of the pictures with the right class among the first {} answers",
                       figure.substr(4, figure.size() - 13));
  if (figure.starts_with("ap of ")) return "average precision of this class";
  for (const auto& [prefix, average] : averages) {
    if (!figure.starts_with(prefix)) continue;
    if (const auto rate = find(rates, figure.substr(prefix.size())); !rate.empty())
      return fmt::format("{}, {}", rate, average);
  }
  return {};
}

std::span<const KeyFigure> key_figures(Task task) {
  switch (task) {
    case Task::classification: return classification_keys;
    case Task::multilabel_classification: return multi_label_keys;
    case Task::detection:
    case Task::instance_segmentation: return detection_keys;
    case Task::semantic_segmentation: return segmentation_keys;
    case Task::panoptic_segmentation: return panoptic_keys;
  }
  return {};
}

}  // namespace visionkit
