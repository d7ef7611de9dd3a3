"""What runs of judges need: files placed and read back, fed input, the broker's socket, descriptor 3.
The claims are in judging.c; each is made of a cell with overlayfs and of one that copies, of runs
for which nothing was made ahead and of such for which it was; in a guest with cgroups."""

import os
import subprocess

import support


class Judging(support.TestCase):
    def claims(self, *options):
        if os.environ.get("CUPEL_TEST_CGROUP"):
            options += (f"cgroup={os.environ['CUPEL_TEST_CGROUP']}",)
        done = subprocess.run(
            [
                support.HELPERS / "judging",
                support.PREFIX / "libexec/cupel/cupel-cell",
                support.PREFIX / "share/cupel/policies",
                support.HELPERS / "call_broker",
                *options,
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_with_a_view_of_the_box(self):
        self.claims()

    def test_with_a_copy_of_the_box(self):
        self.claims("copy")

    def test_with_what_was_made_ahead(self):
        self.claims("ahead")

    def test_with_a_copy_that_was_made_ahead(self):
        self.claims("copy", "ahead")


if __name__ == "__main__":
    support.main()
