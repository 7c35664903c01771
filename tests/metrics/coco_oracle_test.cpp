// The oracle folder "coco": pycocotools' answers, to the last bit of its arrays.
#include <cstdlib>
#include <fstream>

#include "metrics/coco_oracle.hpp"

namespace visionkit {
namespace {

using test::json;
using test::Tally;

TEST_SUITE("oracle.coco") {
  TEST_CASE("thresholds are pycocotools' to the last bit") {
    const auto folder = test::oracle_folder("coco");
    if (!folder) {
      MESSAGE("oracle.coco: skipped, no oracle folder");
      return;
    }
    const auto cases = test::read_json(*folder / "cases.json");
    const auto thresholds = coco_iou_thresholds();
    const auto& expected = cases.at("iou_thresholds_hex");
    REQUIRE(expected.size() == thresholds.size());
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
      CHECK(thresholds[i] == std::strtod(expected[i].get<std::string>().c_str(), nullptr));
    }
  }

  TEST_CASE("every case has pycocotools' figures, arrays and matches") {
    const auto folder = test::oracle_folder("coco");
    if (!folder) {
      MESSAGE("oracle.coco: skipped, no oracle folder");
      return;
    }
    Tally tally("oracle.coco cases");
    const auto cases = test::read_json(*folder / "cases.json");
    for (const auto& each : cases.at("cases")) {
      const auto name = each.at("name").get<std::string>();
      const auto place = *folder / name;
      const auto expected = test::read_json(place / "expected.json");
      for (const auto& result : expected.at("results")) {
        test::check_result(place / "gt.json", place / "dt.json", result, place,
                           fmt::format("{} {}", name, result.at("iou_type").get<std::string>()), tally);
      }
    }
    MESSAGE("oracle.coco: figures are off by at most ", test::largest_difference());
  }

  TEST_CASE("the large generated cases have pycocotools' figures and arrays") {
    const auto folder = test::oracle_folder("coco");
    if (!folder) {
      MESSAGE("oracle.coco: skipped, no oracle folder");
      return;
    }
    Tally tally("oracle.coco large");
    for (const auto& each : test::read_json(*folder / "large.json")) {
      const test::TemporaryFolder made;
      const auto& arguments = each.at("arguments");
      auto command = fmt::format("python3 '{}' --segm --out '{}'", (*folder / "make_large_coco.py").string(),
                                 made.path().string());
      for (const auto& [key, value] : arguments.items()) {
        auto option = key;
        std::ranges::replace(option, '_', '-');
        command += fmt::format(" --{} {}", option, value.get<std::int64_t>());
      }
      REQUIRE(std::system(command.c_str()) == 0);
      {
        std::ofstream sums(made / "sums");
        for (const auto& [file, facts] : each.at("files").items()) {
          sums << facts.at("sha256").get<std::string>() << "  " << (made / file).string() << '\n';
        }
      }
      REQUIRE(std::system(fmt::format("sha256sum --check --quiet '{}'", (made / "sums").string()).c_str()) == 0);
      for (const auto& result : each.at("results")) {
        const auto type = result.at("iou_type").get<std::string>();
        test::check_result(made / "gt.json", made / ("dt_" + type + ".json"), result, made.path(),
                           fmt::format("{} {}", each.at("name").get<std::string>(), type), tally);
      }
    }
    MESSAGE("oracle.coco: figures are off by at most ", test::largest_difference());
  }
}

}  // namespace
}  // namespace visionkit
