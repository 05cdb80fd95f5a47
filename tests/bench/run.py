"""`make bench`: every benchmark, ours beside its peer in the same run; prints a table, writes bench-results.json.

A benchmark is a module `bench_*.py` of this folder with a function `benchmarks()` that yields `Benchmark`s.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from measured import Benchmark, Result

RESULTS = Path(__file__).parents[2] / "bench-results.json"


def found_benchmarks() -> Iterator[Benchmark]:
    """The benchmarks of every module here, by file name."""
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        yield from loaded(file).benchmarks()


def loaded(file: Path) -> ModuleType:
    """The module in `file`."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def main(names: list[str]) -> int:
    """Runs the named benchmarks (all without names); 1 when one misses its bound, 2 for an unknown name."""
    benchmarks = {each.name: each for each in found_benchmarks()}
    if unknown := sorted(set(names) - set(benchmarks)):
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(benchmarks)}", file=sys.stderr)
        return 2
    results: list[Result] = []
    for name in names or benchmarks:
        print(f"{name} …", file=sys.stderr)
        run: Callable[[], Result] = benchmarks[name].run
        results.append(run())
    RESULTS.write_text(json.dumps([each.as_json() for each in results], indent=2, ensure_ascii=False) + "\n")
    table = Table()
    for column in ("benchmark", "ratio", "bound", "ours", "theirs", "unit", "what"):
        table.add_column(column, overflow="fold")
    for each in results:
        bound = benchmarks[each.name].bound
        style = "" if benchmarks[each.name].holds(each) else "bold red"
        ratio = "—" if each.ratio is None else f"{each.ratio:.3f}"
        theirs = "—" if each.theirs is None else f"{each.theirs:,.3g}"
        table.add_row(
            each.name, ratio, str(bound or "—"), f"{each.ours:,.3g}", theirs, each.unit, each.what, style=style
        )
    Console(width=160).print(table)
    return 0 if all(benchmarks[each.name].holds(each) for each in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
