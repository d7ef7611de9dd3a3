"""`cupel run` from inside: what a command sees and may do. Each test shows beside it that the deed works
outside of the sandbox."""

import os
import socket
import subprocess
import sys
import threading

import support
from support import need, write


class Inside(support.TestCase):
    def inside(self, *command, options=()):
        """(exit status, standard output, standard error) in the sandbox."""
        done = self.cupel("run", *options, "--", *command)
        return done.returncode, done.stdout, done.stderr

    def outside(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_etc_shadow_is_not_there(self):
        self.assertEqual(self.outside("ls", "/etc/shadow")[0], 0)
        code, output, error = self.inside("cat", "/etc/shadow")
        self.assertEqual((code, output), (1, ""))
        self.assertIn("No such file or directory", error)

    def test_home_folders_are_not_there(self):
        self.assertEqual(self.outside("ls", "-d", "/root", "/home")[0], 0)
        code, output, error = self.inside("ls", "/root", "/home")
        self.assertEqual((code, output), (2, ""))
        self.assertEqual(error.count("No such file or directory"), 2)

    def test_nothing_can_be_pinged(self):
        ping = need("ping")
        self.assertEqual(self.outside(ping, "-c1", "-W2", "127.0.0.1")[0], 0)
        code, output, _ = self.inside("ping", "-c1", "-W2", "127.0.0.1")
        self.assertNotEqual(code, 0)
        self.assertNotIn("1 received", output)

    def test_namespaces_cannot_be_made(self):
        self.assertEqual(self.outside("unshare", "-Ur", "true")[0], 0)
        code, _, error = self.inside("unshare", "-Ur", "true")
        self.assertEqual(code, 128 + 31)  # SIGSYS
        self.assertIn("policy native denies", error)

    def test_nothing_can_be_mounted(self):
        folder = self.folder()
        mount = ["mount", "-t", "tmpfs", "tmpfs"]
        self.assertEqual(self.outside("unshare", "-Urm", *mount, folder)[0], 0)
        self.assertNotEqual(self.inside(*mount, "/tmp")[0], 0)

    def test_id_is_an_ordinary_one(self):
        self.assertNotIn("learner", self.outside("id")[1])
        self.assertEqual(
            self.inside("id")[:2],
            (0, "uid=1000(learner) gid=1000(learner) groups=1000(learner)\n"),
        )

    def test_the_root_holds_little(self):
        self.assertIn("root", os.listdir("/"))
        code, output, _ = self.inside("ls", "/")
        self.assertEqual(code, 0)
        self.assertLessEqual(
            set(output.split()),
            set("bin box dev etc lib lib32 lib64 libx32 proc sbin tmp usr".split()),
        )

    def test_etc_holds_what_programs_need(self):
        code, output, _ = self.inside("ls", "/etc")
        self.assertEqual(code, 0)
        names = set(output.split())
        self.assertLessEqual({"passwd", "group", "hosts", "nsswitch.conf"}, names)
        for name in ("ld.so.cache", "alternatives", "ssl"):
            self.assertEqual(name in names, os.path.exists(f"/etc/{name}"), name)
        self.assertEqual(self.inside("sh", "-c", "grep -c . /etc/passwd")[1], "3\n")

    def test_dev_holds_five_devices_and_no_terminal(self):
        find = "for node in /dev/*; do [ ! -c $node ] || echo $node; done"
        code, output, _ = self.inside("sh", "-c", find)
        self.assertEqual(code, 0)
        names = {"null", "zero", "full", "random", "urandom"}
        self.assertEqual(set(output.split()), {f"/dev/{name}" for name in names})
        self.assertNotEqual(self.inside("sh", "-c", ": < /dev/tty")[0], 0)
        script = "head -c4 /dev/zero | wc -c; echo x > /dev/null && head -c1 /dev/urandom | wc -c"
        self.assertEqual(self.inside("sh", "-c", script)[1].split(), ["4", "1"])

    def test_other_processes_are_not_seen(self):
        self.assertGreater(len([name for name in os.listdir("/proc") if name.isdigit()]), 3)
        code, output, _ = self.inside("ls", "/proc")
        self.assertEqual(code, 0)
        self.assertNotIn("1", output.split())  # not even init
        self.assertEqual(len([name for name in output.split() if name.isdigit()]), 1)
        for name in ("kcore", "sys", "meminfo", "kallsyms"):
            self.assertNotIn(name, output.split())

    def test_no_privilege_is_left(self):
        code, output, _ = self.inside("cat", "/proc/self/status")
        self.assertEqual(code, 0)
        status = dict(line.split(":\t", 1) for line in output.splitlines() if ":\t" in line)
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[name], 16), 0, name)
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
        self.assertEqual(status["Umask"], "0022")
        self.assertEqual(status["NSpid"], "2")

    def test_no_signal_is_ignored_or_blocked(self):
        """Those that the C library keeps for itself, 32 and 33, included."""
        deaf = (
            "import os, signal, sys\n"
            "for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGXFSZ, signal.SIGRTMAX):\n"
            "    signal.signal(number, signal.SIG_IGN)\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGUSR2, signal.SIGWINCH))\n"
            "os.execvp(sys.argv[1], sys.argv[1:])\n"
        )
        look = ["grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"]
        outside = self.outside(sys.executable, "-c", deaf, *look)[1]
        self.assertNotIn("0000000000000000", outside)
        code, output, _ = self.outside(
            sys.executable, "-c", deaf, support.CUPEL, "run", "--", *look
        )
        none = "0" * 16
        self.assertEqual((code, output), (0, f"SigBlk:\t{none}\nSigIgn:\t{none}\n"))

    def test_no_descriptor_is_inherited(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        self.addCleanup(os.close, write_end)
        list_fds = "ls /proc/self/fd"
        outside = subprocess.run(
            ["sh", "-c", list_fds], pass_fds=[read_end], capture_output=True, text=True, check=True
        )
        self.assertIn(str(read_end), outside.stdout.split())
        done = self.cupel("run", "--", "sh", "-c", list_fds, pass_fds=[read_end])
        self.assertEqual(done.stdout.split(), ["0", "1", "2", "3"])  # 3 is the folder itself

    def test_the_environment_is_clean(self):
        os.environ["CUPEL_TEST_SECRET"] = "secret"
        self.addCleanup(os.environ.pop, "CUPEL_TEST_SECRET")
        self.assertIn("CUPEL_TEST_SECRET=secret", self.outside("env")[1])
        code, output, _ = self.inside("env", options=["--env", "A=b=c"])
        self.assertEqual(code, 0)
        names = {line.split("=")[0] for line in output.splitlines()}
        self.assertEqual(names, {"PATH", "HOME", "LANG", "TMPDIR", "LSAN_OPTIONS", "A"})
        self.assertIn("A=b=c\n", output)

    def test_a_session_of_its_own(self):
        code, output, _ = self.inside("sh", "-c", "cut -d' ' -f 1,5,6,7 /proc/$$/stat")
        self.assertEqual((code, output), (0, "2 2 2 0\n"))  # pid, group, session, no terminal

    def test_every_resource_is_limited(self):
        code, output, _ = self.inside("cat", "/proc/self/limits", options=["--cgroup", "none"])
        self.assertEqual(code, 0)
        limits = {line[:26].strip(): line[26:68].split() for line in output.splitlines()[1:]}
        expected = {
            "Max cpu time": "7",  # two seconds behind the supervisor's deadline
            "Max file size": str(16 << 20),
            "Max data size": "unlimited",
            "Max stack size": str(8 << 20),
            "Max core file size": "1",
            "Max resident set": "unlimited",
            "Max processes": "35",  # with init, the lane, and one to tell that it was too many
            "Max open files": "65",  # likewise
            "Max locked memory": "65536",
            "Max address space": "unlimited",
            "Max file locks": "unlimited",
            "Max pending signals": "1024",
            "Max msgqueue size": "0",
            "Max nice priority": "0",
            "Max realtime priority": "0",
            "Max realtime timeout": "0",
        }
        # Soft and hard alike.
        self.assertEqual(limits, {name: [value] * 2 for name, value in expected.items()})

    def test_the_place_among_cgroups_is_hidden(self):
        code, output, _ = self.inside("cat", "/proc/self/cgroup")
        self.assertEqual(code, 0)
        self.assertEqual({line.split(":", 2)[2] for line in output.splitlines()}, {"/"})

    def test_the_scheduling_of_the_supervisor_is_not_inherited(self):
        batch = ["chrt", "--batch", "0"]
        policy = "cut -d' ' -f 41 /proc/$$/stat"
        self.assertEqual(self.outside(*batch, "sh", "-c", policy)[1], "3\n")
        code, output, _ = self.outside(*batch, support.CUPEL, "run", "--", "sh", "-c", policy)
        self.assertEqual((code, output), (0, "0\n"))

    def test_cores_are_not_dumped(self):
        code, output, _ = self.inside("sh", "-c", "ulimit -c; ulimit -H -c")
        self.assertEqual((code, output), (0, "0\n0\n"))

    def test_the_host_name_is_hidden(self):
        self.assertNotEqual(socket.gethostname(), "cupel")
        self.assertEqual(self.inside("hostname")[1], "cupel\n")

    def test_usr_cannot_be_written_to(self):
        code, _, error = self.inside("touch", "/usr/x")
        self.assertEqual(code, 1)
        self.assertRegex(error, "Read-only file system|Permission denied")

    def test_what_is_written_is_gone_afterwards(self):
        script = "ls -A /box /tmp; touch /box/x /tmp/y; ls /box /tmp"
        for _ in range(2):
            code, output, _ = self.inside("sh", "-c", script)
            self.assertEqual((code, output), (0, "/box:\n\n/tmp:\n/box:\nx\n\n/tmp:\ny\n"))


class Network(support.TestCase):
    CONNECT = "import socket,sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)"
    TALK = """
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
client.sendall(b"over lo")
print(server.accept()[0].recv(9).decode())
"""

    def serve(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        threading.Thread(target=self.accept, args=[server], daemon=True).start()
        return str(server.getsockname()[1])

    @staticmethod
    def accept(server):
        try:
            while True:
                server.accept()[0].close()
        except OSError:
            pass  # closed at the end of the test

    def python(self, code, *arguments, options=()):
        return self.cupel(
            "run", "--policy", "python", *options, "--", "/usr/bin/python3", "-c", code, *arguments
        )

    def test_a_server_of_the_host_cannot_be_reached(self):
        port = self.serve()
        subprocess.run(["/usr/bin/python3", "-c", self.CONNECT, port], check=True)
        for network in ("none", "loopback"):
            with self.subTest(network):
                done = self.python(self.CONNECT, port, options=["--network", network])
                self.assertEqual(done.returncode, 1, done.stderr)

    def test_loopback_works_within_a_run_if_asked_for(self):
        done = self.python(self.TALK, options=["--network", "loopback"])
        self.assertEqual((done.returncode, done.stdout), (0, "over lo\n"), done.stderr)
        done = self.python(self.TALK)
        self.assertEqual((done.returncode, done.stdout), (1, ""))


class Binds(support.TestCase):
    def open_folder(self):
        folder = self.folder()
        folder.chmod(0o777)
        return folder

    def test_a_folder_can_be_bound_read_only(self):
        folder = self.open_folder()
        write(folder / "a", "text\n")
        options = ["--bind-ro", f"{folder}:/box/in"]
        done = self.cupel("run", *options, "--", "sh", "-c", "cat in/a; touch in/b")
        self.assertEqual((done.returncode, done.stdout), (1, "text\n"), done.stderr)
        self.assertEqual(os.listdir(folder), ["a"])

    def test_a_folder_can_be_bound_to_be_written_to(self):
        folder = self.open_folder()
        done = self.cupel("run", "--bind", f"{folder}:/out", "--", "touch", "/out/b")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(folder), ["b"])
        if os.getuid() == 0:  # it is not root who was there
            self.assertNotEqual((folder / "b").stat().st_uid, 0)

    def test_what_cannot_be_bound_is_said(self):
        done = self.cupel("run", "--bind", "/nonexistent", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertEqual(
            done.stderr, "cupel run: --bind /nonexistent: No such file or directory\n"
        )
        done = self.cupel("run", "--bind", f"{self.folder()}:/tmp/x", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("/tmp/x cannot be bound to", done.stderr)

    def test_nothing_is_written_to_the_host_for_the_cell(self):
        for destination in ("/etc", "//etc", "/dev", "/dev/x"):
            folder = self.open_folder()
            done = self.cupel("run", "--bind", f"{folder}:{destination}", "--", "true")
            self.assertEqual((done.returncode, os.listdir(folder)), (125, []), done.stderr)


if __name__ == "__main__":
    support.main()
