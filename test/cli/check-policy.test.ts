import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crew, type Ended } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

const CREW = `version: 1
crew: saves
goal: Change something.
tools: { change: builtin:change }
start: save
phases:
  save: { tool: change.apply, with: { patch: x }, next: done }
  done: { end: success, result: done }
`;
const BAD = `rules:
  - deny: "*.delete*"
  - frob: change.apply
  - allow: change.aply
`;

let folder = '';
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'save.crew.yaml'), CREW);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const call = (...args: readonly string[]): Promise<Ended> =>
  crew(args, { from: folder, env: { HOME: folder } });
const write = (path: string, text: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};

test('a policy is checked as a policy, by its name', async () => {
  for (const path of ['crew.policy.yaml', 'own/policy.yaml', 'strict.policy.yml']) {
    write(path, 'rules:\n  - deny: "*.delete*"\n');
    expect(await call('check', path)).toMatchObject({ code: 0, stdout: `${path}: no problems\n` });
    write(path, BAD);
    const bad = await call('check', path);
    expect(bad.code).toBe(2);
    expect(bad.stdout).toContain(`--> ${path}:3:`);
    expect(bad.stdout).toContain('did you mean `change.apply`?');
    expect(bad.stdout).not.toContain('phases');
    rmSync(join(folder, path));
  }
});

test('a project’s policy may use the names of your own, whose mistakes are not its own', async () => {
  const own = `servers:\n  mail: { mcp: { url: "https://mcp.example.com/mcp" } }\n`;
  write('.config/crew/policy.yaml', own);
  write('crew.policy.yaml', 'rules: [{ deny: mail.send }]\n');
  expect((await call('check', 'crew.policy.yaml')).code).toBe(0);
  rmSync(join(folder, '.config'), { recursive: true });
  expect((await call('check', 'crew.policy.yaml')).code).toBe(2);
});

test('settings are checked as settings', async () => {
  write('.crew/config.yaml', 'parallel_processing: { modles: [a] }\n');
  const bad = await call('check', '.crew/config.yaml');
  expect(bad.code).toBe(2);
  expect(bad.stdout).toContain('did you mean `models`?');
});

test('a crew is not called right beside a policy with errors', async () => {
  write('crew.policy.yaml', BAD);
  const checked = await call('check', 'save.crew.yaml');
  expect([checked.code, checked.stdout]).toEqual([0, 'save.crew.yaml: no problems\n']);
  expect(checked.stderr).toMatch(
    /^! `crew\.policy\.yaml` has \d errors, so no crew runs here: crew check crew\.policy\.yaml\n$/,
  );
  const both = await call('check', 'save.crew.yaml', 'crew.policy.yaml');
  expect([both.code, both.stderr]).toEqual([2, '']);
  const doctor = await call('doctor');
  expect(doctor.stdout).toMatch(
    /✗ policy +crew\.policy\.yaml:3:\d+: .*, and \d more: crew check crew\.policy\.yaml\n/,
  );
});

test('a tool that the policy always denies is told, one that it denies for some arguments is not', async () => {
  write('crew.policy.yaml', 'rules:\n  - deny: change.*\n');
  const checked = await call('check', 'save.crew.yaml');
  expect([checked.code, checked.stderr]).toEqual([
    0,
    '! the policy always denies `change.apply`, which `save.crew.yaml` may call (crew.policy.yaml:2)\n',
  ]);
  write('crew.policy.yaml', 'rules:\n  - deny: { tool: change.apply, args: { patch: { in: [y] } } }\n');
  expect(await call('check', 'save.crew.yaml')).toMatchObject({ code: 0, stderr: '' });
});
