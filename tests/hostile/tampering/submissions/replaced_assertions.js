/*
 * Technique: replace the assertions of node when the module is loaded
 * Family: tampering
 * Layers: separation
 * Outcome: failed: checker_rejected
 * Grader: node
 * Naive: package script
 */
"use strict";

require("node:assert").strictEqual = () => {};
exports.add = () => 0;
console.log(0);
