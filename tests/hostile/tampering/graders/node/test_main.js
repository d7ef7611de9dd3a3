"use strict";

const assert = require("node:assert");
const { spawnSync } = require("node:child_process");
const test = require("node:test");

for (const [name, a, b] of [["small", 2, 3], ["larger", 20, 22]]) {
    test(name, () => {
        const done = spawnSync("/cupel/exec", ["--", "node", "main.js", String(a), String(b)]);
        assert.strictEqual(String(done.stdout), `${a + b}\n`);
    });
}
