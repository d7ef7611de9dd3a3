#!/usr/bin/env python3
"""Any process of a job is stopped or killed at any moment: a wrong result never comes of it.

    test_chaos.py                                     the short form, as in ctest
    test_chaos.py --rounds 1000 [--seed N] [--side-by-side N] [--only NUMBER]

Each round starts a job (jobs.py), waits for a random moment, sends SIGKILL, SIGSTOP, or SIGSTOP
and later SIGCONT to a random process of it (victims.py), waits for its end and looks at what it
has made and left. The rounds of a seed are always the same ones, but for what the machine's
timing adds; --only repeats one of them.
"""

import argparse
import collections
import concurrent.futures
import functools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / name) for name in ("", "grade")]

import jobs  # noqa: E402
import support  # noqa: E402
import victims  # noqa: E402

ROUNDS = 30 if support.SANITIZED else 60
SIDE_BY_SIDE = 8  # most rounds wait for a deadline
LONG = 30  # seconds, which are told of
# A stopped cupel-unpack is given up after 60 s; all else sooner.
DEADLINE = 60 + jobs.WALL + 2 * jobs.TOLD + 45


@dataclass
class Round:
    """One round as the seed makes it."""

    number: int
    job: str
    part: float  # of the time that the job takes undisturbed
    deed: str  # kill, stop, pause
    role: str
    pause: float

    def __str__(self):
        then = f" for {self.pause:.2f} s" if self.deed == "pause" else ""
        what = f"{self.deed} {self.role} of {self.job} at {self.part:.2f}{then}"
        return f"round {self.number}: {what}"


ROLES = {"run": ("supervisor", "cell", "init", "command"),
         "grade-1": ("supervisor", "cell", "judge", "init", "command"),
         "grade-2": ("supervisor", "cell", "judge", "lane", "init", "command")}


def draw(seed, number):
    chance = random.Random(f"{seed}:{number}")
    job = chance.choice(sorted(ROLES))
    return Round(number, job, chance.uniform(0, 1), chance.choice(("kill", "stop", "pause")),
                 chance.choice(ROLES[job]), chance.choice((0.05, 0.5, 3, jobs.WALL + 2)))


def make_jobs(folder):
    made = {"run": jobs.Run()}
    for count in (1, 2):
        made[f"grade-{count}"] = jobs.Grade(jobs.fresh(folder, f"job-{count}"), count)
    return made


def measure(made, folder):
    """How long each job takes when nobody disturbs it, which must end well."""
    taken = {}
    for name, job in 3 * list(made.items()):
        place = jobs.fresh(folder, f"clean-{name}")
        start = time.monotonic()
        code = job.start(place).wait(DEADLINE)
        taken[name] = min(taken.get(name, DEADLINE), time.monotonic() - start)
        if job.take(place, code) != "clean":
            raise jobs.Wrong(f"{name} fails undisturbed: {(place / 'stderr').read_text()}")
    return taken


def pick(cupel, role, chance):
    """A process of this role, as soon as there is one; of none, if the job is over before."""
    while cupel.poll() is None:
        found = victims.of(cupel.pid)
        fitting = [process for process in found if process.role == role]
        if fitting:
            return found, chance.choice(fitting)
        time.sleep(0.001)
    return [], victims.Process(cupel.pid, "nobody")


def disturb(plan, process):
    if plan.deed == "kill":
        return process.signal(signal.SIGKILL)
    done = process.signal(signal.SIGSTOP)
    if done and (plan.deed == "pause" or process.role == "supervisor"):
        time.sleep(plan.pause)
        process.signal(signal.SIGCONT)
    return done


def allowed(deed, role, verdict):
    """Whether an outcome may come of what was done."""
    if verdict in ("clean", "platform"):
        return True
    return role == "command"  # its own signal, or its own slowness, as far as anyone can see


def left_in(place, role, deed):
    """Files that nobody takes away any more."""
    spare = [str(p.relative_to(place)) for p in (place / "tmp").rglob("*")]
    known = {"tmp", "cache", "stdout", "stderr", "report.json", "result.json"}
    if not (role == "supervisor" and deed == "kill"):
        spare += [name for name in os.listdir(place) if name not in known]
        spare += [str(p) for p in (place / "cache").rglob(".*")]
    return spare


def play(plan, job, taken, folder):
    """One round: (role that was met, what came of it)."""
    place = jobs.fresh(folder, f"round-{plan.number}")
    before = len(os.listdir("/proc/self/fd"))
    cupel = job.start(place)
    time.sleep(plan.part * taken)
    found, process = pick(cupel, plan.role, random.Random(plan.number))
    if not disturb(plan, process):
        process.role = "nobody"  # the job, or this part of it, was over
    try:
        code = cupel.wait(DEADLINE)
    except subprocess.TimeoutExpired as late:
        victims.end_all([*found, *victims.of(cupel.pid)])
        cupel.wait()
        raise jobs.Wrong(f"nothing for {DEADLINE} s") from late
    left = victims.left_over()
    if left:
        raise jobs.Wrong(f"left over: {victims.describe(left)}")
    if len(os.listdir("/proc/self/fd")) != before:
        raise jobs.Wrong("descriptors of the test itself are left")
    if left_in(place, process.role, plan.deed):
        raise jobs.Wrong(f"files are left: {left_in(place, process.role, plan.deed)}")
    if code == -signal.SIGKILL and (process.role, plan.deed) == ("supervisor", "kill"):
        return process.role, "killed"
    verdict = job.take(place, code)
    if not allowed(plan.deed, process.role, verdict):
        raise jobs.Wrong(f"{plan.deed} of {process.role}: {verdict}")
    return process.role, verdict if verdict in ("clean", "platform") else "verdict"


def work(made, taken, folder, plan):
    """(the round, the seconds it took, role, outcome)."""
    start = time.monotonic()
    try:
        role, outcome = play(plan, made[plan.job], taken[plan.job], folder)
    except jobs.Wrong as wrong:
        role, outcome = "?", f"WRONG: {wrong}"
    return plan, time.monotonic() - start, role, outcome


def run(seed, numbers, side_by_side):
    """Play; a table of what came of what, and the rounds that went wrong."""
    table = collections.Counter()
    seconds = {}
    wrong = []
    with tempfile.TemporaryDirectory(prefix="cupel-chaos-") as folder:
        made = make_jobs(Path(folder))
        task = functools.partial(work, made, measure(made, Path(folder)), Path(folder))
        with concurrent.futures.ProcessPoolExecutor(
            side_by_side, initializer=victims.adopt_orphans
        ) as pool:
            for plan, took, role, outcome in pool.map(task, [draw(seed, n) for n in numbers]):
                if outcome.startswith("WRONG"):
                    wrong.append(f"{plan}: {outcome}")
                    print(wrong[-1], flush=True)
                else:
                    table[plan.deed, role, outcome] += 1
                seconds[plan.number] = took
    for (deed, role, outcome), count in sorted(table.items()):
        print(f"{deed:6} {role:11} {outcome:9} {count:5}")
    print(f"the slowest took {max(seconds.values()):.1f} s; longer than {LONG} s:")
    for number, took in sorted(seconds.items()):
        if took > LONG:
            print(f"{took:.1f} s: {draw(seed, number)}")
    return wrong


class Chaos(support.TestCase):
    def test_no_signal_to_anyone_makes_a_wrong_result(self):
        seed = int(os.environ.get("CUPEL_SEED", time.time_ns() // 1000 % 1_000_000))
        print(f"seed {seed}: repeat with --seed {seed} --rounds {ROUNDS}", flush=True)
        self.assertEqual(run(seed, range(ROUNDS), SIDE_BY_SIDE), [])


def main():
    if len(sys.argv) == 1:
        support.main()
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1000 % 1_000_000)
    parser.add_argument("--side-by-side", type=int, default=2 * SIDE_BY_SIDE)
    parser.add_argument("--only", type=int)
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)
    numbers = range(args.rounds) if args.only is None else [args.only]
    wrong = run(args.seed, numbers, args.side_by_side)
    print(f"{len(numbers)} rounds, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
