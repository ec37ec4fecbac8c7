// How long commands take, against an empty Node on the same machine. Each figure is a pair: the command and `node -e 0` one
// after the other.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { line, middle, PAIRS, ROOT, titles } from './report.mjs';

const GOALS_MS = { 'crew --version': 120, 'crew check, the code review': 350 };
const root = ROOT;
const program = join(root, 'src/cli/launch.mjs');
const review = join(root, 'crews/code-review.crew.yaml');

/** Runs a Node process to its end, or to `until`, and says how long that took. */
function time(args, { env = {}, cwd = root, until } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, {
      cwd,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...env,
      },
      stdio: 'ignore',
    });
    let reached;
    until?.(() => {
      reached = performance.now() - start;
      child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', code => {
      if (until === undefined && code !== 0) reject(new Error(`node ${args.join(' ')} ended with ${code}`));
      else if (until !== undefined && reached === undefined)
        reject(new Error(`node ${args.join(' ')} asked no model`));
      else resolve(reached ?? performance.now() - start);
    });
  });
}

async function pairs(name, measure, goalMs) {
  await measure();
  const rows = [];
  for (let index = 0; index < PAIRS; index += 1) {
    const floorMs = await time(['-e', '0']);
    const ms = await measure();
    rows.push({ ms, ratio: ms / floorMs });
  }
  print(name, rows, goalMs);
}

/** Measures one command and prints it; `before` is done ahead of each time, and not measured. */
export async function benchCommand(name, { args, cwd, before = () => undefined, goalMs }) {
  await pairs(
    name,
    () => {
      before();
      return time(args, { cwd });
    },
    goalMs,
  );
}

function print(name, rows, goal = GOALS_MS[name]) {
  const column = key => rows.map(row => row[key]).sort((left, right) => left - right);
  const [ms, ratio] = [column('ms'), column('ratio')];
  const verdict = goal === undefined ? '' : `goal ${goal} ms: ${middle(ms) < goal ? 'met' : 'not met'}`;
  const cells = [`${middle(ms).toFixed(0)} ms`, `${ms.at(-1).toFixed(0)} ms`, middle(ratio), ratio.at(-1)];
  line(name, cells, verdict);
}

/** A crew with a chain of `count` phases that all have a template and a way out. */
function manyPhases(count) {
  const phases = Array.from({ length: count }, (_, index) => {
    const task = index === 0 ? 'Begin.' : `Go on from {{ phase_${index - 1} }}.`;
    const next = index === count - 1 ? 'done' : `phase_${index + 1}`;
    return `  phase_${index}:\n    role: writer\n    task: "${task}"\n    next: ${next}\n`;
  });
  const head =
    'version: 1\ncrew: many\ngoal: Be long.\nroles:\n  writer: { goal: Write. }\nstart: phase_0\nphases:\n';
  return `${head}${phases.join('')}  done: { end: success, result: "{{ phase_${count - 1} }}" }\n`;
}

/** A model server that only says when it was asked. */
async function listen() {
  const asked = { call: () => undefined };
  const server = createServer(request => {
    asked.call();
    request.socket.destroy();
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { server, asked, url: `http://127.0.0.1:${server.address().port}/v1` };
}

/** Prints how long commands take. */
export async function benchCommands() {
  const folder = mkdtempSync(join(tmpdir(), 'crew-bench-'));
  const many = join(folder, 'many.crew.yaml');
  writeFileSync(many, manyPhases(50));
  const state = () => ['--state-dir', mkdtempSync(join(folder, 'state-'))];
  const { server, asked, url } = await listen();
  try {
    titles('Commands, against node -e 0', ['median', 'worst', '× node', 'worst']);
    await pairs('node -e 0', () => time(['-e', '0']));
    await pairs('crew --version', () => time([program, '--version']));
    await pairs('crew check, the code review', () => time([program, 'check', review]));
    await pairs('crew check, 50 phases', () => time([program, 'check', many]));
    await pairs('crew run, offline review of HEAD', () => time([program, 'run', review, '-q', ...state()]));
    for (const provider of ['openai', 'anthropic']) {
      const env = { OPENAI_BASE_URL: url, ANTHROPIC_BASE_URL: url };
      const args = [program, 'run', many, '-q', '--model', `${provider}:bench`, ...state()];
      await pairs(`start → first request, ${provider}`, () =>
        time(args, {
          env,
          until: reached => {
            asked.call = reached;
          },
        }),
      );
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
