#include <visionkit/core/engine_trial.hpp>

#include <doctest/doctest.h>

using namespace visionkit;

TEST_CASE("a trial is one line: what is known of it, and what became of it") {
  CHECK(to_string(EngineTrial{
            .engine = Engine::openvino, .form = "compiled", .difference = 1.23e-6, .ms = 27.04, .is_chosen = true}) ==
        "openvino compiled: 27 ms, difference 1.2e-06, chosen");
  CHECK(to_string(EngineTrial{.form = "optimized", .reason = "failed: out of luck"}) ==
        "libtorch optimized: failed: out of luck");
}
