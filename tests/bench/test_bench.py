"""The sandbox's cost in multiples of a plain posix_spawn of /bin/true, measured in the same run."""

import json
import subprocess
import time

import support

# What a first version must stay below, by the median.
LIMITS = {"cold": 8, "warm": 3}

# A shared machine has bad moments, and takes a while to bury the network namespaces of tests before.
TRIES = 5
PAUSE_SECONDS = 5


class Bench(support.TestCase):
    def measure(self):
        done = subprocess.run(
            [support.HELPERS / "bench", support.PREFIX], capture_output=True, text=True, check=True
        )
        print(done.stdout, flush=True)
        return json.loads(done.stdout)

    def test_multiples_of_a_plain_spawn(self):
        for _ in range(TRIES):
            figures = self.measure()
            if all(figures[name]["multiple"] < limit for name, limit in LIMITS.items()):
                return
            time.sleep(PAUSE_SECONDS)
        self.fail(f"none of {TRIES} measurements stayed below {LIMITS}")


if __name__ == "__main__":
    support.main()
