"""Memory in each form that a program can take it ends at the limit, and reads so."""

import limits
import support
from limits import MIB, OPEN

SIZE = 32 if limits.IN_GUEST else 128  # MiB
LIMIT = SIZE * MIB
ALLOWED = LIMIT * 11 // 10
WANTED = 2 * SIZE
SMALL, LARGE = 1, 1 + SIZE // 2  # MiB
HOLD_MS = 300  # long enough to be looked at

PAGES = ("heap", "huge", "careful", "children", "indifferent", "shared", "shared-left")
SEGMENTS = ("shm", "shm-left", "memfd", "memfd-left", "memfd-written")
BUFFERS = ("pipes", "streams", "datagrams", "closed", "flight")


class Memory(limits.Case):
    OPTIONS = ("--memory", f"{SIZE}MiB", "--wall", "15s")

    def assert_stopped(self, *command, policy=OPEN):
        done, report = self.stopped("memory", *command, policy=policy, options=self.OPTIONS)
        self.assertLessEqual(len(done.stdout) * MIB, ALLOWED)
        self.assertLessEqual(report["memory_peak_bytes"], ALLOWED)
        self.assertGreater(report["memory_peak_bytes"], LIMIT * 9 // 10)

    def assert_measured(self, *kind_and_folder):
        """What the program adds to its memory is added to the figure."""
        kind, *folder = kind_and_folder
        peaks = []
        for mib in (SMALL, LARGE):
            done, report = self.free(
                "hoard", kind, mib, HOLD_MS, *folder, policy=OPEN, options=["--memory", "512MiB"]
            )
            self.assertEqual(len(done.stdout), mib)
            peaks.append(report["memory_peak_bytes"])
        self.assertAlmostEqual(peaks[1] - peaks[0], (LARGE - SMALL) * MIB, delta=2 * MIB)

    def test_pages(self):
        for kind in PAGES:
            with self.subTest(kind):
                self.assert_stopped("hoard", kind, WANTED, HOLD_MS)

    def test_segments_and_files_without_a_name(self):
        for kind in SEGMENTS:
            with self.subTest(kind):
                self.assert_stopped("hoard", kind, WANTED, HOLD_MS)

    def test_files_in_memory(self):
        for folder in ("/tmp", "/box", "/dev/shm"):
            with self.subTest(folder):
                self.assert_stopped("hoard", "file", WANTED, HOLD_MS, folder)

    def test_pages_are_measured(self):
        for kind in PAGES:
            with self.subTest(kind):
                self.assert_measured(kind)

    def test_segments_and_files_are_measured(self):
        for kind in SEGMENTS:
            with self.subTest(kind):
                self.assert_measured(kind)
        for folder in ("/tmp", "/box"):
            with self.subTest(folder):
                self.assert_measured("file", folder)

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
        for command in (
            ("hoard", "heap", WANTED),
            ("hoard", "indifferent", WANTED),
            ("hoard", "children", WANTED),
            ("hoard", "memfd-written", WANTED),
        ):
            with self.subTest(command):
                test = self.grade_helper(*command, limits={"memory": f"{SIZE} MiB"}, policy=OPEN)
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "memory_limit"))
                self.assertRegex(test["message"], rf"^\D+\d.* MiB of memory; the limit is {SIZE} MiB$")


class Buffers(limits.Case):
    """Bytes that the kernel keeps for a program. Only cgroups count them."""

    def take(self, kind, mib, processes, memory, policy=OPEN):
        return self.start(
            "buffers", kind, mib, processes, HOLD_MS,
            policy=policy, options=["--memory", memory, "--wall", "15s"],
        )

    def assert_bounded(self, kind, processes, policy=OPEN):
        done, report = self.take(kind, WANTED, processes, f"{SIZE}MiB", policy)
        self.assertLessEqual(len(done.stdout) * MIB, ALLOWED)
        return done, report

    def test_in_one_process_and_in_several(self):
        for kind in BUFFERS:
            for processes in (1, 10):
                with self.subTest(kind, processes=processes):
                    _, report = self.assert_bounded(kind, processes)
                    if self.mode == "cgroup":
                        self.assertEqual((report["status"], report["limit"]), ("limit", "memory"))

    def test_under_a_shipped_policy(self):
        for kind in BUFFERS:
            with self.subTest(kind):
                self.assert_bounded(kind, 20, policy="native")

    def test_a_few_of_them_are_no_offence(self):
        for kind in BUFFERS:
            with self.subTest(kind):
                done, report = self.take(kind, 4, 1, f"{SIZE}MiB")
                self.assertEqual((done.returncode, report["status"]), (0, "exited"), done.stderr)
                self.assertEqual(done.stdout, "....")


if __name__ == "__main__":
    limits.main()
