"""An upper layer includes lower ones only (design, "The tree")."""

import re

import support
import tree

LAYERS = {
    "base": 0,
    "policy": 1,
    "report": 1,
    "score": 1,
    "wire": 1,
    "sandbox": 2,
    "cell": 2,
    "exec": 2,
    "scope": 2,
    "unpack": 2,
    "grader": 3,
    "render": 3,
    "cli": 4,
    "queue": 4,
    "service": 5,
}

PUBLIC = {  # headers of include/cupel, by the module that implements them
    "base": "cache cleanup copy_tree error limits denied outcome report_test units document text hash path",
    "policy": "call policy",
    "report": "foreign report",
    "score": "checker compare score result",
    "wire": "broker wire",
    "sandbox": "filter_cache filters loop cgroup cell run",
    "grader": "grader submission grade",
    "render": "render",
}
MODULE_OF = {f"cupel/{h}.h": m for m, headers in PUBLIC.items() for h in headers.split()}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def owner(file):
    """The module that a file of src/ or include/ belongs to, or None."""
    parts = file.split("/")
    if parts[0] == "include":
        return MODULE_OF.get("/".join(parts[1:]))
    return parts[1] if parts[1] in LAYERS else None


def target(include, module):
    """The module that an included header belongs to, or None."""
    if "/" not in include:
        return module
    if include.startswith("cupel/"):
        return MODULE_OF.get(include)
    first = include.split("/")[0]
    return first if first in LAYERS else None


def violations(file, code):
    """What a file includes but must not, as messages."""
    module = owner(file)
    if module is None:
        return [f"{file}: belongs to no module; add it to the table in test_layers.py"]
    found = []
    for include in INCLUDE.findall(code):
        other = target(include, module)
        if other is None:
            found.append(f"{file}: {include} belongs to no module")
        elif other != module and LAYERS[other] >= LAYERS[module]:
            found.append(f"{file}: {module} must not include {include} of {other}")
    return found


class Layers(support.TestCase):
    def test_no_file_includes_a_header_of_its_own_or_a_higher_layer(self):
        found = []
        for path in tree.files(".c", ".h", below="src") + tree.files(".h", below="include"):
            found += violations(tree.name(path), path.read_text())
        self.assertEqual(found, [])

    def test_the_check_sees_a_violation(self):
        cases = [
            ("src/base/a.c", '#include "cupel/policy.h"\n', 1),
            ("src/base/a.c", '#include "cupel/error.h"\n#include "text_internal.h"\n', 0),
            ("src/policy/a.c", '#  include "wire/buffer.h"\n', 1),
            ("src/sandbox/a.c", '#include "wire/buffer.h"\n', 0),
            ("src/grader/a.c", '#include "cupel/render.h"\n', 1),
            ("src/cli/a.c", '#include "cupel/unheard_of.h"\n', 1),
            ("include/cupel/score.h", '#include "cupel/grade.h"\n', 1),
            ("include/cupel/unheard_of.h", "", 1),
        ]
        for file, code, count in cases:
            with self.subTest(file=file, code=code):
                self.assertEqual(len(violations(file, code)), count)


if __name__ == "__main__":
    support.main()
