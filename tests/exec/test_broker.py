"""Harnesses in a judge's cell that have programs run in a learner's. The claims are in brokering.c."""

import subprocess

import support
from support import HELPERS, PREFIX


class Broker(support.TestCase):
    def test_the_claims(self):
        done = subprocess.run(
            [
                HELPERS / "brokering",
                PREFIX / "libexec/cupel/cupel-cell",
                PREFIX / "libexec/cupel/cupel-exec",
                PREFIX / "share/cupel/policies",
            ],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    support.main()
