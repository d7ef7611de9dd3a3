"""Under each policy that lets programs of a language run, what programs must not do there: by
the call itself, and by the ways that the languages have."""

import languages
import support
from support import need

POLICIES = ("native", "compile", "python", "java", "node", "judge", "compat")
PYTHON = "/usr/bin/python3"

ERRORS = {
    "clone_newuser": "EPERM",
    "socket_netlink": "EAFNOSUPPORT",
    "socket_vsock": "EAFNOSUPPORT",
    "memfd_create": "ENOSYS",
    "shmget": "ENOSYS",
    "tiocsti": "EPERM",
}
DEADLY = ("unshare_user", "ptrace", "process_vm_readv", "mount", "bpf", "keyctl")

# Each makes a user namespace in a child and tells how that ended: by signal 31, SIGSYS.
CHILDREN = {
    "python": ([PYTHON, "/src/child.py"], "-31\n"),
    "java": (["java", "-Xmx64m", "/src/Child.java"], "159\n"),
    "node": (["node", "/src/node/child.js"], "SIGSYS\n"),
}


class Refused(languages.LanguageCase):
    def deed(self, policy, name):
        """How it ended, and what it printed."""
        options = ["--bind-ro", f"{support.HELPERS}:/helpers"]
        done, _ = self.boxed(policy, "/helpers/policy_deeds", name, options=options)
        return done.returncode, done.stdout

    def test_calls_that_programs_try_fail(self):
        for policy in POLICIES:
            for name, error in ERRORS.items():
                with self.subTest(policy=policy, deed=name):
                    self.assertEqual(self.deed(policy, name), (0, f"{error}\n"))

    def test_calls_that_attackers_make_are_deadly(self):
        for policy in POLICIES:
            for name in DEADLY:
                with self.subTest(policy=policy, deed=name):
                    self.assertEqual(self.deed(policy, name), (languages.KILLED, ""))

    def test_the_internet_is_there_for_no_policy(self):
        for policy in POLICIES:
            expected = "ok\n" if policy == "compat" else "EAFNOSUPPORT\n"
            with self.subTest(policy=policy):
                self.assertEqual(self.deed(policy, "socket_inet"), (0, expected))
        script = "import socket; socket.create_connection(('192.0.2.1', 80), 5)"
        done, _ = self.boxed("compat", PYTHON, "-c", script)
        self.assertIn("Network is unreachable", done.stderr)

    def test_a_child_that_is_killed_is_told_to_its_parent(self):
        for policy, (command, expected) in CHILDREN.items():
            with self.subTest(policy=policy):
                need(command[0])
                done, _ = self.boxed(policy, *command)
                self.assertEqual((done.returncode, done.stdout), (0, expected), done.stderr)


if __name__ == "__main__":
    support.main()
