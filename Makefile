# The habits of the project. Each line calls a CMake preset or a small script.
.PHONY: demo build test bench format asan tsan clang debian setup

demo: setup
	cmake/demo.sh

build: setup
	cmake --preset release
	cmake --build --preset release

test: build
	ctest --preset release

# make bench BENCH=name runs one comparison and writes build/bench/name.json.
bench: build
	cmake/bench.sh $(BENCH)

# The unit tests under a sanitizer, or by the other compiler.
asan tsan clang: setup
	cmake --preset $@
	cmake --build --preset $@
	ctest --preset $@

# Debian's own LibTorch, the oldest that is supported.
debian:
	cmake/setup.sh debian
	cmake --preset $@
	cmake --build --preset $@
	ctest --preset $@

# Lists the files that clang-format would change; make format FIX=-i changes them.
format:
	git ls-files '*.hpp' '*.cpp' | xargs clang-format $(or $(FIX),--dry-run -Werror)

setup:
	@cmake/setup.sh
