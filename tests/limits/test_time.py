"""CPU time of the whole tree, and the wall clock."""

import json

import limits
import support

KINDS = ("loop", "threads", "relay", "orphans", "ignored")
SLACK = 0.3 if limits.IN_GUEST else 0.1  # seconds
FORKS = 1.0 if limits.IN_GUEST else 0.1  # what starting 20 or 40 processes may cost


class CpuTime(limits.Case):
    def test_it_ends_at_the_limit(self):
        for kind in KINDS:
            with self.subTest(kind):
                _, report = self.stopped(
                    "cpu_time", "burn", kind, 5000, options=["--cpu", "400ms", "--wall", "3s"]
                )
                self.assertIsNone(report["signal"])  # what ended it was ours
                self.assert_figures(report, 0.4, SLACK)

    def test_it_is_measured(self):
        for kind in KINDS:
            with self.subTest(kind):
                _, report = self.free("burn", kind, 400, options=["--cpu", "5s"])
                # Without cgroups, children whose parent ignores their end are only looked at.
                unseen = 0.2 if (kind, self.mode) == ("ignored", "fallback") else limits.TICK
                self.assert_figures(report, 0.4 - unseen, unseen + FORKS)

    def assert_figures(self, report, seconds, slack):
        self.assertGreaterEqual(report["cpu_seconds"], seconds)
        self.assertLess(report["cpu_seconds"], seconds + slack)
        parts = report["user_seconds"] + report["system_seconds"]
        self.assertAlmostEqual(parts, report["cpu_seconds"], places=5)

    def test_grades(self):
        for kind in ("loop", "relay"):
            with self.subTest(kind):
                test = self.grade_helper("burn", kind, 5000, limits={"cpu": "400 ms"})
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "cpu_limit"))
                self.assertRegex(
                    test["message"], r"^stopped at \d.*s of CPU time; the limit is 400 ms$"
                )


class WallTime(limits.Case):
    OPTIONS = ("--wall", "300ms")

    def assert_stopped(self, *command):
        _, report = self.stopped("wall_time", *command, options=self.OPTIONS)
        self.assertGreaterEqual(report["wall_seconds"], 0.3)
        self.assertLess(report["wall_seconds"], 0.3 + SLACK)
        if not limits.IN_GUEST:  # where even a shell's start is long
            self.assertLess(report["cpu_seconds"], 0.1)

    def test_sleep(self):
        self.assert_stopped("sleep", "5")
        self.free("sleep", "0.4", options=["--wall", "5s"])

    def test_a_program_that_stops_itself(self):
        self.assert_stopped("die", "STOP")

    def test_processes_that_wait_for_each_other(self):
        self.assert_stopped("sh", "-c", "sleep 5 | sleep 5")

    def test_grades(self):
        test = self.grade_helper("die", "STOP", limits={"wall": "300 ms"})
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "time_limit"))
        self.assertRegex(test["message"], r"^ran for \d.*s; the limit is 300 ms$")


class Processors(limits.Case):
    """The share of the processors that a run may have at all."""

    HALF = ("--cpus", "0.5", "--wall", "1s", "--cpu", "5s")

    def burn(self, kind, **keywords):
        _, report = self.stopped("wall_time", "burn", kind, 8000, **keywords)
        return report

    def assert_half(self, report):
        self.assertEqual(report["enforcement"]["cpus"], "cgroup")
        self.assertGreater(report["cpu_seconds"], 0.35)
        self.assertLess(report["cpu_seconds"], 0.65)

    def test_half_of_one(self):
        for kind in ("loop", "threads"):
            with self.subTest(kind):
                report = self.burn(kind, options=self.HALF)
                if self.mode == "cgroup":
                    self.assert_half(report)
                else:  # nothing but cgroups can do it
                    self.assertIsNone(report["enforcement"]["cpus"])

    def test_of_a_policy(self):
        policy = {
            "schema": "cupel.policy/1",
            "name": "half",
            "extends": "native",
            "limits": {"cpus": 0.5, "wall": "1 s"},
        }
        file = support.write(self.folder() / "half.json", json.dumps(policy))
        report = self.burn("loop", policy=file)
        if self.mode == "cgroup":
            self.assert_half(report)
        self.assertEqual(report["limits"]["cpus"], 0.5)

    def test_all_of_one(self):
        report = self.burn("loop", options=["--wall", "1s"])
        self.assertIsNone(report["enforcement"]["cpus"])
        if self.mode == "cgroup":  # elsewhere other tests may be at work as well
            self.assertGreater(report["cpu_seconds"], 0.65)


if __name__ == "__main__":
    limits.main()
