"""The page of HTML in a browser, which has the last word on what is an element and what runs.

A canary is a script that changes the page's title, and an address that a page would ask for.
"""

import json
import os
import subprocess

import support
from page import HOSTILE, Page
from support import HELPERS, need, write

ADDRESS = "http://127.0.0.1:9/canary"  # port 9 answers nobody
RAN = "the canary ran"
SCRIPT = f"document.title='{RAN}'"
INJECTED = (
    f"<script>{SCRIPT}</script><img src={ADDRESS} onerror={SCRIPT}><svg onload={SCRIPT}></svg>"
    f"<link rel=stylesheet href={ADDRESS}><iframe src={ADDRESS}></iframe><p style='color:red'>"
    f"<style>body{{background:url({ADDRESS})}}</style>"
    f"<form action={ADDRESS}><button autofocus onfocus={SCRIPT}></form>"
)
CUT_OFF = ["</pre>", "</details>", "</section>", "</main>", "</title>", "</style>", "-->", "]]>"]

# One more output after another, each in a line of its own.
PROGRAM = """
import sys
texts = {texts!r}
for text in texts:
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\\n")
sys.stdout.buffer.write(b"\\0\\xff\\xfe\\xed\\xa0\\x80" + b"<b>" * 100000)
sys.exit(int(sys.argv[1]))
"""


class Browser(support.TestCase):
    def load(self, source):
        """What the browser makes of a page: its DOM as text, and the log of its requests."""
        folder = self.folder()
        log = folder / "requests.json"
        (folder / "page.html").write_bytes(source)
        done = subprocess.run(
            [
                need("chromium-headless-shell"),
                "--no-sandbox",  # which root cannot have, nor who runs in a container
                "--disable-dev-shm-usage",
                f"--user-data-dir={folder}/profile",
                f"--log-net-log={log}",
                "--virtual-time-budget=2000",
                "--dump-dom",
                f"file://{folder}/page.html",
            ],
            env={**os.environ, "HOME": str(folder)},
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        return done.stdout.decode(), log.read_text()

    def check(self, source):
        """Nothing ran, nothing was asked for, and the browser sees the elements that we do."""
        dom, log = self.load(source)
        seen = Page(dom)
        expected = Page(source.decode())
        self.assertEqual((seen.errors, seen.foreign()), ([], []))
        self.assertEqual(seen.skeleton(), expected.skeleton())
        self.assertEqual(seen.all("title"), expected.all("title"))
        self.assertNotIn("http:", log)
        self.assertNotIn("https:", log)
        rules = [a["content"] for a, _ in seen.all("meta") if "http-equiv" in a]
        self.assertRegex(rules[0], "^default-src 'none'; style-src 'sha256-[^']*'; ")
        return seen

    def page(self, name, view="staff", text=""):
        done = subprocess.run(
            [HELPERS / "write_page", name, view],
            input=text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=True,
        )
        return done.stdout


class Injection(Browser):
    def hostile(self):
        """A grader whose staff calls things strangely, and a submission that prints strangely."""
        folder = self.folder()
        tests = [
            {"id": "wrong", "title": INJECTED, "expect": {"stdout_text": INJECTED}},
            {"id": "crash", "title": "".join(HOSTILE).replace("\0", "")},
            {"id": "passes", "expect": {"exit_code": 1}},
            {"id": "unseen", "visibility": "hidden", "title": "secret " + INJECTED},
        ]
        for test in tests:
            code = "0" if test["id"] == "wrong" else "1"
            test.update(points=10, run=["python3", "main.py", code])
        definition = {
            "schema": "cupel.grader/1",
            "name": "hostile",
            "version": INJECTED,
            "submission": {"files": ["main.py"], "optional": ["*"]},
            "defaults": {"policy": "python"},
            "tests": tests,
            "groups": [{"id": "both", "title": INJECTED, "tests": ["wrong", "crash"]}],
            "penalties": [{"id": "style", "tests": ["wrong"], "points": 1}],
            "leaderboard": [{"name": INJECTED, "test": "passes", "value": "cpu_seconds"}],
        }
        write(folder / "grader/grader.json", json.dumps(definition))
        texts = [INJECTED, *HOSTILE, *(end + INJECTED for end in CUT_OFF)]
        write(folder / "in/main.py", PROGRAM.format(texts=texts))
        write(folder / f"in/<img src=x onerror={SCRIPT}>.sh", "#!/bin/sh\r\n", mode=0o755)
        return folder

    def grade_to_page(self, folder, view, code=0):
        page = folder / f"{view}.html"
        done = self.cupel(
            "grade", "--quiet", "--format", "html", "--view", view, "-o", page,
            folder / "grader", folder / "in",
        )  # fmt: skip
        self.assertEqual(done.returncode, code, done.stderr)
        return page.read_bytes()

    def test_the_canaries_work(self):
        page = f"<!DOCTYPE html><title>quiet</title><body>{INJECTED}".encode()
        dom, log = self.load(page)
        self.assertIn(f"<title>{RAN}</title>", dom)
        self.assertIn(ADDRESS, log)

    def test_what_a_submission_prints_stays_text(self):
        folder = self.hostile()
        for view in ("staff", "learner"):
            with self.subTest(view=view):
                seen = self.check(self.grade_to_page(folder, view))
                outputs = "".join(text for _, text in seen.all("pre"))
                self.assertIn(INJECTED, outputs)
                self.assertIn("\\x00", outputs)
                warnings = [t for a, t in seen.all("p") if a.get("class") == "warning"]
                self.assertIn("<img src=x onerror=", "".join(warnings))
                unseen = "secret" in "".join(text for _, text in seen.all("body"))
                self.assertEqual(unseen, view == "staff")
                opened = [a for a, _ in seen.all("details") if "open" in a]
                self.assertTrue(opened)

    def test_names_of_files_that_are_handed_in_stay_text(self):
        folder = self.hostile()
        (folder / "in/main.py").rename(folder / f"in/{INJECTED.replace('/', ' ')[:200]}")
        seen = self.check(self.grade_to_page(folder, "learner", code=3))
        self.assertIn("<script>", seen.all("header")[0][1])

    def test_text_stays_text_wherever_a_result_has_any(self):
        for texts in (HOSTILE, [end + INJECTED for end in CUT_OFF], [INJECTED]):
            with self.subTest(texts=texts):
                self.check(self.page("text", "staff", "\n".join(texts)))

    def test_were_something_not_escaped_it_would_not_run(self):
        page = self.page("graded").decode()
        broken = page.replace("</main>", INJECTED + "</main>")
        dom, log = self.load(broken.encode())
        self.assertIn("<script>", dom)  # it is an element now
        self.assertNotIn(RAN, dom[: dom.index("</title>")])
        self.assertNotIn(ADDRESS, log)
        policy = broken[broken.index("<meta http-equiv") :].partition(">")[0] + ">"
        dom, log = self.load(broken.replace(policy, "").encode())
        self.assertIn(f"<title>{RAN}</title>", dom)
        self.assertIn(ADDRESS, log)


class Accessibility(Browser):
    """What a reader without eyes or mouse needs. test_html.py checks contrast and tables."""

    def pages(self):
        for name in ("graded", "not-built", "rejected", "platform-error"):
            for view in ("staff", "learner"):
                with self.subTest(name, view=view):
                    yield self.check(self.page(name, view))

    def test_headings_and_landmarks_lead_through_the_page(self):
        for page in self.pages():
            self.assertEqual(page.all("html")[0][0], {"lang": "en"})
            for name in ("h1", "header", "main", "footer"):
                self.assertEqual(len(page.all(name)), 1, name)
            levels = [int(p[-1][1]) for p, _, _ in page.elements if p[-1] in ("h1", "h2", "h3")]
            self.assertEqual(levels[0], 1)
            for before, after in zip(levels, levels[1:]):
                self.assertLessEqual(after, before + 1)

    def test_the_keyboard_reaches_what_scrolls_in_the_order_of_the_page(self):
        for page in self.pages():
            scrolling = [a for p, a, _ in page.elements if p[-1] in ("pre", "div")]
            for attributes in scrolling:
                self.assertEqual(attributes["tabindex"], "0")
                self.assertIn(attributes["role"], ("group", "region"))
                self.assertTrue(attributes["aria-label"])
            others = [a for p, a, _ in page.elements if p[-1] not in ("pre", "div")]
            self.assertFalse([a for a in others if "tabindex" in a])

    def test_links_and_summaries_say_whose_they_are(self):
        for page in self.pages():
            for name in ("a", "summary"):
                texts = [text for _, text in page.all(name)]
                self.assertEqual(len(texts), len(set(texts)))
                self.assertTrue(all(texts))


if __name__ == "__main__":
    support.main()
