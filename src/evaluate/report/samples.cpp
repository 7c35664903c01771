// The worst and the random samples. The bytes that are left for them decide how large and how good pictures are, then
// how many there are.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include <visionkit/image/draw_maps.hpp>

#include "evaluate/report/parts.hpp"
#include "evaluate/report/sample_pictures.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

struct Look {
  double scale = 1;  // of the width
  int quality = 0;   // of JPEG
};
constexpr std::array looks{Look{1, 85}, Look{1, 65}, Look{0.75, 60}, Look{0.5, 55}};
constexpr std::size_t most_answers = 5;
constexpr std::size_t most_areas = 12;

bool has(const std::vector<ClassScore>& classes, ClassId label) {
  return std::any_of(classes.begin(), classes.end(), [&](const ClassScore& each) { return each.label == label; });
}

void write_share(Html& html, float share) {
  html.element("span", {{"class", "share"}, {"aria-hidden", "true"}}, [&] {
    html.element("svg", {{"viewBox", "0 0 100 1"}, {"preserveAspectRatio", "none"}}, [&] {
      html.empty("rect", {{"class", "bar0"}, {"width", fmt::format("{:.1f}", 100 * share)}, {"height", "1"}});
    });
  });
}

// What truth and answer are, in words.
void write_words(Html& html, const std::vector<ClassScore>& truth, const std::vector<ClassScore>& answer,
                 const Labels& labels) {
  std::string names;
  for (std::size_t i = 0; i < std::min(truth.size(), most_answers); ++i)
    names += (i == 0 ? "" : ", ") + name_cell(labels[truth[i].label]);
  if (truth.size() > most_answers) names += fmt::format(" and {} more", truth.size() - most_answers);
  html.element("p", "Truth: " + (names.empty() ? "no label" : names));
  html.element("ol", {{"class", "answers"}}, [&] {
    for (std::size_t i = 0; i < std::min(answer.size(), most_answers); ++i) {
      const auto& best = answer[i];
      const bool is_right = has(truth, best.label);
      html.element("li", {{"class", is_right ? "is-right" : "is-wrong"}}, [&] {
        html.element("span", [&] {
          html.element("span", {{"class", "mark"}}, is_right ? "\u2713 " : "\u2717 ");
          html.text(name_cell(labels[best.label]));
        });
        html.element("b", percent_text(best.score));
        write_share(html, best.score);
      });
    }
  });
}

void write_words(Html& html, const std::vector<Detection>& truth, const std::vector<Detection>& answer, const Labels&) {
  std::array<std::size_t, 3> outcomes{};
  for (const auto& judged : judge_sample(truth, answer)) ++outcomes[static_cast<std::size_t>(judged.outcome)];
  html.element("p", fmt::format("{} of {} found, {} false, {} missed", outcomes[0], plural(truth.size(), "object"),
                                outcomes[1], outcomes[2]));
}

void write_words(Html& html, const LabelMap& truth, const LabelMap& answer, const Labels& labels) {
  const auto colors = map_colors(labels);
  std::map<ClassId, std::uint64_t> areas;
  for (const auto* map : {&truth, &answer}) {
    for (const auto& [label, pixels] : map->areas()) {
      if (label != map->void_id()) areas[label] = std::max(areas[label], pixels);
    }
  }
  std::vector<std::pair<ClassId, std::uint64_t>> largest(areas.begin(), areas.end());
  std::stable_sort(largest.begin(), largest.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  largest.resize(std::min(largest.size(), most_areas));
  html.element("ul", {{"class", "legend"}}, [&] {
    for (const auto& area : largest) {
      html.element("li", [&] {
        const auto label = area.first;
        const auto place = static_cast<std::size_t>(label.value);
        const auto color = place < colors.size() ? colors[place] : class_color(labels[label]);
        const auto fill = fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
        const bool is_background = labels[label] == "background";  // not tinted
        html.element("svg", {{"viewBox", "0 0 28 12"}, {"aria-hidden", "true"}}, [&] {
          html.empty("rect", {{"class", "swatch"},
                              {"fill", is_background ? "none" : fill},
                              {"x", "2"},
                              {"y", "1"},
                              {"width", "24"},
                              {"height", "10"}});
        });
        html.text(fmt::format("{}: {} true, {} answered", name_cell(labels[label]), percent_text(truth.fraction(label)),
                              percent_text(answer.fraction(label))));
      });
    }
  });
}

void write_words(Html& html, const PanopticMap& truth, const PanopticMap& answer, const Labels& labels) {
  html.element(
      "p", fmt::format("{} true, {} answered", plural(truth.segments().size(), "segment"), answer.segments().size()));
  write_words(html, truth.label_map(), answer.label_map(), labels);
}

void write_words(Html& html, const EvaluationSample& sample, const Labels& labels) {
  std::visit(
      [&](const auto& truth) {
        if (const auto* answer = std::get_if<std::decay_t<decltype(truth)>>(&sample.answer))
          write_words(html, truth, *answer, labels);
      },
      sample.truth);
}

void write_pictures(Html& html, const EvaluationSample& sample, const Labels& labels, const Look& look, int width) {
  html.element("div", {{"class", "pictures"}}, [&] {
    const auto pictures = draw_sample(sample, labels, std::max(32, static_cast<int>(std::lround(width * look.scale))));
    for (const auto& picture : pictures) {
      const auto file = name_cell(sample.file);
      html.element("figure", [&] {
        html.empty(
            "img",
            {{"src", data_url(picture.image, look.quality)},
             {"width", fmt::format("{}", picture.image.width())},
             {"height", fmt::format("{}", picture.image.height())},
             {"alt", picture.title.empty() ? file : fmt::format("{} of {}, in words below", picture.title, file)}});
        if (!picture.title.empty()) html.element("figcaption", picture.title);
      });
    }
  });
}

class SampleWriter {
 public:
  SampleWriter(const Evaluation& evaluation, int width) : evaluation_(evaluation), width_(width) {}

  [[nodiscard]] Html card(const EvaluationSample& sample, const Look& look) const {
    Html html;
    html.element("article", {{"class", "sample"}}, [&] {
      html.element("h3", name_cell(sample.file));
      html.element("p", {{"class", "note"}},
                   fmt::format("{}: {}", evaluation_.quality.empty() ? "quality" : evaluation_.quality,
                               figure_cell(sample.quality)));
      write_content(html, sample, look);
    });
    return html;
  }

 private:
  // All of it or the reason why there is nothing.
  void write_content(Html& html, const EvaluationSample& sample, const Look& look) const {
    Html content;
    try {
      write_pictures(content, sample, evaluation_.labels, look, width_);
      write_words(content, sample, evaluation_.labels);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::out_of_memory) throw;
      html.element("p", {{"class", "note"}}, fmt::format("Cannot be shown: {}", error.what()));
      return;
    }
    html.append(content);
  }

  const Evaluation& evaluation_;
  int width_;
};

using Samples = std::vector<const EvaluationSample*>;

// Those that are not among `others`.
Samples without(const std::vector<EvaluationSample>& samples, const std::vector<EvaluationSample>& others) {
  Samples result;
  for (const auto& sample : samples) {
    const bool is_there = std::any_of(others.begin(), others.end(), [&](const EvaluationSample& other) {
      return other.file == sample.file && other.path == sample.path;
    });
    if (!is_there) result.push_back(&sample);
  }
  return result;
}

struct Cards {
  std::vector<Html> worst;
  std::vector<Html> random;
  bool is_complete = true;
};

// Both lists in turn, until the bytes are used up.
Cards make_cards(const SampleWriter& writer, const Samples& worst, const Samples& random, const Look& look,
                 std::uint64_t max_bytes) {
  Cards cards;
  std::uint64_t bytes = 0;
  const auto add = [&](std::vector<Html>& list, const Samples& samples, std::size_t place) {
    if (place >= samples.size() || !cards.is_complete) return;
    auto card = writer.card(*samples[place], look);
    bytes += card.markup().size();
    cards.is_complete = bytes <= max_bytes;
    if (cards.is_complete) list.push_back(std::move(card));
  };
  for (std::size_t i = 0; i < std::max(worst.size(), random.size()) && cards.is_complete; ++i) {
    add(cards.worst, worst, i);
    add(cards.random, random, i);
  }
  return cards;
}

void write_cards(Html& html, const std::vector<Html>& cards, std::size_t wanted, Task task) {
  if (cards.size() < wanted)
    note(html, fmt::format("{} of {} are shown: no more fit into the page.", cards.size(), plural(wanted, "sample")));
  const bool is_one_picture = task == Task::classification || task == Task::multilabel_classification;
  html.element("div", {{"class", is_one_picture ? "samples" : "samples wide"}}, [&] {
    for (const auto& card : cards) html.append(card);
  });
}

std::string explanation_of(Task task) {
  switch (task) {
    case Task::classification:
    case Task::multilabel_classification:
      return "\u2713 stands at classes that are true, \u2717 at those that are not.";
    case Task::detection:
    case Task::instance_segmentation:
      return fmt::format(
          "In answers a solid green box is a hit, a dashed orange one marked \"false\" found nothing, blue "
          "corners marked \"missed\" are an object that was not found. Boxes must overlap by half; "
          "answers with a score below {} are not drawn.",
          DetectionErrorOptions{}.score_threshold);
    case Task::semantic_segmentation:
    case Task::panoptic_segmentation:
      return "In differences green pixels are right, orange ones have a wrong class, blue ones were missed.";
  }
  return {};
}

}  // namespace

SampleSections write_samples(const Evaluation& evaluation, int width, std::uint64_t max_bytes) {
  const SampleWriter writer(evaluation, width);
  const auto worst = without(evaluation.worst, {});
  const auto random = without(evaluation.random, evaluation.worst);
  Cards cards;
  for (const auto& look : looks) {
    cards = make_cards(writer, worst, random, look, max_bytes);
    if (cards.is_complete) break;
  }
  SampleSections sections;
  if (!worst.empty()) {
    note(sections.worst, explanation_of(evaluation.task));
    write_cards(sections.worst, cards.worst, worst.size(), evaluation.task);
  }
  if (!random.empty()) {
    note(sections.random, explanation_of(evaluation.task));
    write_cards(sections.random, cards.random, random.size(), evaluation.task);
  }
  if (const auto repeated = evaluation.random.size() - random.size(); repeated > 0)
    note(sections.random,
         fmt::format("{} more, drawn by lot, {} among the worst.", repeated, repeated == 1 ? "is" : "are"));
  return sections;
}

}  // namespace visionkit
