#include <visionkit/evaluate/report.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "evaluate/report/glossary.hpp"
#include "evaluate/report/html.hpp"
#include "evaluate/report_examples.hpp"
#include "support/files.hpp"
#include "support/refusal.hpp"

using namespace visionkit;
using namespace visionkit::test;

namespace {

// Parsed as XML, which the page is, too: what a browser would have to mend does not parse.
pugi::xml_document parsed(const std::string& page) {
  pugi::xml_document document;
  const auto result =
      document.load_buffer(page.data(), page.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  INFO(result.description(), " near ",
       page.substr(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, result.offset - 60)), 120));
  REQUIRE(result);
  return document;
}

std::size_t count(const pugi::xml_document& page, const std::string& path) {
  return page.select_nodes(path.c_str()).size();
}

std::string text(const pugi::xml_document& page, const std::string& path) {
  std::string all;
  for (const auto& node : page.select_nodes((path + "//text()").c_str())) all += node.node().value();
  return all;
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("every example is one well-formed page without scripts, links to elsewhere or what exceeds 5 MB") {
    for (const auto& example : example_reports()) {
      CAPTURE(example.name);
      const auto& options = example.options;
      const auto html = to_html(example.evaluation, options);
      CHECK(html.size() <= 5'000'000);
      CHECK(html.starts_with("<!DOCTYPE html>"));
      const auto page = parsed(html);
      CHECK(count(page, "//script | //link | //iframe | //object | //form | //base") == 0);
      CHECK(count(page, "//@*[starts-with(name(), 'on')]") == 0);
      CHECK(count(page, "//a[not(starts-with(@href, '#'))]") == 0);
      CHECK(count(page, "//img[not(starts-with(@src, 'data:image/jpeg;base64,'))]") == 0);
      CHECK(count(page, "//img[not(string(@alt))]") == 0);
      CHECK(count(page, "//th[not(@scope)] | //table[not(caption)] | //tbody/tr[not(th)]") == 0);
      CHECK(count(page, "//svg[@role='img'][not(title) or not(desc)]") == 0);
      CHECK(count(page, "//h1") == 1);
      CHECK(count(page, "/html[@lang='en']") == 1);
      CHECK(std::string_view(page.child("html").child("head").child("style").child_value()).find("url(") ==
            std::string_view::npos);
      for (const auto& link : page.select_nodes("//nav//a")) {
        CAPTURE(link.node().child_value());
        CHECK(count(page, fmt::format("//section[@id='{}']", link.node().attribute("href").value() + 1)) == 1);
      }
      CHECK(count(page, "//section[@id='verdict']") == (options.limits.empty() ? 0 : 1));
      for (const auto* section : {"figures", "run", "pictures", "classes", "timing"})
        CHECK(count(page, fmt::format("//section[@id='{}']", section)) == 1);
    }
  }

  TEST_CASE("a report shows the verdict in words, the figures with their meaning and the circumstances") {
    const auto page = parsed(to_html(example_detection(Masks::no), {.limits = {{"ap50", 0.6}, {"ap_large", 0.1}}}));
    CHECK(text(page, "//section[@id='verdict']/p") == "\u2717 Failed: 1 of 2 limits met.");
    CHECK(text(page, "//section[@id='verdict']//tbody/tr[1]/td[last()]") == "\u2713 met");
    CHECK(text(page, "//section[@id='verdict']//tbody/tr[2]") == "ap_large0.1000-\u2717 not met: nothing to measure");
    CHECK(contains(text(page, "//section[@id='run']"),
                   "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"));
    CHECK(contains(text(page, "//section[@id='run']"), "AMD EPYC 7B13"));
    CHECK(contains(text(page, "//section[@id='pictures']"), "image_truncated"));
    CHECK(contains(text(page, "//dl[@class='cards']"), "AP50"));
    CHECK(count(page, "//section[@id='curves']//svg[@role='img']") == 2);
    CHECK(count(page, "//section[@id='confusion']//tbody/tr") == 11);
    CHECK(count(page, "//section[@id='worst']//article") == 5);
    CHECK(count(page, "//section[@id='worst']//img") == 10);
    const auto passed = parsed(to_html(example_detection(Masks::no), {.limits = {{"ap50", 0.1}}}));
    CHECK(text(passed, "//section[@id='verdict']/p") == "\u2713 Passed: 1 of 1 limit met.");
  }

  TEST_CASE("every figure of every task has a meaning") {
    for (const auto& example : example_reports()) {
      const auto& evaluation = example.evaluation;
      for (const auto& figure : figures(evaluation)) {
        CAPTURE(example.name);
        CAPTURE(figure.name);
        CHECK_FALSE(meaning_of(figure.name).empty());
      }
      std::size_t known = 0;
      for (const auto& key : key_figures(evaluation.task)) {
        for (const auto& figure : figures(evaluation)) known += figure.name == key.figure ? 1 : 0;
      }
      CHECK(known >= 2);
    }
  }

  TEST_CASE("text from outside stays text") {
    const auto html = to_html(example_hostile(), {.title = hostile_name});
    CHECK_FALSE(contains(html, "<script"));
    CHECK_FALSE(contains(html, "\x01"));
    CHECK_FALSE(contains(html, "\xFF"));
    const auto page = parsed(html);
    CHECK(text(page, "//h1") == "<script src=\"http://example.com/x.js\">'&\xEF\xBF\xBD\xEF\xBF\xBD</script>");
    CHECK(contains(text(page, "//section[@id='worst']"), "Cannot be shown: "));
    CHECK(escape_html("\xC3\xA4\xC3\x28\xED\xA0\x80\xF4\x90\x80\x80\xC0\xAF\t<") ==
          "\xC3\xA4\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
          "\xEF\xBF\xBD\xEF\xBF\xBD\t&lt;");
    CHECK(shorten("abcdefghij", 5) == "ab\u2026ij");
    CHECK(shorten("abcde", 5) == "abcde");
  }

  TEST_CASE("a sample whose file is gone is named with the reason") {
    auto evaluation = example_segmentation();
    evaluation.worst.front().path = "/nowhere/000.jpg";
    evaluation.worst[1].truth = LabelMap();
    const auto page = parsed(to_html(evaluation));
    CHECK(contains(text(page, "//section[@id='worst']//article[1]"), "Cannot be shown: "));
    CHECK(count(page, "//section[@id='worst']//article[1]//img") == 0);
    CHECK(contains(text(page, "//section[@id='worst']//article[2]"), "Cannot be shown: "));
    CHECK(count(page, "//section[@id='worst']//article[3]//img") == 3);
  }

  TEST_CASE("pictures get smaller, then fewer, to stay below max_bytes") {
    const auto evaluation = example_detection(Masks::yes);
    const auto whole = to_html(evaluation);
    std::size_t last_count = count(parsed(whole), "//img");
    std::uint64_t last_size = whole.size();
    for (const std::uint64_t limit : {400'000, 250'000, 150'000, 110'000}) {
      CAPTURE(limit);
      const auto html = to_html(evaluation, {.max_bytes = limit});
      CHECK(html.size() <= limit);
      CHECK(html.size() < last_size);
      const auto images = count(parsed(html), "//img");
      CHECK(images <= last_count);
      last_count = images;
      last_size = html.size();
    }
    CHECK(contains(to_html(evaluation, {.max_bytes = 110'000}), "no more fit into the page"));
    for (const auto& example : example_reports()) {
      auto small = example.options;
      small.max_bytes = 100'000;
      CAPTURE(example.name);
      CHECK(to_html(example.evaluation, small).size() <= 100'000);
    }
  }

  TEST_CASE("options out of range are refused") {
    const auto evaluation = example_frame(Task::classification);
    for (const auto& options : {ReportOptions{.max_bytes = 99'999}, ReportOptions{.max_bytes = (1ULL << 30U) + 1},
                                ReportOptions{.sample_width = 63}, ReportOptions{.sample_width = 4097},
                                ReportOptions{.limits = {{"nothing", 1}}}})
      CHECK(refusal_of([&] { return to_html(evaluation, options); }).code == "invalid_option");
  }

  TEST_CASE("a report is written with the same numbers as JSON beside it") {
    const TemporaryFolder folder;
    const auto evaluation = example_classification(3);
    write_report((folder / "a.html").string(), evaluation);
    CHECK(std::filesystem::file_size(folder / "a.html") == to_html(evaluation).size());
    const auto bytes = read_bytes(folder / "a.json");
    CHECK(std::string(bytes.begin(), bytes.end()) == to_json(evaluation));
    CHECK(refusal_of([&] {
            write_report((folder / "a.htm").string(), evaluation);
            return 0;
          }).code == "invalid_option");
    CHECK(refusal_of([&] {
            write_report((folder / "no/a.html").string(), evaluation);
            return 0;
          }).code == "not_found");
  }
}
