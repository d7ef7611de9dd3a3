"""What real programs and forbidden deeds meet under the shipped policies' filters alone."""
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import support

RUNNER = support.HELPERS / "run_under_filter"
DEEDS = support.HELPERS / "policy_deeds"
POLICIES = support.SOURCE / "policies"
SHIPPED = sorted(path.stem for path in POLICIES.glob("*.json"))
KILLED = -signal.SIGSYS

KILLED_DEEDS = """unshare_user setns ptrace process_vm_readv kcmp pidfd_getfd keyctl add_key bpf
    perf_event_open userfaultfd mount umount pivot_root chroot open_tree fsopen
    name_to_handle_at open_by_handle_at init_module swapon reboot sethostname syslog
    clock_settime acct fanotify_init""".split()
FAILED_DEEDS = {
    "io_uring_setup": "ENOSYS", "memfd_create": "ENOSYS", "shmget": "ENOSYS",
    "execveat": "ENOSYS", "seccomp": "ENOSYS", "clone3": "ENOSYS", "clone_newuser": "EPERM",
    "tiocsti": "EPERM", "tiocsti_high": "EPERM", "socket_inet": "EAFNOSUPPORT",
    "socket_inet_high": "EAFNOSUPPORT", "socket_netlink": "EAFNOSUPPORT",
    "socket_vsock": "EAFNOSUPPORT", "prlimit_parent": "ENOSYS", "affinity_parent": "ENOSYS",
    "personality_exec": "ENOSYS", "prctl_set_seccomp": "ENOSYS",
}
# Whether these work without a filter is the kernel's choice: only the filter's answer is tested.
KILLED_ENTRIES = []
if platform.machine() == "x86_64":
    KILLED_DEEDS += ["iopl", "modify_ldt"]
    KILLED_ENTRIES += ["x32_getpid", "int80"]
ALLOWED_DEEDS = ["socket_unix", "prlimit_self", "personality_ask", "clone_plain"]
# Kernels may lack these altogether.
OPTIONAL = {"io_uring_setup", "userfaultfd", "kcmp", "acct", "socket_vsock", "swapon",
            "modify_ldt", "init_module", "open_by_handle_at", "fanotify_init", "bpf",
            "perf_event_open", "keyctl", "add_key", "iopl"}


def run(command, policy=None, text=None, **options):
    if policy is not None:
        command = [RUNNER, POLICIES, policy, *command]
    return subprocess.run(command, input=text if text is not None else "", text=True,
                          capture_output=True, timeout=60, check=False, **options)


def do(deed, policy=None):
    done = run([DEEDS, deed], policy)
    return done.stdout.strip() if done.returncode == 0 else done.returncode


class Deeds(unittest.TestCase):
    def test_each_deed_gets_its_ordinary_answer_without_a_filter(self):
        for deed in [*KILLED_DEEDS, *FAILED_DEEDS, *ALLOWED_DEEDS]:
            with self.subTest(deed=deed):
                answer = do(deed)
                if answer in ("ENOSYS", "EAFNOSUPPORT") and deed in OPTIONAL:
                    print(f"not shown: this kernel has no {deed}", file=sys.stderr)
                    continue
                self.assertNotIn(answer, ("ENOSYS", KILLED))
                if deed in ALLOWED_DEEDS:
                    self.assertEqual(answer, "ok")

    def test_all_policies_are_shipped(self):
        names = "base compat compile java judge native node python strict unpack"
        self.assertEqual(SHIPPED, names.split())

    def test_what_attackers_do_is_killed_in_every_policy(self):
        for policy in SHIPPED:
            for deed in [*KILLED_DEEDS, *KILLED_ENTRIES]:
                with self.subTest(policy=policy, deed=deed):
                    self.assertEqual(do(deed, policy), KILLED)

    def test_what_programs_try_gets_an_error_that_they_can_handle(self):
        for deed, error in FAILED_DEEDS.items():
            with self.subTest(deed=deed):
                self.assertEqual(do(deed, "native"), error)

    def test_what_programs_need_is_allowed(self):
        for deed in ALLOWED_DEEDS:
            with self.subTest(deed=deed):
                self.assertEqual(do(deed, "native"), "ok")


THREADS = r"""
#include <pthread.h>
#include <stdio.h>
static void *work(void *p) { *(int *)p += 1; return NULL; }
int main(void) {
    int n[4] = {0, 1, 2, 3}, sum = 0; pthread_t t[4];
    for (int i = 0; i < 4; i++) if (pthread_create(&t[i], NULL, work, &n[i]) != 0) return 1;
    for (int i = 0; i < 4; i++) { pthread_join(t[i], NULL); sum += n[i]; }
    printf("%d\n", sum);
}
"""
PROCESSES = r"""
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
int main(void) {
    int ends[2], status; pid_t pid; char buf[8] = "";
    if (pipe(ends) != 0) return 1;
    pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) { if (write(ends[1], "hi", 2) != 2) _exit(1); _exit(0); }
    wait(&status);
    if (read(ends[0], buf, 2) != 2) return 1;
    char *argv[] = {"true", NULL};
    if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) != 0) return 1;
    waitpid(pid, &status, 0);
    printf("%s %d\n", buf, status);
}
"""
ABORT = "#include <stdlib.h>\nint main(void) { abort(); }\n"
CRASH = "int main(void) { int *volatile p = 0; return *p; }\n"
HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); }\n'
CPP = """#include <iostream>
#include <thread>
int main() { std::thread t([] { std::cout << "hello" << std::endl; }); t.join();
             try { throw 1; } catch (int) {} }
"""
PYTHON = r"""
import concurrent.futures, multiprocessing, os, random, socket, subprocess, tempfile, threading
import time
def square(n): return n * n
if __name__ == "__main__":
    thread = threading.Thread(target=time.sleep, args=(0.01,)); thread.start(); thread.join()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert list(pool.map(square, [1, 2, 3])) == [1, 4, 9]
    with multiprocessing.Pool(2) as pool:
        assert pool.map(square, [4]) == [16]
    assert subprocess.run(["cat"], input=b"x", stdout=subprocess.PIPE).stdout == b"x"
    a, b = socket.socketpair(); a.send(b"y"); assert b.recv(1) == b"y"
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "f"), "w").write("z"); os.listdir(folder)
    print("fine", random.random() < 1, os.cpu_count() > 0)
"""


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="cupel-test-policy-")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def need(self, program):
        if shutil.which(program) is None:
            if support.MUST_RUN:
                self.fail(f"{program} is not installed")
            self.skipTest(f"{program} is not installed")

    def build(self, source, compiler="gcc", suffix=".c", flags=()):
        """Compile under the filter of policy compile."""
        self.need(compiler)
        path = pathlib.Path(self.folder.name) / f"program{suffix}"
        path.write_text(source, encoding="utf-8")
        program = str(path.with_suffix(""))
        done = run([compiler, "-O1", "-pthread", *flags, "-o", program, str(path)], "compile")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return program

    def check(self, command, stdout, policy, text=None):
        done = run(command, policy, text)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, stdout, ""))

    def test_gcc_works_and_its_programs_run_in_every_policy(self):
        program = self.build(HELLO)
        for policy in SHIPPED:
            with self.subTest(policy=policy):
                self.check([program], "hello\n", policy)

    def test_static_programs_run_in_strict(self):
        self.check([self.build(HELLO, flags=["-static"])], "hello\n", "strict")

    def test_clang_works(self):
        self.check([self.build(HELLO, "clang")], "hello\n", "native")

    def test_threads_work(self):
        self.check([self.build(THREADS)], "10\n", "native")

    def test_cpp_with_threads_and_exceptions_works(self):
        self.check([self.build(CPP, "g++", ".cpp")], "hello\n", "native")

    def test_processes_and_pipes_work(self):
        self.check([self.build(PROCESSES)], "hi 0\n", "native")

    def test_processes_are_refused_where_a_policy_has_none(self):
        done = run([self.build(PROCESSES)], "base")
        self.assertEqual(done.returncode, 1)

    def test_abort_and_crash_keep_their_signals(self):
        for policy in ("native", "strict"):
            self.assertEqual(run([self.build(ABORT)], policy).returncode, -signal.SIGABRT)
            self.assertEqual(run([self.build(CRASH)], policy).returncode, -signal.SIGSEGV)

    def test_address_sanitizer_works(self):
        program = self.build(THREADS, flags=["-fsanitize=address,undefined"])
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        done = run([program], "native", env=environment)
        self.assertEqual((done.returncode, done.stdout), (0, "10\n"))

    def test_make_works(self):
        self.need("make")
        makefile = pathlib.Path(self.folder.name) / "Makefile"
        makefile.write_text("all: a b\n\t@cat a b\na b:\n\t@echo $@ > $@\n", encoding="utf-8")
        self.check(["make", "-s", "-j2", "-C", self.folder.name], "a\nb\n", "compile")

    def test_python_works_with_threads_processes_and_sockets(self):
        script = pathlib.Path(self.folder.name) / "script.py"
        script.write_text(PYTHON, encoding="utf-8")
        self.check(["/usr/bin/python3", str(script)], "fine True True\n", "python")

    def test_a_socket_outside_is_refused_with_a_clear_error(self):
        done = run(["/usr/bin/python3", "-c", "import socket; socket.socket()"], "python")
        self.assertIn("Address family not supported by protocol", done.stderr)

    def test_tools_work(self):
        table = [
            (["cat"], "b\na\n", "b\na\n"),
            (["sort"], "b\na\n", "a\nb\n"),
            (["sh", "-c", "echo a | tr a b; (exit 3); echo $?"], None, "b\n3\n"),
            (["bash", "-c", "f=$(mktemp); echo x >$f; cat <$f; rm $f; wait"], None, "x\n"),
            (["sh", "-c", "ls / | grep -x usr"], None, "usr\n"),
            (["find", "/usr/bin/env", "-type", "f"], None, "/usr/bin/env\n"),
            (["sh", "-c", "cd /usr/share/doc/bash && tar cf - . | tar tf - | head -n1"], None,
             "./\n"),
            (["sh", "-c", "nice -n 5 sh -c 'echo n'; timeout 5 echo t; xargs echo </dev/null"],
             None, "n\nt\n\n"),
            (["awk", "{print $2}"], "a b\n", "b\n"),
            (["sed", "s/a/b/"], "a\n", "b\n"),
            (["id", "-u"], None, f"{os.getuid()}\n"),
            (["nproc", "--all"], None, f"{os.cpu_count()}\n"),
        ]
        for command, text, expected in table:
            with self.subTest(command=command):
                self.check(command, expected, "native", text)


if __name__ == "__main__":
    support.main()
