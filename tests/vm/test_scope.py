"""Scopes that are asked of systemd, in the guest that systemd runs: as root from a service of the
system, to which nothing is delegated, and as an ordinary user who has logged in."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import support

UID = os.getuid()
MANAGER = [] if UID == 0 else ["--user"]
SLICE = "/system.slice" if UID == 0 else f"/user.slice/user-{UID}.slice/user@{UID}.service"
BUS, PRIVATE = (
    ["/run/dbus/system_bus_socket", "/run/systemd/private"]
    if UID == 0
    else [f"/run/user/{UID}/bus", f"/run/user/{UID}/systemd/private"]
)
UNITS = Path("/run/systemd/system" if UID == 0 else f"/run/user/{UID}/systemd/user")
HELPER = support.PREFIX / "libexec/cupel/cupel-scope"
CGROUPS = Path("/sys/fs/cgroup")
SLOW = 5  # seconds that an emulated machine may take for what takes no time
MIB = 1 << 20

HOARD = "x = []\nfor _ in range({}): x.append(b'x' * (1 << 20))"
FORKS = """
import os, time
for _ in range({}):
    if os.fork() == 0:
        time.sleep({})
        os._exit(0)
"""


def systemctl(*args):
    done = subprocess.run(
        ["systemctl", *MANAGER, *args], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def scopes():
    """Names of the scopes that cupel has asked for."""
    lines = systemctl("list-units", "--all", "--plain", "--no-legend", "cupel-*.scope").splitlines()
    return [line.split()[0] for line in lines]


def jobs():
    """How many jobs this systemd has had so far."""
    return int(systemctl("show", "--property=NInstalledJobs", "--value"))


def until(condition, seconds=10):
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


class Scope(support.TestCase):
    def setUp(self):
        self.assertTrue(Path("/run/systemd/system").exists())
        self.addCleanup(self.nothing_is_left)

    def nothing_is_left(self):
        self.assertTrue(until(lambda: not scopes()), scopes())
        self.assertEqual(list(CGROUPS.rglob("cupel-*.scope*")), [])
        self.assertEqual(list(CGROUPS.rglob("cupel-*/supervisor")), [])

    def enforcement(self, *command, options=(), code=0, wrap=(), **keywords):
        done, report = self.run_boxed(
            *(command or ["true"]), options=options, wrap=wrap, **keywords
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return report["enforcement"]

    def check_source(self, enforcement, source):
        mechanisms = [enforcement[limit] for limit in ("cgroup", "memory", "processes")]
        self.assertEqual(mechanisms, [source, "cgroup", "cgroup"])

    def start(self, *command, wrap=(), options=()):
        """cupel, running a command that lasts."""
        output = self.folder() / "output"
        script = f"echo started; exec {shlex.join(command)}"
        process = subprocess.Popen(
            [*wrap, support.CUPEL, "run", "--stdout", output, *options, "--", "sh", "-c", script]
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(until(lambda: output.exists() and output.read_text() == "started\n"))
        return process

    def cgroup_of(self, pid):
        return Path(f"/proc/{pid}/cgroup").read_text().strip().removeprefix("0::")


class Served(Scope):
    def test_here_nothing_is_delegated(self):
        own = CGROUPS / self.cgroup_of("self").lstrip("/")
        self.assertNotIn("user.delegate", os.listxattr(own))
        if UID != 0:
            self.assertIn("/session-", str(own))
            self.assertEqual(os.environ["XDG_RUNTIME_DIR"], f"/run/user/{UID}")

    def test_limits_are_those_of_cgroups(self):
        enforcement = self.enforcement()
        self.check_source(enforcement, "scope")
        self.assertEqual(enforcement["cpu"], "cgroup")

    def test_doctor_finds_it(self):
        found = json.loads(self.cupel("doctor", "--json").stdout)["cgroup"]
        self.assertEqual(found["source"], "scope")
        self.assertLessEqual({"memory", "pids"}, set(found["controllers"]))
        self.assertEqual(found["trials"][0]["obstacle"], "not_delegated")

    def test_a_hoarder_is_stopped(self):
        options = ["--policy", "python", "--memory", "64MiB"]
        done, report = self.run_boxed("python3", "-c", HOARD.format(400), options=options)
        self.assertEqual((done.returncode, report["limit"]), (124, "memory"), done.stderr)
        self.check_source(report["enforcement"], "scope")
        self.assertLessEqual(report["memory_peak_bytes"], 64 * MIB)
        self.enforcement("python3", "-c", HOARD.format(30), options=options)

    def test_a_fork_bomb_is_stopped(self):
        options = ["--policy", "python", "--processes", "10"]
        code = FORKS.format(1000, 60)
        done, report = self.run_boxed("python3", "-c", code, options=options)
        self.assertEqual((done.returncode, report["limit"]), (124, "processes"), done.stderr)
        self.check_source(report["enforcement"], "scope")
        self.enforcement("python3", "-c", FORKS.format(5, 0), options=options)

    def test_limits_outlive_a_reload_of_systemd(self):
        report = self.folder() / "report"
        hoard = "import time; time.sleep(2)\n" + HOARD.format(400)
        options = ["--policy", "python", "--memory", "64MiB", "--report", report]
        cupel = self.start("python3", "-c", hoard, options=options)
        systemctl("daemon-reload")
        systemctl("start", "basic.target")
        self.assertEqual(cupel.wait(), 124)
        self.assertIn('"memory": "cgroup"', report.read_text())

    def test_the_scope_is_delegated_and_goes_with_cupel(self):
        cupel = self.start("sleep", "60")
        [name] = scopes()
        self.assertRegex(name, rf"^cupel-{cupel.pid}-[0-9a-f]{{16}}\.scope$")
        show = systemctl("show", "--property=Delegate,Description,ControlGroup", name)
        self.assertIn("Delegate=yes", show)
        self.assertIn("Description=cupel: ", show)
        self.assertIn(f"ControlGroup={SLICE}/", show)
        self.assertRegex(self.cgroup_of(cupel.pid), rf"^{SLICE}/.*{name}/cupel-.*/supervisor$")
        cupel.send_signal(signal.SIGTERM)
        cupel.wait()
        self.nothing_is_left()

    def test_a_killed_cupel_leaves_nothing(self):
        cupel = self.start("sleep", "60")
        self.assertEqual(len(scopes()), 1)
        self.assertEqual(len(list(CGROUPS.rglob("cupel-*/supervisor"))), 1)
        cupel.kill()
        cupel.wait()
        self.nothing_is_left()

    def test_each_cupel_has_a_scope_of_its_own(self):
        self.start("sleep", "60")
        self.start("sleep", "60")
        self.assertEqual(len(set(scopes())), 2)

    def test_a_submission_is_graded(self):
        wordcount = support.GRADERS / "wordcount"
        result = self.grade(wordcount, wordcount / "samples/correct/submission")
        for test in result["tests"]:
            self.check_source(test["run"]["enforcement"], "scope")


class Delegated(Scope):
    """What is delegated already is used, and systemd is not asked for more."""

    def in_unit(self, *options):
        wrap = ["systemd-run", *MANAGER, "--quiet", "--collect", *options]
        source = self.enforcement(wrap=wrap)["cgroup"]
        cupel = self.start("sleep", "60", wrap=wrap)
        asked = scopes()
        cupel.terminate()
        cupel.wait()
        return source, len(asked)

    def test_a_delegated_scope(self):
        self.assertEqual(self.in_unit("--scope", "-p", "Delegate=yes"), ("delegated", 0))
        self.assertEqual(self.in_unit("--scope"), ("scope", 1))

    def test_a_delegated_service(self):
        service = ["--wait", "--pipe", "--service-type=exec"]
        self.check_source(
            self.enforcement(
                wrap=["systemd-run", *MANAGER, "--quiet", *service, "-p", "Delegate=yes"]
            ),
            "delegated",
        )
        self.check_source(
            self.enforcement(wrap=["systemd-run", *MANAGER, "--quiet", *service]), "scope"
        )

    def test_a_service_of_another_user(self):
        if UID != 0:
            return  # who cannot start one
        wrap = ["systemd-run", "--quiet", "--wait", "--pipe", "-p", "User=cupel-test"]
        report = self.folder() / "report"
        report.parent.chmod(0o777)
        command = [support.CUPEL, "run", "--report", report, "--", "true"]
        subprocess.run([*wrap, "-p", "Delegate=yes", *command], check=True)
        self.assertIn('"cgroup": "delegated"', report.read_text())
        report.unlink()
        subprocess.run([*wrap, *command], check=True)  # that user has not logged in
        self.assertIn('"cgroup": null', report.read_text())


class FallenBack(Scope):
    """Where systemd cannot be asked or gives nothing, limits fall back, and doctor says why."""

    def check_fallen_back(self, obstacle, text, **keywords):
        enforcement = self.enforcement(**keywords)
        mechanisms = [enforcement[limit] for limit in ("cgroup", "memory", "cpu")]
        self.assertEqual(mechanisms, [None, "watchdog", "rusage"])
        self.assertIn(enforcement["processes"], ("rlimit", "watchdog"))
        trials = json.loads(self.cupel("doctor", "--json", **keywords).stdout)["cgroup"]["trials"]
        [scope] = [trial for trial in trials if trial["source"] == "scope"]
        self.assertEqual(scope["obstacle"], obstacle)
        self.assertRegex(scope["text"], text)

    def replace(self, *sockets, by="/dev/null"):
        """Have others stand in for sockets: words to put before a command, or until a test ends."""
        if UID == 0:
            mounts = "".join(f"mount --bind {by} {socket} && " for socket in sockets)
            return ["unshare", "--mount", "sh", "-c", mounts + 'exec "$0" "$@"']
        for socket in sockets:
            os.rename(socket, socket + ".away")
            os.symlink(by, socket)
            self.addCleanup(os.replace, socket + ".away", socket)
        return []

    def with_helper(self, script=None):
        """Words to put before a command: a cupel whose cupel-scope is a script, or is not there."""
        prefix = self.folder()
        for name in ("bin", "libexec/cupel"):
            (prefix / name).mkdir(parents=True)
        shutil.copy(support.CUPEL, prefix / "bin/cupel")
        (prefix / "share").symlink_to(support.PREFIX / "share")
        for part in ("cupel-cell", "cupel-exec", "cupel-unpack"):
            (prefix / "libexec/cupel" / part).symlink_to(support.PREFIX / "libexec/cupel" / part)
        if script is not None:
            support.write(prefix / "libexec/cupel/cupel-scope", f"#!/bin/sh\n{script}\n", 0o755)
        return ["sh", "-c", 'cupel=$1; shift 2; exec "$cupel" "$@"', "sh", prefix / "bin/cupel"]

    def with_library(self, source):
        """The same, with another file in place of libsystemd."""
        folder = self.folder()
        (folder / "libsystemd.so.0").symlink_to(source)
        return self.with_helper(f"LD_LIBRARY_PATH={folder} exec {HELPER}")

    def configure(self, name, text):
        """A file for this systemd, until the test ends."""
        path = UNITS / name
        self.addCleanup(systemctl, "daemon-reload")
        self.addCleanup(path.unlink)
        support.write(path, text)
        systemctl("daemon-reload")

    def test_without_libsystemd(self):
        before = jobs()
        self.check_fallen_back(
            "no_libsystemd", r"libsystemd\.so\.0 cannot be loaded: ",
            wrap=self.with_library("/dev/null"),
        )  # fmt: skip
        self.assertEqual(jobs(), before)
        self.check_source(self.enforcement(), "scope")
        self.assertGreater(jobs(), before)

    def test_with_a_libsystemd_that_lacks_functions(self):
        [other] = Path("/usr/lib").glob("*/libz.so.1")
        self.check_fallen_back(
            "no_libsystemd", r"has no function sd_bus_", wrap=self.with_library(other)
        )

    def test_without_the_helper(self):
        self.check_fallen_back(
            "failed", r"start /.*/cupel-scope: No such file or directory", wrap=self.with_helper()
        )

    def test_with_a_helper_that_does_not_answer(self):
        begin = time.monotonic()
        wrap = self.with_helper("exec sleep 60")
        self.enforcement(wrap=wrap)
        self.assertLess(time.monotonic() - begin, 7 + SLOW)
        self.check_fallen_back("failed", "cupel-scope did not answer in time", wrap=wrap)

    def test_without_a_bus_the_private_socket_serves(self):
        self.check_source(self.enforcement(wrap=self.replace(BUS)), "scope")

    def test_without_any_socket(self):
        self.check_fallen_back(
            "no_bus", f"{BUS} .* nor {PRIVATE} .* answers", wrap=self.replace(BUS, PRIVATE)
        )

    def test_with_a_bus_that_does_not_answer(self):
        silent = socket.socket(socket.AF_UNIX)
        self.addCleanup(silent.close)
        path = str(self.folder() / "silent")
        silent.bind(path)
        silent.listen(4)
        begin = time.monotonic()
        wrap = self.replace(BUS, by=path)
        self.enforcement(wrap=wrap)
        self.assertLess(time.monotonic() - begin, 5 + SLOW)
        self.check_fallen_back("no_bus", "timed out", wrap=wrap)

    def test_a_systemd_that_refuses(self):
        self.configure("cupel-.scope.d/refuse.conf", "[Unit]\nRequires=cupel-missing.service\n")
        self.check_fallen_back("refused", "cupel-missing.service")

    def test_a_systemd_that_is_slow_is_not_waited_for(self):
        slow = "[Service]\nType=oneshot\nExecStart=sleep 120\n"
        self.configure("slow.service", slow)
        self.addCleanup(systemctl, "stop", "slow.service")
        after = "[Unit]\nRequires=slow.service\nAfter=slow.service\n"
        self.configure("cupel-.scope.d/slow.conf", after)
        begin = time.monotonic()
        self.enforcement()
        self.assertLess(time.monotonic() - begin, 5 + SLOW)
        self.assertNotIn("cupel-", systemctl("list-jobs"))
        self.check_fallen_back("failed", "did not start a scope within 5 seconds")

    def test_none_does_not_ask(self):
        before = jobs()
        self.assertIsNone(self.enforcement(options=["--cgroup", "none"])["cgroup"])
        self.assertEqual(jobs(), before)


if __name__ == "__main__":
    support.main()
