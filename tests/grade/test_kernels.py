"""Kernels that lack something: no extended attributes in tmpfs (before 6.6), so that each test gets
a copy of the box instead of a view; no Landlock, or one that lets signals through (before 6.12).
A filter around cupel makes the calls fail as those kernels do."""

import ctypes
import errno
import os
import struct

import grading
import support

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = {"x86_64": {"setxattr": 188, "landlock": 444}, "aarch64": {"setxattr": 5, "landlock": 444}}

SIGNALS = """
import os, signal, time
os.kill(1, signal.SIGTERM)
time.sleep(0.3)
print("alive")
"""


def lacking(call, number):
    """What Popen calls before it executes: from then on the system call fails with the errno."""
    steps = [(0x20, 0, 0, 0), (0x15, 0, 1, NUMBERS[os.uname().machine][call])]
    steps += [(0x06, 0, 0, 0x50000 | number), (0x06, 0, 0, 0x7FFF0000)]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(filters))

    def load(kept=filters):
        if LIBC.prctl(38, 1, 0, 0, 0) or LIBC.prctl(22, 2, program, 0, 0):
            raise OSError(ctypes.get_errno(), kept)

    return load


class Kernels(grading.GradeCase):
    def grade_built(self, script, tests, **limits):
        build = {"id": "b", "run": ["sh", "-c", script], "policy": "compile", "limits": limits}
        made = self.grader(tests, build=[build])
        return self.grade(
            made,
            self.handed_in(a__txt="a\n"),
            preexec_fn=lacking("setxattr", errno.EOPNOTSUPP),
        )

    def test_a_box_larger_than_the_disk_of_a_test_is_copied(self):
        tests = [
            {"id": "many", "run": ["sh", "-c", "ls | wc -l"], "limits": {"inodes": 100}},
            {"id": "much", "run": ["sh", "-c", "cat f* | wc -c"], "limits": {"disk": "1 MiB"}},
        ]
        script = "seq 5000 | xargs touch; for i in 1 2 3; do head -c 8M /dev/zero >f$i; done"
        result = self.grade_built(script, tests, inodes=6000)
        self.assertEqual([t["verdict"] for t in result["tests"]], ["passed", "passed"])
        self.assertEqual([t["output"] for t in result["tests"]], ["5004\n", "25165824\n"])

    def test_a_copied_box_is_no_memory_of_the_test(self):
        test = {"id": "t", "run": ["sleep", "0.5"], "limits": {"memory": "16 MiB"}}
        script = "for i in 1 2 3; do head -c 10M /dev/zero >f$i; done"
        test = self.grade_built(script, [test])["tests"][0]
        self.assertEqual(test["verdict"], "passed", test["message"])
        self.assertLess(test["run"]["memory_peak_bytes"], 16 << 20)

    def test_what_a_test_writes_beside_the_copy_is_bounded(self):
        write = "head -c 8M /dev/zero >new || exit 3"
        test = {"id": "t", "run": ["sh", "-c", write], "limits": {"disk": "4 MiB"}}
        test = self.grade_built("head -c 10M /dev/zero >f", [test])["tests"][0]
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "disk_limit"))

    def test_a_box_that_a_copy_multiplies_is_the_learners_fault(self):
        script = "head -c 15M /dev/zero >f; for i in 1 2 3 4 5 6; do ln f f$i; done"
        test = self.grade_built(script, [{"id": "t", "run": ["true"]}])["tests"][0]
        self.assertEqual((test["verdict"], test["reason"]), ("failed", "disk_limit"))

    def test_a_run_that_signals_process_1_is_no_failure_of_the_platform(self):
        for policy in ("python", "native", "compile"):
            with self.subTest(policy):
                step = {"id": "t", "run": ["python3", "main.py"], "policy": policy}
                result = self.grade(
                    self.grader([step]),
                    self.handed_in(main__py=SIGNALS),
                    preexec_fn=lacking("landlock", errno.ENOSYS),
                )
                test = result["tests"][0]
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "runtime_error"))


if __name__ == "__main__":
    support.main()
