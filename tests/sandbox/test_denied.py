"""Calls that a policy denies are named: by whom, how often, by which rule, and what came of them. The
helper deny makes them; what its deeds are is said in deny.c."""

import json
import os
import resource
import shutil
import time

import support

SIGSYS = 31
KILLED = 128 + SIGSYS


class Denied(support.TestCase):
    def deny(self, *deed, options=(), **keywords):
        shown = self.folder()
        shown.chmod(0o755)
        shutil.copy(support.HELPERS / "deny", shown)
        return self.run_boxed(
            "/shown/deny", *deed, options=["--bind-ro", f"{shown}:/shown", *options], **keywords
        )

    def only(self, report):
        self.assertEqual(len(report["denied_syscalls"]), 1, report["denied_syscalls"])
        return report["denied_syscalls"][0]

    def test_what_fails_is_counted_and_no_verdict(self):
        done, report = self.deny("fail", 10)
        self.assertEqual((done.returncode, report["status"]), (0, "exited"), done.stderr)
        call = self.only(report)
        self.assertEqual((call["name"], call["count"]), ("memfd_create", 10))
        self.assertEqual((call["action"], call["policy"]), ("errno ENOSYS", "base"))
        self.assertEqual(call["arguments"][1], "0x1")  # MFD_CLOEXEC
        text = (support.POLICIES / "base.json").read_text().splitlines()
        self.assertTrue(call["file"].endswith("/base.json"), call["file"])
        rule = "\n".join(text[call["line"] - 2 : call["line"] + 4])
        self.assertIn("@memory-file", rule)
        self.assertIn(call["why"], rule)
        self.assertEqual(support.schema_faults(report, "run"), [])

    def test_what_is_not_denied_is_not_listed(self):
        done, report = self.deny("nothing")
        self.assertEqual((done.returncode, report["denied_syscalls"]), (0, []))

    def test_what_is_killed_for_is_named(self):
        for deed in ("kill", "handler", "blocked", "ignored", "thread", "flip"):
            with self.subTest(deed):
                done, report = self.deny(deed)
                self.assertEqual(done.returncode, KILLED, done.stderr)
                self.assertEqual((report["status"], report["signal"]), ("signaled", SIGSYS))
                call = self.only(report)
                self.assertEqual((call["name"], call["action"]), ("fsopen", "kill"))
                self.assertEqual(
                    done.stderr,
                    "cupel run: stopped: called fsopen, which policy native denies: "
                    f"{call['why']}\n",
                )

    def test_a_killed_child_is_its_parent_s_affair(self):
        done, report = self.deny("child")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"{SIGSYS}\n", ""))
        self.assertEqual((report["status"], report["signal"]), ("exited", None))
        self.assertEqual(self.only(report)["name"], "fsopen")

    def test_the_list_is_bounded(self):
        _, report = self.deny("numbers", 100)
        calls = report["denied_syscalls"]
        self.assertEqual([call["name"] for call in calls[:2]], ["call 900", "call 901"])
        self.assertEqual(len(calls), 33)
        self.assertEqual(calls[-1], {"name": None, "count": 100 - 32})
        self.assertEqual(support.schema_faults(report, "run"), [])

    def test_a_timer_does_not_make_one_call_many(self):
        count = 800 if not support.GUEST else 100
        patience = ["--wall", "60s", "--cpu", "40s"]
        done, report = self.deny("alarm", count, options=patience)
        self.assertEqual(done.returncode, 0, done.stderr)
        version = tuple(map(int, os.uname().release.split(".")[:2]))
        if version < (5, 19):
            self.assertGreaterEqual(self.only(report)["count"], count)
        else:
            self.assertEqual(self.only(report)["count"], count)

    if os.uname().machine == "x86_64" and support.GUEST != "uml":  # which have another entry

        def test_another_architecture_s_entry_is_told(self):
            done, report = self.deny("entry")
            self.assertEqual((done.returncode, report["denied_syscalls"]), (KILLED, []))
            self.assertIn("entry of another architecture", done.stderr)

    def test_a_flood_ends_at_its_own_limit(self):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        done, report = self.deny("flood", 8, options=["--wall", "2s"])
        seconds = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        call = self.only(report)
        print(f"{call['count']} calls, supervisor {used:.3f} s of CPU in {seconds:.2f} s")
        self.assertEqual((done.returncode, report["limit"]), (124, "wall_time"))
        self.assertEqual(call["name"], "memfd_create")
        self.assertGreater(call["count"], 5000 if not support.GUEST else 100)
        self.assertLess(call["count"], 5000 + 1000 * (seconds + 0.1))
        self.assertLess(report["wall_seconds"], 2.2 * support.SLOWNESS)
        if support.GUEST != "uml":  # whose clocks do not see what a change of context takes
            self.assertLess(used, 0.4 * support.SLOWNESS)

    def test_a_flood_of_deaths_ends_at_its_own_limit(self):
        done, report = self.deny("burials", options=["--wall", "1s"])
        self.assertEqual((done.returncode, report["limit"]), (124, "wall_time"), done.stderr)
        self.assertEqual(self.only(report)["action"], "kill")
        self.assertLess(report["wall_seconds"], 1.2 * support.SLOWNESS)

    def test_a_flood_of_failures_ends_at_its_own_limit(self):
        loop = "while :; do (exit 1); done"
        done, report = self.run_boxed("sh", "-c", f"{loop} & {loop}", options=["--wall", "2s"])
        found = (done.returncode, report["limit"], report["denied_syscalls"])
        self.assertEqual(found, (124, "wall_time", []), done.stderr)
        self.assertLess(report["wall_seconds"], 2.2 * support.SLOWNESS)

    def test_a_flood_does_not_delay_other_lanes(self):
        quick = {
            "run": ["sh", "-c", "sleep 0.2"],
            "expect": {"exit_code": 0},
        }
        tests = [{"id": "flood", "title": "flood", "points": 1,
                  "run": ["./deny", "flood", "8"], "limits": {"wall": "2 s"}}]
        tests += [{"id": f"quick{i}", "title": "quick", "points": 1, **quick} for i in range(5)]
        result = self.graded(tests, "--jobs", "2")
        found = {test["id"]: test for test in result["tests"]}
        self.assertEqual(found["flood"]["reason"], "time_limit")
        self.assertLess(found["flood"]["run"]["wall_seconds"], 2.2 * support.SLOWNESS)
        for i in range(5):
            test = found[f"quick{i}"]
            self.assertEqual(test["verdict"], "passed", test["message"])
            # An emulated processor has enough to do with eight threads that wake.
            self.assertLess(test["run"]["wall_seconds"], 5 if support.GUEST else 0.35)

    def graded(self, tests, *options):
        grader = self.folder()
        grader.chmod(0o755)
        submission = self.folder()
        shutil.copy(support.HELPERS / "deny", submission)
        document = {
            "schema": "cupel.grader/1", "name": "denied", "version": "1", "environment": "host",
            "submission": {"files": ["deny"], "max_size": "4 MiB"},
            "defaults": {"policy": "native"}, "tests": tests,
        }
        support.write(grader / "grader.json", json.dumps(document))
        return self.grade(grader, submission, *options)

    def test_a_test_s_message_names_the_call_and_learners_see_no_paths(self):
        tests = [
            {"id": "killed", "title": "t", "points": 1, "run": ["./deny", "kill"]},
            {"id": "child", "title": "t", "points": 1,
             "run": ["sh", "-c", "./deny kill; exit $?"]},
        ]
        for view in ("staff", "learner"):
            with self.subTest(view):
                result = self.graded(tests, "--view", view)
                killed, child = result["tests"]
                self.assertEqual(killed["reason"], "denied_syscall")
                self.assertRegex(
                    killed["message"], "^stopped: called fsopen, which policy native denies: ."
                )
                self.assertEqual(child["reason"], "wrong_exit_code")
                self.assertRegex(
                    child["message"],
                    "^exited with 159; 0 was expected; one of its processes called fsopen, which",
                )
                text = json.dumps(result["tests"])
                self.assertEqual("base.json" in text, view == "staff")
                self.assertEqual("arguments" in text, view == "staff")
                self.assertEqual(killed["run"]["denied_syscalls"][0]["name"], "fsopen")
                self.assertEqual(support.schema_faults(killed["run"], "run"), [])

    def assert_enforced(self, done, report):
        """Denied all the same, but nobody was told."""
        self.assertEqual(done.returncode, KILLED, done.stderr)
        self.assertIsNone(report["denied_syscalls"])
        self.assertIn("made a system call that policy native denies", done.stderr)

    def test_below_another_listener_the_filter_acts_alone(self):
        wrap = [support.HELPERS / "listen"]
        self.assert_enforced(*self.deny("kill", wrap=wrap))
        done, report = self.deny("fail", 3, wrap=wrap)
        self.assertEqual((done.returncode, report["denied_syscalls"]), (0, None))

    def allow_seccomp(self):
        policy = support.write(self.folder() / "p.json", json.dumps(
            {"schema": "cupel.policy/1", "name": "p", "extends": "native", "why": "a test",
             "syscalls": {"rules": [{"allow": ["seccomp"], "why": "a test"}]}}))
        return ["--policy", policy]

    def test_a_filter_of_the_run_s_own_allows_nothing(self):
        """It hides at most what it takes upon itself."""
        done, report = self.deny("cover", options=self.allow_seccomp())
        self.assertEqual((done.returncode, report["denied_syscalls"]), (0, []))
        done, report = self.deny("cover")
        self.assertEqual((done.returncode, self.only(report)["name"]), (2, "seccomp"))

    def test_a_listener_of_the_run_s_own_is_none(self):
        """Not even a policy that allows seccomp(2) has it; the rules stay, and what they deny is told."""
        helpers = [*self.allow_seccomp(), "--bind-ro", f"{support.HELPERS}:/helpers"]
        done, report = self.run_boxed("/helpers/hostile/seccomp_listener", options=helpers)
        self.assertEqual((done.returncode, self.only(report)["name"]), (KILLED, "chroot"))
        done, _ = self.run_boxed("/helpers/listen", "true", options=helpers)
        self.assertEqual((done.returncode, done.stderr), (2, "seccomp: Device or resource busy\n"))

    def test_without_room_for_a_descriptor_the_filter_acts_alone(self):
        self.assert_enforced(*self.deny("kill", options=["--open-files", "2"]))
        done, report = self.deny("kill", options=["--open-files", "3"])
        self.assertEqual((done.returncode, self.only(report)["name"]), (KILLED, "fsopen"))

    def test_a_policy_without_execve_does_not_stall(self):
        rules = [{"deny": ["execve"], "action": "errno EACCES", "why": "a test"}]
        for rule, code in ((rules, 126), ([{**rules[0], "action": "kill"}], KILLED)):
            policy = support.write(self.folder() / "p.json", json.dumps(
                {"schema": "cupel.policy/1", "name": "p", "extends": "native", "why": "a test",
                 "syscalls": {"rules": rule}}))
            start = time.monotonic()
            done, report = self.run_boxed("true", options=["--policy", policy, "--wall", "5s"])
            self.assertEqual((done.returncode, report["denied_syscalls"]), (code, None))
            self.assertLess(time.monotonic() - start, 5)

    def test_the_command_has_no_listener(self):
        """And init, which it is a child of, has none either when it could ask."""
        script = "ls -l /proc/self/fd; ls /proc/1/fd; ls /proc"
        done, _ = self.run_boxed("sh", "-c", script)
        self.assertNotIn("seccomp", done.stdout)
        self.assertNotIn("/proc/1/", done.stdout)


if __name__ == "__main__":
    support.main()
