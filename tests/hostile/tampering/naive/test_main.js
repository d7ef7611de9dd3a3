"use strict";

const assert = require("node:assert");
const main = require("./main.js");

assert.strictEqual(main.add(2, 3), 5);
assert.strictEqual(main.add(20, 22), 42);
