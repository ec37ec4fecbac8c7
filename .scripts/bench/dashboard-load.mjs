// The load of the dashboard's bench; see dashboard.mjs.
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDashboard } from '../../src/tui/open-dashboard.tsx';

const COLUMNS = 120;
const ROWS = 40;
const EVENTS = 100_000;
const CONVERSATION_BYTES = 2_000_000;
const STREAMS = 5;
const TOKENS_PER_SECOND = 200;
const STREAMED_MS = 6000;
const KEYS = 200;

const CLEARS = ['\u001b[2J', '\u001b[3J'];
const written = { bytes: 0, clears: 0 };
const stdout = Object.assign(new EventEmitter(), {
  isTTY: true,
  columns: COLUMNS,
  rows: ROWS,
  writable: true,
  write(text, done) {
    written.bytes += Buffer.byteLength(text);
    if (CLEARS.some(code => text.includes(code))) written.clears += 1;
    if (typeof done === 'function') queueMicrotask(done);
    return true;
  },
});
const typed = [];
const stdin = Object.assign(new EventEmitter(), {
  isTTY: true,
  setEncoding() {},
  setRawMode() {},
  ref() {},
  unref() {},
  read: () => typed.shift() ?? null,
});

const names = ['security', 'style', 'tests', 'performance', 'docs'];
const setup = {
  chart: {
    name: 'bench',
    start: 'review',
    nodes: [
      {
        id: 'review',
        kind: 'parallel',
        detail: 'at once',
        parts: names.map(id => ({ id, detail: '' })),
        partWays: [],
        order: 'at-once',
      },
      {
        id: 'done',
        kind: 'end',
        detail: 'success',
        outcome: 'success',
        parts: [],
        partWays: [],
        order: 'one-by-one',
      },
    ],
    edges: [{ from: 'review', to: 'done', via: 'next', label: '' }],
  },
  crews: new Map(),
  roles: names.map(name => ({ name, model: 'default' })),
  budget: { calls: 1000, costMicroUsd: 5_000_000 },
  flags: '',
};
const dashboard = openDashboard({
  setup,
  how: 'run',
  color: true,
  stdin,
  stdout,
  now: Date.now,
  act: () => undefined,
});
const { store } = dashboard;
let at = Date.now();
const tell = event => store.reporter.onEvent({ at: at++, ...event });

tell({
  type: 'run.started',
  runId: 'bench',
  crew: 'bench',
  goal: 'Be measured.',
  programHash: 'ab',
  inputs: {},
  models: { default: { use: 'openai:x', reason: '' } },
});
tell({ type: 'phase.started', phase: 'review', kind: 'parallel', visit: 1 });
for (const name of names)
  tell({ type: 'phase.started', phase: `review.${name}`, kind: 'role', visit: 1, role: name });

const words = 'The change reads a path from the request and joins it with the root, so `..` leaves it. ';
const usage = { inputTokens: 900, outputTokens: 120, cachedInputTokens: 0 };
const perAnswer = Math.ceil(CONVERSATION_BYTES / (EVENTS / 4));
const begun = performance.now();
for (let call = 0; call < EVENTS / 4; call += 1) {
  const role = names[call % names.length];
  const phase = `review.${role}`;
  const key = `m${call}`;
  // Events come from a disk or from calls, never all in one breath.
  if (call % 250 === 249) await sleep(1);
  tell({ type: 'model.started', key, phase, role, model: 'default', turn: call });
  tell({
    type: 'model.ended',
    key,
    phase,
    role,
    outcome: 'answered',
    text: words.repeat(Math.ceil(perAnswer / words.length)).slice(0, perAnswer),
    toolCalls: 1,
    usage,
    costMicroUsd: 12,
    ms: 900,
  });
  tell({
    type: 'tool.started',
    key: `t${call}`,
    phase,
    role,
    tool: 'git.show',
    args: { path: `src/file-${call}.ts` },
  });
  tell({
    type: 'tool.ended',
    key: `t${call}`,
    phase,
    tool: 'git.show',
    outcome: 'returned',
    value: words,
    ms: 12,
  });
}
const eventUs = ((performance.now() - begun) / EVENTS) * 1000;
await sleep(300);

const keys = ['\u001b[A', '\u001b[B', '\t', 'k', 'j', '\u001b[5~', '\u001b[6~', 'g', 'G'];
const latencies = [];
for (let each = 0; each < KEYS; each += 1) {
  const before = written.bytes;
  const from = performance.now();
  typed.push(keys[each % keys.length]);
  stdin.emit('readable');
  // Until the frame with it is written; some keys change nothing that is seen.
  while (written.bytes === before && performance.now() - from < 80) await sleep(1);
  if (written.bytes > before) latencies.push(performance.now() - from);
  await sleep(20);
}
latencies.sort((one, other) => one - other);
const p95 = latencies[Math.floor(latencies.length * 0.95)] ?? 0;

for (const name of names)
  tell({
    type: 'model.started',
    key: `s-${name}`,
    phase: `review.${name}`,
    role: name,
    model: 'default',
    turn: 1,
  });
typed.push('\u001b');
stdin.emit('readable');
await sleep(500);
written.bytes = 0;
written.clears = 0;
const cpu = process.cpuUsage();
const from = performance.now();
let sent = 0;
while (performance.now() - from < STREAMED_MS) {
  const due = ((performance.now() - from) / 1000) * TOKENS_PER_SECOND;
  while (sent < due) {
    const name = names[sent % STREAMS];
    const text = sent % 97 === 0 ? 'the end.\n' : ` word${sent % 50}`;
    store.reporter.onDelta({ key: `s-${name}`, phase: `review.${name}`, role: name, text });
    sent += 1;
  }
  await sleep(5);
}
const { user, system } = process.cpuUsage(cpu);
const elapsed = performance.now() - from;
const share = ((user + system) / 1000 / elapsed) * 100;
globalThis.gc?.();
const { rss } = process.memoryUsage();
const rows = [
  ['one event of 100,000', `${eventUs.toFixed(1)} µs`],
  [
    'key until its frame is written, p95',
    `${p95.toFixed(1)} ms (p50 ${(latencies[Math.floor(latencies.length / 2)] ?? 0).toFixed(1)} ms, ${latencies.length} keys)`,
  ],
  ['memory with 100,000 events and 2 MB said', `${(rss / 1e6).toFixed(0)} MB`],
  [`${TOKENS_PER_SECOND} tokens/s in ${STREAMS} streams, of a core`, `${share.toFixed(1)} %`],
  ['bytes to the terminal', `${(written.bytes / elapsed).toFixed(1)} kB/s`],
  ['clears of the screen', `${written.clears}`],
];
dashboard.close();
process.stdout.write(rows.map(([what, much]) => `  ${what.padEnd(44)} ${much}\n`).join(''));
process.exit(0);
