"""What the tests of lying cells share: prefixes with a liar in place of cupel-cell, and meetings
of one supervisor, which lives long (lied_to.c), with many liars in turn."""

import collections
import itertools
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import support

LIAR = support.HELPERS / "hostile/liar"
LIED_TO = support.HELPERS / "hostile/lied_to"

Meeting = collections.namedtuple("Meeting", "lie status ms cpu_ms descriptors children error")


def make_prefix(folder, lie=None):
    """A prefix of the stage's, but for the cell; what is in it can be read by every user."""
    prefix = Path(folder) / "prefix"
    programs = prefix / "libexec/cupel"
    programs.mkdir(parents=True)
    (prefix / "bin").mkdir()
    shutil.copy(support.CUPEL, prefix / "bin")
    (prefix / "share").symlink_to(support.PREFIX / "share")
    for name in ("cupel-exec", "cupel-unpack"):
        shutil.copy(support.PREFIX / "libexec/cupel" / name, programs)
    shutil.copy(LIAR, programs / "cupel-cell")
    if lie is not None:
        support.write(programs / "lie", lie + "\n")
    for path in (Path(folder), prefix, programs, prefix / "bin"):
        path.chmod(0o755)
    return prefix


def _meet(lies, command, found):
    with tempfile.TemporaryDirectory(prefix="cupel-") as folder:
        prefix = make_prefix(folder)
        done = subprocess.run(
            [LIED_TO, prefix / "libexec/cupel/cupel-cell", support.POLICIES, *command],
            input="".join(f"{lie}\n" for lie in lies), capture_output=True, text=True,
            timeout=240, check=False,
        )
    lines = done.stdout.splitlines()
    found.append((done, [
        Meeting(lie, fields[0], *map(int, fields[1:5]), fields[5])
        for lie, fields in zip(lies, (line.split("\t", 5) for line in lines))
    ]))


class Case(support.TestCase):
    """A supervisor that is lied to. `command` is what the cells are to run."""

    command = ("sh", "-c", "echo hi > /box/kept")

    def meet(self, lies, at_once=3, command=None):
        """Meetings, one a lie, of `at_once` supervisors beside each other. None leaves anything
        behind: the first meeting of each is with an honest cell, the last one as well."""
        lies = list(lies)
        found, threads = [], []
        for part in range(min(at_once, len(lies))):
            own = ["f honest", *lies[part::at_once], "f honest"]
            threads.append(threading.Thread(target=_meet, args=(own, command or self.command, found)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(found), len(threads))
        meetings = []
        for done, part in found:
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for honest in (part[0], part[-1]):
                self.assertEqual((honest.status, honest.error), ("exited", ""))
            for meeting in part:
                self.assert_nothing_is_left(meeting, part[0])
            meetings += part[1:-1]
        self.assertEqual(len(meetings), len(lies))
        return meetings

    def assert_nothing_is_left(self, meeting, first):
        self.assertEqual(meeting.children, 0, meeting)
        self.assertEqual(meeting.descriptors, first.descriptors, meeting)
        self.assertLess(meeting.ms, 40000, meeting)
        self.assertLess(meeting.cpu_ms, 10000 if support.SANITIZED else 2000, meeting)

    def assert_refused(self, lies, text="", **options):
        """Each is the platform's failure, and says whose fault it is."""
        for meeting in self.meet(lies, **options):
            with self.subTest(meeting.lie):
                self.assertIn(meeting.status, ("sandbox_error", "cell"), meeting)
                self.assertRegex(meeting.error, text or "cupel-cell|^set up ", meeting)

    def assert_harmless(self, lies, statuses=("exited",), **options):
        """Each is what an honest cell could have said, of another run or another host."""
        for meeting in self.meet(lies, **options):
            with self.subTest(meeting.lie):
                self.assertIn(meeting.status, statuses, meeting)


def lies_about(letters, frame, nth, deeds):
    return [f"{letters} {frame} {nth} {deed}" for deed in deeds]


def pairs(count):
    return itertools.combinations(range(count), 2)


def left_of(prefix):
    """Processes that execute what is in the prefix."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{name}/exe").startswith(f"{prefix}/"):
                found.append(int(name))
        except OSError:
            pass  # it has ended, or is not ours
    return found
