"""What `cupel serve` does besides answering: its start, its files, and jobs by workers of its own,
as README.md's commands ask for them."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import support
from contract import Contract
from service import SERVICE, Hand, Service

RUN = {"kind": "run", "course": "c", "command": ["true"]}
ECHO = {"schema": "cupel.grader/1", "name": "echo", "title": "Echo", "version": "1",
        "submission": {"files": ["a.sh"]}, "defaults": {"policy": "compat"},
        "tests": [{"id": "hi", "points": 1, "run": ["sh", "a.sh"],
                   "expect": {"stdout_text": "hi\n"}}]}
GRADER = [("grader.json", json.dumps(ECHO).encode()),
          ("samples/correct/submission/a.sh", b"echo hi"),
          ("samples/correct/expected.json", b'{"score": 1}')]


@contextlib.contextmanager
def open_folder(path):
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield fd
    finally:
        os.close(fd)


class Serve(support.TestCase):
    def serve(self, *options, url=None):
        url = url or f"sqlite://{self.folder()}/queue.db"
        service = Service(self, url, *options)
        service.read_token()
        return service, Hand(self, url)

    def test_what_is_missing_here_is_no_fault_of_who_asks(self):
        service, hand = self.serve()
        files = [("grader.json", b"{}")]
        made = service.send({}, files, "/v1/graders/fib?course=c", "PUT")
        self.assertEqual(hand.lease(), made.json()["check"])
        hand.ask("finish passed - - -")
        job = service.send({"grader": "fib"}, [("a", b"1")]).json()["id"]
        self.assertEqual(hand.lease(), job)
        hand.ask("finish graded 5 10", support.SOURCE / "tests/service/result.json")
        (service.folder / "errors").rename(self.folder() / "errors")
        shutil.rmtree(service.folder)
        shutil.rmtree(service.queue.removeprefix("sqlite://") + ".blobs")
        large = b"x" * 100000
        for answer in (service.send({"grader": "fib"}, [("a", b"1"), ("b", b"1")]),
                       service.send({}, files, "/v1/graders/fib?course=c", "PUT"),
                       service.ask("PUT", "/v1/graders/fib?course=c", b"PK"),
                       service.ask("POST", "/v1/jobs?grader=fib", large),
                       service.ask("GET", f"/v1/jobs/{job}/result"),
                       service.ask("GET", f"/v1/jobs/{job}/result?format=text"),
                       service.ask("GET", "/v1/graders/fib/versions/1/files")):
            self.assertEqual(answer.status, 500, answer.bytes)
            self.assertNotIn(b"/", answer.bytes)
        service.folder.mkdir()
        (service.folder / "errors").touch()
    def test_only_the_first_start_tells_a_token(self):
        service, _ = self.serve()
        self.assertTrue(service.token.startswith("cupel_"))
        again = Service(self, service.queue)
        again.token = service.token
        self.assertEqual(again.ask("GET", "/v1/jobs").status, 200)
        again.process.terminate()
        self.assertEqual(again.process.stdout.read(), "")
        again.process.wait(timeout=20)

    def test_a_start_that_fails_makes_no_token(self):
        url = f"sqlite://{self.folder()}/queue.db"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = subprocess.run(
                [SERVICE, "serve", "--queue", url, "--no-worker", "--listen", f"127.0.0.1:{port}"],
                capture_output=True, check=False, timeout=60)  # fmt: skip
        self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
        service = Service(self, url)
        service.read_token()
        self.assertTrue(service.token.startswith("cupel_"))

    def test_a_token_that_could_not_be_told_is_revoked(self):
        url = f"sqlite://{self.folder()}/queue.db"
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [SERVICE, "serve", "--queue", url, "--no-worker", "--listen", "127.0.0.1:0"],
                stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)  # fmt: skip
        self.assertEqual(done.returncode, 1, done.stderr)
        service = Service(self, url)
        service.read_token()
        tokens = service.ask("GET", "/v1/tokens").json()["tokens"]
        self.assertEqual(sorted(token["revoked_at"] is None for token in tokens), [False, True])

    def test_a_work_folder_is_made_or_refused(self):
        folder = self.folder()
        for work, code in (("missing/deep", 2), ("file", 2)):
            support.write(folder / "file", "")
            done = subprocess.run(
                [SERVICE, "serve", "--queue", f"sqlite://{folder}/queue.db", "--no-worker",
                 "--work", folder / work], capture_output=True, check=False, timeout=60)  # fmt: skip
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(str(folder / work), done.stderr.decode())
        service = Service(self, f"sqlite://{folder}/queue.db", "--work", str(folder / "new"))
        service.read_token()
        self.assertEqual((folder / "new").stat().st_mode & 0o777, 0o700)

    def test_what_a_killed_one_left_is_removed(self):
        folder = self.folder()
        (folder / "upload.aaaaaa").mkdir()
        support.write(folder / "upload.aaaaaa/file", "left")
        (folder / "upload.bbbbbb").mkdir()
        support.write(folder / "other", "not ours")
        with open_folder(folder / "upload.bbbbbb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            service, _ = self.serve("--work", str(folder))
        self.assertEqual(service.ask("GET", "/v1/jobs").status, 200)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["other", "upload.bbbbbb"])

    def test_the_database_is_its_owners_alone(self):
        mask = os.umask(0o022)
        self.addCleanup(os.umask, mask)
        service, _ = self.serve()
        self.assertEqual(service.ask("POST", "/v1/jobs", RUN).status, 201)
        path = Path(service.queue.removeprefix("sqlite://"))
        modes = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
        self.assertGreaterEqual(len(modes), 3)
        self.assertEqual(set(modes.values()), {0}, modes)

    def test_a_worker_that_dies_is_started_again_and_ends_with_the_service(self):
        url = f"sqlite://{self.folder()}/queue.db"
        service = Service(self, url, "--slots", "1", worker=True)
        service.read_token()
        self.wait_for(lambda: self.workers(service))
        first = self.workers(service)[0]
        os.kill(first, signal.SIGKILL)
        self.wait_for(lambda: self.workers(service) not in ([], [first]))
        second = self.workers(service)[0]
        self.assertIn("signal 9", (service.folder / "errors").read_text())
        self.wait_for(lambda: "ready" in (service.folder / "errors").read_text())
        self.assertEqual(service.stop(), 0)
        self.assertFalse(os.path.exists(f"/proc/{second}"))

    @staticmethod
    def put_sleeper(url, seconds):
        spec = {"command": ["sleep", str(seconds)], "policy": "compat", "limits": {"wall": "60s"}}
        done = subprocess.run([support.HELPERS / "queue_put", url, "c", "run", json.dumps(spec)],
                              check=True, capture_output=True)
        return done.stdout.decode().strip()

    @staticmethod
    def look(url, job):
        done = subprocess.run([support.HELPERS / "queue_get", url, job], check=True,
                              capture_output=True)
        return json.loads(done.stdout)

    def test_an_interrupt_of_a_terminal_lets_jobs_end(self):
        url = f"sqlite://{self.folder()}/queue.db"
        job = self.put_sleeper(url, 2)
        service = Service(self, url, "--slots", "1", worker=True, start_new_session=True)
        service.read_token()
        self.wait_for(lambda: self.look(url, job)["state"] == "running")
        time.sleep(0.3)
        os.killpg(service.process.pid, signal.SIGINT)
        self.assertEqual(service.process.wait(timeout=60), 0)
        found = self.look(url, job)
        self.assertEqual((found["state"], found["failures"]), ("done", 0), found)

    def test_services_of_one_user_have_a_worker_each_which_ends_with_them(self):
        environment = os.environ | {"XDG_CACHE_HOME": str(self.folder())}
        services = []
        for _ in range(2):
            url = f"sqlite://{self.folder()}/queue.db"
            errors = self.folder() / "errors"
            with open(errors, "wb") as file:
                process = subprocess.Popen(
                    [SERVICE, "serve", "--queue", url, "--listen", "127.0.0.1:0", "--slots", "1",
                     "--work", self.folder()],
                    stdout=subprocess.DEVNULL, stderr=file, env=environment)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            services.append((url, process, errors))
        for url, process, errors in services:
            self.wait_for(lambda errors=errors: "ready" in errors.read_text())
            job = self.put_sleeper(url, 0)
            self.wait_for(lambda url=url, job=job: self.look(url, job)["state"] == "done")
            worker = support.children_of(process.pid)[0]
            process.kill()
            self.wait_for(lambda worker=worker: not os.path.exists(f"/proc/{worker}"))
            self.assertIn("drained", errors.read_text())

    @staticmethod
    def workers(service):
        """Pids of the children of its first thread."""
        pid = service.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return [int(child) for child in children.read().split()]

    def test_the_commands_of_the_readme_grade_a_sample(self):
        support.need("curl")
        service = Service(self, f"sqlite://{self.folder()}/queue.db", "--slots", "1", worker=True)
        token = service.read_token()
        blocks = re.findall(r"^```\n(.*?)^```$", (support.SOURCE / "README.md").read_text(),
                            re.M | re.S)
        (script,) = [block for block in blocks if "export CUPEL_TOKEN=" in block]
        script = script.replace("cupel_…", token).replace(":8470", f":{service.port}")
        done = subprocess.run(["sh", "-euc", script], cwd=support.SOURCE, capture_output=True,
                              text=True, timeout=100, check=False,
                              env={**os.environ, "NO_PROXY": "127.0.0.1"})
        self.assertEqual(done.returncode, 0, done.stderr)
        version, check, job, ended, result = documents(done.stdout)
        self.assertEqual((version["name"], version["state"]), ("fibonacci", "checking"))
        self.assertEqual((check["id"], check["kind"], check["status"]), (1, "check", "passed"))
        self.assertEqual((job["id"], job["kind"], job["grader"]), (2, "grade", "fibonacci"))
        self.assertEqual((ended["id"], ended["status"]), (2, "graded"))
        self.assertEqual(ended["score"], ended["max_score"])
        self.assertEqual((result["schema"], result["status"]), ("cupel.result/1", "graded"))

    def test_results_of_each_kind_of_job_are_as_they_are_described(self):
        service = Service(self, f"sqlite://{self.folder()}/queue.db", "--slots", "1", worker=True,
                          watch=Contract().check)
        service.read_token()
        ask = service.ask
        jobs = [service.send({}, GRADER, "/v1/graders/echo?course=c", "PUT").json()["check"]]
        self.assertEqual(ask("GET", f"/v1/jobs/{jobs[0]}?wait=60").json()["status"], "passed")
        jobs.append(service.send({"grader": "echo"}, [("a.sh", b"echo hi")]).json()["id"])
        jobs.append(ask("POST", "/v1/jobs", {**RUN, "command": ["sh", "-c", "echo $0"],
                                             "limits": {"wall": "5s"}}).json()["id"])
        ended = [ask("GET", f"/v1/jobs/{job}?wait=60").json()["status"] for job in jobs]
        self.assertEqual(ended, ["passed", "graded", "exited"])
        results = [ask("GET", f"/v1/jobs/{job}/result").json() for job in jobs]
        self.assertEqual([result["schema"] for result in results],
                         ["cupel.check/1", "cupel.result/1", "cupel.run_result/1"])
        self.assertEqual((results[1]["score"], results[2]["stdout"]), (1, "sh\n"))
        for job in (jobs[0], jobs[2]):
            for query in ("view=learner", "format=text"):
                self.assertEqual(ask("GET", f"/v1/jobs/{job}/result?{query}").status, 400)


def documents(text):
    """One after the other, as curl writes them."""
    found = []
    while text.strip():
        document, end = json.JSONDecoder().raw_decode(text.lstrip())
        found.append(document)
        text = text.lstrip()[end:]
    return found


if __name__ == "__main__":
    support.main()
