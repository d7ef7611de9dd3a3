"""The style sheet of the service's pages: each colour on what is behind it, light and dark."""

import re
import subprocess

import support
from support import HELPERS

# (what is seen, what is behind it, WCAG 2.1's least contrast: 1.4.3 of text, 1.4.11 of parts)
PAIRS = [
    *((text, ground, 4.5) for text in ("text", "muted", "link") for ground in ("page", "box")),
    *((tone, ground, 4.5) for tone in ("good", "bad") for ground in ("page", "box")),
    *((tone, f"on-{tone}", 4.5) for tone in ("good", "warn", "bad", "busy")),
    ("on-button", "button", 4.5),
    ("button", "page", 3),
    ("edge", "page", 3),
    ("bar", "page", 3),
]


def contrast(a, b):
    """WCAG 2.1, "contrast ratio"."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Style(support.TestCase):
    def setUp(self):
        folder = self.folder()
        subprocess.run([HELPERS / "write_pages", folder], check=True)
        self.pages = {path.stem: path.read_text() for path in folder.glob("*.html")}
        self.sheet = (folder / "style.css").read_text()

    def test_every_colour_has_contrast(self):
        themes = re.findall(r":root\{([^}]*)\}", self.sheet)
        self.assertEqual(len(themes), 2)
        for theme in themes:
            colours = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", theme))
            for seen, ground, least in PAIRS:
                ratio = contrast(colours[seen], colours[ground])
                self.assertGreaterEqual(ratio, least, f"{seen} on {ground}")

    def test_every_colour_is_one_of_the_two_themes(self):
        rules = re.sub(r":root\{[^}]*\}", "", self.sheet)
        self.assertNotRegex(rules, r"#[0-9a-f]{3,8}\b(?![^{]*\{)")

    def test_what_pages_call_something_has_a_rule(self):
        known = set(re.findall(r"\.([a-z]+)\b", self.sheet)) | {"plain"}
        for name, page in self.pages.items():
            if name == "result":  # which brings its own style
                continue
            for words in re.findall(r'class="([^"]*)"', page):
                self.assertLessEqual(set(words.split()), known, name)

    def test_the_sheet_loads_nothing(self):
        self.assertNotRegex(self.sheet, r"url\(|@import|@font-face")


if __name__ == "__main__":
    support.main()
