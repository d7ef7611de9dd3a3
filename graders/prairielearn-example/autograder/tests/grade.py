"""Grades intervals.py, and prints what PrairieLearn shows."""

import json
import resource
import subprocess
import tempfile


def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def call(given):
    """What merge(given) returns, None if that is no list; and what was said beside it."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        try:
            subprocess.run(
                ["python3", "call.py"],
                input=json.dumps(given).encode(),
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=5,
                preexec_fn=limit,
            )
        except (subprocess.TimeoutExpired, BrokenPipeError):
            return None, "It did not end within 5 seconds."
        output.seek(0)
        text = output.read()
    try:
        return json.loads(text.rsplit("\n", 2)[-2]), ""
    except (ValueError, IndexError):
        return None, text[-1000:]


def test(case):
    found, said = call(case["given"])
    right = found == case["expected"]
    return {
        "name": case["name"],
        "points": case["points"] if right else 0,
        "max_points": case["points"],
        "message": "" if right else f"merge({case['given']}) returned {json.dumps(found)[:200]}",
        "output": said,
    }


def main():
    try:
        with open("intervals.py", encoding="utf-8") as file:
            compile(file.read(), "intervals.py", "exec")
    except (SyntaxError, ValueError) as error:
        print(json.dumps({"gradable": False, "format_errors": [f"intervals.py: {error}"]}))
        return
    with open("/grade/tests/cases.json", encoding="utf-8") as file:
        tests = [test(case) for case in json.load(file)]
    points = sum(one["points"] for one in tests)
    maximum = sum(one["max_points"] for one in tests)
    message = "All tests passed." if points == maximum else "Some tests failed."
    print(
        json.dumps(
            {"gradable": True, "score": points / maximum, "message": message, "tests": tests}
        )
    )


main()
