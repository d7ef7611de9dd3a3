"""The units at work, in the guest that systemd runs: cupel-worker.service grades with limits of
cgroups, drains when it is stopped and is started again when it hangs; cupel-serve.service answers.
Of an ordinary user, who has no units of the system, nothing is tried."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import support

WORKER, SERVE = "cupel-worker.service", "cupel-serve.service"
ADDRESS = "http://127.0.0.1:8470"
CGROUP = Path("/sys/fs/cgroup/cupel.slice") / WORKER
INSTALLED = Path("/usr/local")
WORDCOUNT = INSTALLED / "share/cupel/graders/wordcount"
QUEUE = "sqlite:///var/lib/cupel/queue.db"
SLOW = 60  # seconds that an emulated machine may take
HANG = 3
SLEEPER = {
    "schema": "cupel.grader/1", "name": "sleeper", "title": "Sleeper", "version": "1",
    "submission": {"files": ["a.txt"]},
    "tests": [{"id": "sleep", "run": ["sleep", "10"], "limits": {"wall": "60 s"}}],
}  # fmt: skip

WRITE_AND_EXECUTE = ["python3", "-c", "import mmap; mmap.mmap(-1, 4096, prot=7)"]
BREAK = {  # what a setting that cupel-worker.service leaves out breaks
    "RestrictNamespaces=yes": ["true"],
    "ProtectKernelTunables=yes": ["true"],
    "ProcSubset=pid": ["true"],
    "ProtectHostname=yes": ["true"],
    "SystemCallFilter=@system-service": ["true"],
    "ProtectControlGroups=yes": ["true"],
    "MemoryDenyWriteExecute=yes": WRITE_AND_EXECUTE,
    "LockPersonality=yes": ["setarch", "--addr-no-randomize", "true"],
    "RestrictSUIDSGID=yes": ["sh", "-c", "touch a; chmod u+s a"],
}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def show(unit, key):
    return run("systemctl", "show", f"--property={key}", "--value", unit)


def until(condition, seconds=SLOW):
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def log_of(unit):
    return run("journalctl", "--no-pager", "--output=cat", "--lines=30", f"--unit={unit}")


def install():
    """As `cmake --install` and docs/operations.md do."""
    run("cp", "-rL", f"{support.PREFIX}/.", INSTALLED)
    run("systemd-sysusers", INSTALLED / "lib/sysusers.d/cupel.conf")
    run("systemd-tmpfiles", "--create", INSTALLED / "lib/tmpfiles.d/cupel.conf")
    options = "CUPEL_WORKER_OPTIONS=--slots 2 --memory 1GiB\n"
    support.write("/etc/cupel/cupel.env", options, mode=0o600)
    hang = f"[Service]\nWatchdogSec={HANG}s\nRestartSec=1s\n"
    support.write(f"/run/systemd/system/{WORKER}.d/hang.conf", hang)
    run("systemctl", "daemon-reload")


class Units(support.TestCase):
    @classmethod
    def setUpClass(cls):
        install()

    def setUp(self):
        self.addCleanup(subprocess.run, ["systemctl", "stop", WORKER, SERVE], check=True)
        self.start(WORKER)

    def start(self, unit):
        done = subprocess.run(["systemctl", "start", unit], check=False)
        self.assertEqual(done.returncode, 0, log_of(unit))

    def ask(self, *words):
        """A client command, as the user of the units."""
        command = ["runuser", "-u", "cupel", "--", "env", f"CUPEL_QUEUE={QUEUE}",
                   INSTALLED / "bin/cupel", *words]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        self.assertEqual(done.returncode, 0, done.stderr + log_of(WORKER))
        return json.loads(done.stdout)

    def grade(self):
        submission = WORDCOUNT / "samples/correct/submission"
        return self.ask("submit", "--course", "demo", "--wait", WORDCOUNT, submission)

    def begin_to_sleep(self):
        folder = self.folder()
        folder.chmod(0o755)
        support.write(folder / "sleeper/grader.json", json.dumps(SLEEPER))
        support.write(folder / "a.txt", "a\n")
        (folder / "sleeper").chmod(0o755)
        job = self.ask("submit", "--course", "demo", "--json", folder / "sleeper",
                       folder / "a.txt")["id"]  # fmt: skip
        self.assertTrue(until(lambda: self.ask("jobs", "--json", str(job))["state"] == "running"))
        return job

    def check_enforcement(self, result):
        for test in result["tests"]:
            enforcement = test["run"]["enforcement"]
            found = [enforcement[key] for key in ("cgroup", "memory", "processes", "cpu")]
            self.assertEqual(found, ["path", "cgroup", "cgroup", "cgroup"])

    def test_a_job_is_graded_with_the_limits_of_cgroups(self):
        result = self.grade()
        self.assertEqual(result["score"], result["max_score"])
        self.check_enforcement(result)

    def test_jobs_run_side_by_side_below_the_unit(self):
        self.begin_to_sleep()
        self.begin_to_sleep()
        self.assertTrue(until(lambda: len(list(CGROUP.glob("cupel-*/run-*"))) == 2, 10))
        self.check_enforcement(self.grade())

    def test_a_stop_drains(self):
        job = self.begin_to_sleep()
        run("systemctl", "stop", WORKER)
        self.assertEqual(show(WORKER, "Result"), "success")
        self.assertFalse(CGROUP.exists())
        ended = self.ask("jobs", "--json", str(job))
        self.assertEqual((ended["state"], ended["failures"]), ("done", 0))

    def test_one_that_hangs_is_started_again(self):
        pid = int(show(WORKER, "MainPID"))
        os.kill(pid, signal.SIGSTOP)
        self.assertTrue(until(lambda: show(WORKER, "MainPID") not in ("0", str(pid))))
        self.assertTrue(until(lambda: show(WORKER, "SubState") == "running"))
        self.check_enforcement(self.grade())

    def test_one_that_is_killed_is_started_again_and_its_job_is_done(self):
        job = self.begin_to_sleep()
        run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", WORKER)
        self.assertTrue(until(lambda: self.ask("jobs", "--json", str(job))["state"] == "done", 180))

    def boxed(self, setting, *command):
        """Exit status of a command in the sandbox, in a unit like the worker's."""
        unit = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", "-p", "User=cupel",
                "-p", "Delegate=yes", "-p", "NoNewPrivileges=yes", "-p", setting]  # fmt: skip
        boxed = [INSTALLED / "bin/cupel", "run", "--require", "cgroup", "--policy", "python", "--"]
        done = subprocess.run([*unit, *boxed, *command], capture_output=True, check=False)
        return done.returncode

    def test_what_the_unit_leaves_out_breaks_sandboxes(self):
        for setting, command in BREAK.items():
            with self.subTest(setting=setting):
                self.assertEqual(self.boxed("UMask=0077", *command), 0)
                self.assertNotEqual(self.boxed(setting, *command), 0)

    def serve(self):
        """The service answers."""
        self.start(SERVE)

        def answers():
            try:
                return urllib.request.urlopen(f"{ADDRESS}/readyz").status == 200
            except OSError:
                return False

        self.assertTrue(until(answers), log_of(SERVE))

    def test_the_service_takes_a_grader_as_an_archive(self):
        self.serve()
        token = self.ask("token", "add", "--role", "platform", "--name", "vm", "--json")["token"]
        large = self.folder()  # so large that the folder of --work is needed
        support.write(large / "README.md", "x" * 100000)
        archive = subprocess.check_output(["tar", "-c", "-C", WORDCOUNT, ".", "-C", large, "."])
        request = urllib.request.Request(
            f"{ADDRESS}/v1/graders/wordcount?course=demo", archive, method="PUT",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-tar"},
        )  # fmt: skip
        try:
            self.assertEqual(urllib.request.urlopen(request).status, 202)
        except urllib.error.HTTPError as error:
            self.fail(error.read().decode() + log_of(SERVE))


if __name__ == "__main__" and os.getuid() == 0:
    support.main()
