"""`python -m benchmarks.fuzz files|office|uploads|questions|growth|api`: hostile input by the ten thousand, the figures in results/fuzz.json."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "fuzz.json"
COUNTS = {"files": 20_000, "office": 300, "uploads": 500, "questions": 100_000, "growth": 1_000_000, "api": 15}


def run(what: str, count: int, seed: int, keep: Path | None) -> dict[str, Any]:
    """The figures of one kind of hostile input; `faults` lists what must not be."""
    from benchmarks import fuzz_api, fuzz_files, fuzz_growth, fuzz_questions

    match what:
        case "files":
            return fuzz_files.run(count, seed, keep=keep)
        case "office":
            return fuzz_files.run(count, seed, fuzz_files.BY_OFFICE, keep)
        case "uploads":
            return fuzz_api.uploads(count, seed)
        case "questions":
            return fuzz_questions.run(count, seed)
        case "growth":
            return fuzz_growth.run(count)
        case _:
            return fuzz_api.run(count, seed)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", choices=COUNTS)
    arguments.add_argument("--count", type=int, default=None, help="how many (growth: characters; api: examples of each route)")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, default=None, help="folder for what was at fault")
    options = arguments.parse_args()
    figures = run(options.what, options.count or COUNTS[options.what], options.seed, options.keep)
    print(json.dumps(figures, ensure_ascii=False, indent=1))  # noqa: T201
    if options.count is None:
        kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
        RESULTS.write_text(json.dumps(kept | {options.what: figures}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.exit(bool(figures["faults"]))


if __name__ == "__main__":
    main()
