'use strict';
const { evaluate } = require('./expression.js');

const variables = new Map();
const lines = require('node:fs').readFileSync(0, 'utf8').split('\n');

for (const line of lines.filter((text) => text.trim() !== '')) {
    try {
        console.log(String(evaluate(line, variables)));
    } catch (error) {
        console.log(`error: ${error.message}`);
        process.exitCode = 1;
    }
}
