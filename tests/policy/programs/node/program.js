// What programs in Node.js do in courses: workers, processes, files, sockets, timers, libraries.
'use strict';

const childProcess = require('child_process');
const crypto = require('crypto');
const dns = require('dns');
const events = require('events');
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');
const path = require('path');
const util = require('util');
const zlib = require('zlib');
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

const errorOf = async (emitter) => (await events.once(emitter, 'error'))[0].code;

async function workers() {
  const results = [1, 2, 3, 4].map(async (number) => {
    const worker = new Worker(__filename, { workerData: number });
    return (await events.once(worker, 'message'))[0];
  });
  console.log('workers', (await Promise.all(results)).join());
}

async function processes() {
  const cat = childProcess.spawnSync('cat', { input: 'input' });
  const shell = await util.promisify(childProcess.exec)('echo out; exit 3').catch((e) => e);
  const child = childProcess.fork(__filename, ['child']);
  child.send(20);
  const [answer] = await events.once(child, 'message');
  console.log('processes', cat.stdout.toString(), shell.stdout.trim(), shell.code, answer);
}

async function files() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'test-'));
  const watcher = fs.watch(folder);
  const changed = events.once(watcher, 'change');
  fs.writeFileSync(path.join(folder, 'file'), 'text');
  const [, name] = await changed;
  watcher.close();
  await fs.promises.copyFile(path.join(folder, 'file'), path.join(folder, 'copy'));
  const text = await fs.promises.readFile(path.join(folder, 'copy'), 'utf8');
  fs.rmSync(folder, { recursive: true });
  console.log('files', name, text, fs.existsSync(folder));
}

async function sockets() {
  const server = http.createServer((request, response) => response.end('pong'));
  server.listen('/tmp/socket');
  await events.once(server, 'listening');
  const request = http.get({ socketPath: '/tmp/socket', path: '/', agent: false });
  const [response] = await events.once(request, 'response');
  const [body] = await events.once(response, 'data');
  server.close();
  console.log('socket', String(body));
  console.log('listen', await errorOf(net.createServer().listen(0, '127.0.0.1')));
  console.log('connect', await errorOf(net.connect(80, '127.0.0.1')));
  console.log('lookup', await dns.promises.lookup('example.org').catch((e) => e.code));
}

async function libraries() {
  const key = await util.promisify(crypto.generateKeyPair)('ec', { namedCurve: 'P-256' });
  console.log('crypto', crypto.randomBytes(4).length, key.publicKey.type);
  console.log('zlib', zlib.gunzipSync(zlib.gzipSync('text')).toString());
  const berlin = new Date(0).toLocaleTimeString('de-DE', { timeZone: 'Europe/Berlin' });
  console.log('locale', new Intl.NumberFormat('de-DE').format(1234.5), berlin);
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  console.log('wasm', WebAssembly.validate(empty), await WebAssembly.compile(empty));
  console.log('os', os.userInfo().username, os.hostname(), os.totalmem() > 0);
}

async function signals() {
  const alive = setInterval(() => {}, 1000); // which a listener alone does not keep it
  const caught = events.once(process, 'SIGUSR2');
  process.kill(process.pid, 'SIGUSR2');
  await caught;
  clearInterval(alive);
  console.log('signal');
}

function memory() {
  const deep = () => deep() + 1;
  try {
    deep();
  } catch (error) {
    console.log('stack', error.name);
  }
  const blocks = [];
  for (let i = 0; i < 200; i++) blocks.push(Buffer.alloc(1 << 20, 1));
  console.log('memory', blocks.length);
}

async function main() {
  await workers();
  await processes();
  await files();
  await sockets();
  await libraries();
  await signals();
  memory();
  for await (const chunk of process.stdin) console.log('input', String(chunk).trim());
}

if (!isMainThread) {
  parentPort.postMessage(workerData * workerData);
} else if (process.argv[2] === 'child') {
  process.once('message', (number) => process.send(number + 1, () => process.disconnect()));
} else {
  main();
}
