"""What is said where descriptors are too few. Of an ordinary user's, the kernel counts those that all of
the user's processes have on their way, so that nobody else may be at work."""

import os
import socket

import support


class Descriptors(support.TestCase):
    def test_too_few_descriptors_are_named(self):
        said = set()
        for number in range(8, 80):
            done = self.cupel("run", "--", "true", wrap=["prlimit", f"--nofile={number}:{number}"])
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, 125, done.stderr)
            self.assertRegex(done.stderr, "Too many open files|file descriptor|RLIMIT_NOFILE")
            said.add(done.stderr)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(any("receive what cupel-cell sent" in text for text in said), said)

    def test_descriptors_on_their_way_are_named_as_such(self):
        """The kernel counts those that a user's processes have sent together; but not root's."""
        near, _far = socket.socketpair()
        with open("/dev/null", encoding="ascii") as null:
            for _ in range(10):
                socket.send_fds(near, [b"x"], 8 * [null.fileno()])
        done = self.cupel("run", "--", "true", wrap=["prlimit", "--nofile=78:78"])
        if os.getuid() == 0:
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        else:
            self.assertEqual(done.returncode, 125)
            self.assertIn("Too many open files", done.stderr)


if __name__ == "__main__":
    support.main()
