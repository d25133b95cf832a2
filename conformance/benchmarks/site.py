"""Measures the report as pages: how long it takes to write, to open, and to filter.

    python conformance/benchmarks/site.py results.jsonl

The implementations in the results are repeated until there are 20. Takes Playwright and Chromium.
The corpus of the results is not asked for: cases that it does not know stay empty.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from playwright.sync_api import sync_playwright

from zarr_conformance.implementations import find_implementations
from zarr_conformance.rejudge import known_failures
from zarr_conformance.report.html.site import Site, write_file
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load
from zarr_fixtures.coverage import coverage
from zarr_fixtures.profile import profiles
from zarr_fixtures.uncovered import read_reasons

IMPLEMENTATIONS = 20
FILTERS = ("text=e", "text=shard", "verdict=wrong", "level=may", "implementation=gdal", "format=2")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
FILTER = """async hash => {
    location.hash = hash;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def twenty(results: Results) -> Results:
    """The results with every implementation again and again, until there are twenty."""
    keys = list(islice(cycle(results.answers), IMPLEMENTATIONS))
    named = {(f"{name}{'+' * (n // len(results.answers))}", version): (name, version)
             for n, (name, version) in enumerate(keys)}  # fmt: skip
    return replace(
        results,
        implementations={
            k: replace(results.implementations[o], name=k[0]) for k, o in named.items()
        },
        results={
            key: {
                case: replace(result, implementation=key[0])
                for case, result in results.results[old].items()
            }
            for key, old in named.items()
        },
    )


def main(path: Path) -> None:
    """Write the site into a temporary directory, and look at it."""
    corpus, results = load(), Results.read(path)
    known = known_failures(results, corpus.cases, find_implementations())
    results = twenty(results)
    counted = coverage(corpus, read_reasons())
    site = Site(results, corpus, known, counted, list(profiles().values()))
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        size = 0
        for place, text in site.files():
            write_file(Path(folder), place, text)
            size += len(text)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{len(site)} files, {size / 1e6:.0f} MB: {wall:.1f} s ({cpu:.1f} s of CPU)")
        look(Path(folder))


def look(folder: Path) -> None:
    """Open the matrix a few times, and filter it.

    Both are told in time on the clock and, for machines that do other things, of the processor.
    """
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        address = (folder / "index.html").as_uri()

        def busy() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return next(each["value"] for each in metrics if each["name"] == "TaskDuration")

        def measure(name: str, before: Callable[[], object], act: Callable[[], object]) -> None:
            walls, cpus = [], []
            for _ in range(5):
                before()
                wall, cpu = time.perf_counter(), busy()
                act()
                cpus.append(busy() - cpu)
                walls.append(time.perf_counter() - wall)
            wall, cpu = (1000 * statistics.median(each) for each in (walls, cpus))
            print(f"{name:28} {wall:6.0f} ms, {cpu:4.0f} ms of CPU")

        measure("open", lambda: page.goto("about:blank"), lambda: page.goto(address))
        for each in FILTERS:
            measure(
                f"filter {each}",
                lambda: page.evaluate(FILTER, ""),
                lambda each=each: page.evaluate(FILTER, each),
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
