"""Running `cupel doctor`: its text and its document, which have to agree, and hosts to run it on."""

import json
import os
import re
import subprocess
from pathlib import Path

import support
from support import CUPEL


def version_1():
    """Controllers of version 1, by the kernel's own list."""
    rows = [line.split() for line in Path("/proc/cgroups").read_text().splitlines()[1:]]
    return [row[0] for row in rows if row[1] != "0"]


def in_namespaces(script, options=()):
    """A command that runs a script, with cupel as $0, as root of namespaces of its own."""
    return ["unshare", "-Urm", *options, "sh", "-c", f"{script}\nexec \"$0\" \"$@\"", CUPEL]


class DoctorCase(support.TestCase):
    def doctor(self, *options, command=(CUPEL,), code=0, env=None):
        """The document, which agrees with its schema and with the text."""
        texts = []
        for form in ([], ["--json"]):
            done = subprocess.run(
                [*command, "doctor", *options, *form], capture_output=True, text=True,
                env=None if env is None else os.environ | env, timeout=60, check=False,
            )
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertEqual(done.stderr, "")
            texts.append(done.stdout)
        document = json.loads(texts[1])
        self.assertEqual(support.schema_faults(document, "doctor"), [])
        self.check_text(texts[0], document)
        return document

    def check_text(self, text, document):
        """The text is what one would make of the document."""
        head, _, rest = text.partition("\n\n")
        host = document["host"]
        for part in (host["kernel"], host["architecture"], host["uid"], host["hierarchy"],
                     *host["version_1_controllers"], host["container"] or ""):
            self.assertIn(part, head)
        said = rest.partition("\n\n")[0].rstrip("\n")
        lines = re.sub(r"\n {27}", " ", said).splitlines()
        expected = []
        for layer in document["layers"]:
            by = f"{layer['by']}: " if layer["by"] else ""
            see = f" (see {layer['see']})" if layer["see"] else ""
            expected.append([layer["layer"], layer["state"], f"{by}{layer['why']}{see}"])
        self.assertEqual([line.split(None, 2) for line in lines], expected)
        script = re.sub(r"\n#   ", " ", rest[len(said):])
        for layer in document["layers"]:
            for mend in layer["mend"]:
                block = [f"# {layer['layer']}: {mend['when']}", *mend["lines"]]
                self.assertIn("\n" + "\n".join(block) + "\n", script)

    @staticmethod
    def layers(document):
        return {layer["layer"]: layer for layer in document["layers"]}

    @staticmethod
    def mends(layer):
        return "\n".join(line for mend in layer["mend"] for line in mend["lines"])
