// Crews against plain loops on the same loopback model server. The plain loop with the built-in fetch is 1.0; it keeps
// nothing, a crew has every effect on disk before anybody sees it. A real model answers in 300 ms and more, so none of this
// shows in a single call; it counts for many runs in one process, for long streams, for tests and for start-up.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { line, middle, PAIRS, ROOT, titles } from './report.mjs';
import { STREAMS, WORKLOADS } from './workloads.mjs';

const HERE = new URL('.', import.meta.url).pathname;
const CLIENT = join(HERE, 'client.mjs');
const LIBRARY = join(ROOT, 'dist/index.js');
const LAUNCHER = join(ROOT, 'src/cli/launch.mjs');
const AT_ONCE = 200;
const STEPS = 1000;
const KILLED_AFTER = 990;

/** Prints what crews cost beside plain loops. */
export async function benchOrchestration() {
  const place = mkdtempSync(join(tmpdir(), 'crew-bench-'));
  const server = await startServer();
  const bench = { place, server };
  try {
    await benchCpu(bench);
    await benchTokens(bench);
    await benchStart(bench);
    await benchConcurrency(bench);
    await benchBytes(bench);
    await benchRecovery(bench);
  } finally {
    server.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

async function startServer() {
  const child = fork(join(HERE, 'model-server.mjs'));
  const told = [];
  let waiting;
  child.on('message', message => {
    if (waiting === undefined) told.push(message);
    else waiting(message);
    waiting = undefined;
  });
  const hear = () =>
    told.length > 0
      ? Promise.resolve(told.shift())
      : new Promise(resolve => {
          waiting = resolve;
        });
  const { port } = await hear();
  const ask = async message => {
    child.send(message);
    return hear();
  };
  return {
    url: `http://127.0.0.1:${port}/v1`,
    /** The next message is that the request with this number, counted from now, was held. */
    hold: nth => ask({ hold: nth }),
    hear,
    count: async () => (await ask({ count: true })).count,
    stop: () => child.kill(),
  };
}

function start({ place, server }, args, { folder = mkdtempSync(join(place, 'run-')), count = 0 } = {}) {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const own = { BENCH_URL: server.url, BENCH_FOLDER: folder, BENCH_LIBRARY: LIBRARY, BENCH_COUNT: count };
  const env = { PATH, HOME, NODE_COMPILE_CACHE, OPENAI_BASE_URL: server.url, ...own };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function ended(child) {
  let text = '';
  child.stdout.on('data', piece => {
    text += piece;
  });
  const code = await new Promise(resolve => child.on('close', resolve));
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
  return text;
}

async function measure(bench, args, options) {
  return JSON.parse(await ended(start(bench, [CLIENT, ...args], options)));
}

/** Paired rounds: what each client measured, and its ratio to the first one in the same round. */
async function rounds(clients, measureOne) {
  const rows = Object.fromEntries(clients.map(client => [client, []]));
  for (let round = 0; round < PAIRS; round += 1) {
    let floor;
    for (const client of clients) {
      const value = await measureOne(client);
      floor ??= value;
      rows[client].push({ value, ratio: value / floor });
    }
  }
  return rows;
}

/** `unit` ends with `/s` for what had better be large. */
function print(name, rows, unit) {
  const worst = all => (unit.endsWith('/s') ? Math.min(...all) : Math.max(...all));
  const values = rows.map(row => row.value);
  const ratios = rows.map(row => row.ratio);
  const shown = value => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ${unit}`;
  line(name, [shown(middle(values)), shown(worst(values)), middle(ratios), worst(ratios)]);
}

const CLIENTS = { fetch: 'plain fetch', sdk: 'openai SDK', crew: 'crew, journalled' };
const COLUMNS = ['median', 'worst', '× plain', 'worst'];

async function benchCpu(bench) {
  titles('CPU of one model call', COLUMNS);
  const means = Object.fromEntries(Object.keys(CLIENTS).map(client => [client, []]));
  for (const [name, { title, calls }] of Object.entries(WORKLOADS)) {
    const rows = await rounds(Object.keys(CLIENTS), async client => {
      const { cpuMs } = await measure(bench, ['cpu', client, name]);
      return cpuMs / calls;
    });
    for (const [client, label] of Object.entries(CLIENTS)) {
      print(`${title}, ${label}`, rows[client], 'ms');
      means[client].push(rows[client].map(row => row.ratio));
    }
  }
  for (const [client, label] of Object.entries(CLIENTS)) {
    const product = index => means[client].reduce((all, ratios) => all * ratios[index], 1);
    const ratios = means[client][0].map((_, index) => product(index) ** (1 / means[client].length));
    line(`geometric mean of the five, ${label}`, ['', '', middle(ratios), Math.max(...ratios)]);
  }
}

async function benchTokens(bench) {
  titles('CPU of one streamed token', COLUMNS);
  const [few, many] = Object.entries(STREAMS);
  const rows = await rounds(Object.keys(CLIENTS), async client => {
    const [short, long] = [
      await measure(bench, ['cpu', client, few[0]]),
      await measure(bench, ['cpu', client, many[0]]),
    ];
    return ((long.cpuMs - short.cpuMs) * 1000) / (many[1].tokens - few[1].tokens);
  });
  for (const [client, label] of Object.entries(CLIENTS)) print(label, rows[client], 'µs');
}

/** From the start of a process to what the server was asked `nth`, which is never answered. */
async function timeToRequest(bench, nth, args, options) {
  await bench.server.hold(nth);
  const before = performance.now();
  const child = start(bench, args, options);
  await bench.server.hear();
  const ms = performance.now() - before;
  child.kill('SIGKILL');
  await new Promise(resolve => child.on('close', resolve));
  return ms;
}

async function benchStart(bench) {
  titles('Process start to first model request', COLUMNS);
  const rows = await rounds(Object.keys(CLIENTS), client =>
    timeToRequest(bench, 1, [CLIENT, 'once', client, 'sop']),
  );
  for (const [client, label] of Object.entries(CLIENTS)) print(label, rows[client], 'ms');
}

async function benchConcurrency(bench) {
  titles(`${AT_ONCE} runs at once`, COLUMNS);
  const seen = [];
  await rounds(['fetch', 'crew'], async client => {
    const found = await measure(bench, ['concurrent', client, 'sop'], { count: AT_ONCE });
    seen.push({ client, ...found });
    return found.seconds;
  });
  const figures = {
    'calls a second': [({ seconds }) => (AT_ONCE * WORKLOADS.sop.calls) / seconds, '/s'],
    'CPU of one call': [({ cpuMs }) => cpuMs / (AT_ONCE * WORKLOADS.sop.calls), 'ms'],
    'peak memory': [({ rssMb }) => rssMb, 'MB'],
  };
  for (const [title, [value, unit]] of Object.entries(figures)) {
    const floors = seen.filter(({ client }) => client === 'fetch').map(value);
    for (const client of ['fetch', 'crew']) {
      const values = seen.filter(each => each.client === client).map(value);
      const rows = values.map((each, index) => ({ value: each, ratio: each / floors[index] }));
      print(`${title}, ${CLIENTS[client]}`, rows, unit);
    }
  }
}

async function benchBytes(bench) {
  titles('Durable state of one step with 200 B of text', ['bytes', 'steps']);
  const sizes = [];
  for (const count of [100, STEPS]) {
    const folder = mkdtempSync(join(bench.place, 'steps-'));
    await ended(start(bench, [CLIENT, 'once', 'crew', 'steps'], { folder, count }));
    sizes.push({ count, bytes: journalBytes(folder) });
  }
  const [few, many] = sizes;
  line('a crew in a loop', [
    `${((many.bytes - few.bytes) / (many.count - few.count)).toFixed(0)} B`,
    `${STEPS}`,
  ]);
}

/** The size of the journal with nothing left in its log. */
function journalBytes(folder) {
  const path = join(folder, 'runs.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  return statSync(path).size;
}

/** A process that is killed in the middle of its work, and a new one that goes on: how long until its first request. */
async function benchRecovery(bench) {
  titles(`SIGKILL after ${KILLED_AFTER} of ${STEPS} steps to next step`, COLUMNS);
  const rows = await rounds(['fetch', 'crew'], async client => {
    const folder = mkdtempSync(join(bench.place, 'killed-'));
    const args = [CLIENT, 'once', client, 'steps'];
    await timeToRequest(bench, KILLED_AFTER + 1, args, { folder, count: STEPS });
    const again =
      client === 'fetch' ? args : [LAUNCHER, 'resume', runIn(folder), '-q', '--state-dir', folder];
    const before = await bench.server.count();
    const ms = await timeToRequest(bench, 1, again, { folder, count: STEPS });
    const repeated = (await bench.server.count()) - before - 1;
    if (repeated !== 0) throw new Error(`${repeated} calls were repeated`);
    return ms;
  });
  for (const client of ['fetch', 'crew']) {
    print(client === 'fetch' ? 'plain fetch with a log of JSON lines' : 'crew resume', rows[client], 'ms');
  }
}

function runIn(folder) {
  const database = new DatabaseSync(join(folder, 'runs.db'), { readOnly: true });
  const { run_id: runId } = database.prepare('SELECT run_id FROM runs').get();
  database.close();
  return runId;
}
