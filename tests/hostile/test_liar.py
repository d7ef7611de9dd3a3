"""A cell that was taken over. It is replaced by one that lies (liar.h): the supervisor gives a
platform failure in bounded time, and nothing is left behind. Where the cell changes nothing, all
goes as with cupel's own: so each of these tests can fail."""

import os
import subprocess

import liars
import support
from liars import lies_about, pairs

READY, STARTED, LISTENER, EXITED, FAILED = 3, 4, 5, 6, 7
LENGTHS = {"ready": 12, "started": 8, "listener": 8, "exited": 76}
DESCRIPTORS = {"ready": 1, "started": 8, "listener": 1, "exited": 0}
LETTERS = {"ready": "-", "started": "fb", "listener": "-", "exited": "-"}
OWN_TYPE = {"ready": READY, "started": STARTED, "listener": LISTENER, "exited": EXITED}

# Offset and width of what EXITED tells.
STATUS, EXEC_ERRNO, ENDED, STOPPED, DISK_FULL, AT_LIMIT = ((at, 4) for at in range(8, 32, 4))
WALL, USER, SYSTEM, SETUP = ((at, 8) for at in range(32, 64, 8))
LEFT, MAX_RSS = (64, 4), (68, 8)
MOST = (1 << 64) - 1

PROCESS, PROC, SCRATCH, SOCKETS, SEGMENTS, FIGURES, BOX, BROKER = range(8)
FILES = ["null", "zero", "full", "random", "root", "root-path", "dev", "stdin", "own-status"]
QUEUES = ["silent-pipe", "pipe", "fifo", "epoll", "event", "timer", "inotify", "socket"]
SOCKETS_ETC = ["netlink-route", "netlink-route-flood", "netlink-uevent", "listening-stream", "listening"]
FOLDERS = ["host-proc", "host-root", "host-shm", "like-proc", "own-folder", "tmp"]
OTHERS = ["empty", "child-pidfd", "own-pidfd", "other-listener"]
KINDS = FILES + QUEUES + SOCKETS_ETC + FOLDERS + OTHERS

# What may stand there: what is as good, since it is the cell's own, or what the kernel has not.
OWN_FOLDERS = {"root", "root-path", "dev", "tmp", "like-proc"}
RIGHT = {
    ("ready", 0): OWN_FOLDERS,
    ("started", PROCESS): {"own-pidfd"},
    ("started", PROC): set(),
    ("started", SCRATCH): OWN_FOLDERS,
    ("started", SOCKETS): {"null", "stdin"},
    ("started", SEGMENTS): {"null", "stdin"},
    ("started", FIGURES): {"empty"},
    ("started", BOX): OWN_FOLDERS,
    ("started", BROKER): {"listening"},
    ("listener", 0): {"other-listener"},
}
# What a cell does not have at that time: a place to make it in; what it shares with the command.
MISSING = {
    "ready": {"fifo", "like-proc"},
    "started": set(),
    "listener": {kind for kind in FOLDERS if kind not in ("like-proc", "tmp")} | {"own-status"},
}


def setting(frame, *fields):
    deed = "set" if len(fields) == 1 else "set2"
    words = [f"{at} {width} {value}" for (at, width), value in fields]
    return f"- {frame} 1 {deed} {' '.join(words)}"


class Frames(liars.Case):
    def test_a_cell_that_lets_everything_pass_is_believed(self):
        for meeting in self.meet(["- honest", "f honest", "b honest", "fb honest", "l honest",
                                  "2 honest", "l2 honest", "fbl2 honest"]):
            self.assertEqual((meeting.status, meeting.error), ("exited", ""), meeting)

    def test_frames_of_every_other_length(self):
        for frame, length in LENGTHS.items():
            lengths = [*range(length), length + 1, length + 4, 4096, 131072, 131073, 200000]
            deeds = [f"length {number}" for number in lengths]
            self.assert_refused(lies_about(LETTERS[frame], frame, 1, deeds))

    def test_frames_of_every_other_type(self):
        for frame, own in OWN_TYPE.items():
            types = [0, *range(1, 9), 255, 1 << 31, (1 << 32) - 1]
            deeds = [f"set 4 4 {number}" for number in types if number != own]
            deeds += ["set 0 4 0", f"set 0 4 {0x31505542}"]
            self.assert_refused(lies_about(LETTERS[frame], frame, 1, deeds))

    def test_frames_with_every_other_number_of_descriptors(self):
        for frame, own in DESCRIPTORS.items():
            counts = [*range(10), 16, 79, 80, 81, 200, 253]
            deeds = [f"count {number}" for number in counts if number != own]
            self.assert_refused(lies_about(LETTERS[frame], frame, 1, deeds))

    def test_frames_before_behind_and_instead_of_others(self):
        for frame, own in OWN_TYPE.items():
            for when in ("before", "instead", "after"):
                types = [number for number in range(1, 9) if (when, number) != ("instead", own)]
                # The answer to what was not asked yet comes to light when it is asked.
                letters = LETTERS[frame] + "2"
                deeds = [f"{when} {number}" for number in types]
                self.assert_refused(lies_about(letters, frame, 1, deeds))

    def test_frames_that_are_repeated(self):
        for frame in OWN_TYPE:
            deeds = ["repeat 2", "repeat 1000"]
            self.assert_refused(lies_about(LETTERS[frame] + "2", frame, 1, deeds))
        self.assert_refused([
            f"-2 {frame} 1 flood {number} 3000" for frame in OWN_TYPE for number in range(1, 8)])

    def test_figures_that_no_run_can_have(self):
        statuses = [0x7F, 0x137F, 0xFFFF, 0x10000, 0x80, 65, 0x4100 | 9, MOST >> 32, 1 << 31]
        lies = [setting("exited", (STATUS, status)) for status in statuses]
        lies += [setting("exited", (EXEC_ERRNO, value)) for value in (2, 4096, 1 << 31, MOST >> 32)]
        for flag in (ENDED, STOPPED, DISK_FULL, AT_LIMIT):
            lies += [setting("exited", (flag, value)) for value in (2, 255, MOST >> 32)]
        for figure in (WALL, USER, SYSTEM, SETUP):
            lies += [setting("exited", (figure, value)) for value in (10**14, MOST >> 1, MOST)]
        lies += [setting("exited", (LEFT, value)) for value in ((1 << 22) + 1, MOST >> 32)]
        self.assert_refused(lies)

    def test_figures_that_contradict_each_other(self):
        self.assert_refused([
            setting("exited", (ENDED, 0)),                   # an exit that nobody reaped
            setting("exited", (STOPPED, 1)),                 # stopped, and ended in its own time
            setting("exited", (ENDED, 0), (STATUS, 9)),      # killed, and ended in its own time
            setting("exited", (EXEC_ERRNO, 2), (STATUS, 0)), # not executed, and a success
            setting("exited", (WALL, 0), (USER, 10**15)),    # no time, and CPU time without end
            setting("ready", ((8, 4), 1 << 31)),
        ])

    def test_an_end_that_is_told_while_the_run_lives(self):
        sleeper = ("sleep", "3")
        self.assert_refused(["- listener 1 after 6", "- started 1 after 6", "- started 1 after 7"],
                            command=sleeper)
        (late,) = self.meet(["s listener 1 then silent"], command=sleeper)
        self.assertIn("did not end a run", late.error)

    def test_what_a_cell_may_say(self):
        """The supervisor has no evidence against it."""
        self.assert_harmless([
            setting("exited", (MAX_RSS, MOST)), setting("exited", (LEFT, 3)),
            setting("exited", (WALL, 1)), setting("ready", ((8, 4), 0)),
            *(f"- {frame} 1 late 300" for frame in OWN_TYPE)])
        self.assert_harmless([setting("exited", (STATUS, 9))], statuses=("signaled",))


class Descriptors(liars.Case):
    def lies(self, right):
        for (frame, place), kinds in RIGHT.items():
            for kind in KINDS:
                if (frame, place, kind) == ("started", PROCESS, "child-pidfd"):
                    continue  # all may have ended before it is looked at: see below
                if (kind in kinds) == right and kind not in MISSING[frame]:
                    yield f"{LETTERS[frame]} {frame} 1 replace {place} {kind}"

    def test_of_every_other_kind(self):
        self.assert_refused(self.lies(False), "sent something else than")

    def test_of_the_right_kind(self):
        self.assert_harmless(self.lies(True))

    def test_in_every_other_order(self):
        self.assert_refused([f"fb started 1 swap {a} {b}" for a, b in pairs(8)],
                            "sent something else than")

    def test_of_a_process_that_is_none_of_the_runs(self):
        """What is killed with our rights is what the cell could kill itself."""
        victim = subprocess.Popen(["sleep", "60"])
        self.addCleanup(victim.wait)
        self.addCleanup(victim.kill)
        self.assert_refused([f"{letters} started 1 replace 0 victim {victim.pid}"
                             for letters in ("-", "fb", "l2")],
                            "than the run's process 1|ended unexpectedly")  # the other lane
        self.assertIsNone(victim.poll())
        self.assert_refused(["fb started 1 replace 0 child-pidfd"],
                            "than the run's process 1", command=("sleep", "3"))

    def test_figures_that_change_while_they_are_read(self):
        self.assert_harmless(["- started 1 replace 5 shrinking", "- started 1 replace 5 large-figures"],
                             statuses=("exited", "limit"), command=("sleep", "0.5"))

    def test_a_socket_whose_answers_do_not_end(self):
        """It is of the right kind, and the cell asks as well, again and again."""
        self.assert_harmless(["- started 1 replace 3 netlink-diag-flood"], command=("sleep", "1"))

    def test_a_socket_that_waits_where_it_should_not(self):
        self.assert_harmless(["b started 1 replace 7 blocking", "b started 1 then race-broker"])


class Silence(liars.Case):
    def test_a_cell_that_says_no_more(self):
        """Each takes as long as the supervisor has patience."""
        slow = [f"s {frame} 1 {deed}" for frame in ("ready", "exited")
                for deed in ("drop", "stop", "silent")]
        slow += [f"s started 1 {deed}" for deed in ("silent", "then silent", "late 12000")]
        slow += ["sl2 exited 1 unread", "s ready 1 late 12000", "s ready 1 spin"]
        self.assert_refused(slow, "not ready|did not (start|end) a run|has not read",
                            at_once=len(slow))

    def test_a_cell_that_dies(self):
        ends = ["exit 0", "exit 1", "then exit 0"]
        deaths = ["die 9", "die 11", "die 6", "then die 9"]  # which process 1 does not die of
        lies = [lie for frame in OWN_TYPE for lie in lies_about("-2", frame, 1, ends)]
        lies += [lie for frame in ("ready", "exited") for lie in lies_about("-2", frame, 1, deaths)]
        lies += [f"l2 {frame} {nth} exit 0" for frame in ("started", "exited") for nth in range(1, 5)]
        lies += [f"l2 exited {nth} die 9" for nth in range(1, 5)]
        self.assert_refused(lies, "cupel-cell|process 1 of the run|^set up ")


class Remains(liars.Case):
    def test_processes_that_should_outlive_the_cell(self):
        deeds = ["then daemon", "then daemon-apart", "then traced"]
        lies = [f"- {frame} 1 {deed}" for frame in ("ready", "exited") for deed in deeds]
        if os.geteuid() != 0:  # an ordinary user's cell has that user's rights
            lies = [lie for lie in lies if "traced" not in lie]
        self.meet(lies)

    def test_nothing_of_the_uid_is_left(self):
        """Which only root leases to a cell; what an ordinary user's leaves ends by itself."""
        for deed in ("then daemon", "then daemon-apart", "then traced"):
            prefix = liars.make_prefix(self.folder(), f"ready 1 {deed}")
            done = subprocess.run([prefix / "bin/cupel", "run", "--", "true"], check=False, timeout=60)
            self.assertEqual(done.returncode, 0)
            if os.geteuid() == 0:
                self.wait_for(lambda place=prefix: not liars.left_of(place))


if __name__ == "__main__":
    support.main()
