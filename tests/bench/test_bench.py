"""What the sandbox costs, in multiples of a plain posix_spawn of /bin/true measured in the same run, and
how far limits and figures are off."""

import json
import os
import subprocess
import time

import support

# What a first version must stay below, by the median.
LIMITS = {"cold": 8, "warm": 3}
NEIGHBOURS = {"unshare": "/usr/bin/unshare", "bwrap": "/usr/bin/bwrap"}
FIGURES = {"median_us", "p95_us", "multiple"}

# A grading of ten times the tests takes at most so many times as long.
TENFOLD = 20
PARTS = ["machine", "cost", "broker", "precision", "grading", "scale", "output", "memory", "policy"]

# In ms, by the median. What short children used that a shell has reaped, the kernel tells in ticks of
# 10 ms each for user and system time.
OVERSHOOT = {
    "cpu_overshoot": 5,
    "cpu_overshoot_of_threads": 5,
    "cpu_overshoot_of_children": 25,
    "wall_overshoot": 5,
}
BILLED_US = 200
MEMORY_MIB = 2

# In µs, by the median, of each policy that is shipped, where a spawn by turns with it takes as long as
# it does in docs/performance.md: less where it takes less, more where it takes more.
POLICY_US = {"compile": 1000, "load": 100}
SPAWN_US = 729
PATH = 25  # instructions of its filter that a frequent call takes

# In KiB, at the most; a thousand tests have a thousand results.
SUPERVISOR_KIB = {"one_test": 8000, "much_output": 8000}
CELL_KIB = 2000

BYTES_PER_SECOND = 1e9

# A shared machine has bad moments, and takes a while to bury the network namespaces of tests before.
TRIES = 5
PAUSE_SECONDS = 5


class Bench(support.TestCase):
    def measure(self, *part_and_rounds):
        done = subprocess.run(
            [support.HELPERS / "bench", support.PREFIX, *part_and_rounds],
            capture_output=True,
            text=True,
            check=True,
        )
        print(done.stdout, flush=True)
        return json.loads(done.stdout)

    def measure_until(self, holds, *part_and_rounds):
        for _ in range(TRIES):
            figures = self.measure(*part_and_rounds)
            if holds(figures):
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"none of {TRIES} measurements is as it should be")

    def test_usage(self):
        for wrong in ([], [support.PREFIX, "nothing"], [support.PREFIX, "cost", "none"]):
            done = subprocess.run([support.HELPERS / "bench", *wrong], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(" ".join(PARTS), done.stderr)

    def test_floor_of_the_machine(self):
        """Who makes all namespaces makes each of them, and a program takes longer to start than a child."""

        def in_order(figures):
            self.assertTrue(all(FIGURES == set(case) for name, case in figures.items() if name != "rounds"))
            median = {name: case["median_us"] for name, case in figures.items() if name != "rounds"}
            kinds = [median[name] for name in median if name.startswith("user_") and name != "user_all"]
            return len(kinds) == 6 and max(kinds) < median["user_all"] and median["fork"] < median["spawn"]

        self.measure_until(in_order, "machine")

    def test_a_call_by_the_broker_takes_longer_than_the_program(self):
        self.measure_until(lambda figures: 1 < figures["call"]["multiple"] < 30, "broker")

    def test_multiples_of_a_plain_spawn(self):
        def low(figures):
            for name, path in NEIGHBOURS.items():
                self.assertEqual(name in figures, os.access(path, os.X_OK), name)
            return max(figures["warm"]["multiple"], figures["bare"]["multiple"]) < figures["cold"]["multiple"] and all(
                figures[name]["multiple"] < limit for name, limit in LIMITS.items()
            )

        self.measure_until(low, "cost")

    def test_limits_and_figures_are_precise(self):
        """A median below zero would be a run that was ended before it reached its limit."""
        self.measure_until(
            lambda figures: all(0 <= figures[name]["median_ms"] <= most for name, most in OVERSHOOT.items())
            and figures["billed_setup"]["median_us"] <= BILLED_US
            and all(abs(off) <= MEMORY_MIB for off in figures["memory_error_mib"].values()),
            "precision",
        )

    def test_memory_stays_small_whatever_is_written(self):
        figures = self.measure("memory")
        for name, most in SUPERVISOR_KIB.items():
            self.assertLess(figures[name]["supervisor_kib"], most, name)
        self.assertLess(max(case["cell_kib"] for case in figures.values()), CELL_KIB)

    def test_output_is_compared_as_fast_as_it_comes(self):
        """In every way; where all numbers are spelt otherwise, it takes a number's time for each of them."""
        self.measure_until(
            lambda figures: all(
                figures[kind]["bytes_per_second"] > BYTES_PER_SECOND for kind in ("exact", "lines", "tokens", "numbers")
            )
            and figures["numbers_respelt"]["bytes_per_second"] > BYTES_PER_SECOND / 30,
            "output",
            "1",
        )

    def test_gradings_of_many_tests_and_files(self):
        def linear(figures):
            times = [figures[f"tests_{count}"]["median_us"] for count in (1, 10, 100, 1000)]
            return (
                sorted(times) == times
                and times[3] < TENFOLD * times[2]
                and figures["tests_1000"]["tests_per_second"] > 50
                and figures["alone"]["median_us"] < figures["pair"]["median_us"]
                and figures["files_1000"]["files_per_second"] > 1000
            )

        self.measure_until(linear, "grading", "1")

    if support.LONG:  # some minutes

        def test_all_parts_are_one_object(self):
            figures = self.measure()
            self.assertEqual(list(figures), PARTS)
            scale = figures["scale"]
            self.assertLess(scale["tests_10000"]["median_us"], TENFOLD * scale["tests_1000"]["median_us"])

    def test_policies_are_compiled_and_loaded_in_time(self):
        def in_time(figures):
            self.assertEqual([name for name in figures if figures[name]["path"] > PATH], [])
            return all(
                figures[policy][step]["median_us"] <= figures[policy]["spawn"]["median_us"] / SPAWN_US * most
                for policy in figures
                for step, most in POLICY_US.items()
            )

        self.measure_until(in_time, "policy")


if __name__ == "__main__":
    support.main()
