"""cupel dies in the middle of its work: nothing of it lives on, and the next start cleans up."""

import ctypes
import os
import subprocess
import time
from pathlib import Path

import limits
import support

PR_SET_CHILD_SUBREAPER = 36
RUNS = 20  # of `cupel run`
GRADINGS, TESTS = 4, 20  # of `cupel grade`
PATIENCE = 10  # seconds until everything must be dead


class Crash(limits.Case):
    # In a guest with cgroups, which leave more.
    modes = limits.MODES[-1:] if limits.BASE else ["fallback"]

    def setUp(self):
        super().setUp()
        # What cupel leaves behind becomes this process's, so that nothing can be overlooked.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.temporary = self.folder()
        self.environment = os.environ | {
            "TMPDIR": str(self.temporary),
            "HOME": str(self.folder()),
        }
        self.environment.pop("XDG_CACHE_HOME", None)
        self.base = None
        if self.mode == "cgroup":
            self.base = limits.fresh_cgroup()
            self.addCleanup(limits.remove_cgroup, self.base)

    def options(self):
        return ["--cgroup", str(self.base)] if self.mode == "cgroup" else super().options()

    def run_command(self):
        script = "/helpers/daemon marker; exec sleep 0.02"
        helpers = f"{support.HELPERS}:/helpers"
        return ["run", *self.options(), "--bind-ro", helpers, "--", "sh", "-c", script]

    def grade_command(self):
        tests = [{"id": f"t{n}", "run": ["./hoard", "heap", "1", "10"]} for n in range(TESTS)]
        grader, handed_in = self.grader(tests), self.handed_in("hoard")
        return ["grade", *self.options(), "--jobs", "2", grader, handed_in]

    def begin(self, command):
        return subprocess.Popen(
            [support.CUPEL, *command], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def time_of(self, command):
        """How long it takes; twice, since the first one fills a cache."""
        for _ in range(2):
            start = time.monotonic()
            self.assertEqual(self.begin(command).wait(60), 0)
        return time.monotonic() - start

    def kill_after(self, seconds, command):
        cupel = self.begin(command)
        time.sleep(seconds)
        cupel.kill()
        return cupel.wait() != 0

    def bury_all(self):
        """Reap whatever has become this process's child; fails if something does not die."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    time.sleep(0.01)
            except ChildProcessError:
                return
        self.fail(f"still alive: {limits.descendants(os.getpid())}")

    def state(self):
        """What a cupel that was killed could have left."""
        places = [self.temporary, Path("/run/cupel")]
        if limits.BASE:  # a guest, where nobody else is at work
            places.append(Path("/tmp"))
        return (
            Path("/proc/self/mounts").read_text(),
            {str(place): sorted(os.listdir(place)) for place in places if place.exists()},
            limits.folders_in(self.base) if self.base else [],
        )

    def test_a_hundred_runs_that_are_broken_off(self):
        run, grade = self.run_command(), self.grade_command()
        run_time, grade_time = self.time_of(run), self.time_of(grade)
        before = self.state()
        killed = sum(self.kill_after(run_time * n / RUNS, run) for n in range(RUNS))
        for n in range(GRADINGS):
            killed += self.kill_after(grade_time * (n + 1) / (GRADINGS + 1), grade)
        self.bury_all()
        self.assertGreater(killed, RUNS // 2)  # else they were too fast for this test
        self.assertEqual(self.begin(["run", *self.options(), "--", "true"]).wait(60), 0)
        self.assertEqual(self.state(), before)


if __name__ == "__main__":
    limits.main()
