#!/usr/bin/env python3
"""Checks how the code is laid out. Run by ctest:

    layout.py layers    every #include of include/ and src/ obeys the table in src/README.md
    layout.py headers   every public header compiles alone, and only those in interop/ include a foreign library
    layout.py reject    every line of tests/reject that is marked REJECT is refused by the compiler
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)

# Foreign libraries by how their headers are included. Anything else with a folder or an extension is unknown.
LIBRARIES = {
    "fmt": r"fmt/", "nlohmann-json": r"nlohmann/", "OpenCV": r"opencv2/", "Eigen": r"Eigen/", "Highway": r"hwy/",
    "libjpeg": r"(jpeglib|jerror|turbojpeg)\.h", "libpng": r"png\.h", "libwebp": r"webp/", "libtiff": r"tiff(io)?\.h",
    "LibTorch": r"(torch|ATen|c10|caffe2)/", "OpenVINO": r"openvino/", "xxHash": r"xxhash\.h", "simdjson": r"simdjson\.h",
    "pugixml": r"pugixml\.hpp", "yaml-cpp": r"yaml-cpp/",
    "OpenSSL": r"openssl/", "zlib": r"zlib\.h",
}
SYSTEM = re.compile(r"(sys|arpa|netinet|linux)/|(fcntl|unistd|dlfcn|link|sched|errno|pthread|signal|malloc|immintrin|cpuid|dirent)\.h$")


def read_table():
    """The layer table: {layer: (layers, libraries)}."""
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|", (ROOT / "src/README.md").read_text(), re.MULTILINE)
    table = {layer: (set(re.findall(r"`(\w+)`", below)) | {layer}, {name.strip() for name in libraries.split(",")} - {""})
             for layer, below, libraries in rows}
    if len(table) < 5:
        sys.exit("src/README.md has no layer table")
    for layer, (below, libraries) in table.items():
        unknown = (below - table.keys()) | (libraries - LIBRARIES.keys())
        if unknown:
            sys.exit(f"the layer table names {sorted(unknown)} in the row of {layer}")
    return table


def layer_of(path):
    """The layer of a file below include/visionkit or src, or of an include that names one; None for the menu."""
    parts = pathlib.PurePath(path).parts
    if len(parts) > 1:
        return parts[0]
    return {"visionkit.hpp": None, "evaluate.hpp": "evaluate"}.get(parts[0], "tasks")


def check_layers(_):
    table = read_table()
    wrong, count = [], 0
    for base in (ROOT / "include/visionkit", ROOT / "src"):
        for path in sorted(base.rglob("*.[hc]pp")):
            inside = path.relative_to(base)
            layer = layer_of(inside)
            if layer is None:
                continue
            if layer not in table:
                wrong.append(f"{path.relative_to(ROOT)}: the folder {layer} is not in the layer table")
                continue
            layers, libraries = table[layer]
            count += 1
            for name in INCLUDE.findall(path.read_text()):
                fault = fault_of(name, layers, libraries, inside, base.name == "visionkit")
                if fault:
                    wrong.append(f"{path.relative_to(ROOT)}: {layer} may not include <{name}>: {fault}")
    print(f"layout.layers: {count} files, {len(table)} layers")
    return wrong


def fault_of(name, layers, libraries, inside, is_public):
    """Why a file of these layers and libraries may not include `name`; None when it may."""
    if name.startswith("visionkit/"):
        target = layer_of(name.removeprefix("visionkit/"))
        return None if target in layers else f"it belongs to {target or 'users'}"
    for library, pattern in LIBRARIES.items():
        if re.match(pattern, name):
            if is_public and inside.parts[0] != "interop" and library != "fmt":
                return f"public headers do not include {library}"
            return None if library in libraries else f"the layer does not use {library}"
    if "/" not in name and "." not in name or SYSTEM.match(name):  # C++ standard library, operating system
        return None
    if is_public:
        return "a public header includes what is not installed"
    if (ROOT / "src" / name).exists():
        return None if layer_of(name) in layers else f"it belongs to {layer_of(name)}"
    return "unknown; name the library in layout.py and in the layer table"


def compile_text(args, text, *flags):
    """Compiles text without making an object; gives success, the compiler's messages and the headers that it read."""
    with tempfile.TemporaryDirectory() as folder:
        source, dependencies = pathlib.Path(folder, "alone.cpp"), pathlib.Path(folder, "alone.d")
        source.write_text(text)
        done = subprocess.run([args.compiler, "-std=c++20", f"-I{ROOT / 'include'}", *flags, "-fsyntax-only", "-MD", "-MF",
                               dependencies, "-MT", "x", source], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        headers = shlex.split(dependencies.read_text().replace("\\\n", " "))[2:] if dependencies.exists() else []
        return done.returncode == 0, done.stdout, headers


def first_lines(text):
    return "\n".join(text.splitlines()[:8])


def system_flags(folders):
    known = ("", "/usr/include", str(ROOT / "include"), str(ROOT / "src"))  # naming /usr/include breaks the standard library
    return [flag for folder in folders if folder not in known for flag in ("-isystem", folder)]


def in_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [fault for fault in pool.map(function, items) if fault]


def check_headers(args):
    headers = [path.relative_to(ROOT / "include") for path in sorted((ROOT / "include").rglob("*.hpp"))]
    headers = [path for path in headers if str(path) not in args.skip]
    foreign_folder = re.compile("|".join(f"/{pattern}" for name, pattern in LIBRARIES.items() if name not in ("fmt", "zlib")))

    def check(path):
        is_interop = path.parts[1] == "interop"
        flags = system_flags(args.foreign_include if is_interop else args.include)
        compiled, messages, read = compile_text(args, f"#include <{path}>\n#include <{path}>\n", *flags,
                                                "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion",
                                                "-Wno-sign-conversion", "-Werror")
        if not compiled:
            return f"{path} does not compile alone:\n{first_lines(messages)}"
        if str(ROOT / "include" / path) not in read:
            return f"{path} is not among the headers that the compiler says it read"
        foreign = [header for header in read if foreign_folder.search(header)]
        return f"{path} includes {foreign[0]}" if foreign and not is_interop else None

    print(f"layout.headers: {len(headers)} headers")
    return in_parallel(check, headers)


def check_reject(args):
    cases = []
    for path in sorted((ROOT / "tests/reject").glob("*.cpp")):
        lines = path.read_text().splitlines(keepends=True)
        marked = [number for number, line in enumerate(lines) if "// REJECT" in line]
        if not marked:
            sys.exit(f"{path} has no line marked REJECT")
        # Without all marked lines the file compiles; with any one of them it does not.
        cases += [(path, lines, marked, keep) for keep in [None, *marked]]

    def check(case):
        path, lines, marked, keep = case
        text = "".join(line for number, line in enumerate(lines) if number not in marked or number == keep)
        compiled, messages, _ = compile_text(args, text, *system_flags(args.include))
        if keep is None:
            return None if compiled else f"{path.name} does not compile without its marked lines:\n{first_lines(messages)}"
        return f"{path.name}:{keep + 1} compiles: {lines[keep].strip()}" if compiled else None

    print(f"layout.reject: {len(cases)} cases")
    return in_parallel(check, cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", choices=["layers", "headers", "reject"])
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--include", nargs="*", default=[], help="the include folders of a program that uses visionkit")
    parser.add_argument("--foreign-include", nargs="*", default=[], help="those of one that uses interop headers, too")
    parser.add_argument("--skip", nargs="*", default=[], help="headers whose library is not there")
    args = parser.parse_args()
    faults = globals()[f"check_{args.check}"](args)
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
