"""Memory in each form that a program can take it ends at the limit, and reads so."""

import limits
from limits import MIB, OPEN

SIZE = 32 if limits.IN_GUEST else 128  # MiB
LIMIT = SIZE * MIB
ALLOWED = LIMIT * 11 // 10
WANTED = 2 * SIZE
SMALL, LARGE = 1, 1 + SIZE // 2  # MiB
HOLD_MS = 200  # long enough to be looked at

# Nobody has these mapped, and no file of the kernel's tells of them, but those of a cgroup.
UNSEEN = "shared-left"
PAGES = ("heap", "huge", "careful", "children", "indifferent", "shared", "shared-left")
SEGMENTS = ("memfd-written", "memfd", "memfd-left", "shm", "shm-left")
BUFFERS = ("streams", "pipes", "datagrams", "closed", "flight")


class MemoryCase(limits.Case):
    def is_exact(self):
        """Whether nobody gets more: a watchdog is too late where the kernel ticks slowly."""
        return self.mode == "cgroup" or not limits.IN_GUEST

    def chosen(self, kinds):
        """The first, where all of them would take long and have been tried before."""
        return [
            kind
            for number, kind in enumerate(kinds)
            if self.mode == "cgroup" or (kind != UNSEEN and (number == 0 or not limits.IN_GUEST))
        ]


class Memory(MemoryCase):
    OPTIONS = ("--memory", f"{SIZE}MiB", "--wall", "15s")

    def assert_stopped(self, *command):
        done, report = self.stopped("memory", *command, policy=OPEN, options=self.OPTIONS)
        self.assertGreater(report["memory_peak_bytes"], LIMIT * 9 // 10)
        if self.is_exact():
            self.assertLessEqual(len(done.stdout) * MIB, ALLOWED)
            self.assertLessEqual(report["memory_peak_bytes"], ALLOWED)

    def peak(self, kind, mib, *folder):
        done, report = self.free(
            "hoard", kind, mib, HOLD_MS, *folder, policy=OPEN, options=["--memory", "512MiB"]
        )
        self.assertEqual(len(done.stdout), mib)
        return report["memory_peak_bytes"]

    def test_pages(self):
        for kind in self.chosen(PAGES):
            with self.subTest(kind):
                self.assert_stopped("hoard", kind, WANTED, HOLD_MS)

    def test_segments_and_files_without_a_name(self):
        for kind in self.chosen(SEGMENTS):
            with self.subTest(kind):
                self.assert_stopped("hoard", kind, WANTED, HOLD_MS)

    def test_files_in_memory(self):
        for folder in self.chosen(("/tmp", "/box", "/dev/shm")):
            with self.subTest(folder):
                self.assert_stopped("hoard", "file", WANTED, HOLD_MS, folder)

    def test_what_is_taken_is_measured(self):
        least = self.peak("heap", SMALL)
        kinds = ("huge", "shared", UNSEEN, "shm-left", "memfd-left", "memfd-written")
        for kind in self.chosen(kinds):
            with self.subTest(kind):
                self.assert_more(self.peak(kind, LARGE), least)
        for folder in self.chosen(("/tmp", "/box")):
            with self.subTest(folder):
                self.assert_more(self.peak("file", LARGE, folder), least)
        for kind in self.chosen(("children",)):
            with self.subTest(kind):
                self.assert_more(self.peak(kind, LARGE), self.peak(kind, SMALL))

    def assert_more(self, peak, least):
        delta = 2 * MIB if self.is_exact() else 4 * MIB
        self.assertAlmostEqual(peak - least, (LARGE - SMALL) * MIB, delta=delta)

    def test_a_program_s_memory_reads_what_it_is(self):
        _, report = self.free("hoard", "heap", 50, policy=OPEN)
        self.assertGreaterEqual(report["memory_peak_bytes"], 50 * MIB)
        self.assertLess(report["memory_peak_bytes"], 53 * MIB)

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

    def assert_bounded(self, kind, processes, policy=OPEN):
        done, report = self.take(kind, WANTED, processes, policy)
        if self.mode == "cgroup":
            self.assertEqual((report["status"], report["limit"]), ("limit", "memory"))
        if report["limit"] is None or self.is_exact():
            self.assertLessEqual(len(done.stdout) * MIB, ALLOWED)

    def test_in_one_process_and_in_several(self):
        for kind in self.chosen(BUFFERS):
            for processes in (1, 10):
                with self.subTest(kind, processes=processes):
                    self.assert_bounded(kind, processes)

    def test_under_a_shipped_policy(self):
        for kind in self.chosen(("datagrams", "flight")):
            with self.subTest(kind):
                self.assert_bounded(kind, 20, policy="native")

    def test_a_few_of_them_are_no_offence(self):
        for kind in self.chosen(BUFFERS):
            with self.subTest(kind):
                done, report = self.take(kind, 4, 1)
                self.assertEqual((done.returncode, report["status"]), (0, "exited"), done.stderr)
                self.assertEqual(done.stdout, "....")


if __name__ == "__main__":
    limits.main()
