"""Node.js under policies node, judge and compat: a program that does much, and test runners."""

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
                self.check(
                    policy, "node", "/src/node/program.js", stdin=b"line\n", stdout=PROGRAM,
                    options=["--network", "none"], denied=["socket"],
                )

    def test_its_test_runner(self):
        for policy in self.POLICIES:
            with self.subTest(policy=policy):
                command = ["node", "--test", "--test-reporter=tap"]
                done, report = self.boxed(policy, *command, options=["--chdir", "/src/node"])
                self.check_denied(report, [])
                self.assertEqual((done.stderr, done.returncode), ("", 1), done.stdout)
                self.assertRegex(done.stdout, r"\n# pass \d\n# fail 1\n")
                self.assertRegex(done.stdout, r"\n *ok \d - sums\n")
                self.assertRegex(done.stdout, r"\n *not ok \d - fails\n")

    def test_a_server_where_the_loopback_is_switched_on(self):
        """To find localhost the C library asks netlink, which is denied, and then its files."""
        for policy, options in (("node", ["--network", "loopback"]), ("compat", [])):
            self.check(
                policy, "node", "/src/node/server.js", stdout="/path\n",
                options=options, denied=["socket"],
            )

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
