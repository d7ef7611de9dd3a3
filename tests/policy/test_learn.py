"""`cupel policy learn`: what it proposes is a policy that the command runs under, as narrow as it was
recorded, and what no policy can allow is not let through while it is recorded."""

import json
import os

import support

THREADS = """
import threading
threads = [threading.Thread(target=sum, args=(range(1000),)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"""

# A socket pair that strict denies, then a memory file that native denies too.
PAIR = """
import os, socket
a, b = socket.socketpair()
a.send(b"x")
os.memfd_create("x")
os.memfd_create("y")
print(b.recv(1))
"""

FORBIDDEN = """
import ctypes, sys
print(ctypes.CDLL(None, use_errno=True).syscall({number}, {arguments}), ctypes.get_errno())
"""


class Learn(support.TestCase):
    def shown(self, name, text):
        folder = self.folder()
        folder.chmod(0o755)
        support.write(folder / name, text)
        return ["--bind-ro", f"{folder / name}:/box/{name}"]

    def learn(self, *command, options=(), code=0):
        """The proposal, where it is, and what was told on standard error."""
        path = self.folder() / "mine.json"
        done = self.cupel("policy", "learn", "-o", path, *options, "--", *command)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(path.read_text()), path, done

    def assert_runs(self, path, *command, options=()):
        done, report = self.run_boxed(*command, options=["--policy", path, *options])
        self.assertEqual((done.returncode, report["status"]), (0, "exited"), done.stderr)
        return done, report

    def rules(self, policy):
        return {
            call: rule.get("when")
            for rule in policy.get("syscalls", {"rules": []})["rules"]
            for call in rule["allow"]
        }

    def test_cat_needs_no_more_than_strict(self):
        options = self.shown("a.txt", "hello\n")
        policy, path, done = self.learn("cat", "a.txt", options=options)
        self.assertEqual((policy["name"], policy["extends"]), ("mine", "strict"))
        self.assertNotIn("syscalls", policy)
        self.assertEqual(done.stdout, "hello\n")
        self.assertIn("policy strict suffices", done.stderr)
        self.assertEqual(self.assert_runs(path, "cat", "a.txt", options=options)[0].stdout, "hello\n")
        self.assertEqual(support.schema_faults(policy, "policy"), [])

    def test_gcc(self):
        support.need("gcc")
        options = self.shown("a.c", "int main(void) { return 0; }\n")
        policy, path, done = self.learn("gcc", "a.c", options=options)
        self.assertGreaterEqual(policy["limits"]["processes"], 2)
        self.assertIn("suffices", done.stderr)
        self.assert_runs(path, "gcc", "a.c", options=options)

    def test_python_with_threads(self):
        options = self.shown("a.py", THREADS)
        policy, path, _ = self.learn("python3", "a.py", options=options)
        self.assertGreaterEqual(policy["limits"]["processes"], 4)
        self.assertLessEqual(policy["limits"]["processes"], 16)
        done, _ = self.assert_runs(path, "python3", "a.py", options=options)
        self.assertEqual(done.stdout, "done\n")

    def test_what_a_shipped_policy_lacks_is_added(self):
        options = self.shown("a.py", PAIR)
        policy, path, done = self.learn("python3", "a.py", options=options)
        self.assertEqual(self.rules(policy), {"memfd_create": None}, policy)
        self.assertRegex(policy["syscalls"]["rules"][0]["why"], "^made 2 times")
        self.assertIn("with 1 more rule\n", done.stderr)
        self.assertEqual(support.schema_faults(policy, "policy"), [])
        _, report = self.assert_runs(path, "python3", "a.py", options=options)
        self.assertNotIn("memfd_create", [call["name"] for call in report["denied_syscalls"]])
        failed, _ = self.run_boxed("python3", "a.py", options=["--policy", "python", *options])
        self.assertEqual(failed.returncode, 1)

    def test_a_policy_of_choice_gets_conditions_as_they_were_recorded(self):
        options = self.shown("a.py", PAIR)
        choice = ["--policy", "strict"]
        strict, path, _ = self.learn("python3", "a.py", options=[*choice, *options])
        rules = self.rules(strict)
        self.assertEqual(strict["extends"], "strict")
        self.assertEqual(rules["socketpair"], "arg0 == AF_UNIX")
        self.assertIn("memfd_create", rules)
        self.assert_runs(path, "python3", "a.py", options=options)

    def test_standard_output_is_the_policy_s(self):
        done = self.cupel("policy", "learn", "--", "echo", "hello")
        self.assertEqual(json.loads(done.stdout)["name"], "learned")
        self.assertIn("hello\n", done.stderr)

    def test_what_no_policy_can_allow_is_not_let_through(self):
        calls = [("unshare", 272, 97), ("mount", 165, 40), ("bpf", 321, 280),
                 ("io_uring_setup", 425, 425), ("keyctl", 250, 219)]
        column = {"x86_64": 1, "aarch64": 2}[os.uname().machine]
        for call in calls:
            with self.subTest(call[0]):
                code = FORBIDDEN.format(number=call[column], arguments=0)
                policy, _, done = self.learn("python3", "-c", code)
                if call[0] == "io_uring_setup":  # which runtimes try
                    self.assertEqual(done.stdout, "-1 38\n")
                else:
                    self.assertEqual(done.stdout, "")
                    self.assertIn(f"stopped: called {call[0]}, ", done.stderr)
                self.assertIn(f"no policy can allow {call[0]}", done.stderr)
                self.assertNotIn(call[0], self.rules(policy))

    def test_a_network_is_not_let_through(self):
        code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)"
        _, _, done = self.learn("python3", "-c", code)
        self.assertIn("Address family not supported", done.stderr)
        self.assertIn("no policy can allow socket", done.stderr)
        self.assertIn("the command did not end well: exited with 1", done.stderr)

    def test_a_host_that_does_not_tell_is_named(self):
        done = self.cupel("policy", "learn", "--", "true", wrap=[support.HELPERS / "listen"])
        self.assertEqual((done.returncode, done.stdout), (4, ""), done.stderr)
        self.assertIn("another sandbox listens", done.stderr)

    def test_limits_hold_while_it_is_recorded(self):
        done = self.cupel("policy", "learn", "--wall", "300ms", "--", "sleep", "5")
        self.assertEqual(done.returncode, 0)
        self.assertIn("did not end well: ran for", done.stderr)

    def test_usage(self):
        for options, text in (
            ([], "expected a command"),
            (["--wall", "x", "--", "true"], "--wall: "),
            (["--env", "x", "--", "true"], "expected NAME=VALUE"),
            (["--policy", "nope", "--", "true"], "no policy \"nope\""),
            (["--", "/nowhere"], "No such file"),
        ):
            with self.subTest(options):
                done = self.cupel("policy", "learn", *options)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(text, done.stderr)
        done = self.cupel("policy", "learn", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Exit:", done.stdout)


if __name__ == "__main__":
    support.main()
