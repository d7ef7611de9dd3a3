"""Calls about cgroups fail once each, where there are cgroups: in a guest. Whatever follows is what
faults.py allows, and no cgroup is left of any job."""

import collections
import re
import tempfile

import faults
import limits
import support
import test_faults
from fault_errors import errors_of

NAMES = re.compile(r"cgroup|^cupel-|^(cpu|memory|pids)\.|^(job|run|home)")
# Those with a path are known by it; these are about the files that those open.
WITHOUT_PATH = ("clone3", "read", "write")
MOST = 6


def is_of_cgroups(job, kind, call, number):
    if kind not in ("supervisor", "spawn", "cell", "lane"):
        return False
    return call in WITHOUT_PATH or bool(NAMES.search(job.paths.get((kind, call, number), "")))


def points_of(job):
    """One of each chain of callers, with the first of its errors."""
    return [
        (kind, call, number, errors_of(call)[0])
        for (kind, call), numbers in sorted(job.first.items())
        for number in numbers
        if (kind, call) in job.counts and is_of_cgroups(job, kind, call, number)
    ]


def cases_of(job):
    """What was found: a job that could not be opened is removed, and who leaves tries again."""
    paths = ("cgroup.procs", "cgroup.subtree_control", ".")
    numbers = job.first["supervisor", "openat"]
    named = {n: job.paths["supervisor", "openat", n] for n in numbers}
    made = [n for n in numbers if named[n].startswith("cupel-")]
    leaving = [max((n for n in numbers if named[n] == path), default=0) for path in paths]
    return [("supervisor", "openat", n, "EMFILE") for n in (*made, *filter(None, leaving))]


class Cgroups(support.TestCase):
    def test_no_failure_leaves_a_cgroup(self):
        self.assertIsNotNone(limits.BASE, "only where there are cgroups")
        with tempfile.TemporaryDirectory() as place:
            job = test_faults.make_job("run", place)
            enforcement = job.clean["document"]["enforcement"]
            self.assertEqual((enforcement["memory"], enforcement["processes"]), ("cgroup",) * 2)
            points = points_of(job)
            self.assertIn("mkdirat", {call for _, call, _, _ in points})
            chosen = [points[i - 1] for i in test_faults.spread(len(points), MOST)]
            chosen = points if support.LONG else [*cases_of(job), *chosen]
            ends = collections.Counter()
            for point, end in test_faults.go(job, chosen):
                with self.subTest(point):
                    self.assertNotIsInstance(end, faults.Finding, end)
                ends[str(end)] += 1
            print(f"{len(chosen)} of {len(points)} points: {dict(ends)}")
            self.assertGreater(ends["failed"] + ends["fallback"], 0, ends)


if __name__ == "__main__":
    support.main()
