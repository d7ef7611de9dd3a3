"""Node.js under policies node, judge and compat: a program that does much, and test runners."""

import shutil

import languages
import support
from support import need

PROGRAM = """workers 1,4,9,16
processes input out 3 21
files file text false
socket pong
listen EAFNOSUPPORT
connect EAFNOSUPPORT
lookup ENOTFOUND
crypto 4 public
zlib text
locale 1.234,5 01:00:00
wasm true Module [WebAssembly.Module] {}
os learner cupel true
signal
stack RangeError
memory 200
input line
"""


class Node(languages.LanguageCase):
    POLICIES = ("node", "judge", "compat")

    def setUp(self):
        super().setUp()
        need("node")

    def test_a_program(self):
        for policy in self.POLICIES:
            with self.subTest(policy=policy):
                offline = ["--network", "none"]
                command = ["node", "/src/node/program.js"]
                self.check(policy, *command, stdout=PROGRAM, stdin=b"line\n", options=offline)

    def test_its_test_runner(self):
        for policy in self.POLICIES:
            with self.subTest(policy=policy):
                command = ["node", "--test", "--test-reporter=tap"]
                done, _ = self.boxed(policy, *command, options=["--chdir", "/src/node"])
                self.assertEqual((done.stderr, done.returncode), ("", 1), done.stdout)
                self.assertRegex(done.stdout, r"\n# pass \d\n# fail 1\n")
                self.assertRegex(done.stdout, r"\n *ok \d - sums\n")
                self.assertRegex(done.stdout, r"\n *not ok \d - fails\n")

    def test_scripts_of_npm(self):
        """Where it is installed: its package depends on hundreds of others."""
        if shutil.which("npm") is None:
            return
        done, _ = self.boxed("node", "npm", "test", options=["--chdir", "/src/node"])
        self.assertIn("> program@1.0.0 test\n> node --test\n", done.stdout)
        self.assertRegex(done.stdout, r"\n# pass \d\n# fail 1\n")

    def test_a_server_where_the_loopback_is_switched_on(self):
        command = ["node", "/src/node/server.js"]
        self.check("node", *command, options=["--network", "loopback"], stdout="/path\n")
        self.check("compat", *command, stdout="/path\n")

    def test_it_starts_whatever_its_memory(self):
        for memory in ("64MiB", "256MiB"):
            with self.subTest(memory=memory):
                command = ["node", "--eval", "console.log(1)"]
                self.check("node", *command, stdout="1\n", options=["--memory", memory])

    def test_more_memory_than_allowed_is_a_verdict(self):
        script = "const a = []; for (let i = 0; i < 400; i++) a.push(Buffer.alloc(1 << 20, 1))"
        self.check_memory("node", "node", "--eval", script, memory="128MiB")


if __name__ == "__main__":
    support.main()
