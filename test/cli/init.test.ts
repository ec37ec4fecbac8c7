import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/cli/templates.ts';
import { crew, crewProgram } from '../e2e/crew-process.ts';

function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'crew-init-'));
}

describe.each(Object.keys(TEMPLATES))('the template %s', { timeout: 60_000 }, name => {
  const from = emptyFolder();

  test('is written, and its next steps are told', async () => {
    const { code, stdout } = await crew(['init', name], { from });
    expect(code).toBe(0);
    expect(stdout).toContain('crew run crews/');
    expect(readdirSync(from).sort()).toEqual([
      '.gitignore',
      'crews',
      'replies.yaml',
      'schemas',
      'sops',
      'test',
    ]);
    expect(readFileSync(join(from, '.gitignore'), 'utf8')).toContain('.crew/*\n!.crew/config.yaml\n');
  });

  test('says what makes `crew` a command where it was called by npx', async () => {
    const call = (env: Readonly<Record<string, string>>) =>
      crew(['init', name], { from: emptyFolder(), env });
    expect((await call({ npm_command: 'exec' })).stdout).toContain('`npm link` in the checkout');
    expect((await call({})).stdout).not.toContain('npm link');
  });

  test('passes the check and lies within its plan', async () => {
    const file = `crews/${readdirSync(join(from, 'crews'))[0]}`;
    expect(await crew(['check', file], { from })).toMatchObject({
      code: 0,
      stdout: `${file}: no problems\n`,
    });
    const { stdout } = await crew(['plan', file, '--json'], { from });
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, excess: [], notes: [] });
  });

  test('runs at once, without a key', async () => {
    const file = `crews/${readdirSync(join(from, 'crews'))[0]}`;
    const { code, stdout } = await crew(['run', file], { from });
    expect(code).toBe(0);
    expect(stdout).toContain('not a language model');
  });

  test('passes its own test with the written replies', () => {
    const env = {
      ...process.env,
      CREW: `${process.execPath} ${crewProgram()}`,
      NODE_TEST_CONTEXT: undefined,
    };
    const out = execFileSync(process.execPath, ['--test'], {
      cwd: from,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(out).toMatch(/pass 1\b/);
  });
});

test('nothing is overwritten, and nothing is written beside what is there', async () => {
  const from = emptyFolder();
  writeFileSync(join(from, 'replies.yaml'), 'mine');
  const { code, stderr } = await crew(['init'], { from });
  expect(code).toBe(2);
  expect(stderr).toContain(
    'error[FILE_EXISTS]: nothing was written, because there is `replies.yaml` already',
  );
  expect(existsSync(join(from, 'crews'))).toBe(false);
  expect((await crew(['init', '--force'], { from })).code).toBe(0);
  expect(readFileSync(join(from, 'replies.yaml'), 'utf8')).not.toBe('mine');
});

test('a .gitignore that is there stays as it is', async () => {
  const from = emptyFolder();
  writeFileSync(join(from, '.gitignore'), 'mine\n');
  expect((await crew(['init', 'hello'], { from })).code).toBe(0);
  expect(readFileSync(join(from, '.gitignore'), 'utf8')).toBe('mine\n');
});

test('the templates are listed, also for one that does not exist', async () => {
  const { stdout } = await crew(['init', '--list']);
  const { code, stderr } = await crew(['init', 'helo'], { from: emptyFolder() });
  expect(code).toBe(2);
  for (const name of Object.keys(TEMPLATES)) {
    expect(stdout).toContain(name);
    expect(stderr).toContain(`\`${name}\``);
  }
});

test('the loop of write-and-review ends after three drafts that nobody likes', async () => {
  const from = emptyFolder();
  await crew(['init', 'write-and-review'], { from });
  const replies = `version: 1
replies:
  - { phase: draft, times: 9, text: Say something. }
  - { phase: critique, times: 9, json: { verdict: revise, remarks: [Say what.] } }
`;
  writeFileSync(join(from, 'stubborn.yaml'), replies);
  const args = ['run', 'crews/article.crew.yaml', '--model', 'script:stubborn.yaml'];
  const { code, stdout, stderr } = await crew(args, { from });
  expect([code, stdout]).toEqual([
    1,
    'Three drafts were not approved. The last remarks: Say what.\n\nSay something.\n',
  ]);
  expect(stderr).toContain('6 model calls');
});
