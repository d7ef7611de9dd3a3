"""A page of HTML as the tests read it, what it may be made of, and hostile text to put into it."""

import html.parser

VOID = {"meta"}
ATTRIBUTES = {
    "html": {"lang"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "p": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "th": {"scope", "class"},
    "td": {"class"},
    "span": {"class"},
    "a": {"href"},
    "h3": {"id"},
    "pre": {"tabindex", "role", "aria-label"},
    "details": {"open"},
}
PLAIN = (
    "head title style body header main footer section h1 h2 table caption thead tbody tr summary"
)
HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></details><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)\" x='",
    "' onfocus='alert(1)' autofocus='",
    "javascript:alert(1)",
    "<!-- --><svg/onload=alert(1)>",
    "]]><![CDATA[<b>",
    "&lt;script&gt;&#60;b&#62;&amp;&NotAnEntity",
    "<style>*{display:none}</style>",
    "<base href=//example.org><link rel=stylesheet href=x><meta http-equiv=refresh content=0>",
    "<plaintext>",
    "<textarea><xmp><noscript>",
    "\u202eevil\u202c \u2066x\u2069 \u200f \u061c\u200b\ufeff",
    "\x00\x01\x07\x08\x1b]0;title\x07\x1b[2J\x1b[H\x7f\x9b31m",
    "\x1b[31m<b>red\x1b[0m</span></pre>",
    '\x1b[31"onclick=alert(1);m',
    "\x1b[38;2;1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18m\x1b[9999999999999999999m",
    "a\r\nb\u2028c\u2029d\u0085e",
    b"\xff\xfe<script>\xc0\xbcscript\xed\xa0\x80".decode("latin-1"),
]


class Page(html.parser.HTMLParser):
    """A page's elements, in order, with their text; what is not well formed is an error."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.stack = []
        self.elements = []  # (path of names, attributes, pieces of text directly in it)
        self.errors = []
        self.feed(text)
        self.close()
        if self.stack:
            self.errors.append(f"not closed: {self.stack}")

    def handle_starttag(self, tag, attrs):
        path = tuple(self.elements[i][0][-1] for i in self.stack) + (tag,)
        self.elements.append((path, {name: value or "" for name, value in attrs}, []))
        if len(dict(attrs)) != len(attrs):
            self.errors.append(f"{tag}: an attribute twice")
        if tag not in VOID:
            self.stack.append(len(self.elements) - 1)

    def handle_startendtag(self, tag, attrs):
        self.errors.append(f"{tag} closes itself")

    def handle_endtag(self, tag):
        if not self.stack or self.elements[self.stack[-1]][0][-1] != tag:
            self.errors.append(f"</{tag}> closes nothing")
        else:
            self.stack.pop()

    def handle_data(self, data):
        # Text of a span belongs to the element that it colours as well.
        for index in self.stack:
            self.elements[index][2].append(data)

    def handle_comment(self, data):
        self.errors.append(f"comment {data}")

    def handle_pi(self, data):
        self.errors.append(f"processing instruction {data}")

    def unknown_decl(self, data):
        self.errors.append(f"declaration {data}")

    def all(self, name):
        return [(a, "".join(text)) for path, a, text in self.elements if path[-1] == name]

    def skeleton(self):
        """The elements without those that colour output."""
        return [
            (path, sorted(attributes.items()))
            for path, attributes, _ in self.elements
            if not (path[-1] == "span" and "pre" in path)
        ]

    def foreign(self):
        """Elements and attributes that a page of cupel's does not have."""
        known = set(ATTRIBUTES) | set(PLAIN.split())
        found = [path for path, _, _ in self.elements if path[-1] not in known]
        for path, attributes, _ in self.elements:
            found += [(path, a) for a in set(attributes) - ATTRIBUTES.get(path[-1], set())]
        return found
