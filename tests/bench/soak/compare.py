"""A minute of mixed traffic: eight threads, three tasks, both engines, pictures, files and batches of several sizes.

No answer may differ from the first one for the same question, and the memory of the process may not grow after the
first quarter of the time: by the line of least squares, less than 1 % in all the rest.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

import side_by_side
from side_by_side import BUILD, ROOT

import numpy as np


def main():
    parser = argparse.ArgumentParser(description="Mixed traffic")
    parser.add_argument("out", type=Path, help="the JSON file to write")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    print(f"{side_by_side.machine()}; {options.seconds:.0f} s")
    data = ROOT / "tests/data"
    done = subprocess.run([BUILD / "tests/bench/soak/visionkit_soak_bench", data / "models", data / "scenes/images",
                           data / "digits/sheet.png", str(options.seconds)], stdout=subprocess.PIPE, check=True,
                          env=side_by_side.DEFAULTS)
    found = json.loads(done.stdout)
    memory = np.array(found["resident_bytes"]) / 2**20
    later = memory[len(memory) // 4:]
    grown = np.polyfit(np.arange(len(later)), later, 1)[0] * len(later)
    is_steady = grown < 0.01 * later[0]
    print(f"{found['calls']} calls of {found['questions']} questions over {', '.join(found['engines'])}")
    print(f"{found['different']} answers differ {'' if found['different'] == 0 else 'MISSED'}")
    print(f"memory {memory[0]:.0f} MiB after 1 s, {later[0]:.0f} after a quarter, {later[-1]:.0f} at the end; "
          f"{grown:+.1f} by the line {'' if is_steady else 'MISSED'}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps([{"what": "mixed traffic", "equal": found["different"] == 0, **found}]) + "\n")
    sys.exit(found["different"] > 0)


if __name__ == "__main__":
    main()
