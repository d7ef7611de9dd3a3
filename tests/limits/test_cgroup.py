"""The control group of a run as the kernel shows it, while the run is at work and afterwards."""

import json
import subprocess

import limits
import support
from limits import MIB


class Leaf(limits.Case):
    modes = ["cgroup"]  # of a guest: they look into the base

    def begin(self, script, *options):
        """Start a shell script that ends when it has read a line; wait for the one it prints."""
        report = self.folder() / "report.json"
        cupel = subprocess.Popen(
            [
                *self.wrap(), support.CUPEL, "run", *self.options(), *options,
                "--bind-ro", f"{support.HELPERS}:/helpers", "--report", report,
                "--", "sh", "-c", f"{script}\necho ready\nread line",
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.addCleanup(cupel.stdin.close)
        self.addCleanup(cupel.stdout.close)
        self.addCleanup(cupel.wait)
        self.addCleanup(cupel.kill)
        self.assertTrue(any(line.endswith(b"ready\n") for line in cupel.stdout))
        (name,) = limits.folders_in(self.leaves[-1])
        return cupel, self.leaves[-1] / name, report

    def end(self, cupel, report):
        cupel.communicate(b"\n", timeout=10)
        self.assertEqual(cupel.returncode, 0)
        return json.loads(report.read_text())

    def leaf_of(self, job):
        (name,) = [name for name in limits.folders_in(job) if name.startswith("run-")]
        return job / name

    def test_its_files_hold_the_limits(self):
        _, job, _ = self.begin(":", "--memory", "96MiB", "--processes", "21", "--cpus", "0.5")
        leaf = self.leaf_of(job)
        values = {
            "memory.max": str(96 * MIB),
            "memory.swap.max": "0",
            "memory.oom.group": "1",
            "pids.max": "21",
            "cpu.max": "50000 100000",
        }
        if not (leaf / "memory.swap.max").exists():  # a kernel without swap
            del values["memory.swap.max"]
        self.assertEqual({name: limits.value(leaf, name) for name in values}, values)

    def test_without_a_share_of_the_processors_there_is_no_limit_on_them(self):
        _, job, _ = self.begin(":")
        self.assertEqual(limits.value(self.leaf_of(job), "cpu.max").split()[0], "max")

    def test_the_command_is_in_it_and_nobody_else(self):
        cupel, job, _ = self.begin("/helpers/daemon marker")
        leaf = self.leaf_of(job)
        inside = limits.value(leaf, "cgroup.procs").split()
        self.assertEqual(
            sorted(limits.command_of(pid) for pid in inside), ["daemon"] * 3 + ["sh"]
        )
        for pid in inside:
            place = limits.value(f"/proc/{pid}", "cgroup")
            self.assertTrue(place.endswith(f"/{job.name}/{leaf.name}"), place)
        # The supervisor, its cell, and process 1 of the run.
        ours = limits.descendants(cupel.pid) - set(map(int, inside))
        self.assertEqual(len(ours), 3)
        outside = limits.value(job / "supervisor", "cgroup.procs").split()
        self.assertEqual(set(map(int, outside)), ours)
        self.assertEqual(limits.folders_in(job), [leaf.name, "supervisor"])

    def test_the_command_cannot_tell_where_it_is(self):
        done, _ = self.free("cat", "/proc/self/cgroup")
        self.assertEqual(done.stdout, "0::/\n")

    def test_figures_are_those_of_its_files(self):
        cupel, job, report = self.begin("/helpers/burn relay 300; /helpers/hoard heap 40")
        leaf = self.leaf_of(job)
        used = int(limits.value(leaf, "cpu.stat").split()[1]) / 1e6
        files = {
            name: int(limits.value(leaf, name)) if (leaf / name).exists() else None
            for name in ("memory.peak", "pids.peak")
        }
        report = self.end(cupel, report)
        self.assertAlmostEqual(report["cpu_seconds"], used, delta=3 * limits.TICK)
        self.assertGreater(used, 0.29)
        if files["memory.peak"] is not None:
            self.assertAlmostEqual(report["memory_peak_bytes"], files["memory.peak"], delta=MIB)
        self.assertEqual(report["processes_peak"], files["pids.peak"])

    def test_nothing_is_left_of_it(self):
        cupel, job, report = self.begin("/helpers/daemon marker")
        self.end(cupel, report)
        self.assertFalse(job.exists())
        self.assert_tidy()

    def test_set_up_is_not_billed(self):
        _, report = self.free("true")
        self.assertLess(report["cpu_seconds"], 0.2)  # of emulated processors
        self.assertLess(report["memory_peak_bytes"], 4 * MIB)


class Predecessors(limits.Case):
    """In a base that several share, what dead ones left is removed, and nothing else."""

    modes = ["cgroup"]  # of a guest: they look into the base

    def test_only_what_dead_ones_left_is_removed(self):
        base = limits.fresh_cgroup()
        self.addCleanup(limits.remove_cgroup, base)
        others = ["cupelish", "other"]
        for name in others:
            (base / name).mkdir()
        self.start_boxed("--cgroup", base)
        living = set(limits.folders_in(base)) - set(others)
        dead = self.start_boxed("--cgroup", base)
        self.assertEqual(len(limits.folders_in(base)), len(others) + 2)
        dead.kill()
        dead.wait()
        done = self.cupel("run", "--cgroup", base, "--", "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(limits.folders_in(base)), living | set(others))
        self.assertEqual(len(living), 1)


if __name__ == "__main__":
    limits.main()
