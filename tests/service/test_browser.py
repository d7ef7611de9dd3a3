"""The service's pages in a browser: what is seen, what can be done, and that nothing runs.

CUPEL_SCREENSHOTS names a folder that keeps a picture of each page, light and dark, wide and
narrow.
"""

import os
import re
import signal
import subprocess
import time
import unittest.mock
from pathlib import Path

import support
from browser import Browser
from support import CUPEL, HELPERS, need

PAGES = {
    "queue": "/",
    "jobs": "/jobs",
    "graders": "/graders",
    "grader": "/graders/fib",
    "regrades": "/regrades",
    "regrade": "/regrades/1?changed=0",
    "publish": "/regrades/1/publish",
    "policies": "/policies",
    "policy": "/policies/native",
    "no-page": "/graders/none",
}
# Jobs of the filled queue, by what its list links to: see fill_queue.c.
STATES = ("waiting", "ready", "running", "done", "dead")
LOOKS = [(width, dark) for width in (1280, 320) for dark in (False, True)]

UNLABELLED = """
return [...document.querySelectorAll("input:not([type=hidden]), select, progress, button, svg")]
    .filter(e => !(e.labels && e.labels.length) && !e.textContent.trim()
        && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby"))
    .map(e => e.outerHTML);
"""
WIDER = """
const root = document.documentElement;
return root.scrollWidth > root.clientWidth ? root.scrollWidth : 0;
"""
COUNTS = """
return ["h1", "main", "table:not(:has(caption))", "th:not([scope])", "img:not([alt])"]
    .map(s => document.querySelectorAll(s).length);
"""


class Pages(support.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kept = os.environ.get("CUPEL_SCREENSHOTS")
        cls.pictures = Path(kept) if kept else None

    def setUp(self):
        folder = self.folder()
        self.browser = Browser(self.folder())
        self.addCleanup(self.browser.close)
        subprocess.run([HELPERS / "write_pages", folder], check=True)
        self.start(f"sqlite://{folder}/q.db")
        self.pictures = self.pictures or self.folder()
        self.pictures.mkdir(parents=True, exist_ok=True)

    def start(self, queue):
        """The service, and the first token, which it prints beside its address."""
        log = self.folder() / "log"
        with open(log, "wb") as file:
            self.service = subprocess.Popen(
                [CUPEL, "serve", "--queue", queue, "--no-worker", "--listen", "127.0.0.1:0"],
                stdout=file,
                stderr=file,
            )
        self.addCleanup(self.stop)

        def has_told():
            self.assertIsNone(self.service.poll(), log.read_text())
            root = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
            token = re.search(r"cupel_[a-z0-9]{8}_\w+\n", log.read_text())
            self.root, self.token = root and root[0], token and token[0].strip()
            return root and token

        self.wait_for(has_told)

    def stop(self):
        self.service.send_signal(signal.SIGTERM)
        self.service.wait(timeout=30)

    def log_in(self):
        self.browser.open(self.root + "/login")
        self.browser.type("#token", self.token)
        self.browser.click("main button")
        self.wait_for(lambda: self.browser.address() == self.root + "/")

    def wait_for_state(self, expected):
        """A form has been sent, and its page comes again."""
        state = 'return document.querySelector("main .state").textContent'
        self.wait_for(lambda: self.browser.run(state) == expected)

    def jobs(self, query):
        """Addresses of those that a query finds, the newest first."""
        self.browser.open(f"{self.root}/jobs?{query}")
        links = 'document.querySelectorAll("tbody a")'
        return self.browser.run(f"return [...{links}].map(a => a.pathname)")

    def addresses(self):
        jobs = {f"job-{state}": self.jobs(f"state={state}")[0] for state in STATES}
        ran = self.jobs("kind=run")[0]
        return {**PAGES, **jobs, "printed": ran + "/result"}

    def check_looks(self, name):
        for width, dark in LOOKS:
            self.browser.look_like(width, dark)
            self.assertEqual(self.browser.run(WIDER), 0, f"{name} at {width} pixels")
            theme = "dark" if dark else "light"
            self.browser.screenshot(self.pictures / f"{name}-{width}-{theme}.png")

    def test_every_page_can_be_read_by_everybody_and_runs_nothing(self):
        self.browser.open(self.root + "/login")
        self.check_looks("login")
        self.log_in()
        for name, address in self.addresses().items():
            with self.subTest(page=name):
                self.browser.console()
                self.browser.open(self.root + address)
                self.assertEqual(self.browser.run("return document.scripts.length"), 0)
                self.assertEqual(self.browser.run(UNLABELLED), [])
                self.assertEqual(self.browser.run(COUNTS), [1, 1, 0, 0, 0])
                self.assertNotEqual(self.browser.title(), "")
                self.check_looks(name)
                complaints = self.browser.console()
                if name == "no-page":  # that it is not found is told there as well
                    complaints = [c for c in complaints if " 404 " not in c]
                self.assertEqual(complaints, [])

    def test_a_result_is_a_page_that_runs_nothing(self):
        self.log_in()
        result = self.jobs("state=done&grader=fib&kind=grade&learner=ada")[-1] + "/result"
        for view in ("staff", "learner"):
            self.browser.console()
            self.browser.open(f"{self.root}{result}?view={view}")
            self.assertEqual(self.browser.run("return document.scripts.length"), 0)
            colour = "return getComputedStyle(document.body).maxWidth"
            self.assertEqual(self.browser.run(colour), "960px")  # it has its style
            self.assertEqual(self.browser.console(), [])
            self.check_looks(f"result-{view}")

    def test_without_a_token_there_is_only_the_form_that_takes_one(self):
        for address in PAGES.values():
            self.browser.open(self.root + address)
            self.assertEqual(self.browser.address().partition("?")[0], self.root + "/login")
        self.browser.type("#token", "cupel_abcdefgh_0")
        self.browser.click("main button")
        self.assertNotIn("cupel_token", self.browser.cookies())

    def test_logging_in_leads_to_where_one_wanted_to_go(self):
        self.browser.open(self.root + "/policies/native")
        self.browser.type("#token", "cupel_abcdefgh_0")
        self.browser.click("main button")  # in vain: the form comes again
        self.wait_for(lambda: self.browser.run(
            "return document.querySelector('[role=alert]') !== null"))
        self.browser.type("#token", self.token)
        self.browser.click("main button")
        self.wait_for(lambda: self.browser.address() == self.root + "/policies/native")

    def test_a_link_in_a_mail_is_followed_by_who_is_logged_in(self):
        self.log_in()
        mail = self.folder() / "mail.html"
        mail.write_text(f'<a href="{self.root}/policies/native">a</a>')
        self.browser.open(f"file://{mail}")
        self.browser.click("a")
        self.wait_for(lambda: self.browser.address() == self.root + "/policies/native")

    def test_the_cookie_is_kept_from_scripts_and_goes_when_one_logs_out(self):
        self.log_in()
        cookie = self.browser.cookies()["cupel_token"]
        self.assertEqual((cookie["httpOnly"], cookie["sameSite"]), (True, "Lax"))
        self.assertEqual(self.browser.run("return document.cookie"), "")
        self.browser.click("form.who button")
        self.wait_for(lambda: self.browser.address() == self.root + "/login")
        self.assertNotIn("cupel_token", self.browser.cookies())

    def test_a_job_is_cancelled_by_a_button(self):
        self.log_in()
        job = self.jobs("state=waiting")[0]
        self.browser.open(self.root + job)
        self.browser.click("main form button")
        self.wait_for_state("cancelled")
        self.assertEqual(self.browser.address(), self.root + job)

    def test_a_regrade_is_published_in_two_steps(self):
        self.log_in()
        self.browser.open(self.root + "/regrades/1")
        self.browser.click("main a[href$=publish]")
        self.wait_for(lambda: self.browser.address() == self.root + "/regrades/1/publish")
        self.browser.click("main form button")
        self.wait_for_state("published")

    def test_a_regrade_is_withdrawn_at_leisure(self):
        self.log_in()
        self.browser.open(self.root + "/regrades/1")
        self.browser.click("main a[href$=withdraw]")
        self.wait_for(lambda: self.browser.address() == self.root + "/regrades/1/withdraw")
        reloads = "return document.querySelectorAll('meta[http-equiv]').length"
        self.assertEqual(self.browser.run(reloads), 0)
        self.browser.click("main form button")
        self.wait_for_state("withdrawn")

    def test_a_page_that_loads_itself_again_can_be_stopped(self):
        self.log_in()
        job = self.root + self.jobs("state=running&kind=grade")[0]
        self.browser.open(job)
        self.browser.run("document.title = 'old'")
        self.wait_for(lambda: self.browser.title() != "old")
        self.browser.click("main a[href$='live=0']")
        self.wait_for(lambda: self.browser.address() == job + "?live=0")
        self.browser.run("document.title = 'old'")
        time.sleep(3)
        self.assertEqual(self.browser.title(), "old")
        self.browser.click("main a[href='?']")
        self.wait_for(lambda: self.browser.address() == job + "?")
        self.browser.run("document.title = 'old'")
        self.wait_for(lambda: self.browser.title() != "old")

    def test_a_form_of_another_site_does_nothing(self):
        self.log_in()
        job = self.jobs("state=waiting")[0]
        page = self.folder() / "evil.html"
        page.write_text(
            f'<form method="post" action="{self.root}{job}/cancel"><button>x</button></form>'
        )
        self.browser.open(f"file://{page}")
        self.browser.click("button")
        self.wait_for(lambda: self.browser.address().startswith(self.root))
        self.browser.open(self.root + job)
        state = 'return document.querySelector("main .state").textContent'
        self.assertEqual(self.browser.run(state), "waiting")


class Driver(support.TestCase):
    def test_it_is_started_again_where_its_port_was_taken(self):
        folder, driver = self.folder(), need("chromedriver")
        stand_in = folder / "chromedriver"
        stand_in.write_text(
            "#!/bin/sh\n"
            f"if mkdir {folder}/taken 2>/dev/null; then\n"
            "    echo 'IPv4 port not available. Exiting...'\n"
            "    exit 1\n"
            "fi\n"
            f'exec {driver} "$@"\n'
        )
        stand_in.chmod(0o755)
        with unittest.mock.patch.dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}"):
            browser = Browser(self.folder())
        self.addCleanup(browser.close)
        browser.open("data:text/html,<title>there</title>")
        self.assertEqual(browser.title(), "there")


if __name__ == "__main__":
    support.main()
