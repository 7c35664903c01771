#!/usr/bin/env python3
"""Installs visionkit, moves it, and uses it the ways that strangers do. Run by ctest, one step a test:

    consume.py install      --work W --build B          install the build folder B into W, then move it
    consume.py find_package --work W --component core   a CMake project on the moved folder
    consume.py pkg_config   --work W --component core   a bare compiler call with the moved folder's flags
    consume.py subdirectory --work W --component core   a CMake project that adds the source folder
"""

import argparse
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
FOREIGN_HEADER = re.compile(r"/(torch|ATen|c10|opencv2|Eigen|nlohmann)/")
UNWANTED_BY_CORE = re.compile(r"lib(torch|c10|gdal|opencv_imgcodecs|opencv_dnn)")
# The processor time of configuring and building a program on the installed package, against that of compiling the
# yardstick, which is what nearly any program includes. Machines differ and neighbours triple the time of both; on an idle
# machine, where a yardstick takes 0.7 s, the limit is the 5 s that a program may take.
YARDSTICK = "#include <filesystem>\n#include <fmt/format.h>\nint main() { fmt::print(\"{}\\n\", 1.5); }\n"
MAX_YARDSTICKS = 7


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def build_project(args, folder, *settings):
    """Configures and builds a consumer and returns its program."""
    shutil.rmtree(folder, ignore_errors=True)
    run("cmake", "-S", HERE / args.step, "-B", folder, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={args.compiler}",
        f"-DCOMPONENT={args.component}", *settings)
    run("cmake", "--build", folder)
    return folder / "consumer"


def install(args):
    staged, moved = args.work / "staged", args.work / "moved"
    shutil.rmtree(args.work, ignore_errors=True)
    build = args.build
    if not build:  # the other linkage than that of the build folder whose tests these are
        build = args.work / "build"
        run("cmake", "-S", SOURCE, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
            f"-DCMAKE_CXX_COMPILER={args.compiler}", "-DVISIONKIT_BUILD_TESTS=OFF", "-DVISIONKIT_BUILD_EXAMPLES=OFF",
            "-DVISIONKIT_BUILD_PYTHON=OFF", *args.settings)
        run("cmake", "--build", build)
    run("cmake", "--install", build, "--prefix", staged)
    staged.rename(moved)

    for file in [*moved.rglob("*.cmake"), *moved.rglob("*.pc")]:
        text = file.read_text()
        for origin in (staged, build):
            if str(origin) in text:
                sys.exit(f"{file} names {origin}")
    for library in moved.rglob("lib*.so"):
        found = re.findall(r"(?:RUNPATH|RPATH)\).*\[(.*)\]", run("readelf", "-d", library))
        stray = [entry for entry in ":".join(found).split(":") if entry not in ("", "$ORIGIN", *args.engine)]
        if stray:
            sys.exit(f"{library} carries stray RPATH entries: {stray}")


def processor_seconds(work):
    """What `work` returns, and the processor time of the programs that it runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return result, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def find_package(args):
    folder = args.work / f"find_package-{args.component}"
    program, seconds = processor_seconds(
        lambda: build_project(args, folder, f"-DCMAKE_PREFIX_PATH={args.work / 'moved'}"))
    yardstick = folder / "yardstick.cpp"
    yardstick.write_text(YARDSTICK)
    _, unit = processor_seconds(
        lambda: run(args.compiler, "-std=c++20", "-c", yardstick, "-o", folder / "yardstick.o"))
    print(f"configure and build: {seconds:.1f} s of CPU time, {seconds / unit:.1f} yardsticks")
    if seconds > MAX_YARDSTICKS * unit:
        sys.exit(f"more than {MAX_YARDSTICKS} yardsticks of {unit:.1f} s")
    headers = run("ninja", "-C", folder, "-t", "deps").splitlines()
    if not any("visionkit/core/" in header for header in headers):
        sys.exit("the list of headers is empty")
    foreign = [header for header in headers if FOREIGN_HEADER.search(header)]
    if foreign:
        sys.exit(f"the program includes {len(foreign)} foreign headers, {foreign[0].strip()} among them")
    return program


def pkg_config(args):
    libraries = args.work / "moved/lib"
    folder = args.work / f"pkg_config-{args.component}"
    folder.mkdir(exist_ok=True)
    environment = os.environ | {"PKG_CONFIG_PATH": str(libraries / "pkgconfig")}
    flags = run("pkg-config", "--cflags", "--libs", f"visionkit-{args.component}", env=environment).split()
    run(args.compiler, "-std=c++20", HERE / f"{args.component}.cpp", "-o", folder / "consumer", *flags,
        f"-Wl,-rpath,{libraries}")
    return folder / "consumer"


def subdirectory(args):
    return build_project(args, args.work / f"subdirectory-{args.component}", f"-DVISIONKIT_SOURCE={SOURCE}",
                         "-DCMAKE_BUILD_TYPE=Release", *args.settings)


def check_program(args, program):
    print(run(program).strip())
    libraries = run("ldd", program)
    if args.component == "core" and UNWANTED_BY_CORE.search(libraries):
        sys.exit(f"a program on the core loads what it should not:\n{libraries}")
    if "not found" in libraries:
        sys.exit(f"the program misses libraries:\n{libraries}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["install", "find_package", "pkg_config", "subdirectory"])
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--component", default="core")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--engine", action="append", default=[],
                        help="library folder of LibTorch or OpenVINO, the only RPATH entries that are allowed")
    parser.add_argument("--settings", nargs="*", default=[], metavar="NAME=VALUE", help="CMake settings")
    args = parser.parse_args()
    args.work = args.work.resolve()
    args.settings = [f"-D{setting}" for setting in args.settings]
    if args.step == "install":
        install(args)
    else:
        check_program(args, globals()[args.step](args))


if __name__ == "__main__":
    main()
