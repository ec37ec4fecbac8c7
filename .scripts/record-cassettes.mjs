// Records the runs in crews/tests/ again, after a shipped crew was changed on purpose: `node .scripts/record-cassettes.mjs
// [NAME...]`. Each run works in a sample of examples/, with written replies for the models, so nothing is called.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
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
  reformulate: {
    example: '34-reformulate',
    written: 'crews/tests/reformulate.replies.yaml',
    flags: [
      '-i',
      'request=A poem about spring',
      '-i',
      'purpose=Write a poem.',
      '-i',
      'fields=[{"name":"topic","required":true,"schema":{"type":"string"}}]',
    ],
    answers: ['In Kyoto.', 'accept'],
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

function crew(args, folder) {
  const ended = spawnSync(process.execPath, ['src/cli/crew.ts', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: folder },
    encoding: 'utf8',
  });
  // A run that waits is answered next.
  if (ended.status > 1 && ended.status !== 5) {
    throw new Error(`crew ${args.join(' ')} ended with ${ended.status}:\n${ended.stderr}`);
  }
}

function record(name, { example, replies, written, flags = [], answers = [] }) {
  const folder = mkdtempSync(join(tmpdir(), 'crew-record-'));
  try {
    const workspace = makeWorkspace(example, folder);
    const file = join(folder, 'recording.jsonl');
    const script = written ?? (replies && `examples/${example}/${replies}.yaml`);
    const model = script === undefined ? 'offline' : `script:${script}`;
    const place = ['--cwd', workspace, '-q'];
    crew(
      ['run', `crews/${name}.crew.yaml`, '--model', model, '--run-id', 'recorded', ...place, ...flags],
      folder,
    );
    for (const answer of answers) crew(['answer', 'recorded', answer, ...place], folder);
    crew(['export', 'recorded', '-o', file, ...place], folder);
    // Where and by whom it was recorded is nobody's business.
    const text = readFileSync(file, 'utf8')
      .replaceAll(workspace, '/workspace')
      .replaceAll(folder, '/folder')
      .replaceAll(`"by":${JSON.stringify(userInfo().username)}`, '"by":"a person"');
    writeFileSync(join(target, `${name}.run.jsonl`), text);
    process.stdout.write(`${name}: ${text.length} bytes\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RECORDINGS);
for (const name of names) record(name, RECORDINGS[name]);
