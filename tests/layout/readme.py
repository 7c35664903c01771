#!/usr/bin/env python3
"""Checks the README and the documents: the first program is examples/minimal.cpp word for word, links lead somewhere,
commands exist. Run by ctest as layout.readme."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def main():
    faults = []
    readme = (ROOT / "README.md").read_text()
    program = re.search(r"```cpp\n(.*?)```", readme, re.DOTALL)
    if not program or program[1] != (ROOT / "examples/minimal.cpp").read_text():
        faults.append("the first C++ block of README.md is not examples/minimal.cpp")

    links = 0
    for document in [*ROOT.glob("*.md"), ROOT / "src/README.md", *(ROOT / "src/docs").glob("*.md")]:
        for target in LINK.findall(document.read_text()):
            links += 1
            if "://" not in target and not (document.parent / target).exists():
                faults.append(f"{document.relative_to(ROOT)} links to {target}, which does not exist")

    rules = set(re.findall(r"^([a-z ]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    rules = {name for rule in rules for name in rule.split()}
    for command in sorted(set(re.findall(r"^make (\w+)", readme, re.MULTILINE)) - rules):
        faults.append(f"README.md says make {command}, which the Makefile does not know")

    print(f"layout.readme: {links} links")
    for fault in faults:
        print(fault)
    sys.exit(bool(faults) or links == 0)


if __name__ == "__main__":
    main()
