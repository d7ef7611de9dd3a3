"""What the sandbox costs, in multiples of a plain posix_spawn of /bin/true measured in the same run, and
how far limits and figures are off."""

import json
import subprocess
import time

import support

# What a first version must stay below, by the median.
LIMITS = {"cold": 8, "warm": 3}

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

# In µs, by the median, of each policy that is shipped.
POLICY_US = {"compile": 1000, "load": 100}
PATH = 25  # instructions of its filter that a frequent call takes

# In KiB, at the most; a thousand tests have a thousand results.
SUPERVISOR_KIB = {"one_test": 8000, "much_output": 8000}
CELL_KIB = 2000

BYTES_PER_SECOND = 1e9

# A shared machine has bad moments, and takes a while to bury the network namespaces of tests before.
TRIES = 5
PAUSE_SECONDS = 5


class Bench(support.TestCase):
    def measure(self, part, *rounds):
        done = subprocess.run(
            [support.HELPERS / "bench", support.PREFIX, part, *rounds],
            capture_output=True,
            text=True,
            check=True,
        )
        print(done.stdout, flush=True)
        return json.loads(done.stdout)

    def test_multiples_of_a_plain_spawn(self):
        for _ in range(TRIES):
            figures = self.measure("cost")
            if all(figures[name]["multiple"] < limit for name, limit in LIMITS.items()):
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"none of {TRIES} measurements stayed below {LIMITS}")

    def test_limits_and_figures_are_precise(self):
        """A median below zero would be a run that was ended before it reached its limit."""
        for _ in range(TRIES):
            figures = self.measure("precision")
            if (
                all(0 <= figures[name]["median_ms"] <= most for name, most in OVERSHOOT.items())
                and figures["billed_setup"]["median_us"] <= BILLED_US
                and all(abs(off) <= MEMORY_MIB for off in figures["memory_error_mib"].values())
            ):
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"none of {TRIES} measurements was as precise as it should be")

    def test_memory_stays_small_whatever_is_written(self):
        figures = self.measure("memory")
        for name, most in SUPERVISOR_KIB.items():
            self.assertLess(figures[name]["supervisor_kib"], most, name)
        self.assertLess(max(case["cell_kib"] for case in figures.values()), CELL_KIB)

    def test_output_is_compared_as_fast_as_it_comes(self):
        for _ in range(TRIES):
            figures = self.measure("output", "1")
            if figures["exact"]["bytes_per_second"] > BYTES_PER_SECOND:
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"none of {TRIES} measurements was above {BYTES_PER_SECOND} bytes a second")

    def test_gradings_of_many_tests_and_files(self):
        """That they are measured; how long they take is the machine's affair."""
        self.assertGreater(self.measure("grading", "1")["tests_1000"]["tests_per_second"], 50)

    def test_policies_are_compiled_and_loaded_in_time(self):
        for _ in range(TRIES):
            figures = self.measure("policy")
            self.assertEqual([name for name in figures if figures[name]["path"] > PATH], [])
            if all(
                figures[policy][step]["median_us"] <= most
                for policy in figures
                for step, most in POLICY_US.items()
            ):
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"none of {TRIES} measurements stayed within {POLICY_US}")


if __name__ == "__main__":
    support.main()
