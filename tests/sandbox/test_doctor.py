"""`cupel doctor`: what is said of this host is what a command finds inside."""

import subprocess

import support


class Doctor(support.TestCase):
    def test_each_layer_has_a_line(self):
        done = self.cupel("doctor")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        states = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()}
        self.assertEqual(
            list(states),
            ["user_namespace", "pid_namespace", "root", "proc", "capabilities", "no_new_privs",
             "seccomp", "copy_on_write", "landlock", "network", "cgroup"],
        )
        for layer in states.keys() - {"copy_on_write", "landlock", "cgroup"}:
            self.assertEqual(states[layer], "enforced", layer)
        self.assertEqual(states["cgroup"], "fall-back")

    def test_landlock_is_what_a_run_reports(self):
        _, report = self.run_boxed("true")
        abi = report["enforcement"]["landlock_abi"]
        output = self.cupel("doctor").stdout
        if abi is None:
            self.assertIn("landlock        fall-back", output)
        else:
            self.assertIn(f"landlock        enforced   ABI {abi}:", output)

    def test_where_no_cell_starts_it_is_said(self):
        """A user namespace in which no further one may be made is such a host."""
        script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" doctor'
        done = subprocess.run(
            ["unshare", "-Ur", "sh", "-c", script, support.CUPEL],
            capture_output=True, text=True, check=False,
        )
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("sandbox         missing    no cell starts on this host", done.stdout)
        self.assertIn("sysctl -w user.max_user_namespaces=15000", done.stdout)
        self.assertIn("user.max_user_namespaces is 0", done.stderr)

    def test_usage(self):
        self.assertEqual(self.cupel("doctor", "x").returncode, 2)
        self.assertEqual(self.cupel("doctor", "--x").returncode, 2)
        done = self.cupel("doctor", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("Usage: cupel doctor\n"))


if __name__ == "__main__":
    support.main()
