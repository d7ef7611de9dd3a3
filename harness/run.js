/*
 * Run tests in the process that loads the learner's code, in Node.js 18 or later:
 *
 *     node /tmp/cupel/harness/run.js sum.test.js
 *
 * For a harness with "separation": "in-process" and "report": "json". Test files are CommonJS
 * modules as for `node --test`: what they require("node:test") for is here test, it, describe,
 * suite (with skip and todo), before, after, beforeEach and afterEach. Ids are the names from
 * the outermost to the test's, joined by " > ".
 *
 * What the report needs is taken before a test file is loaded, and the report is written in one
 * piece at the very end: code that ends the process early earns nothing. A test file that is
 * missing or is no JavaScript is told as the grader's mistake. Exit: 0 if all passed, 1 if not.
 */
"use strict";

const fs = require("fs");
const Module = require("module");
const path = require("path");
const vm = require("vm");

const TEXT_MAX = 4000;
const TIMER_MAX = 2 ** 31 - 1;

/* Descriptor 3 and the token that comes as the first line of standard input. */
function openChannel() {
    const write = fs.writeSync;
    const exit = process.reallyExit.bind(process);
    const byte = Buffer.alloc(1);
    let token = "";

    while (fs.readSync(0, byte, 0, 1, null) === 1 && byte[0] !== 10)
        token += byte.toString("latin1");
    if (token === "") {
        console.error("run.js: expected a token on standard input; cupel starts it with one");
        exit(1);
    }
    const fd = fs.openSync("/dev/fd/3", "w");
    fs.closeSync(3);
    delete process.env.CUPEL_REPORT;
    return (text, status, word = "") => {
        const bytes = Buffer.from(`${text}\ncupel ${token}${word}\n`);
        for (let at = 0; at < bytes.length;)
            at += write(fd, bytes, at);
        exit(status);
    };
}

function makeSuite(name, parent) {
    return { name, parent, items: [], before: [], after: [], beforeEach: [], afterEach: [] };
}

const root = makeSuite("", null);
let current = root;

function parse(name, options, body) {
    if (typeof name !== "string")
        [name, options, body] = [name && name.name ? name.name : "<anonymous>", name, options];
    if (typeof options === "function")
        [options, body] = [{}, options];
    return { name, options: options || {}, body };
}

function addTest(...words) {
    current.items.push({ ...parse(...words), isTest: true });
}

function addSuite(...words) {
    const { name, options, body } = parse(...words);
    const suite = { ...makeSuite(name, current), options };

    current.items.push(suite);
    current = suite;
    try {
        if (body !== undefined)
            body();
    } finally {
        current = suite.parent;
    }
}

function withVariants(add) {
    for (const key of ["skip", "todo"]) {
        add[key] = (...words) => {
            const { name, options, body } = parse(...words);
            add(name, { ...options, [key]: true }, body);
        };
    }
    return add;
}

function makeApi() {
    const test = withVariants(addTest);
    const api = { test, it: test, describe: withVariants(addSuite) };

    api.suite = api.describe;
    for (const hook of ["before", "after", "beforeEach", "afterEach"])
        api[hook] = (body) => current[hook].push(body);
    return Object.assign((...words) => test(...words), test, api, { default: test });
}

/* A body takes a callback, gives a promise, or is done when it returns. */
function call(body, context) {
    if (body === undefined)
        return undefined;
    if (body.length < 2)
        return body(context);
    return new Promise((resolve, reject) =>
        body(context, (error) => (error ? reject(error) : resolve())));
}

function makeContext(item, marks) {
    return {
        name: item.name,
        skip: (why) => { marks.skipped = String(why ?? ""); },
        todo: (why) => { marks.skipped = String(why ?? ""); },
        diagnostic() {},
        test() { throw new Error("tests within tests are not known here; use describe()"); },
    };
}

async function attempt(suites, item, marks) {
    const context = makeContext(item, marks);

    for (const suite of suites)
        for (const hook of suite.beforeEach)
            await call(hook, context);
    await call(item.body, context);
    for (const suite of [...suites].reverse())
        for (const hook of suite.afterEach)
            await call(hook, context);
}

async function runTest(suites, item, report) {
    const names = [...suites.map((suite) => suite.name), item.name].filter((name) => name !== "");
    const marks = {};
    const entry = { id: names.join(" > "), outcome: "passed" };
    const started = process.hrtime.bigint();

    report.push(entry);
    if ([...suites, item].some(({ options }) => options && (options.skip || options.todo))) {
        entry.outcome = "skipped";
        return;
    }
    try {
        await attempt(suites, item, marks);
        if (marks.skipped !== undefined)
            Object.assign(entry, { outcome: "skipped", message: marks.skipped });
    } catch (error) {
        entry.outcome = error && error.code === "ERR_ASSERTION" ? "failed" : "errored";
        entry.message = String((error && error.message) || error).slice(0, TEXT_MAX);
    }
    entry.seconds = Number(process.hrtime.bigint() - started) / 1e9;
}

async function runSuite(suites, report) {
    const suite = suites[suites.length - 1];

    for (const hook of suite.before)
        await call(hook, {});
    for (const item of suite.items) {
        if (item.isTest)
            await runTest(suites, item, report);
        else
            await runSuite([...suites, item], report);
    }
    for (const hook of suite.after)
        await call(hook, {});
}

/* What must be right before the learner's code is loaded. */
function check(file, end) {
    try {
        const text = fs.readFileSync(file, "utf8").replace(/^#!.*/, "");
        void new vm.Script(Module.wrap(text), { filename: file });
    } catch (error) {
        const place = String(error.stack).split("\n")[0];
        end(`${error.code ? file : place}: ${error.message}`, 1, " fault");
    }
}

function serveNodeTest() {
    const load = Module._load;
    const api = makeApi();

    Module._load = function (request, ...rest) {
        return request === "node:test" || request === "test" ? api
            : load.call(this, request, ...rest);
    };
}

async function main(end) {
    const files = process.argv.slice(2);
    const report = [];

    if (files.length === 0)
        end("expected run.js FILE…", 1, " fault");
    for (const file of files)
        check(file, end);
    serveNodeTest();
    for (const file of files)
        require(path.resolve(file));
    /* A promise that is never kept must end as a limit, not as an event loop with nothing to do:
     * how long a test may take is said in the grader. */
    const alive = setTimeout(() => {}, TIMER_MAX);
    await runSuite([root], report);
    clearTimeout(alive);
    const bad = report.some(({ outcome }) => outcome === "failed" || outcome === "errored");
    end(JSON.stringify({ schema: "cupel.report/1", tests: report }), bad ? 1 : 0);
}

main(openChannel());
