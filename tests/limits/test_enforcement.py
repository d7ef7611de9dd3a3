"""Whoever asks for cgroups gets them, or is told that there are none and what mends that."""

import json

import limits
import support

OK = 0
NO_SANDBOX = 125  # of `cupel run`
CANNOT_ENFORCE = 4  # of `cupel grade`


class Required(limits.Case):
    def check(self, done, refused):
        if self.mode == "cgroup":
            self.assertEqual(done.returncode, OK, done.stderr)
            return
        self.assertEqual(done.returncode, refused, done.stderr)
        self.assertIn("cgroup", done.stderr)
        self.assertIn("cupel doctor", done.stderr)
        self.assertNotIn("ran", done.stdout)

    def policy(self):
        text = {
            "schema": "cupel.policy/1",
            "name": "required",
            "extends": "native",
            "require": ["user_namespace", "seccomp", "no_new_privs", "cgroup"],
        }
        return support.write(self.folder() / "required.json", json.dumps(text))

    def run_echo(self, *options):
        return self.cupel("run", *self.options(), *options, "--", "echo", "ran", wrap=self.wrap())

    def grade_true(self, *options, policy="native"):
        test = {"id": "only", "run": ["true"], "policy": "native"}
        if policy != "native":
            test["policy"] = policy.name
        grader = self.grader([test])
        if policy != "native":
            support.write(grader / policy.name, policy.read_text())
        handed_in = self.handed_in("die")
        return self.cupel("grade", *self.options(), *options, grader, handed_in, wrap=self.wrap())

    def test_by_an_option(self):
        self.check(self.run_echo("--require", "cgroup"), NO_SANDBOX)
        self.check(self.grade_true("--require", "cgroup"), CANNOT_ENFORCE)

    def test_by_a_policy(self):
        self.check(self.run_echo("--policy", self.policy()), NO_SANDBOX)
        self.check(self.grade_true(policy=self.policy()), CANNOT_ENFORCE)

    def test_nobody_asks(self):
        self.assertEqual(self.run_echo().stdout, "ran\n")
        self.assertEqual(self.grade_true().returncode, OK)


class Mended(support.TestCase):
    def test_what_would_give_a_cgroup_is_told(self):
        """As the test's process has company in its own cgroup, only systemd could give one."""
        known = json.loads(self.cupel("doctor", "--json").stdout)
        mends = next(f for f in known["layers"] if f["layer"] == "cgroup")["mend"]
        for command in (
            ["run", "--require", "cgroup", "--", "true"],
            ["grade", "--require", "cgroup", support.GRADERS / "fibonacci", support.SOURCE],
        ):
            done = self.cupel(*command)
            if not mends:
                self.assertNotIn("# cgroup: ", done.stderr)
                continue
            self.assertIn(done.returncode, (NO_SANDBOX, CANNOT_ENFORCE))
            for mend in mends:
                for line in mend["lines"]:
                    self.assertIn(line, done.stderr)


class Named(support.TestCase):
    def test_a_place_that_is_none_is_refused(self):
        for place in ("/sys/fs/cgroup/nonexistent", "/tmp", "relative"):
            with self.subTest(place):
                done = self.cupel("run", "--cgroup", place, "--", "echo", "ran")
                self.assertEqual((done.returncode, done.stdout), (NO_SANDBOX, ""))
                # A host without any says that first.
                self.assertIn(place if limits.BASE else "--cgroup", done.stderr)


if __name__ == "__main__":
    limits.main()
