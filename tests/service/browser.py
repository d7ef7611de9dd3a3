"""A browser that a test steers: WebDriver (W3C) over HTTP, by Debian's chromium-driver."""

import base64
import json
import os
import re
import subprocess
import urllib.error
import urllib.request

from support import need

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, 12: how references are told
STARTS = 5  # of the driver, each with a port that the kernel chooses


class Failure(Exception):
    """What the driver refuses, such as a command while an alert is open."""


class Browser:
    def __init__(self, folder):
        need("chromium")
        self.root = f"http://127.0.0.1:{self._start(folder)}"
        try:
            self._open(folder)
        except BaseException:
            self.close()
            raise

    def _start(self, folder):
        """The driver's port. It takes one that is free on ::1, and ends if another program has
        the same of 127.0.0.1, as it may where tests run side by side: it is started again then.
        """
        for _ in range(STARTS):
            self.driver = subprocess.Popen(
                [need("chromedriver"), "--port=0"],
                env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder)},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            printed = []
            for line in self.driver.stdout:
                found = re.search(r"started successfully on port (\d+)", line)
                if found:
                    return int(found[1])
                printed.append(line)
            self._end_driver()
        raise Failure("chromedriver tells no port: " + "".join(printed))

    def _open(self, folder):
        arguments = [
            "--headless=new",
            "--no-sandbox",  # which root cannot have, nor who runs in a container
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        ]
        wanted = {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "ignore",
        }
        capabilities = {"capabilities": {"alwaysMatch": wanted}}
        self.root += "/session/" + self._send("POST", "/session", capabilities)["sessionId"]

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise Failure(error.read().decode(errors="replace")) from None

    def close(self):
        try:
            self._send("DELETE", "")
        except (Failure, OSError):
            pass
        self.driver.terminate()
        self._end_driver()

    def _end_driver(self):
        self.driver.wait()
        self.driver.stdout.close()

    def open(self, address):
        self._send("POST", "/url", {"url": address})

    def address(self):
        return self._send("GET", "/url")

    def title(self):
        return self._send("GET", "/title")

    def run(self, script):
        """What a function body of ours returns; pages themselves run nothing."""
        return self._send("POST", "/execute/sync", {"script": script, "args": []})

    def find(self, selector):
        using = {"using": "css selector", "value": selector}
        return self._send("POST", "/element", using)[ELEMENT]

    def type(self, selector, text):
        self._send("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def click(self, selector):
        self._send("POST", f"/element/{self.find(selector)}/click", {})

    def console(self):
        """What has been complained of since the last time, as messages."""
        entries = self._send("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries]

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self._send("GET", "/cookie")}

    def look_like(self, width, dark):
        """A screen so many pixels wide, of who likes it dark."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._devtools("Emulation.setDeviceMetricsOverride", size)
        self._devtools("Emulation.setEmulatedMedia", {"features": [scheme]})

    def _devtools(self, command, parameters):
        self._send("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self._send("GET", "/screenshot")))
