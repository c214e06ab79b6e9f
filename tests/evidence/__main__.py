"""`make evidence`: run the experiments, print what they say, write `docs/evidence.md`. Names of parts as arguments run those alone."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.evidence import conformance, page
from tests.evidence.anomaly_rates import anomalies_part
from tests.evidence.bad_files import nasty_part
from tests.evidence.databases import Databases
from tests.evidence.dying_workers import kills_part
from tests.evidence.page import Part

PARTS: dict[str, Callable[[Databases], Part]] = {
    "conformance": conformance.files_part,
    "orders": conformance.orders_part,
    "confusion": conformance.confusion_part,
    "nasty": nasty_part,
    "kills": kills_part,
    "anomalies": anomalies_part,
}


def main(names: list[str]) -> int:
    version = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no part {', '.join(unknown)}; choose of {', '.join(PARTS)}.")
        return 2
    passed = True
    with Databases() as databases:
        conformance.template(databases)
        for name in names or PARTS:
            part = PARTS[name](databases)
            page.write([part], version)
            print("\n".join((f"\n{part.title}: {'holds' if part.passed else 'DOES NOT HOLD'}", *part.lines)), flush=True)
            passed &= part.passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
