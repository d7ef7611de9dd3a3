"""As many processes and threads as the limit says, and not one more."""

import uuid

import limits

LIMIT = 16
KINDS = ("forks", "orphans", "siblings", "vforks", "threads")


class Processes(limits.Case):
    OPTIONS = ("--processes", str(LIMIT))
    WALL = ("--wall", "1500ms" if limits.IN_GUEST else "1s")

    def most(self):
        """How many may be there at a time; without cgroups one more, whose start is evidence."""
        return LIMIT if self.mode == "cgroup" else LIMIT + 1

    def assert_stopped(self, *command, options=()):
        done, report = self.stopped(
            "processes", "spawn", *command, options=[*self.OPTIONS, *options]
        )
        self.assertLess(len(done.stdout), self.most())
        if report["processes_peak"] is not None:
            self.assertEqual(report["processes_peak"], self.most())

    def test_a_program_that_fails_for_it(self):
        for kind in ("forks", "siblings", "vforks"):
            with self.subTest(kind):
                self.assert_stopped(kind, 100, "fail")

    def test_a_program_that_fails_and_leaves_nobody(self):
        """Threads end with their process, and an orphan needs one in between for a moment."""
        for kind in ("threads", "orphans"):
            with self.subTest(kind):
                if self.mode == "cgroup":
                    self.assert_stopped(kind, 100, "fail")
                    continue
                done, report = self.start("spawn", kind, 100, "fail", options=self.OPTIONS)
                self.assertLess(len(done.stdout), self.most())
                if report["limit"] is None:  # it was not seen in time
                    self.assertEqual(done.stderr.split("\n")[0], "EAGAIN")
                else:
                    self.assertEqual(report["limit"], "processes")

    def test_a_program_that_hangs_for_it(self):
        for kind in ("forks", "threads"):
            with self.subTest(kind):
                self.assert_stopped(kind, 100, "hang", options=self.WALL)

    def test_a_program_that_tries_again_and_again(self):
        self.assert_stopped("siblings", 100, "retry", options=self.WALL)

    def test_a_fork_bomb(self):
        self.assert_stopped("bomb", 100, "retry", options=self.WALL)

    def test_a_program_that_takes_the_refusal_for_an_answer(self):
        for kind in KINDS:
            with self.subTest(kind):
                done, _ = self.free("spawn", kind, 100, "calm", options=self.OPTIONS)
                self.assertLess(len(done.stdout), self.most())

    def test_all_of_them_are_the_program_s_own(self):
        for kind in KINDS:
            with self.subTest(kind):
                count = LIMIT - (2 if kind == "orphans" else 1)  # with the one in between
                done, report = self.free("spawn", kind, count, options=self.OPTIONS)
                self.assertEqual(len(done.stdout), count)
                if report["processes_peak"] is not None:
                    self.assertEqual(report["processes_peak"], LIMIT)

    def test_a_bomb_that_has_room(self):
        self.free("spawn", "bomb", 4, options=["--processes", "32"])

    def test_grades(self):
        kinds = ("forks", "threads") if self.mode == "cgroup" else ("forks",)
        for kind in kinds:
            with self.subTest(kind):
                test = self.grade_helper("spawn", kind, 100, limits={"processes": LIMIT})
                self.assertEqual((test["verdict"], test["reason"]), ("failed", "process_limit"))
                self.assertRegex(test["message"], f"the limit is {LIMIT}$")

    def test_daemons_die_with_their_run(self):
        marker = f"marker-{uuid.uuid4()}"
        done, _ = self.free("daemon", marker)
        self.assertEqual(done.stdout, "daemons are out\n")
        self.assertEqual(limits.processes_with(marker), [])


if __name__ == "__main__":
    limits.main()
