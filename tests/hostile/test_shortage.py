#!/usr/bin/env python3
"""A machine that has too little of something: cupel says so, or does what it always does.

Never a wrong score, half a result, a hang, or a file that nobody takes away. Each shortage is a
real one: a full tmpfs, one without inodes, limits of the kernel's on the supervisor, descriptors
that are closed. Memory cgroups and the clock are in test_machine.py, which needs a guest.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / name) for name in ("", "grade")]

import grading  # noqa: E402
import jobs  # noqa: E402
import scarcity  # noqa: E402
import support  # noqa: E402

LOADER = "error while loading shared libraries"  # before there is any cupel
KIB = 1024
TINY = (1 << 20, 2 << 20)  # bytes of address space
PAGES = [4 * KIB * n for n in (1, 2, 4, 8, 16, 40, 250, 1000)]


class ShortageCase(support.TestCase):
    """A job that a place is made for, and what may come of it."""

    def setUp(self):
        self.place = self.folder()
        self.grade_job = jobs.Grade(jobs.fresh(self.place, "job"), 2)

    def judge(self, job, code, what):
        """Whether it went well; a platform's failure must tell its cause."""
        said = scarcity.text(self.place / "stderr")
        if (code == 127 and LOADER in said) or (code == -signal.SIGSEGV and what in TINY):
            return False  # there was no room for a program
        try:
            verdict = job.take(self.place, code)
        except (jobs.Wrong, ValueError) as wrong:
            self.fail(f"{what}: {wrong}")
        self.assertIn(verdict, ("clean", "platform"), what)
        return verdict == "clean"

    def start(self, job, wrap=(), timeout=120, **keywords):
        """Exit code of a job with wrap before cupel; its streams go to files of the place."""
        for name in ("stdout", "stderr", "report.json", "result.json"):
            (self.place / name).unlink(missing_ok=True)
        with open(self.place / "stdout", "wb") as out, open(self.place / "stderr", "wb") as err:
            streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err} | keywords
            command = [*wrap, support.CUPEL, *job.arguments(self.place, ())]
            env = streams.pop("env", job.environment(self.place))
            return subprocess.run(
                command, env=env, timeout=timeout, check=False, **streams
            ).returncode

    def grows(self, job, values, wrap, least=1):
        """With each of these limits: refused up to a value, well from another one on."""
        went_well = []
        for value in values:
            code = self.start(job, wrap(value))
            went_well.append(self.judge(job, code, value))
        self.assertGreaterEqual(sum(went_well), least, went_well)
        return went_well


class Disks(ShortageCase):
    """Where the result, what is kept and the caches go."""

    def on_disk(self, job, options, arguments, over=""):
        command = [support.CUPEL, *job.arguments(self.place, arguments)]
        return scarcity.on_disk(self.place, options, command, over)

    def on_growing_disks(self, job, arguments, over=""):
        """Of growing size, and of growing number of inodes; the last ones are large enough."""
        disks = [f"size={size}" for size in PAGES]
        disks += [f"size=8m,nr_inodes={count}" for count in (1, 2, 3, 4, 6, 10, 40)]
        wrong = 0
        for disk in disks:
            (self.place / "result.json").unlink(missing_ok=True)
            code, left = self.on_disk(job, disk, arguments, over)
            if not self.judge(job, code, disk):
                wrong += 1
            yield disk, code, left
        self.assertLess(wrong, len(disks) - 2)

    def test_a_result_is_written_whole_or_not_at_all(self):
        """And the filter cache beside it."""
        job = self.grade_job
        job.arguments = lambda place, options: [
            "grade", "--jobs", "2", "-o", str(place / "disk/result.json"), *options,
            str(job.grader), str(job.submission)]
        failed = 0
        for disk, code, left in self.on_growing_disks(job, ()):
            failed += code == 1
            self.assertIn(code, (0, 1), disk)
            stray = [name for name in left if name != "./result.json" and ".bpf" not in name[-4:]]
            self.assertEqual(stray, [], disk)
            self.assertEqual("./result.json" in left, code == 0, disk)
        self.assertGreater(failed, 2)

    def test_a_cache_is_never_missed(self):
        """Without room for it, all is as it was: programs are compiled once more."""
        job = self.grade_job
        for disk, code, left in self.on_growing_disks(job, ()):
            self.assertEqual(code, 0, disk)
            self.assertEqual([name for name in left if not name.endswith(".bpf")], [], disk)

    def test_what_setup_made_is_not_kept_without_room(self):
        grader, submission = grading.sample("gradescope-example", "correct")
        command = [support.CUPEL, "grade", grader, submission]
        code, _ = scarcity.on_disk(self.place, "size=64m", command)
        clean = grading.unmeasured(json.loads(scarcity.text(self.place / "stdout")))
        for disk in ("size=64k", "size=300k", "size=8m,nr_inodes=3", "size=8m,nr_inodes=12"):
            again, left = scarcity.on_disk(self.place, disk, command)
            found = grading.unmeasured(json.loads(scarcity.text(self.place / "stdout")))
            self.assertEqual((again, found), (code, clean), disk)
            self.assertEqual([name for name in left if "/." in name[2:]], [], disk)

    def test_what_is_kept_is_all_or_a_failure(self):
        job = self.grade_job
        failed = 0
        for disk, code, left in self.on_growing_disks(
            job, ("--keep", str(self.place / "disk/kept"))
        ):
            failed += code == 1
            if code == 0:
                kept = {name for name in left if name.startswith("./kept")}
                self.assertIn("./kept/tests/talk/stdout", kept, disk)
                self.assertIn("./kept/box/made.sh", kept, disk)
            else:
                self.assertIn("No space left", scarcity.text(self.place / "stderr"), disk)
        self.assertGreater(failed, 2)

    def test_the_registry_of_uids(self):
        if os.getuid() != 0 or not Path("/run/cupel").is_dir():
            return  # there is none: no uid is leased
        for disk in ("size=4k,nr_inodes=1", "size=1m"):
            code, _ = self.on_disk(self.grade_job, disk, (), "/run/cupel")
            self.assertEqual(self.judge(self.grade_job, code, disk), disk == "size=1m")

    def test_the_streams_and_the_report_of_a_run(self):
        for option in ("--stdout", "--report"):
            for disk in ("size=4k", "size=8k,nr_inodes=1", "size=1m"):
                command = [support.CUPEL, "run", option, self.place / "disk/file", "--", "sh", "-c",
                           jobs.TALK]
                code, left = scarcity.on_disk(self.place, disk, command)
                said = scarcity.text(self.place / "stderr")
                well = disk == "size=1m"
                self.assertEqual(code == 0, well, (option, disk, code, said))
                if not well:
                    self.assertRegex(said, "No space left|too many|Broken", (option, disk))
                stray = [name for name in left if not name.endswith(".bpf")]
                self.assertIn(stray, ([], ["./file"]), (option, disk))


class Limits(ShortageCase):
    """Of the kernel's, on the supervisor, which its cells inherit."""

    def wrap(self, name):
        return lambda value: scarcity.limited({name: value}, [])

    def test_address_space_and_data(self):
        sizes = [size << 20 for size in (1, 2, 4, 5, 6, 8, 12, 16, 32)]
        for job in (jobs.Run(), self.grade_job):
            self.grows(job, [*sizes, "unlimited"], self.wrap("as"))
            self.grows(job, [1 << 20, 4 << 20, "unlimited"], self.wrap("data"))

    def test_descriptors(self):
        for job in (jobs.Run(), self.grade_job):
            counts = [*range(3, 12), *range(12, 60, 6), 63, 255, 256, 512]
            self.grows(job, counts, self.wrap("nofile"), least=2)

    def test_what_a_program_needs_is_never_less_than_its_policy_says(self):
        """It would fail for that, and be blamed."""
        for limit in ({"as": 64 << 20}, {"data": 16 << 20}, {"nofile": 20}, {"fsize": 65536}):
            wrap = scarcity.limited(limit, [])
            command = ["run", "--policy", "python", "--", "python3", "-c", "print(1)"]
            done = self.cupel(*command, wrap=wrap)
            self.assertEqual(done.returncode, 125, limit)
            self.assertRegex(done.stderr, "the host's RLIMIT_[A-Z]+ is|Too many open files", limit)

    def test_a_large_submission_is_not_rejected_for_the_host_s_limit(self):
        large = self.folder()
        (large / "prog.sh").write_text(jobs.PROGRAM + "#" * 200_000)
        for size in (4096, 65536):
            done = self.cupel("grade", self.grade_job.grader, large,
                              wrap=scarcity.limited({"fsize": size}, []))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(done.stderr, "RLIMIT_FSIZE|File too large")

    def test_processes(self):
        for job in (jobs.Run(), self.grade_job):
            self.grows(job, [0, 1, 3, 20, 400], self.wrap("nproc"), least=0)

    def test_runs_at_the_same_time_have_their_processes_each(self):
        """Each has 16, and a program that got less than that would be blamed."""
        for _ in range(5):
            done = self.cupel("grade", self.grade_job.grader, self.grade_job.submission,
                              wrap=scarcity.limited({"nproc": 20}, []))
            self.assertEqual(done.returncode, 1, done.stderr + done.stdout)
            self.assertRegex(done.stderr, "RLIMIT_NPROC is 20, and [0-9]+ runs at a time may need [0-9]+"
                                          "|Resource temporarily unavailable")

    def test_file_size(self):
        for job in (jobs.Run(), self.grade_job):
            self.grows(job, [4096, 65536, "unlimited"], self.wrap("fsize"))
        done = self.cupel("run", "--", "true", wrap=self.wrap("fsize")(0))
        self.assertEqual(done.returncode, 125)
        self.assertIn("File too large", done.stderr)

    def test_stack(self):
        for job in (jobs.Run(), self.grade_job):
            self.grows(job, [256 * KIB, 4 << 20, "unlimited"], self.wrap("stack"))


class Surroundings(ShortageCase):
    """What a service may start cupel with, by mistake."""

    def test_closed_standard_streams(self):
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            script = f'exec "$0" "$@" {closed}'
            for job in (jobs.Run(), self.grade_job):
                with self.subTest(closed):
                    code = self.start(job, ["sh", "-c", script])
                    if closed in ("0<&-", "2>&-") or job is self.grade_job:
                        self.assertTrue(self.judge(job, code, closed))
                    else:  # output into nothing
                        self.assertEqual(code, 3)

    def test_an_output_that_takes_nothing(self):
        with open("/dev/full", "wb") as full:
            code = self.start(jobs.Run(), stdout=full)
            self.assertIn("No space left", scarcity.text(self.place / "stderr"))
            self.assertEqual(code, 125)
            job = self.grade_job
            job.arguments = lambda place, options: [
                "grade", str(job.grader), str(job.submission)]
            code = self.start(job, stdout=full)
            self.assertIn("No space left", scarcity.text(self.place / "stderr"))
            self.assertEqual(code, 1)
            self.assertTrue(self.start(job, stderr=full) == 0)

    def test_environments(self):
        missing = str(self.place / "missing")
        for env in (
            {}, {"HOME": missing, "TMPDIR": missing}, {"HOME": "/proc/nothing"},
            {"XDG_CACHE_HOME": missing + "/far/away"}, {"HOME": "relative"},
            {"XDG_CACHE_HOME": "/dev/null"}, {"PATH": ""}, {"HOME": "/" + 5000 * "x"},
        ):
            for job in (jobs.Run(), self.grade_job):
                with self.subTest(env=str(env)[:60]):
                    well = self.judge(job, self.start(job, env=env), env)
                    self.assertTrue(well or len(str(env)) > 5000, env)


if __name__ == "__main__":
    support.main()
