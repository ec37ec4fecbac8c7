// Records the runs in crews/tests/ again, after a shipped crew was changed on purpose: `node .scripts/record-cassettes.mjs
// [NAME...]`. Each run works in a sample of examples/, with written replies for the models, so nothing is called.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const target = join(root, 'crews/tests');

/** By cassette: the crew, its inputs and replies, and the example or script that makes its workspace. */
const RECORDINGS = {
  'code-review': { example: '06-code-review' },
  feature: { example: '20-feature', replies: 'replies', flags: ['--allow', 'change.*'] },
  bugfix: {
    example: '21-bugfix',
    replies: 'replies',
    flags: ['--allow', 'change.*', '-i', 'report=An item with count 0 is charged once'],
  },
  'research-report': {
    example: '22-research-report',
    replies: 'mended.replies',
    flags: [
      '-i',
      'question=Is a heat pump warm enough?',
      '-i',
      'paths=["examples/22-research-report/sources"]',
    ],
  },
  'release-notes': { example: '23-release-notes', replies: 'forgetful.replies' },
  adr: {
    example: '24-adr',
    replies: 'mended.replies',
    flags: ['--inputs', join(root, 'examples/24-adr/decision.json')],
  },
  debate: {
    example: '25-debate',
    replies: 'mended.replies',
    flags: [
      '-i',
      'proposal=The reading room opens on Sundays.',
      '-i',
      'material=["examples/25-debate/material"]',
    ],
  },
  ask: { example: '11-ask', replies: 'careful.replies', flags: ['-i', 'question=Is a semaphore a lock?'] },
};

function makeWorkspace(example, folder) {
  const workspace = join(folder, 'workspace');
  try {
    execFileSync(join(root, 'examples', example, 'make-sample.sh'), [workspace], { stdio: 'inherit' });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    cpSync(join(root, 'examples', example), join(workspace, 'examples', example), { recursive: true });
  }
  return workspace;
}

function record(name, { example, replies, flags = [] }) {
  const folder = mkdtempSync(join(tmpdir(), 'crew-record-'));
  try {
    const workspace = makeWorkspace(example, folder);
    const file = join(folder, 'recording.jsonl');
    const model = replies === undefined ? 'offline' : `script:examples/${example}/${replies}.yaml`;
    const args = [
      'run',
      `crews/${name}.crew.yaml`,
      '--cwd',
      workspace,
      '--model',
      model,
      '--record',
      file,
      '-q',
    ];
    const ended = spawnSync(process.execPath, ['src/cli/crew.ts', ...args, ...flags], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: folder },
      encoding: 'utf8',
    });
    if (ended.status > 1) throw new Error(`${name} ended with ${ended.status}:\n${ended.stderr}`);
    // Where it was recorded is nobody's business.
    const text = readFileSync(file, 'utf8').replaceAll(workspace, '/workspace').replaceAll(folder, '/folder');
    writeFileSync(join(target, `${name}.run.jsonl`), text);
    process.stdout.write(`${name}: ${text.length} bytes\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RECORDINGS);
for (const name of names) record(name, RECORDINGS[name]);
