"""Who may do what: each route that docs/openapi.json describes, asked for by everybody."""

import re

import queues
import support
from contract import Contract
from service import Hand, Service

RESULT = support.SOURCE / "tests/service/result.json"
FILES = [("grader.json", b"{}")]
SUBMISSION = [("fib.c", b"int x;")]
RUN = {"kind": "run", "course": "algebra", "command": ["true"]}
SCHEDULE = {"cron": "0 3 * * *", "job": RUN}
REGRADE = {"grader": "fib", "to": 2}
HOOK = {"url": "https://example.org/x", "course": "algebra"}

# Things are of course algebra. In braces: a new one, see Roles.new_…(). A list is sent as the
# files of a form.
WHO = ("nobody", "auditor", "staff of botany", "staff of algebra", "platform")
ANYBODY = (200, 200, 200, 200, 200)
SOMEBODY = (401, 200, 200, 200, 200)  # staff get their own course's
READERS = (401, 200, 403, 200, 200)
HIDDEN = (401, 200, 404, 200, 200)  # another course's is not there
PLATFORM = (401, 403, 403, 403)
MAY = (
    ("POST", "/v1/jobs?grader=fib", SUBMISSION, (401, 403, 403, 201, 201)),
    ("POST", "/v1/jobs", RUN, (*PLATFORM, 201)),
    ("GET", "/v1/jobs", None, SOMEBODY),
    ("GET", "/v1/jobs?course=algebra", None, READERS),
    ("GET", "/v1/jobs/{job}", None, HIDDEN),
    ("DELETE", "/v1/jobs/{job}", None, (401, 403, 404, 200, 200)),
    ("POST", "/v1/jobs/{dead}/retry", None, (401, 403, 404, 200, 200)),
    ("GET", "/v1/jobs/{graded}/result", None, HIDDEN),
    ("GET", "/v1/jobs/{graded}/result?view=learner", None, HIDDEN),
    ("GET", "/v1/jobs/{graded}/events", None, HIDDEN),
    ("GET", "/v1/graders", None, SOMEBODY),
    ("GET", "/v1/graders?course=algebra", None, READERS),
    ("GET", "/v1/graders/fib", None, HIDDEN),
    ("GET", "/v1/graders/fib?course=algebra", None, READERS),
    ("PUT", "/v1/graders/fib?course=algebra", FILES, (401, 403, 403, 202, 202)),
    ("PUT", "/v1/graders/fib?course=botany", FILES, (401, 403, 403, 403, 403)),
    ("GET", "/v1/graders/fib/versions/1/files", None, READERS),
    ("POST", "/v1/graders/fib/live", {"version": 1}, (401, 403, 403, 200, 200)),
    ("POST", "/v1/regrades", REGRADE, (401, 403, 403, 201, 201)),
    ("GET", "/v1/regrades", None, SOMEBODY),
    ("GET", "/v1/regrades?course=algebra", None, READERS),
    ("GET", "/v1/regrades/{regrade}", None, HIDDEN),
    ("GET", "/v1/regrades/{regrade}/items", None, HIDDEN),
    ("POST", "/v1/regrades/{regrade}/publish", None, (401, 403, 404, 200, 200)),
    ("POST", "/v1/regrades/{regrade}/withdraw", None, (401, 403, 404, 200, 200)),
    ("GET", "/v1/schedules", None, SOMEBODY),
    ("GET", "/v1/schedules?course=algebra", None, READERS),
    ("GET", "/v1/schedules/{schedule}", None, HIDDEN),
    ("PUT", "/v1/schedules/night", SCHEDULE, (*PLATFORM, 200)),
    ("DELETE", "/v1/schedules/{schedule}", None, (*PLATFORM, 204)),
    ("GET", "/v1/policies", None, SOMEBODY),
    ("GET", "/v1/policies/native", None, SOMEBODY),
    ("GET", "/v1/courses", None, SOMEBODY),
    ("GET", "/v1/courses/algebra", None, HIDDEN),
    ("PUT", "/v1/courses/algebra", {"weight": 2}, (*PLATFORM, 200)),
    ("GET", "/v1/queue", None, SOMEBODY),
    ("GET", "/v1/tokens", None, (*PLATFORM, 200)),
    ("POST", "/v1/tokens", {"role": "auditor", "name": "a"}, (*PLATFORM, 201)),
    ("DELETE", "/v1/tokens/{token}", None, (*PLATFORM, 204)),
    ("GET", "/v1/webhooks", None, SOMEBODY),
    ("GET", "/v1/webhooks?course=algebra", None, READERS),
    ("GET", "/v1/webhooks/{webhook}", None, HIDDEN),
    ("PUT", "/v1/webhooks/new", HOOK, (401, 403, 403, 201, 201)),
    ("PUT", "/v1/webhooks/{webhook}", {"url": HOOK["url"]}, (401, 403, 403, 201, 403)),
    ("DELETE", "/v1/webhooks/{webhook}", None, (401, 403, 404, 204, 204)),
    ("GET", "/v1/webhook-deliveries", None, SOMEBODY),
    ("GET", "/v1/webhook-deliveries?course=algebra", None, READERS),
    ("POST", "/v1/webhook-deliveries/{delivery}/retry", None, (401, 403, 404, 204, 204)),
    ("GET", "/healthz", None, ANYBODY),
    ("GET", "/readyz", None, ANYBODY),
    ("GET", "/metrics", None, (401, 200, 403, 403, 200)),
    ("GET", "/openapi.json", None, ANYBODY),
)


class Roles:
    def setUp(self):
        super().setUp()
        url = self.open_queue()
        self.contract = Contract()
        self.service = Service(self, url, "--rate", "1000000", watch=self.contract.check)
        self.service.read_token()
        self.hand = Hand(self, url)
        self.tokens = {"nobody": None, "platform": self.service.token,
                       "auditor": self.new_token("auditor", key="token"),
                       "staff of botany": self.new_token("staff", "botany", "token"),
                       "staff of algebra": self.new_token("staff", "algebra", "token")}
        for text in (b"{}", b"{ }"):
            self.ask("PUT", "/v1/graders/fib?course=algebra", [("grader.json", text)])
            self.end_all("passed - - -")
        self.ask("POST", "/v1/graders/fib/live", {"version": 1})
        self.graded = self.new_job()
        self.end_all("graded 5 10", RESULT)

    def ask(self, method, path, body=None, who="platform"):
        token = self.tokens[who]
        if isinstance(body, list):
            return self.service.send({}, body, path, method, token=token)
        return self.service.ask(method, path, body, token=token)

    def end_all(self, *how):
        while self.hand.lease() != 0:
            self.assertEqual(self.hand.ask("finish", *how), "ok")

    def new_token(self, role="auditor", course=None, key="id"):
        made = self.service.ask("POST", "/v1/tokens",
                                {"role": role, "course": course, "name": "x"})
        return made.json()[key]

    def new_job(self):
        return self.ask("POST", "/v1/jobs?grader=fib", SUBMISSION).json()["id"]

    def new_graded(self):
        return self.graded

    def new_dead(self):
        self.end_all("graded 5 10 -")
        job = self.ask("POST", "/v1/jobs", {**RUN, "attempts": 1}).json()["id"]
        self.assertEqual(self.hand.lease(), job)
        self.hand.ask("fail no disk")
        return job

    def new_regrade(self):
        self.new_job()
        self.end_all("graded 5 10 -")
        regrade = self.ask("POST", "/v1/regrades", REGRADE).json()["id"]
        self.end_all("graded 8 10 -")
        return regrade

    def new_schedule(self):
        return self.ask("PUT", "/v1/schedules/night", SCHEDULE).json()["name"]

    def new_webhook(self):
        return self.ask("PUT", "/v1/webhooks/lms", HOOK).json()["name"]

    def new_delivery(self):
        """To a receiver that is never reached."""
        self.new_webhook()
        self.new_job()
        self.end_all("graded 5 10 -")
        return self.ask("GET", "/v1/webhook-deliveries").json()["deliveries"][0]["id"]

    def withdraw_regrades(self):
        for regrade in self.ask("GET", "/v1/regrades").json()["regrades"]:
            if regrade["state"] == "open":
                self.ask("POST", f"/v1/regrades/{regrade['id']}/withdraw")

    def statuses(self, method, path, body):
        """Of everybody, each of whom asks for something new."""
        for who in WHO:
            self.withdraw_regrades()
            filled = re.sub(r"\{(\w+)\}", lambda m: str(getattr(self, "new_" + m[1])()), path)
            answer = self.ask(method, filled, body, who)
            if path.startswith("/v1/") and answer.status < 300 and who == "staff of botany":
                self.assertNotIn(b"algebra", answer.bytes)
            yield answer.status

    def test_each_route_is_for_those_whom_it_is_for(self):
        asked = set()
        for method, path, body, expected in MAY:
            with self.subTest(f"{method} {path}"):
                statuses = list(self.statuses(method, path, body))
                self.assertEqual(dict(zip(WHO, statuses)), dict(zip(WHO, expected)))
            asked.add(self.contract.operation(method, path.partition("?")[0]))
        self.assertEqual(asked, self.contract.routes())


class OnSqlite(Roles, queues.OnSqlite):
    pass


class OnPostgres(Roles, queues.OnPostgres):
    pass


if __name__ == "__main__":
    support.main()
