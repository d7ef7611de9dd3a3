"""What docs/openapi.json says of answers, held against real ones."""

import datetime
import json
import re

import jsonschema
import support

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_time(value):
    """RFC 3339 in UTC."""
    return value is None or (value.endswith("Z") and datetime.datetime.fromisoformat(value))


def closed(schema):
    """The same schema, by which objects have no properties but those that it names."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if "object" in found.get("type", ()) and isinstance(found.get("properties"), dict):
        found.setdefault("additionalProperties", False)
    return found


class Contract:
    def __init__(self):
        self.document = json.loads((support.SOURCE / "docs/openapi.json").read_text())
        self.components = closed(self.document["components"])
        self.seen = set()  # (method, pattern) that were answered with success

    def routes(self):
        return {(method, pattern) for pattern, item in self.document["paths"].items()
                for method in item}

    def check(self, method, path, answer):
        """Raises an exception where an answer is not as described; other paths are none of
        ours."""
        path = path.partition("?")[0]
        for pattern, item in self.document["paths"].items():
            expression = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern))
            if re.fullmatch(expression, path) and method.lower() in item:
                self._check(item[method.lower()]["responses"], answer)
                if answer.status < 300:
                    self.seen.add((method.lower(), pattern))

    def _check(self, responses, answer):
        if answer.status < 300:
            described = responses[str(answer.status)]
        else:
            described = responses["default"]
        if "content" not in described:
            assert answer.bytes == b"", answer.bytes
            return
        kind = answer.headers["Content-Type"].partition(";")[0]
        schema = described["content"][kind].get("schema")
        if schema is not None:
            jsonschema.validate(answer.json(), {**closed(schema), "components": self.components},
                                cls=jsonschema.Draft202012Validator, format_checker=FORMATS)
