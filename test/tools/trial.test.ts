import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MAX_LESSON_LENGTH } from '../../src/model/limits.ts';
import { lastJson } from '../../src/tools/trial/last-json.ts';
import { hasBubblewrap, isAlive, until } from '../machine.ts';
import { callTool, failureOf } from './tool-call.ts';

let workspace = '';
let temporary = '';
beforeAll(() => {
  // New folders of trials are seen here alone: other processes make, sweep and remove theirs elsewhere meanwhile.
  temporary = realpathSync(mkdtempSync(join(tmpdir(), 'crew-trials-')));
  vi.stubEnv('TMPDIR', temporary);
  workspace = join(temporary, 'workspace');
  mkdirSync(join(workspace, 'pack/deep'), { recursive: true });
  mkdirSync(join(workspace, '.git'));
  mkdirSync(join(workspace, '.crew'));
  mkdirSync(join(workspace, 'node_modules/left'), { recursive: true });
  writeFileSync(join(workspace, '.git/config'), 'secret');
  writeFileSync(join(workspace, '.crew/runs'), 'secret');
  writeFileSync(join(workspace, 'pack/deep/a.txt'), 'one\n');
  writeFileSync(join(workspace, 'b.txt'), 'two\n');
  symlinkSync('deep/a.txt', join(workspace, 'pack/inner'));
  symlinkSync('/etc/hostname', join(workspace, 'pack/outer'));
  symlinkSync('../../..', join(workspace, 'pack/up'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
});

const run = (args: object) => callTool(workspace, 'trial.run', args as never);
const folders = () => readdirSync(tmpdir()).filter(name => name.startsWith('crew-trial-'));

describe('a command in the workspace', () => {
  test('passes with exit code 0 and nothing else', async () => {
    expect(await run({ command: ['cat', 'b.txt'] })).toEqual({
      passed: true,
      exit_code: 0,
      timed_out: false,
      output: 'two\n',
      truncated: false,
      json: null,
      said: 'exit code 0\ntwo',
    });
    expect(await run({ command: ['sh', '-c', 'echo no >&2; exit 3'], cwd: 'pack' })).toMatchObject({
      passed: false,
      exit_code: 3,
      said: 'exit code 3\nno',
    });
    expect(await run({ command: ['sh', '-c', 'kill -9 $$'] })).toMatchObject({
      passed: false,
      exit_code: null,
      said: 'a signal ended it',
    });
  });

  test('gets no keys, and what it reads is what it was given', async () => {
    process.env.CREW_TEST_SECRET = 'hush';
    const { output } = await run({ command: ['sh', '-c', 'cat; env'], input: 'typed\n' });
    delete process.env.CREW_TEST_SECRET;
    expect(output).toContain('typed');
    expect(output).not.toContain('hush');
  });

  test('that hangs does not pass, and nothing that it started lives on', async () => {
    const file = join(workspace, 'pids');
    // One child stays in its group, one leaves it, one ignores the polite signal.
    const script = `sleep 61 & echo $! >> pids; setsid sh -c 'echo $$ >> pids; exec sleep 62' & trap '' TERM; echo $$ >> pids; echo begun; sleep 63`;
    const result = await run({ command: ['sh', '-c', script], timeout_ms: 2000 });
    expect(result).toMatchObject({ passed: false, exit_code: null, timed_out: true });
    expect(result.said).toBe('it was stopped, not done within 2 s\nbegun');
    const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
    rmSync(file);
    expect(pids).toHaveLength(3);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('that has ended passes, also when the time is over before a child of it lets go of its output', async () => {
    const script = 'env -i setsid sleep 3 & sleep 0.2; exit 0';
    const result = await run({ command: ['sh', '-c', script], timeout_ms: 1000 });
    expect(result).toMatchObject({ passed: true, exit_code: 0, timed_out: false });
  });

  test('that floods is cut, and what it said is its end', async () => {
    const script = 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done; exit 1';
    const result = await run({ command: ['sh', '-c', script] });
    expect(result).toMatchObject({ passed: false, truncated: true });
    expect(result.output.length).toBeLessThanOrEqual(64_000);
    expect(result.said.length).toBeLessThanOrEqual(MAX_LESSON_LENGTH - 200);
    expect(result.said.endsWith('line 19999')).toBe(true);
  });

  test('that is not there, and a folder that is not there, are failures and no verdict', async () => {
    expect((await failureOf(run({ command: ['no-such-program'] }))).code).toBe('TOOL_MISSING');
    expect((await failureOf(run({ command: ['ls'], cwd: 'nowhere' }))).code).toBe('TOOL_FAILED');
    expect((await failureOf(run({ command: ['ls'], cwd: '..' }))).code).toBe('OUTSIDE_WORKSPACE');
    expect((await failureOf(run({ command: [''] }))).code).toBe('TOOL_ARGUMENTS');
  });
});

describe('what a command printed', () => {
  test('is read as JSON, or its last line is', async () => {
    const echo = (text: string) => run({ command: ['printf', '%s', text] });
    expect((await echo('{"score": 0.5}')).json).toEqual({ score: 0.5 });
    expect((await echo('running\n{"score": 1}\n')).json).toEqual({ score: 1 });
    expect((await echo('3 passed')).json).toBeNull();
    expect(lastJson('a\n[1,\n2]')).toBeNull();
  });

  test('is replaced by the file that it wrote', async () => {
    const script = 'echo noise; echo \'{"score":2}\' > out.json; exit 1';
    const result = await run({
      command: ['sh', '-c', script],
      artifact_as: 'x',
      artifact: '',
      output_from: 'out.json',
    });
    expect(result).toMatchObject({ passed: false, output: '{"score":2}\n', json: { score: 2 } });
    const none = await run({
      command: ['echo', 'noise'],
      artifact_as: 'x',
      artifact: '',
      output_from: 'out.json',
    });
    expect(none.said).toBe('exit code 0\nit did not write its report\nnoise');
  });

  test('is not read through a link that leads out', async () => {
    const command = ['ln', '-s', '/etc/hostname', 'out.txt'];
    const failure = await failureOf(run({ command, artifact_as: 'x', artifact: '', output_from: 'out.txt' }));
    expect(failure.code).toBe('OUTSIDE_WORKSPACE');
  });
});

describe('with `artifact_as`', () => {
  test('a command finds the artifact in a new folder that is gone afterwards', async () => {
    const before = folders();
    const text = await run({
      command: ['sh', '-c', 'cat src/it.js; touch made; pwd'],
      artifact: 'x = 1\n',
      artifact_as: 'src/it.js',
    });
    expect(text.output).toBe('x = 1\n.\n');
    expect(existsSync(join(workspace, 'made'))).toBe(false);
    const json = await run({ command: ['cat', 'it.json'], artifact: { a: [1] }, artifact_as: 'it.json' });
    expect(json.json).toEqual({ a: [1] });
    const nothing = await run({ command: ['cat', 'it'], artifact: null, artifact_as: 'it' });
    expect(nothing.output).toBe('null\n');
    expect(folders()).toEqual(before);
  });

  test('the folder is gone also when the command cannot run', async () => {
    const before = folders();
    await failureOf(run({ command: ['no-such-program'], artifact: '', artifact_as: 'it' }));
    expect(folders()).toEqual(before);
  });

  test.runIf(process.platform === 'linux')(
    'nothing lives on that works in the folder, also when it has left its group and its variables',
    async () => {
      const pids = join(temporary, 'escaped');
      const stays = 'trap "" TERM; echo $$ >> "$0"; while :; do echo x >> grown; sleep 0.05; done';
      const script = `env -i /usr/bin/setsid /bin/sh -c '${stays}' ${pids} >/dev/null 2>&1 & until [ -s ${pids} ]; do :; done; exit 0`;
      const before = folders();
      expect(await run({ command: ['sh', '-c', script], artifact: '', artifact_as: 'it' })).toMatchObject({
        passed: true,
      });
      await until(() => !isAlive(Number(readFileSync(pids, 'utf8'))));
      expect(folders()).toEqual(before);
    },
  );

  test('what a command puts into the folder for temporary files is gone with it', async () => {
    const before = readdirSync(temporary);
    const script = 'f=$(mktemp); echo kept > "$f"; cat "$f"; echo "$f"; ls -A';
    const result = await run({ command: ['sh', '-c', script], artifact: '', artifact_as: 'it' });
    expect(result.output).toMatch(/^kept\n\$TMPDIR\/tmp\.\w+\nit\n$/);
    expect(readdirSync(temporary)).toEqual(before);
  });

  test('a folder that a killed process left is swept with what runs in it, those of living ones and of others are not', async () => {
    const beside = mkdtempSync(join(tmpdir(), 'crew-swept-'));
    const flag = join(beside, 'flag');
    const source = `
import { createBuiltinTools } from ${JSON.stringify(new URL('../../src/tools/builtin.ts', import.meta.url).href)};
const context = { workspace: ${JSON.stringify(workspace)}, signal: new AbortController().signal, notice() {} };
const command = ['sh', '-c', ${JSON.stringify(`echo $$ > ${flag}; sleep 600`)}];
await createBuiltinTools().get('trial.run').call({ command, artifact: '', artifact_as: 'it' }, context);`;
    const crashing = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'ignore' });
    await until(() => existsSync(flag) && readFileSync(flag, 'utf8').trim() !== '');
    const ended = once(crashing, 'exit');
    crashing.kill('SIGKILL');
    await ended;
    const left = folders().filter(name => name.includes(`-${crashing.pid}-`));
    expect(left).toHaveLength(1);
    const dead = spawnSync('true').pid;
    const target = join(beside, 'target');
    mkdirSync(target);
    writeFileSync(join(target, 'kept'), '');
    const kept = [`crew-trial-${hostname()}-${process.ppid}-000000000000`, 'crew-trial-abc'];
    for (const name of kept) mkdirSync(join(tmpdir(), name), { recursive: true });
    const link = `crew-trial-${hostname()}-${dead}-000000000000`;
    symlinkSync(target, join(tmpdir(), link));
    try {
      await run({ command: ['true'], artifact: '', artifact_as: 'it' });
      expect(folders()).not.toContain(left[0]);
      expect(folders()).toEqual(expect.arrayContaining([...kept, link]));
      expect(existsSync(join(target, 'kept'))).toBe(true);
      await until(() => !isAlive(Number(readFileSync(flag, 'utf8'))));
    } finally {
      for (const name of [...kept, link]) rmSync(join(tmpdir(), name), { recursive: true, force: true });
      rmSync(beside, { recursive: true, force: true });
    }
  });

  test('what is copied is a copy, without runs, repositories and links that lead out', async () => {
    const script = 'find . | sort; cat pack/inner; echo changed > pack/deep/a.txt; rm b.txt';
    const result = await run({ command: ['sh', '-c', script], artifact: '', artifact_as: 'it', copy: ['.'] });
    expect(result.output.trim().split('\n')).toEqual([
      '.',
      './b.txt',
      './it',
      './node_modules',
      './pack',
      './pack/deep',
      './pack/deep/a.txt',
      './pack/inner',
      'one',
    ]);
    expect(readFileSync(join(workspace, 'pack/deep/a.txt'), 'utf8')).toBe('one\n');
    expect(existsSync(join(workspace, 'b.txt'))).toBe(true);
  });

  test('only what is named is copied, to its place', async () => {
    const some = {
      command: ['find', '.', '-type', 'f'],
      artifact: '',
      artifact_as: 'it',
      copy: ['pack/deep/a.txt'],
    };
    expect((await run(some)).output.trim().split('\n').sort()).toEqual(['./it', './pack/deep/a.txt']);
    expect((await failureOf(run({ ...some, copy: ['../'] }))).code).toBe('OUTSIDE_WORKSPACE');
    expect((await failureOf(run({ ...some, copy: ['.git/config'] }))).code).toBe('OUTSIDE_WORKSPACE');
    expect((await failureOf(run({ ...some, copy: ['none'] }))).code).toBe('FILE_UNREADABLE');
  });

  test.each(['../it', '/tmp/it', '.git/hooks/x'])('it cannot be written to %s', async artifactAs => {
    const failure = await failureOf(run({ command: ['ls'], artifact: '', artifact_as: artifactAs }));
    expect(failure.code).toBe('OUTSIDE_WORKSPACE');
  });

  test('an artifact cannot be written through a link that was copied', async () => {
    symlinkSync('../../b.txt', join(workspace, 'pack/deep/link'));
    const result = await run({
      command: ['cat', 'b.txt'],
      artifact: 'new',
      artifact_as: 'pack/deep/link',
      copy: ['.'],
    });
    rmSync(join(workspace, 'pack/deep/link'));
    expect(result.output).toBe('new');
    expect(readFileSync(join(workspace, 'b.txt'), 'utf8')).toBe('two\n');
  });
});

describe.runIf(hasBubblewrap)('in a sandbox', () => {
  test('a command sees its new folder and what is named, and nothing else', async () => {
    const sandbox = { fs: ['ro:pack'], net: 'none' };
    const judge = (script: string) =>
      run({ command: ['sh', '-c', script], artifact: 'here', artifact_as: 'it', sandbox });
    expect(await judge(`cat it; cat ${workspace}/pack/deep/a.txt; touch made`)).toMatchObject({
      passed: true,
      output: 'hereone\n',
    });
    expect(await judge(`cat ${workspace}/b.txt`)).toMatchObject({ passed: false });
    expect(await judge(`touch ${workspace}/pack/new`)).toMatchObject({ passed: false });
  });
});
