"""Pages over HTTP, as clients other than browsers ask for them: logging in, who is let in, and
that nobody learns what another course has."""

import support
from service import Hand, Service, form


class Pages(support.TestCase):
    def setUp(self):
        super().setUp()
        url = f"sqlite://{self.folder()}/queue.db"
        self.service = Service(self, url)
        self.ask = self.service.ask
        self.service.read_token()
        self.hand = Hand(self, url)

    def log_in(self, **headers):
        body, kind = form({"token": self.service.token})
        return self.ask("POST", "/login", body, token=None, Content_Type=kind, **headers)

    def test_a_form_is_taken_of_the_own_site_alone_behind_a_proxy_as_well(self):
        site = {"Host": "127.0.0.1:8470", "Origin": "https://cupel.example"}
        own = self.log_in(**site, Sec_Fetch_Site="same-origin")
        self.assertEqual((own.status, own.headers["Location"]), (303, "/"))
        self.assertIn("cupel_token=", own.headers["Set-Cookie"])
        for foreign in (site, {**site, "Sec_Fetch_Site": "cross-site"},
                        {**site, "Sec_Fetch_Site": "none"}):
            refused = self.log_in(**foreign)
            self.assertEqual(refused.status, 403)
            self.assertNotIn("Set-Cookie", refused.headers)

    def test_staff_cannot_tell_what_another_course_has_from_what_is_not_there(self):
        job = self.graded(support.SOURCE / "tests/service/result.json")
        regrade = self.regrade()
        token = self.ask("POST", "/v1/tokens", {"role": "staff", "course": "c2",
                                                "name": "s"}).json()["token"]
        for method, path, number in (
                ("GET", "/jobs/%d", job), ("GET", "/jobs/%d/result", job),
                ("POST", "/jobs/%d/cancel", job), ("POST", "/jobs/%d/retry", job),
                ("GET", "/regrades/%d", regrade), ("POST", "/regrades/%d/publish", regrade),
                ("GET", "/v1/jobs/%d", job), ("GET", "/v1/jobs/%d/result", job),
                ("GET", "/v1/jobs/%d/events", job), ("DELETE", "/v1/jobs/%d", job),
                ("POST", "/v1/jobs/%d/retry", job), ("GET", "/v1/regrades/%d", regrade),
                ("GET", "/v1/regrades/%d/items", regrade),
                ("POST", "/v1/regrades/%d/withdraw", regrade)):
            with self.subTest(path=f"{method} {path}"):
                others = self.ask(method, path % number, token=token)
                none = self.ask(method, path % 99999, token=token)
                self.assertEqual((others.status, none.status), (404, 404), others.bytes)
                self.assertEqual(others.bytes.replace(b" %d" % number, b" 99999"), none.bytes)

    def regrade(self):
        """Of what graded() has made, by another version."""
        self.make_version(b"{ }")
        made = self.ask("POST", "/v1/regrades", {"grader": "fib"})
        self.assertEqual(made.status, 201, made.bytes)
        return made.json()["id"]

    def make_version(self, text):
        files = [("grader.json", text)]
        made = self.service.send({}, files, "/v1/graders/fib?course=c1", "PUT")
        self.assertEqual(made.status, 202, made.bytes)
        self.hand.lease()
        self.assertEqual(self.hand.ask("finish passed - - -"), "ok")

    def test_a_result_that_cannot_be_read_is_our_fault_and_logged(self):
        broken = self.folder() / "result.json"
        broken.write_text("{}")
        job = self.graded(broken)
        for path in (f"/jobs/{job}/result", f"/v1/jobs/{job}/result?view=learner"):
            with self.subTest(path=path):
                self.assertEqual(self.ask("GET", path).status, 500)
        told = (self.service.folder / "errors").read_text()
        self.assertEqual(told.count(f"result of job {job}: "), 2, told)

    def graded(self, result):
        """A job of a grader, and what came of it."""
        self.make_version(b"{}")
        job = self.service.send({"grader": "fib"}, [("fib.c", b"int x;")]).json()["id"]
        self.assertEqual(self.hand.lease(), job)
        self.assertEqual(self.hand.ask(f"finish graded 1 1 {result}"), "ok")
        return job

    def test_who_is_nobody_is_led_to_the_form_and_back(self):
        for method, path, form in (("GET", "/jobs/5", "/login?next=%2Fjobs%2F5"),
                                   ("GET", "/graders/a%20b%0D%0A", "/login?next=%2Fgraders%2Fa%20b%0D%0A"),
                                   ("GET", "/", "/login"), ("POST", "/jobs/5/cancel", "/login")):
            with self.subTest(path=path):
                answer = self.ask(method, path, token=None)
                self.assertEqual((answer.status, answer.headers["Location"]), (303, form))
                self.assertNotIn("WWW-Authenticate", answer.headers)


if __name__ == "__main__":
    support.main()
