"""What the HTTP API promises, of either database: jobs, roles, graders and the rest."""

import hashlib
import io
import json
import re
import shutil
import tarfile
import time
import zipfile

import queues
import support
from contract import Contract
from service import SERVICE, Hand, Service, in_background

GRADER = [("grader.json", b"{}"), ("data/run", b"#!/bin/sh\n")]
RESULT = support.SOURCE / "tests/service/result.json"
RUN = {"kind": "run", "course": "c1", "command": ["true"]}


def tar(files, compression="", links=()):
    """As tar makes it; links: (name, target). Scripts are executable."""
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode=f"w:{compression}") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o755 if data.startswith(b"#!") else 0o644
            archive.addfile(info, io.BytesIO(data))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return kept.getvalue()


def pack_zip(files):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, which has modes
            info.external_attr = (0o100755 if data.startswith(b"#!") else 0o100644) << 16
            archive.writestr(info, data)
    return kept.getvalue()


class Api:
    def setUp(self):
        super().setUp()
        self.url = self.open_queue()
        self.contract = Contract()
        self.service = Service(self, self.url, watch=self.contract.check)
        self.ask = self.service.ask
        self.service.read_token()
        self.hand = Hand(self, self.url)

    def make_token(self, role, course=None, **more):
        made = self.ask("POST", "/v1/tokens",
                        {"role": role, "course": course, "name": role, **more})
        self.assertEqual(made.status, 201, made.bytes)
        return made.json()["token"]

    def make_grader(self, name="fib", course="c1", files=GRADER):
        """Live, as if its check had passed."""
        made = self.service.send({}, files, f"/v1/graders/{name}?course={course}", "PUT")
        self.assertEqual(made.status, 202, made.bytes)
        self.assertEqual(made.json()["state"], "checking")
        self.assertEqual(f"/v1/jobs/{self.hand.lease()}", made.headers["Location"])
        self.assertEqual(self.hand.ask("finish passed - - -"), "ok")
        return made.json()["version"]

    def submit(self, token="", status=201, **fields):
        answer = self.service.send({"grader": "fib", **fields}, [("fib.c", b"int x;")],
                                   token=token)
        self.assertEqual(answer.status, status, answer.bytes)
        return answer.json()

    def problem(self, answer, status):
        self.assertEqual(answer.status, status, answer.bytes)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        document = answer.json()
        self.assertEqual(document["status"], status)
        self.assertTrue(document["title"] and document["detail"])
        return document["detail"]

    # Jobs

    def test_a_submission_becomes_a_job_and_a_result(self):
        self.make_grader()
        job = self.submit(learner="ann")
        self.assertEqual((job["kind"], job["course"], job["state"], job["learner"]),
                         ("grade", "c1", "ready", "ann"))
        path = f"/v1/jobs/{job['id']}"
        self.problem(self.ask("GET", path + "/result"), 404)
        self.assertEqual(self.hand.lease(), job["id"])
        self.assertEqual(self.ask("GET", path).json()["state"], "running")
        self.assertEqual(self.hand.ask("finish graded 7.5 10", RESULT), "ok")
        done = self.ask("GET", path).json()
        self.assertEqual((done["state"], done["status"], done["score"], done["max_score"]),
                         ("done", "graded", 7.5, 10))
        self.assertEqual(len(done["attempts_made"]), 1)
        result = self.ask("GET", path + "/result")
        self.assertEqual(result.json(), json.loads(RESULT.read_text()))
        learners = self.ask("GET", path + "/result?view=learner").json()
        self.assertNotIn("secret of staff", json.dumps(learners))
        page = self.ask("GET", path + "/result?view=learner&format=html")
        self.assertIn("text/html", page.headers["Content-Type"])
        self.assertIn("sandbox", page.headers["Content-Security-Policy"])
        for name in ("text", "gradescope", "coursera", "prairielearn", "junit"):
            answer = self.ask("GET", f"{path}/result?format={name}")
            self.assertEqual(answer.status, 200, name)
        self.problem(self.ask("GET", path + "/result?format=pdf"), 400)

    def test_files_become_a_tree_and_a_raw_body_a_file(self):
        self.make_grader()
        answer = self.service.send({"grader": "fib"}, [("a/x.c", b"1"), ("y.c", b"2")])
        self.assertEqual(answer.status, 201, answer.bytes)
        raw = self.ask("POST", "/v1/jobs?grader=fib&name=fib.zip&learner=bob&priority=batch",
                       b"PK\3\4")
        self.assertEqual((raw.status, raw.json()["priority"], raw.json()["learner"]),
                         (201, "batch", "bob"))
        for name in ("../x", "/etc/passwd", "a//b", "a/./b", "..", "a\\b", "x/" * 40 + "y",
                     "x" * 300, "x/" + "y" * 256 + "/z"):
            for files in ([(name, b"1")], [(name, b"1"), ("other", b"2")]):
                self.problem(self.service.send({"grader": "fib"}, files), 400)
        self.problem(self.service.send({"grader": "fib"}, [("a", b"1"), ("a", b"2")]), 400)
        self.problem(self.service.send({"grader": "fib"}, [("a", b"1"), ("a/b", b"2")]), 400)
        self.problem(self.service.send({"grader": "fib"}, []), 400)

    def test_one_file_is_a_tree_where_it_has_a_path_or_that_is_said(self):
        self.make_grader()
        alone = hashlib.sha256(b"1").hexdigest()
        for fields, name, is_file in (({}, "x.c", True), ({"form": "file"}, "x.c", True),
                                      ({"form": "tree"}, "x.c", False), ({}, "src/x.c", False)):
            with self.subTest(fields=fields, name=name):
                sent = self.service.send({"grader": "fib", **fields}, [(name, b"1")])
                self.assertEqual(sent.json()["submission"] == alone, is_file)
        for fields, files in (({"form": "file"}, [("a", b"1"), ("b", b"2")]), ({"form": "x"}, [("a", b"1")]),
                              ({"form": "file"}, [("src/x.c", b"1")]), ({"form": "tree"}, [])):
            with self.subTest(fields=fields):
                self.problem(self.service.send({"grader": "fib", **fields}, files), 400)
        self.problem(self.ask("POST", "/v1/jobs?grader=fib&form=tree", b"1"), 400)
        empty = self.ask("POST", "/v1/jobs?grader=fib&name=fib.c", b"")
        self.assertEqual(empty.json()["submission"], hashlib.sha256(b"").hexdigest())
        self.problem(self.ask("POST", "/v1/jobs?grader=fib", b""), 400)

    def test_a_key_is_one_job(self):
        self.make_grader()
        first = self.submit(idempotency_key="k")
        self.assertEqual(self.submit(idempotency_key="k", status=200)["id"], first["id"])
        self.problem(self.service.send({"grader": "fib", "idempotency_key": "k"},
                                       [("fib.c", b"other")]), 409)
        run = self.ask("POST", "/v1/jobs", RUN, Idempotency_Key="r")
        again = self.ask("POST", "/v1/jobs", RUN, Idempotency_Key="r")
        self.assertEqual((run.status, again.status), (201, 200))
        self.assertEqual(run.json()["id"], again.json()["id"])
        self.assertEqual([self.hand.lease(), self.hand.lease()], [first["id"], run.json()["id"]])
        self.make_grader(files=[("grader.json", b"{ }")])
        again = self.submit(idempotency_key="k", status=200)
        self.assertEqual((again["id"], again["tree"]), (first["id"], first["tree"]))

    def test_a_job_asks_for_the_memory_of_its_grader(self):
        self.make_grader()
        first = self.submit(idempotency_key="k")
        self.assertEqual(first["memory_bytes"], 512 << 20)
        self.assertEqual(self.hand.ask(f"takes {4 << 30}"), "ok")
        self.assertEqual(self.hand.lease(), first["id"])
        self.make_grader()
        versions = self.ask("GET", "/v1/graders/fib").json()["versions"]
        self.assertEqual([version["memory_bytes"] for version in versions], [4 << 30, None])
        self.assertEqual(self.submit()["memory_bytes"], (4 << 30) + (64 << 20))
        self.assertEqual(self.submit(idempotency_key="k", status=200)["id"], first["id"])

    def test_a_key_is_text(self):
        self.make_grader()
        ways = {"form": lambda key: self.service.send({"grader": "fib"}, [("f", b"1")],
                                                      Idempotency_Key=key),
                "raw": lambda key: self.ask("POST", "/v1/jobs?grader=fib", b"1",
                                            Idempotency_Key=key),
                "json": lambda key: self.ask("POST", "/v1/jobs", RUN, Idempotency_Key=key)}
        for name, way in ways.items():
            for key in (b"k\xff", b"", b"x" * 256):
                self.assertIn("1 to 255 bytes of UTF-8", self.problem(way(key), 400), name)
            self.assertEqual(way(("ü" + name).encode()).status, 201)
        keys = [job["idempotency_key"] for job in self.ask("GET", "/v1/jobs").json()["jobs"]]
        self.assertEqual(keys[:3], ["üjson", "üraw", "üform"])

    def test_a_name_that_is_cut_in_a_message_is_still_text(self):
        for name in ("a" + 60 * "%C3%BC", "%F0%9F%98%80" * 40):
            for path in (f"graders/{name}/versions/1/files", f"schedules/{name}"):
                self.problem(self.ask("GET", "/v1/" + path), 404)
            self.problem(self.ask("DELETE", f"/v1/tokens/{name}"), 404)
            self.problem(self.ask("DELETE", f"/v1/webhooks/{name}"), 404)
            self.problem(self.ask("PUT", f"/v1/courses/{name}", {}), 400)

    def test_wrong_requests_are_told_what_is_wrong(self):
        self.make_grader()
        for fields, word in ((("priority", "regrade"), "live, batch"), (("attempts", "0"), "1 to"),
                             (("not_before", "2026-02-31T00:00:00Z"), "time"),
                             (("deadline", "tomorrow"), "time"),
                             (("deadline", "2001-01-01T00:00:00Z"), "a time to come"), (("learner", "x" * 300), "255"),
                             (("learner", "\udc80"), "UTF-8")):
            body = self.service.send(
                {"grader": "fib", fields[0]: fields[1]}, [("f", b"1")]) \
                if "\udc80" not in fields[1] else self.ask(
                    "POST", "/v1/jobs?grader=fib&learner=%80", b"1")
            self.assertIn(word, self.problem(body, 400))
        self.problem(self.service.send({"grader": "none"}, [("f", b"1")]), 404)
        self.assertIn("line 1", self.problem(
            self.ask("POST", "/v1/jobs", b"{", Content_Type="application/json"), 400))
        schedule = {"cron": "0 3 * * *"}
        for change, words in (
                ({"command": []}, '"command": expected a list of strings'),
                ({"course": None}, '"course" is missing'), ({"x": 1}, 'unknown key "x"'),
                ({"memory": "much"}, '"memory": '), ({"cpus": 0}, '"cpus": expected a number above 0'),
                ({"policy": "../x"}, '"policy": expected the name of one'),
                ({"policy": "nosuch"}, '"policy": "nosuch": expected one of base, '),
                ({"environment": "debian"}, '"environment": expected host'),
                ({"stdin": "zz"}, '"stdin": expected a SHA-256'),
                ({"limits": {"nice": 1}}, '"limits": unknown limit "nice"; expected wall, '),
                ({"limits": {"wall": "banana"}}, '"limits"."wall": '),
                ({"limits": {"memory": 0}}, '"limits"."memory": expected more than 0'),
                ({"limits": {"memory": "600 MiB"}}, '"limits"."memory": expected no more than "memory"'),
                ({"limits": {"memory": 2}, "memory": 1}, "asks for: 1 bytes, found 2"),
                ({"memory": 0}, '"memory": expected more than 0'),
                ({"limits": {"processes": "many"}}, '"limits"."processes": expected a whole number'),
                ({"kind": "grade"}, '"kind": expected run')):
            job = {**RUN, **change}
            for answer in (self.ask("POST", "/v1/jobs", job),
                           self.ask("PUT", "/v1/schedules/s", {**schedule, "job": job})):
                self.assertIn(words, self.problem(answer, 400))
        self.problem(self.ask("GET", "/v1/jobs/x"), 400)
        self.problem(self.ask("GET", "/v1/jobs/999999"), 404)
        self.problem(self.ask("GET", "/v1/jobs?limit=0"), 400)
        self.problem(self.ask("GET", "/v1/jobs?state=none"), 400)
        self.problem(self.ask("GET", "/v1/jobs/1?wait=61"), 400)
        self.problem(self.ask("GET", "/v1/nothing"), 404)
        refused = self.ask("PATCH", "/v1/jobs")
        self.problem(refused, 405)
        self.assertEqual(refused.headers["Allow"], "POST, GET, HEAD")

    def test_what_is_not_known_is_not_passed_over(self):
        self.make_grader()
        files = [("f", b"1")]
        fields = "grader, learner, priority, attempts, not_before, deadline, idempotency_key"
        sent = self.service.send({"grader": "fib", "prioritty": "batch"}, files)
        self.assertIn(f'unknown field "prioritty"; expected one of {fields}',
                      self.problem(sent, 400))
        for heads, words in ((('; name="learner"', '; name="learner"', '; name="file"; filename="a"'),
                              'field "learner" is there twice'),
                             (('; filename="a"',), "a part of the form has no name")):
            parts = [f"--bb\r\nContent-Disposition: form-data{head}\r\n\r\n1\r\n" for head in heads]
            sent = self.ask("POST", "/v1/jobs?grader=fib", "".join(parts) + "--bb--\r\n",
                            Content_Type="multipart/form-data; boundary=bb")
            self.assertIn(words, self.problem(sent, 400))
        for method, path, name, data in (
                ("POST", "jobs?grader=fib&prioritty=batch", "prioritty", b"1"),
                ("POST", "jobs?x=1", "x", RUN), ("GET", "jobs?stat=dead", "stat", None),
                ("GET", "jobs/1?waits=1", "waits", None), ("GET", "graders?kurs=c", "kurs", None),
                ("GET", "jobs/1/result?views=staff", "views", None)):
            answer = self.ask(method, "/v1/" + path, data)
            self.assertIn(f'unknown argument "{name}"', self.problem(answer, 400))
        self.assertIn('argument "state" is there twice', self.problem(
            self.ask("GET", "/v1/jobs?state=dead&state=done"), 400))

    def test_a_type_is_taken_at_its_word(self):
        self.make_grader()
        for kind in ("application/json-patch+json", "text/x-c", "multipart/form-dataX"):
            job = self.ask("POST", "/v1/jobs?grader=fib", b"a=1&b", Content_Type=kind)
            self.assertEqual(job.status, 201, job.bytes)
        self.problem(self.ask("POST", "/v1/jobs", b'{"kind":"run"}',
                              Content_Type="application/json-patch+json"), 400)
        job = self.ask("POST", "/v1/jobs", json.dumps(RUN).encode(),
                       Content_Type="Application/JSON; charset=utf-8")
        self.assertEqual(job.status, 201)
        refused = self.ask("POST", "/v1/jobs?grader=fib", b"int main(void) { return 1 && 0; }",
                           Content_Type="application/x-www-form-urlencoded")
        self.assertIn("application/x-www-form-urlencoded", self.problem(refused, 415))

    def test_who_waits_is_answered_when_the_job_ends(self):
        job = self.ask("POST", "/v1/jobs", RUN).json()["id"]
        start = time.monotonic()
        self.assertEqual(self.ask("GET", f"/v1/jobs/{job}?wait=1").json()["state"], "ready")
        self.assertGreaterEqual(time.monotonic() - start, 0.9)
        wait = in_background(self.ask, "GET", f"/v1/jobs/{job}?wait=60")
        self.assertEqual(self.hand.lease(), job)
        time.sleep(0.2)
        self.assertEqual(self.hand.ask("finish exited - - -"), "ok")
        end = time.monotonic()
        self.assertEqual(wait().json()["state"], "done")
        self.assertLess(time.monotonic() - end, 2)

    def test_events_come_as_they_happen(self):
        job = self.ask("POST", "/v1/jobs", RUN).json()["id"]
        stream = self.service.connect()
        stream.request("GET", f"/v1/jobs/{job}/events",
                       headers={"Authorization": "Bearer " + self.service.token})
        answer = stream.getresponse()
        self.assertEqual(answer.headers["Content-Type"], "text/event-stream")
        self.assertEqual(self.hand.lease(), job)
        self.hand.ask("tell", '{"event":"build","id":"compile"}')
        self.assertEqual(self.event(answer)["event"], "attempt")
        build = self.event(answer)
        self.assertEqual(build["event"], "build")
        self.hand.ask("tell", '{"event":"test","done":1}')
        self.assertEqual(json.loads(self.event(answer)["data"])["done"], 1)
        again = self.ask_events(job, build["id"])
        self.hand.ask("finish exited - - -")
        end = self.event(answer)
        self.assertEqual((end["event"], json.loads(end["data"])["state"]), ("end", "done"))
        self.assertEqual(answer.read(), b"")
        stream.close()
        self.assertIn(b'"done":1', again())
        self.assertNotIn(b"compile", again())

    def ask_events(self, job, last):
        kept = in_background(lambda: self.ask("GET", f"/v1/jobs/{job}/events", Last_Event_ID=last))
        time.sleep(0.3)
        return lambda: kept().bytes

    @staticmethod
    def event(answer):
        """The next one; comments say only that the connection lives."""
        lines = {}
        while "event" not in lines:
            for line in iter(answer.readline, b"\n"):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                lines[name] = value
        return lines

    def test_jobs_are_listed_by_page_and_filter(self):
        ids = [self.ask("POST", "/v1/jobs", {**RUN, "course": f"c{i % 2}"}).json()["id"]
               for i in range(5)]
        page = self.ask("GET", "/v1/jobs?limit=2").json()
        self.assertEqual([job["id"] for job in page["jobs"]], ids[:-3:-1])
        page = self.ask("GET", f"/v1/jobs?limit=3&cursor={page['next']}").json()
        self.assertEqual([job["id"] for job in page["jobs"]], ids[2::-1])
        self.assertEqual(len(self.ask("GET", "/v1/jobs?course=c1").json()["jobs"]), 2)
        self.assertEqual(self.ask("GET", "/v1/jobs?kind=grade").json(), {"jobs": [], "next": None})

    def test_a_job_is_cancelled(self):
        job = self.ask("POST", "/v1/jobs", RUN).json()["id"]
        self.assertEqual(self.ask("DELETE", f"/v1/jobs/{job}").json()["state"], "cancelled")
        job = self.ask("POST", "/v1/jobs", RUN).json()["id"]
        self.assertEqual(self.hand.lease(), job)
        cancelled = self.ask("DELETE", f"/v1/jobs/{job}").json()
        self.assertEqual((cancelled["state"], cancelled["cancelling"]), ("running", True))

    def test_a_dead_job_is_tried_again(self):
        job = self.ask("POST", "/v1/jobs", {**RUN, "attempts": 1}).json()["id"]
        refused = self.ask("POST", f"/v1/jobs/{job}/retry")
        self.assertIn("is ready: only a dead one is tried again", self.problem(refused, 409))
        self.assertEqual(self.hand.lease(), job)
        self.hand.ask("fail no disk")
        self.assertEqual(self.ask("GET", f"/v1/jobs/{job}").json()["state"], "dead")
        again = self.ask("POST", f"/v1/jobs/{job}/retry").json()
        self.assertEqual((again["state"], again["failures"]), ("ready", 0))
        self.assertEqual(self.hand.lease(), job)

    # Roles

    def test_roles_may_what_they_may(self):
        self.make_grader()
        staff, other, auditor = (self.make_token("staff", "c1"), self.make_token("staff", "c2"),
                                 self.make_token("auditor"))
        job = self.submit(token=staff)["id"]
        self.submit(token=other, status=403)
        self.submit(token=auditor, status=403)
        path = f"/v1/jobs/{job}"
        for token, statuses in ((staff, (200, 200)), (other, (404, 404)), (auditor, (200, 403))):
            self.assertEqual((self.ask("GET", path, token=token).status,
                              self.ask("DELETE", path, token=token).status), statuses)
        for method, where, body in (("GET", "/v1/tokens", None), ("POST", "/v1/jobs", RUN),
                                    ("PUT", "/v1/courses/c1", {"weight": 2})):
            self.problem(self.ask(method, where, body, token=staff), 403)
        self.problem(self.ask("GET", "/metrics", token=staff), 403)
        self.assertEqual(self.ask("GET", "/metrics", token=auditor).status, 200)
        self.problem(self.ask("GET", "/v1/jobs?course=c1", token=other), 403)
        self.assertEqual(self.ask("GET", "/v1/jobs", token=other).json()["jobs"], [])
        self.assertEqual(self.ask("GET", "/v1/queue", token=other).json()["courses"], [])
        self.problem(self.service.send({}, GRADER, "/v1/graders/x?course=c1", "PUT",
                                       token=other), 403)
        self.problem(self.service.send({}, GRADER, "/v1/graders/fib?course=c2", "PUT",
                                       token=other), 403)

    def test_a_token_expires_at_a_time_to_come(self):
        made = self.ask("POST", "/v1/tokens", {"role": "auditor", "name": "a"}).json()
        self.assertIsNone(made["used_at"])
        listed = self.ask("GET", "/v1/tokens").json()["tokens"]
        self.assertEqual([token["used_at"] for token in listed if token["id"] == made["id"]], [None])
        past = {"role": "auditor", "name": "late", "expires_at": "2001-01-01T00:00:00Z"}
        self.assertIn("a time to come", self.problem(self.ask("POST", "/v1/tokens", past), 400))
        self.assertEqual(len(self.ask("GET", "/v1/tokens").json()["tokens"]), len(listed))

    def test_who_is_nobody_is_told_so(self):
        made = self.ask("POST", "/v1/tokens", {"role": "auditor", "name": "a"}).json()
        self.assertEqual(self.ask("GET", "/v1/jobs", token=made["token"]).status, 200)
        self.assertEqual(self.ask("DELETE", f"/v1/tokens/{made['id']}").status, 204)
        expired = self.make_token("auditor", expires_at=time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2)))
        time.sleep(2.5)
        for token in (None, "x", made["token"], expired, "cupel_" + "a" * 500):
            answer = self.ask("GET", "/v1/jobs", token=token)
            self.problem(answer, 401)
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer"))
        self.assertNotIn(made["token"], json.dumps(self.ask("GET", "/v1/tokens").json()))

    def test_staff_are_told_of_their_own_courses_dead(self):
        for course in ("c1", "c1", "c2"):
            self.ask("POST", "/v1/jobs", {**RUN, "course": course, "attempts": 1})
            self.hand.lease()
            self.hand.ask("fail no disk")
        self.assertEqual(self.ask("GET", "/v1/queue").json()["dead"], 3)
        for course, dead in (("c1", 2), ("c2", 1), ("c3", 0)):
            queue = self.ask("GET", "/v1/queue", token=self.make_token("staff", course)).json()
            self.assertEqual(queue["dead"], dead)

    def test_who_waits_is_sent_away_when_the_token_is_revoked(self):
        job = self.ask("POST", "/v1/jobs", RUN).json()["id"]
        made = self.ask("POST", "/v1/tokens", {"role": "auditor", "name": "a"}).json()
        waits = [in_background(lambda path=path: self.ask("GET", f"/v1/jobs/{job}{path}",
                                                          token=made["token"]))
                 for path in ("?wait=60", "/events")]
        time.sleep(0.5)
        self.ask("DELETE", f"/v1/tokens/{made['id']}")
        start = time.monotonic()
        poll, stream = (wait() for wait in waits)
        self.assertLess(time.monotonic() - start, 15)
        self.problem(poll, 401)
        self.assertEqual((stream.status, stream.bytes.replace(b":\n\n", b"")), (200, b""))

    # All else

    def test_graders_are_versions(self):
        self.assertEqual(self.make_grader(), 1)
        self.assertEqual(self.make_grader(files=[("grader.json", b"{ }")]), 2)
        versions = self.ask("GET", "/v1/graders/fib").json()["versions"]
        self.assertEqual([(v["version"], v["state"]) for v in versions],
                         [(2, "live"), (1, "retired")])
        files = self.ask("GET", "/v1/graders/fib/versions/1/files").json()["files"]
        self.assertEqual([(file["path"], file["executable"]) for file in files],
                         [("data/run", True), ("grader.json", False)])
        back = self.ask("POST", "/v1/graders/fib/live", {"version": 1}).json()["versions"]
        self.assertEqual([v["state"] for v in back], ["retired", "live"])
        self.assertEqual(self.ask("GET", "/v1/graders").json()["graders"][0]["version"], 1)
        self.problem(self.ask("GET", "/v1/graders/none"), 404)
        self.problem(self.ask("PUT", "/v1/graders/x?course=c1", b"PK", Content_Type="text/plain"),
                     415)
        self.problem(self.service.send({}, GRADER, "/v1/graders/x", "PUT"), 400)
        other = self.make_token("staff", "c1")
        for course in ("c2", "c1"):
            refused = self.ask("POST", f"/v1/graders/fib/live?course={course}", {"version": 2},
                               token=other if course == "c2" else self.make_token("staff", "c2"))
            self.problem(refused, 403)
        self.assertEqual(self.ask("GET", "/v1/graders").json()["graders"][0]["version"], 1)

    def test_a_grader_without_a_name_is_refused_before_it_is_unpacked(self):
        refused = self.ask("PUT", "/v1/graders/BAD%20NAME?course=c1", b"no archive")
        self.assertIn("grader BAD NAME: expected 1 to 64", self.problem(refused, 400))
        refused = self.ask("PUT", "/v1/graders/fib?course=BAD%20COURSE", b"no archive")
        self.assertIn("course BAD COURSE: expected 1 to 64", self.problem(refused, 400))

    def put_archive(self, data, kind="application/octet-stream", **keywords):
        service = keywords.pop("service", self.service)
        return service.ask("PUT", "/v1/graders/packed?course=c1", data, Content_Type=kind,
                           **keywords)

    def test_an_archive_is_the_same_grader_as_its_files(self):
        self.make_grader()
        tree = self.ask("GET", "/v1/graders/fib").json()["versions"][0]["tree"]
        wrapped = [("fib-main/" + name, data) for name, data in GRADER]
        packed = [(tar(GRADER, "gz"), "application/gzip"), (tar(GRADER), "application/x-tar"),
                  (tar(wrapped, "xz"), "application/octet-stream; charset=binary"),
                  (pack_zip(GRADER), "application/zip"), (pack_zip(wrapped), "Application/ZIP")]
        for number, (data, kind) in enumerate(packed, 1):
            made = self.put_archive(data, kind)
            self.assertEqual(made.status, 202, made.bytes)
            version = made.json()
            self.assertEqual((version["version"], version["tree"], version["state"]),
                             (number, tree, "checking"))
            self.assertEqual(made.headers["Location"], f"/v1/jobs/{version['check']}")
        self.assertEqual(sorted(path.name for path in self.service.folder.iterdir()),
                         ["access", "audit", "errors"])

    def test_a_hostile_archive_is_refused_with_its_reason(self):
        small = Service(self, self.url, "--max-submission", "1MiB")
        bomb = [("grader.json", b"{}"), ("zeros", bytes(16 << 20))]
        refused = [(tar([("../x", b"1")]), "../x: "), (pack_zip([("a/../../x", b"1")]), "x: "),
                   (tar([("/etc/x", b"1")]), "/etc/x: "),
                   (tar(GRADER, links=[("l", "../../etc/passwd")]), "l: "),
                   (tar(GRADER, links=[("l", "/etc/passwd")]), "l: "),
                   (tar(GRADER, links=[("l", "grader.json")]), "l: it is a link"),
                   (tar(bomb, "gz"), "1048576 bytes"), (pack_zip(bomb), "1048576 bytes"),
                   (b"no archive", "expected zip"), (b"PK\3\4 cut", "archive is refused: "),
                   (tar(GRADER, "gz")[:-20], "archive is refused: "), (b"", "empty")]
        for data, reason in refused:
            answer = self.put_archive(data, service=small, token=self.service.token)
            self.assertIn(reason, self.problem(answer, 400))
        self.problem(self.ask("GET", "/v1/graders/packed"), 404)
        self.assertEqual((small.folder / "errors").read_text(), "")
        self.assertEqual(sorted(path.name for path in small.folder.iterdir()),
                         ["access", "audit", "errors"])

    def test_a_sandbox_that_fails_is_no_fault_of_the_archive(self):
        alone = self.folder() / "libexec/cupel/cupel-service"
        alone.parent.mkdir(parents=True)
        shutil.copy(SERVICE, alone)
        service = Service(self, self.url, program=alone)
        answer = self.put_archive(tar(GRADER), service=service, token=self.service.token)
        self.assertNotIn("cell", self.problem(answer, 500))
        self.assertIn("cupel-cell: No such file", (service.folder / "errors").read_text())

    def test_a_regrade_is_compared_and_published(self):
        self.make_grader()
        job = self.submit()["id"]
        self.assertEqual(self.hand.lease(), job)
        self.hand.ask("finish graded 5 10 -")
        self.make_grader(files=[("grader.json", b"{ }")])
        made = self.ask("POST", "/v1/regrades", {"grader": "fib", "from": 1, "to": 2})
        self.assertEqual(made.status, 201, made.bytes)
        path = made.headers["Location"]
        self.problem(self.ask("POST", path + "/publish"), 409)
        self.assertGreater(self.hand.lease(), job)
        self.hand.ask("finish graded 8 10 -")
        self.problem(self.ask("GET", path + "/items?change=1"), 400)
        items = self.ask("GET", path + "/items?changed=1").json()["items"]
        self.assertEqual([(i["old"]["score"], i["new"]["score"]) for i in items], [(5, 8)])
        self.assertEqual(self.ask("POST", path + "/publish").json()["state"], "published")
        self.assertEqual(len(self.ask("GET", "/v1/regrades?grader=fib").json()["regrades"]), 1)
        self.problem(self.ask("POST", path + "/withdraw"), 409)

    def test_courses_schedules_webhooks_and_policies(self):
        put = self.ask("PUT", "/v1/courses/c9", {"weight": 3, "max_running": 2})
        self.assertEqual(put.json(), {"name": "c9", "weight": 3, "max_running": 2})
        self.problem(self.ask("PUT", "/v1/courses/c9", {"weight": 0}), 400)
        schedule = {"cron": "0 3 * * *", "zone": "Europe/Berlin", "missed": "skip", "job": RUN}
        self.assertEqual(self.ask("PUT", "/v1/schedules/night", schedule).status, 200)
        self.problem(self.ask("PUT", "/v1/schedules/night", {**schedule, "cron": "x"}), 400)
        self.assertEqual(len(self.ask("GET", "/v1/schedules").json()["schedules"]), 1)
        self.problem(self.ask("DELETE", "/v1/schedules/night",
                              token=self.make_token("staff", "c1")), 403)
        self.assertEqual(self.ask("DELETE", "/v1/schedules/night").status, 204)
        self.problem(self.ask("DELETE", "/v1/schedules/night"), 404)
        hook = self.ask("PUT", "/v1/webhooks/lms", {"url": "https://example.org/x"})
        self.assertEqual((hook.status, len(hook.json()["secret"])), (201, 64))
        self.assertNotIn("secret", self.ask("GET", "/v1/webhooks/lms").json())
        self.problem(self.ask("PUT", "/v1/webhooks/lms", {"url": "http://127.0.0.1/"}), 400)
        self.assertEqual(self.ask("GET", "/v1/webhook-deliveries").json(), {"deliveries": []})
        names = [p["name"] for p in self.ask("GET", "/v1/policies").json()["policies"]]
        self.assertIn("native", names)
        self.assertEqual(self.ask("GET", "/v1/policies/native").json()["policy"], "native")
        self.problem(self.ask("GET", "/v1/policies/nope"), 404)

    def test_each_route_answers_as_it_is_described(self):
        """Contract.check() looks at each answer of all tests; here are those that are left."""
        lenient = Service(self, self.url, "--allow-private-webhooks", watch=self.contract.check)
        lenient.ask("PUT", "/v1/webhooks/lms", {"url": "http://127.0.0.1:1/"},
                    token=self.service.token)
        self.make_grader()
        job = self.submit(learner="ann")["id"]
        self.hand.lease()
        self.hand.ask("finish graded 5 10", RESULT)
        self.make_grader(files=[("grader.json", b"{ }")])
        for end in ("withdraw", "publish"):
            regrade = self.ask("POST", "/v1/regrades", {"grader": "fib"}).headers["Location"]
            self.assertGreater(self.hand.lease(), job)
            self.hand.ask("finish graded 8 10 -")
            for path in (regrade, regrade + "/items"):
                self.ask("GET", path)
            self.ask("POST", f"{regrade}/{end}")
        page = self.ask("GET", "/v1/regrades?limit=1").json()
        self.assertEqual(page["next"], str(page["regrades"][0]["id"]))
        older = self.ask("GET", f"/v1/regrades?limit=1000&cursor={page['next']}").json()
        self.assertLess(older["regrades"][0]["id"], page["regrades"][0]["id"])
        self.assertIsNone(older["next"])
        self.problem(self.ask("GET", "/v1/regrades?limit=0"), 400)
        token = self.ask("POST", "/v1/tokens", {"role": "staff", "course": "c1", "name": "x"})
        self.ask("PUT", "/v1/schedules/night", {"cron": "0 3 * * *", "job": RUN})
        self.ask("PUT", "/v1/courses/c1", {"weight": 3})
        self.ask("POST", "/v1/graders/fib/live", {"version": 1})
        self.wait_for(lambda: any(delivery["why"] for delivery in self.ask(
            "GET", "/v1/webhook-deliveries").json()["deliveries"]))
        delivery = self.ask("GET", "/v1/webhook-deliveries").json()["deliveries"][0]["id"]
        self.ask("POST", f"/v1/webhook-deliveries/{delivery}/retry")
        for path in ("/result", "/events", ""):
            self.ask("GET", f"/v1/jobs/{job}{path}")
        for path in ("jobs", "graders", "graders/fib", "graders/fib/versions/1/files", "regrades",
                     "schedules", "schedules/night", "policies", "policies/native", "courses",
                     "courses/c1", "queue", "tokens", "webhooks", "webhooks/lms"):
            self.ask("GET", f"/v1/{path}")
        for path in ("healthz", "readyz", "metrics", "openapi.json"):
            self.ask("GET", "/" + path)
        run = self.ask("POST", "/v1/jobs", {**RUN, "attempts": 1}).json()["id"]
        self.assertEqual(self.hand.lease(), run)
        self.hand.ask("fail no disk")
        self.ask("POST", f"/v1/jobs/{run}/retry")
        for path in (f"jobs/{run}", f"tokens/{token.json()['id']}", "schedules/night",
                     "webhooks/lms"):
            self.ask("DELETE", f"/v1/{path}")
        self.assertEqual(self.contract.routes() - self.contract.seen, set())

    def test_metrics_count_what_has_ended(self):
        self.ask("POST", "/v1/jobs", {**RUN, "course": "c.1"})
        job = self.ask("POST", "/v1/jobs", RUN).json()["id"]
        while self.hand.lease() != job:
            pass
        self.hand.ask("finish exited - - -")
        text = self.ask("GET", "/metrics").bytes.decode()
        names = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                names[line.split()[2]] = line.split()[3]
        self.assertEqual(names["cupel_job_run_seconds"], "histogram")
        self.assertIn('cupel_queue_jobs{course="c.1",priority="live",state="running"} 1', text)
        self.assertIn('cupel_jobs_total{kind="run",state="done",status="exited"} 1', text)
        self.assertIn('cupel_verdicts_total{verdict="passed"} 2', text)
        self.assertIn('cupel_denied_calls_total{call="pt\\"race"} 1', text)
        self.assertIn('cupel_job_run_seconds_bucket{kind="run",priority="live",le="+Inf"} 1', text)

    def test_metrics_count_a_wait_from_when_a_job_could_run(self):
        job = self.ask("POST", "/v1/jobs", {**RUN, "attempts": 1}).json()["id"]
        self.assertEqual(self.hand.lease(), job)
        self.hand.ask("fail no disk")
        time.sleep(2)
        self.ask("POST", f"/v1/jobs/{job}/retry")
        self.assertEqual(self.hand.lease(), job)
        self.hand.ask("finish exited - - -")
        text = self.ask("GET", "/metrics").bytes.decode()
        self.assertIn('cupel_job_wait_seconds_count{kind="run",priority="live"} 1', text)
        (wait,) = re.findall(r'^cupel_job_wait_seconds_sum{kind="run".*} (.*)$', text, re.M)
        self.assertLess(float(wait), 2)

    def test_logs_tell_who_did_what_and_no_secret(self):
        made = self.ask("POST", "/v1/tokens", {"role": "auditor", "name": "eve"}).json()
        self.ask("POST", "/v1/tokens", {"role": "auditor", "name": "x"}, token=made["token"])
        time.sleep(0.2)
        audit = sorted(self.service.log("audit"), key=lambda line: line["status"])
        self.assertEqual([(line["action"], line["outcome"]) for line in audit],
                         [("POST /v1/tokens", "done"), ("POST /v1/tokens", "refused")])
        self.assertEqual(audit[1]["token"], made["id"])
        self.assertEqual(sorted(line["status"] for line in self.service.log("access")), [201, 403])
        for name in ("access", "audit", "errors"):
            text = (self.service.folder / name).read_text()
            self.assertNotIn(made["token"], text)
            self.assertNotIn(self.service.token, text)


class OnSqlite(Api, queues.OnSqlite):
    pass


class OnPostgres(Api, queues.OnPostgres):
    pass


if __name__ == "__main__":
    support.main()
