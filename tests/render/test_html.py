"""The page of HTML: its structure, and that no text from outside becomes part of it.

usage: test_html.py WRITE-PAGE
"""
import base64
import hashlib
import random
import re
import subprocess
import sys
import unittest

from page import HOSTILE, Page

WRITE_PAGE = sys.argv[1]
SAMPLES = [
    (name, view)
    for name in ("graded", "not-built", "rejected", "platform-error")
    for view in ("staff", "learner")
]
def source(name, view="staff", text=""):
    done = subprocess.run(
        [WRITE_PAGE, name, view],
        input=text.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def cleaned(text):
    """As cupel_text_clean() does, and then the page."""

    def one(c):
        code = ord(c)
        if code < 0x20 and c not in "\t\n" or 0x7F <= code < 0xA0:
            return f"\\x{code:02x}"
        hidden = "\u061c\u200b\u200e\u200f\u2028\u2029\u2060\ufeff"
        if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or c in hidden:
            return f"\\u{{{code:X}}}"
        return c

    return "".join(map(one, text))


class Structure(unittest.TestCase):
    def pages(self):
        for name, view in SAMPLES:
            with self.subTest(name, view=view):
                yield Page(source(name, view))
        for text in HOSTILE:
            with self.subTest(text=text):
                yield Page(source("text", "staff", text))

    def test_every_page_is_well_formed_of_known_elements_and_attributes(self):
        for page in self.pages():
            self.assertEqual((page.errors, page.foreign()), ([], []))

    def test_every_page_has_a_language_a_title_and_headings_in_order(self):
        for page in self.pages():
            self.assertEqual(page.elements[0], (("html",), {"lang": "en"}, page.elements[0][2]))
            self.assertEqual([len(page.all(n)) for n in ("title", "h1", "main")], [1, 1, 1])
            level = 0
            for path, _, text in page.elements:
                if re.fullmatch("h[1-6]", path[-1]):
                    self.assertLessEqual(int(path[-1][1]), level + 1)
                    self.assertTrue("".join(text).strip())
                    level = int(path[-1][1])

    def test_tables_have_captions_and_headers_with_a_scope(self):
        page = Page(source("graded"))
        self.assertEqual(len(page.all("table")), 3)
        self.assertEqual(len(page.all("caption")), 3)
        for attributes, text in page.all("th"):
            self.assertIn(attributes["scope"], ("col", "row"))
            self.assertTrue(text)
        rows = [path for path, _, _ in page.elements if path[-2:] == ("tbody", "tr")]
        headers = [a for a, _ in page.all("th") if a["scope"] == "row"]
        self.assertEqual(len(rows), len(headers))

    def test_links_lead_to_places_of_the_page(self):
        for page in self.pages():
            ids = [a["id"] for _, a, _ in page.elements if "id" in a]
            self.assertEqual(len(ids), len(set(ids)))
            for attributes, _ in page.all("a"):
                self.assertIn(attributes["href"].removeprefix("#"), ids)

    def test_what_failed_comes_before_all_tests_and_these_before_the_rest(self):
        page = Page(source("graded"))
        headings = [text for _, text in page.all("h2")]
        self.assertEqual(headings, ["What failed", "Tests", "Groups", "Harnesses", "Build"])
        page = Page(source("not-built"))
        headings = [text for _, text in page.all("h2")]
        self.assertEqual(headings, ["The build failed", "Tests", "Build"])

    def test_what_a_program_printed_is_open_where_nothing_else_tells_why_it_failed(self):
        self.assertIn("<details open>\n<summary>Output of compile<", source("not-built"))
        self.assertIn("<details>\n<summary>Output of secret<", source("graded"))

    def test_summaries_come_first_in_their_details(self):
        page = Page(source("graded"))
        self.assertTrue(page.all("details"))
        for i, (path, _, _) in enumerate(page.elements):
            if path[-1] == "details":
                self.assertEqual(page.elements[i + 1][0], path + ("summary",))

    def test_the_page_admits_its_own_style_and_nothing_else(self):
        page = Page(source("graded"))
        ((_, style),) = page.all("style")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        rules = [a["content"] for a, _ in page.all("meta") if "http-equiv" in a]
        self.assertEqual(
            rules,
            [
                f"default-src 'none'; style-src 'sha256-{digest}'; "
                "base-uri 'none'; form-action 'none'"
            ],
        )
        self.assertNotRegex(style, r"url\(|@import|//")

    def test_learners_see_nothing_of_hidden_tests(self):
        self.assertIn("ANSWER", source("graded"))
        self.assertNotRegex(source("graded", "learner"), "ANSWER|that tells|Landlock")
        self.assertIn("0 / 20</td>", source("graded"))
        self.assertIn("in 2.7 s</p>", source("graded"))
        self.assertIn("? / 20</td>", source("graded", "learner"))
        self.assertIn("can be forged", source("graded"))
        self.assertNotIn("can be forged", source("graded", "learner"))
        self.assertNotIn("2.7 s", source("graded", "learner"))


class Escaping(unittest.TestCase):
    """The page of a harmless text tells what belongs to the page."""

    def setUp(self):
        self.skeleton = Page(source("text", "staff", "x")).skeleton()

    def check(self, text):
        page = Page(source("text", "staff", text))
        self.assertEqual(page.errors, [])
        self.assertEqual(page.skeleton(), self.skeleton)
        for attributes, _ in page.all("span"):
            self.assertRegex(attributes["class"], r"\A[a-z]+\d?( [a-z]\d?)*\Z")
        return page

    def test_no_text_changes_the_structure(self):
        for text in HOSTILE:
            with self.subTest(text=text):
                page = self.check(text)
                self.assertEqual(page.all("h1")[0][1], f"{cleaned(text)} {cleaned(text)}")

    def test_no_mixture_of_dangerous_pieces_changes_it_either(self):
        pieces = [*"<>&\"'/=;\\ \n[m", "script", "\x1b[", "31", "&lt", "--", "!", "\u202e", "x"]
        rng = random.Random(5)
        for _ in range(150):
            text = "x" + "".join(rng.choices(pieces, k=60))
            with self.subTest(text=text):
                page = self.check(text)
                self.assertEqual(page.all("h1")[0][1], f"{cleaned(text)} {cleaned(text)}")

    def test_no_control_or_reordering_character_is_left(self):
        for text in HOSTILE:
            with self.subTest(text=text):
                self.assertNotRegex(
                    source("text", "staff", text),
                    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e"
                    "\u2060\u2066-\u2069\ufeff]",
                )


class Colours(unittest.TestCase):
    def spans(self, text):
        page = source("text", "staff", text)
        last = page[page.rindex("<pre") :]
        return last[last.index(">\n") + 2 : last.index("</pre>")]

    def test_sequences_follow_the_table(self):
        for text, shown in (
            ("\x1b[31mred\x1b[0m", '<span class="f1">red</span>'),
            ("\x1b[1;31mE\x1b[m.", '<span class="b f1">E</span>.'),
            ("\x1b[91mred", '<span class="f1">red</span>'),
            ("\x1b[31;42mon", '<span class="g2">on</span>'),
            ("\x1b[7;31mr", '<span class="r">r</span>'),
            ("\x1b[3;4;9mx\x1b[23;24;29my", '<span class="i u s">x</span>y'),
            ("\x1b[1;2mx\x1b[22my", '<span class="b d">x</span>y'),
            ("\x1b[38;5;3mx\x1b[39my", '<span class="f3">x</span>y'),
            ("\x1b[38;2;31;32;33;1mx", '<span class="b">x</span>'),
            ("\x1b[01m\x1b[Kfib.c:3\x1b[m\x1b[K", '<span class="b">fib.c:3</span>'),
            ("\x1b[32m<\n\x1b[32m&", 2 * '<span class="f2">%s</span>' % ("&lt;\n", "&amp;")),
            ("\x1b[2Jx", "\\x1b[2Jx"),
            ("\x1b[31", "\\x1b[31"),
            ("\x1b[31;<m", "\\x1b[31;&lt;m"),
            ("\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1mx", "\\x1b[" + "1;" * 16 + "1mx"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self.spans(text), shown)

    def test_a_difference_shows_what_a_terminal_hides(self):
        pieces = Page(source("text", "staff", "\x1b[31mred")).all("pre")
        self.assertIn("\\x1b[31mred", [text.strip() for _, text in pieces])

    def test_every_colour_has_contrast(self):
        ((_, style),) = Page(source("graded")).all("style")
        light, dark = re.findall(r":root\{([^}]*)\}", style)
        for theme in (light, dark):
            colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", theme))
            self.assertEqual(len(colours), 17)
            for name in ("text", "muted", "link", "passed", "partial", "failed"):
                self.assertGreaterEqual(contrast(colours[name], colours["page"]), 4.5, name)
            for name in ("text", "muted", *(f"c{i}" for i in range(8))):
                self.assertGreaterEqual(contrast(colours[name], colours["box"]), 4.5, name)
        pairs = re.findall(r"\.g\d\{background:(#\w{6});color:(#\w{6})\}", style)
        self.assertEqual(len(pairs), 8)
        for background, text in pairs:
            self.assertGreaterEqual(contrast(background, text), 4.5)


def contrast(a, b):
    """WCAG 2.1, "contrast ratio"."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
