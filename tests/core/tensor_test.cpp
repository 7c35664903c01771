#include <visionkit/core/tensor.hpp>

#include <doctest/doctest.h>

#include <visionkit/core/error.hpp>

using namespace visionkit;

TEST_CASE("a shape prints and counts") {
  CHECK(to_string(Shape{1, 3, 224, 224}) == "[1, 3, 224, 224]");
  CHECK(element_count({1, 3, 4}) == 12);
  CHECK(element_count({}) == 1);
  CHECK(element_count({0, 5}) == 0);
}

TEST_CASE("impossible shapes and wrong element types are refused") {
  const auto code = [](const auto& call) {
    try {
      call();
      return std::string("accepted");
    } catch (const Error& error) {
      return std::string(to_string(error.code()));
    }
  };
  CHECK(code([] { (void)element_count({-1, 2}); }) == "shape");
  CHECK(code([] { (void)element_count({std::int64_t{1} << 40, std::int64_t{1} << 40}); }) == "shape");
  CHECK(code([] { const Tensor tensor({2, 2}, {1, 2, 3}); }) == "shape");
  const std::uint8_t byte = 0;
  CHECK(code([&] { (void)TensorView{DType::uint8, {1}, &byte}.floats(); }) == "dtype");
}

TEST_CASE("copies of a tensor share their elements") {
  const Tensor tensor({2}, {1, 2});
  const auto copy = tensor;
  CHECK(copy.data() == tensor.data());
  CHECK(copy.floats()[1] == 2);
}
