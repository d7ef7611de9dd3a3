"""Runs every fuzz target of a build for its share of the time: fuzz.py BUILD SECONDS [TARGET…].

SECONDS are shared evenly, and are the sum over the targets: as many run at once as there are
processors. New inputs are kept in BUILD/fuzz/corpus/TARGET, so that the next round goes on from
there; what a target stumbled over, in BUILD/fuzz/findings. The tree itself is only read.

Prints a line a target and a total. Exit status: 0 nothing was found; 1 something was; 2 usage.
"""

import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

TREE = pathlib.Path(__file__).parent
RSS_MIB = 2048
# What is special of a target. The limit of a single allocation is RSS_MIB if none is given.
OPTIONS = {"unpack": ["-malloc_limit_mb=65536"]}  # see its __asan_default_options()
UNIT_SECONDS = 25  # one input's; the slowest takes milliseconds on an idle machine
FINDING = re.compile(r"Test unit written to (\S+)")
FIGURES = re.compile(r"cov: (\d+) ft: (\d+)")
EXECUTED = re.compile(r"number_of_executed_units: +(\d+)")


class Round:
    """What one target did: its figures, and the files of what it found."""

    def __init__(self, name, status, cpu_seconds, log):
        self.name = name
        self.cpu_seconds = cpu_seconds
        covered = FIGURES.findall(log) or [("0", "0")]
        self.edges, self.features = map(int, covered[-1])
        executed = EXECUTED.search(log)
        self.executed = int(executed[1]) if executed else 0
        self.findings = FINDING.findall(log)
        # libFuzzer gives no file where the target could not even begin
        self.failed = status != 0 or bool(self.findings)

    def line(self):
        found = " ".join(self.findings) or ("failed: see its log" if self.failed else "none")
        return (f"{self.name:16} {self.executed:12,} {self.edges:8,} {self.features:10,}"
                f" {self.cpu_seconds:6.0f}   {found}")


def fuzz(folder, name, seconds):
    corpus = folder / "corpus" / name
    findings = folder / "findings"
    for needed in (corpus, findings):
        needed.mkdir(parents=True, exist_ok=True)
    command = [
        folder.parent / "tests/fuzz" / f"fuzz_{name}",
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={RSS_MIB}",
        f"-timeout={UNIT_SECONDS}",
        f"-report_slow_units={UNIT_SECONDS}",
        f"-artifact_prefix={findings}/{name}-",
        "-print_final_stats=1",
        *OPTIONS.get(name, ()),
        f"-dict={TREE}/dictionaries/{name}.dict",
        corpus,
        TREE / "corpus" / name,
    ]
    log = folder / f"{name}.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    _, status, usage = os.wait4(process.pid, 0)  # and not its wait(): that tells no figures
    process.returncode = os.waitstatus_to_exitcode(status)
    return Round(name, status, usage.ru_utime + usage.ru_stime, log.read_text(errors="replace"))


def main(build, seconds, *names):
    folder = pathlib.Path(build).resolve() / "fuzz"
    names = names or sorted(path.stem[5:] for path in TREE.glob("fuzz_*.c"))
    share = max(1, int(seconds) // len(names))
    print(f"{len(names)} targets, {share} s each; logs: {folder}")
    head = f"{'target':16} {'executions':>12} {'edges':>8} {'features':>10} {'CPU s':>6}   findings"
    print(head, flush=True)
    rounds = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done in pool.map(lambda name: fuzz(folder, name, share), names):
            print(done.line(), flush=True)
            rounds.append(done)
    failed = sum(done.failed for done in rounds)
    executed = sum(done.executed for done in rounds)
    cpu_seconds = sum(done.cpu_seconds for done in rounds)
    print(f"{'total':16} {executed:12,} executions in {share * len(names)} s, {cpu_seconds:.0f} s of"
          f" CPU time; targets with findings: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or not sys.argv[2].isdigit():
        sys.exit("usage: fuzz.py BUILD SECONDS [TARGET…]")
    sys.exit(main(*sys.argv[1:]))
