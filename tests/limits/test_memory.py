"""Memory in each form that a program can take it ends at the limit, and reads so."""

import limits
import support
from limits import MIB, OPEN

SIZE = 32 if limits.IN_GUEST else 128  # MiB
LIMIT = SIZE * MIB
ALLOWED = LIMIT * (15 if support.SANITIZED else 11) // 10
WANTED = 2 * SIZE
SMALL, LARGE = 1, 1 + SIZE // 2  # MiB
HOLD_MS = 200  # long enough to be looked at
TRIES = 16

# Nobody has these mapped, and no file of the kernel's tells of them, but those of a cgroup.
UNSEEN = "shared-left"
PAGES = ("heap", "huge", "careful", "children", "indifferent", "shared", "shared-left",
         "leaderless")
SEGMENTS = ("memfd-written", "memfd", "memfd-left", "shm", "shm-left")
BUFFERS = ("streams", "pipes", "datagrams", "closed", "flight")


class MemoryCase(limits.Case):
    def seen(self, kinds):
        """Those that somebody counts in this mode."""
        return [kind for kind in kinds if self.mode == "cgroup" or kind != UNSEEN]

    def taken(self, done, report):
        """How much was held at a time.

        By a watchdog, what the program says as well. When a cgroup is killed, some of its processes
        go on with what others have just given back, so that it says more than was held at a time.
        """
        said = 0 if self.mode == "cgroup" else len(done.stdout) * MIB
        return max(said, report["memory_peak_bytes"])

    def assert_bounded(self, attempt):
        """attempt() tells how much was taken. On a busy machine a watchdog may look late."""
        for _ in range(1 if self.mode == "cgroup" else TRIES):
            taken = attempt()
            if taken <= ALLOWED:
                return
        self.fail(f"{taken} bytes were taken; {ALLOWED} are allowed")


class Memory(MemoryCase):
    OPTIONS = ("--memory", f"{SIZE}MiB", "--wall", "15s")

    def assert_stopped(self, *command):
        def attempt():
            done, report = self.stopped("memory", *command, policy=OPEN, options=self.OPTIONS)
            self.assertGreater(report["memory_peak_bytes"], LIMIT * 9 // 10)
            return self.taken(done, report)

        self.assert_bounded(attempt)

    def peak(self, kind, mib, *folder):
        done, report = self.free(
            "hoard", kind, mib, HOLD_MS, *folder, policy=OPEN, options=["--memory", "512MiB"]
        )
        self.assertEqual(len(done.stdout), mib)
        return report["memory_peak_bytes"]

    def test_pages(self):
        for kind in self.seen(PAGES):
            with self.subTest(kind):
                self.assert_stopped("hoard", kind, WANTED, HOLD_MS)

    def test_page_tables_for_which_no_address_space_is_too_large(self):
        if self.mode != "cgroup":  # to which the kernel bills them itself
            self.assert_stopped("hoard", "tables", WANTED, HOLD_MS)

    def test_locks_which_the_kernel_bills_to_nobody(self):
        options = ["--memory", "8MiB", "--wall", "15s"]
        _, report = self.stopped(
            "memory", "hoard", "locks", 24, 1000, policy=OPEN, options=options
        )
        self.assertGreater(report["memory_peak_bytes"], 8 * MIB)
        self.free("hoard", "locks", 2, policy=OPEN, options=options)

    def test_segments_and_files_without_a_name(self):
        for kind in SEGMENTS:
            with self.subTest(kind):
                self.assert_stopped("hoard", kind, WANTED, HOLD_MS)

    def test_files_in_memory(self):
        for folder in ("/tmp", "/box", "/dev/shm"):
            with self.subTest(folder):
                self.assert_stopped("hoard", "file", WANTED, HOLD_MS, folder)

    def test_what_is_taken_is_measured(self):
        least = self.peak("heap", SMALL)
        kinds = ("huge", "shared", UNSEEN, "shm-left", "memfd-left", "memfd-written")
        for kind in self.seen(kinds):
            with self.subTest(kind):
                self.assert_more(self.peak(kind, LARGE), least)
        for folder in ("/tmp", "/box"):
            with self.subTest(folder):
                self.assert_more(self.peak("file", LARGE, folder), least)
        if self.mode == "cgroup":  # a watchdog counts many processes exactly near the limit only
            self.assert_more(self.peak("children", LARGE), self.peak("children", SMALL))

    def assert_more(self, peak, least):
        self.assertAlmostEqual(peak - least, (LARGE - SMALL) * MIB, delta=2 * MIB)

    def test_a_program_s_memory_reads_what_it_is(self):
        _, report = self.free("hoard", "heap", 50, policy=OPEN)
        self.assertGreaterEqual(report["memory_peak_bytes"], 50 * MIB)
        self.assertLess(report["memory_peak_bytes"], 53 * MIB)

    def test_next_to_nothing_is_too_little_to_start_in(self):
        if self.mode == "cgroup":
            self.stopped("memory", "hoard", "heap", 1, options=["--memory", "64KiB"])

    def test_a_program_that_is_gone_before_it_is_looked_at(self):
        self.assert_over("hoard", "heap", SIZE * 5 // 4)

    def assert_over(self, *command):
        """It ends with 0 as soon as it has more than the limit; how much is its own affair."""
        self.stopped("memory", *command, policy=OPEN, options=self.OPTIONS)

    def test_shipped_policies_deny_what_nothing_counts(self):
        for kind in SEGMENTS:
            with self.subTest(kind):
                done, report = self.start("hoard", kind, 1)
                self.assertEqual((done.returncode, report["limit"]), (1, None))
                self.assertEqual((done.stdout, done.stderr), ("", "ENOSYS\n"))

    def test_grades(self):
        limit = {"memory": f"{SIZE} MiB"}
        for kind in ("heap", "indifferent", "children", "memfd-written"):
            with self.subTest(kind):
                test = self.grade_helper(
                    "hoard", kind, WANTED, HOLD_MS, limits=limit, policy=OPEN
                )
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "memory_limit"))
                self.assertRegex(test["message"], rf"^\D*\d[^;]* MiB[^;]*; the limit is {SIZE} MiB$")


class Buffers(MemoryCase):
    """Bytes that the kernel keeps for a program. Only cgroups count all of them."""

    def take(self, kind, mib, processes, policy=OPEN):
        return self.start(
            "buffers", kind, mib, processes, HOLD_MS,
            policy=policy, options=["--memory", f"{SIZE}MiB", "--wall", "15s"],
        )

    def assert_stopped(self, kind, processes, policy=OPEN):
        def attempt():
            done, report = self.take(kind, WANTED, processes, policy)
            if policy == "native":  # scarce descriptors may be what stops it
                self.assertNotEqual((report["status"], report["exit_code"]), ("exited", 0))
            elif self.mode == "cgroup":
                self.assertEqual((report["status"], report["limit"]), ("limit", "memory"))
            return self.taken(done, report)

        self.assert_bounded(attempt)

    def test_in_one_process_and_in_several(self):
        for kind in BUFFERS:
            for processes in (1, 10):
                with self.subTest(kind, processes=processes):
                    self.assert_stopped(kind, processes)

    def test_under_a_shipped_policy(self):
        for kind in ("streams", "datagrams"):
            with self.subTest(kind):
                self.assert_stopped(kind, 20, policy="native")

    def test_a_few_of_them_are_no_offence(self):
        for kind in BUFFERS:
            with self.subTest(kind):
                done, report = self.take(kind, 4, 1)
                self.assertEqual((done.returncode, report["status"]), (0, "exited"), done.stderr)
                self.assertEqual(done.stdout, "....")


if __name__ == "__main__":
    limits.main()
