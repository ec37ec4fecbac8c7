import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createTokenStore, type Grant } from '../../../../src/tools/mcp/oauth/token-store.ts';
import { failureOf } from '../../tool-call.ts';

const GRANT: Grant = {
  server: 'https://mcp.example/mcp',
  issuer: 'https://login.example',
  resource: 'https://mcp.example/mcp',
  holder: 'found',
  clientId: 'we',
  accessToken: 'a-token',
};

async function tokenFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crew-logins-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'config', 'tokens', 'mcp.json');
}

async function fill(file: string): Promise<void> {
  await createTokenStore(file, () => undefined).update(async logins => ({ ...logins, grants: [GRANT] }));
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

test('what is stored is for its owner alone, and nothing else is left', async () => {
  const file = await tokenFile();
  await fill(file);
  expect([await modeOf(file), await modeOf(dirname(file))]).toEqual(['600', '700']);
  expect((await readdir(dirname(file))).toSorted()).toEqual(['lock', 'mcp.json']);
  expect(await modeOf(join(dirname(file), 'lock'))).toBe('600');
  expect((await createTokenStore(file, () => undefined).read()).grants).toEqual([GRANT]);
});

test('modes that let others read are mended, and told', async () => {
  const file = await tokenFile();
  await fill(file);
  await chmod(file, 0o644);
  await chmod(dirname(file), 0o755);
  const told: string[] = [];
  expect((await createTokenStore(file, text => told.push(text)).read()).grants).toHaveLength(1);
  expect([await modeOf(file), await modeOf(dirname(file))]).toEqual(['600', '700']);
  expect(told).toHaveLength(2);
  expect(told.join()).not.toContain(GRANT.accessToken);
});

test('a link is not followed', async () => {
  const file = await tokenFile();
  await fill(file);
  const real = `${dirname(dirname(file))}/elsewhere.json`;
  await writeFile(real, await readFile(file));
  await rm(file);
  await symlink(real, file);
  const store = createTokenStore(file, () => undefined);
  expect(await failureOf(store.read())).toMatchObject({ code: 'FILE_UNREADABLE' });
});

test.each(['', 'nothing', '[]', '{"version":2,"grants":[],"clients":[]}', '{"version":1}'])(
  'a damaged file is told and left as it is: %j',
  async text => {
    const file = await tokenFile();
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
    const store = createTokenStore(file, () => undefined);
    expect(await failureOf(store.read())).toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(await failureOf(store.update(async logins => logins))).toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(await readFile(file, 'utf8')).toBe(text);
  },
);

test('logins that are no logins are left out', async () => {
  const file = await tokenFile();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ version: 1, grants: [GRANT, {}, null, 'x', { server: 'y' }], clients: [7] });
  await writeFile(file, text, { mode: 0o600 });
  expect(await createTokenStore(file, () => undefined).read()).toEqual({ grants: [GRANT], clients: [] });
});

test('a change that fails stores nothing and lets the next one in', async () => {
  const file = await tokenFile();
  await fill(file);
  const store = createTokenStore(file, () => undefined);
  await expect(store.update(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await store.update(async ({ grants }) => ({ grants: [...grants, GRANT], clients: [] }));
  expect((await store.read()).grants).toHaveLength(2);
});

test('no change of several processes is lost, and a killed one locks nobody out', async () => {
  const file = await tokenFile();
  const source = new URL('../../../../src/tools/mcp/oauth/token-store.ts', import.meta.url).href;
  const script = `
    const { createTokenStore } = await import(${JSON.stringify(source)});
    const store = createTokenStore(${JSON.stringify(file)}, () => undefined);
    const grant = ${JSON.stringify(GRANT)};
    for (let turn = 0; turn < 10; turn += 1)
      await store.update(async ({ grants }) => {
        await new Promise(resolve => setTimeout(resolve, 2));
        return { grants: [...grants, { ...grant, clientId: process.pid + '-' + turn }], clients: [] };
      });
    if (process.argv[1] === 'stay') await store.update(() => new Promise(() => console.log('locked') ?? setInterval(() => 0, 1000)));
  `;
  const run = (mode: string) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, ended: new Promise<number | null>(resolve => child.once('exit', resolve)) };
  };
  const stays = run('stay');
  const others = [run('go'), run('go')];
  await new Promise(resolve => stays.child.stdout.once('data', resolve));
  stays.child.kill('SIGKILL');
  await stays.ended;
  expect(await Promise.all(others.map(({ ended }) => ended))).toEqual([0, 0]);
  const { grants } = await createTokenStore(file, () => undefined).read();
  expect(new Set(grants.map(({ clientId }) => clientId)).size).toBe(30);
});
