'use strict';
// The tests of calculator.js, by what it prints. They do not require() it: its code would run in
// the process that reports on it, and could report itself.
//
// To write another test: add it below, and its name to "tests" of grader.json.
const assert = require('node:assert');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const test = require('node:test');

const LIMIT_REACHED = 124;
const NOTHING_RAN = 125;
let calls = 0;

// Resolves to {status, lines, error}. Calls that are started together run at the same time.
function run(input) {
    const report = `call-${calls++}.json`;
    const exec = ['--report', report, '--', 'node', 'calculator.js'];
    return new Promise((resolve) => {
        const child = execFile('/cupel/exec', exec, (failure, output, error) => {
            const status = failure === null ? 0 : failure.code;
            // A program that did run may end with this status as well. Without a report, the
            // grader is at fault.
            if (typeof status !== 'number' || (status === NOTHING_RAN && !fs.existsSync(report))) {
                process.stderr.write(`harness: ${failure} ${error}\n`);
                process.kill(process.pid, 'SIGKILL');
            }
            resolve({ status, lines: output.split('\n'), error });
        });
        child.stdin.on('error', () => {}); // it may end without reading all
        child.stdin.end(input);
    });
}

function shown(text) {
    return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function isAnswer(line, expected) {
    if (expected === 'error') return line.startsWith('error');
    const number = line.trim() === '' ? NaN : Number(line);
    return Math.abs(number - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}

// turns: [expression, value or 'error'] each.
function check(turns, { status, lines, error }) {
    turns.forEach(([expression, expected], i) => {
        const line = lines[i] ?? '';
        if (isAnswer(line, expected)) return;
        if (status === LIMIT_REACHED) assert.fail(`a limit stopped the program: ${shown(error.trim())}`);
        assert.fail(`${shown(expression)}: expected ${expected}, found ${shown(line)}`);
    });
    const rest = lines.slice(turns.length).join('\n');
    if (rest !== '') assert.fail(`expected the end, found ${shown(rest)}`);
    const expected = turns.some(([, value]) => value === 'error') ? 1 : 0;
    assert.strictEqual(status, expected, `expected exit status ${expected}, found ${status}`);
}

function inputOf(turns) {
    return turns.map(([expression]) => `${expression}\n`).join('');
}

async function answers(turns) {
    check(turns, await run(inputOf(turns)));
}

test('adds and multiplies', () => answers([
    ['1 + 2 * 3', 7],
    ['10 - 4 / 8', 9.5],
    ['2.5*4+1', 11],
    ['2 * 3 ^ 2', 18],
]));

test('heeds parentheses', () => answers([
    ['(1 + 2) * 3', 9],
    ['2 * (3 - (4 - 5))', 8],
    ['((((7))))', 7],
    ['-(2 + 3)', -5],
]));

test('keeps variables', () => answers([
    ['x = 4', 4],
    ['y = x * x + 1', 17],
    ['x = x - 1', 3],
    ['x + y', 20],
]));

test('tells what is wrong', () => answers([
    ['2 +', 'error'],
    ['(1', 'error'],
    ['1 2', 'error'],
    ['unknown + 1', 'error'],
    ['1 / 0', 'error'],
    ['6 * 7', 42],
]));

test('groups operators of a kind', () => answers([
    ['2 - 3 - 4', -5],
    ['64 / 8 / 2', 4],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
]));

test('runs no code', () => answers([
    ['process.exit(3)', 'error'],
    ['(() => 7)()', 'error'],
    ['[1][0]', 'error'],
    ['constructor', 'error'],
    ['__proto__ = 1', 1],
    ['1 + 1', 2],
]));

test('takes long lines', () => answers([
    [Array.from({ length: 20000 }, (_, i) => i).join(' + '), 199990000],
]));

test('keeps sessions apart', async () => {
    const sessions = [1, 2, 3, 4].map((n) => [[`n = ${n}`, n], ['n * 10', n * 10]]);
    const results = await Promise.all(sessions.map((turns) => run(inputOf(turns))));
    sessions.forEach((turns, i) => check(turns, results[i]));
});
