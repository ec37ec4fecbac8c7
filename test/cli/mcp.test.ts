import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { crew, crewProgram, type Ended, type RunningCrew, startCrew } from '../e2e/crew-process.ts';
import { until } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { browse } from '../tools/mcp/oauth/browser.ts';
import { type GuardedServer, openGuardedServer } from '../tools/mcp/oauth/guarded-server.ts';
import { BY_HAND, openRealIssuer, type RealIssuer, ROBOT } from '../tools/mcp/oauth/real-issuer.ts';

/** Many processes one after another, on a machine that may be busy. */
const PATIENT_MS = 120_000;

interface World {
  readonly server: GuardedServer;
  readonly issuer: RealIssuer;
  readonly home: string;
  readonly tokens: string;
  readonly env: Record<string, string>;
}

async function openWorld(): Promise<World> {
  const server = await openGuardedServer();
  const issuer = await openRealIssuer(server.url);
  server.trust(issuer);
  const home = makeFolder();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const opened = join(home, 'opened');
  const browser = join(home, 'browser');
  writeFileSync(browser, `#!/bin/sh\necho "$@" > ${opened}\n`);
  chmodSync(browser, 0o755);
  const env = { HOME: home, BROWSER: browser };
  return { server, issuer, home, env, tokens: join(home, '.config/crew/tokens/mcp.json') };
}

/** The address that a login shows. */
async function shownAddress(running: Pick<RunningCrew, 'stderr'>): Promise<string> {
  for (;;) {
    const [, url] = /^(http\S+\/auth\?\S+)$/m.exec(running.stderr()) ?? [];
    if (url !== undefined) return url;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function logIn({ env, home }: World, args: readonly string[]): Promise<Ended> {
  const running = startCrew(['mcp', 'login', ...args], { env, from: home });
  const early = running.ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
  const url = await Promise.race([shownAddress(running), early]);
  const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? '';
  early.catch(() => undefined);
  const page = await fetch(await browse(url, redirectUri));
  expect(page.status).toBe(200);
  return running.ended;
}

function expectNoSecret({ issuer }: World, ...texts: readonly string[]): void {
  expect(issuer.secrets().length).toBeGreaterThan(0);
  for (const secret of issuer.secrets()) expect(texts.join('\n')).not.toContain(secret);
}

test(
  'a person logs in, sees where, and logs out; no secret is shown',
  async () => {
    const world = await openWorld();
    const { server, issuer, env, home, tokens } = world;
    const login = await logIn(world, [server.url]);
    expect([login.code, login.stdout], login.stderr).toEqual([0, '']);
    expect(login.stderr).toContain(`Logged in to ${server.url} by ${issuer.issuer}`);
    expect((statSync(tokens).mode & 0o777).toString(8)).toBe('600');
    // There is no terminal, so no browser was opened.
    expect(existsSync(join(home, 'opened'))).toBe(false);

    const status = await crew(['mcp', 'status', '--json'], { env });
    expect(JSON.parse(status.stdout)).toMatchObject({
      logins: [{ server: server.url, issuer: issuer.issuer, resource: server.url, refreshable: true }],
    });
    const text = await crew(['mcp', 'status'], { env });
    expect(text.stdout).toContain(server.url);

    const logout = await crew(['mcp', 'logout', server.url], { env });
    expect([logout.code, logout.stdout]).toEqual([0, '']);
    expect(logout.stderr).toContain(`${issuer.issuer} was told`);
    const [revoked] = issuer.requests.filter(({ path }) => path === '/token/revocation');
    expect(issuer.secrets()).toContain(revoked?.parameters.get('token'));
    expect(JSON.parse(readFileSync(tokens, 'utf8'))).toEqual({ version: 1, grants: [], clients: [] });
    const again = await crew(['mcp', 'logout', server.url], { env });
    expect(again.stderr).toContain('not logged in');
    expect((await crew(['mcp', 'status'], { env })).stderr).toContain('logged in nowhere');
    expectNoSecret(world, ...[login, status, text, logout, again].flatMap(end => [end.stdout, end.stderr]));
  },
  PATIENT_MS,
);

test('a person whose browser is elsewhere pastes where it ended', async () => {
  const world = await openWorld();
  const { server, env } = world;
  const args = [crewProgram(), 'mcp', 'login', server.url, '--paste', '--json'];
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH ?? '', ...env } });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece;
    });
  }
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  const url = await shownAddress({ stderr: () => text.stderr });
  const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? '';
  const pasted = await browse(url, redirectUri);
  await until(() => text.stderr.includes('where the browser ended'));
  child.stdin.write(`${pasted}\n`);
  expect(await ended, text.stderr).toBe(0);
  expect(JSON.parse(text.stdout)).toMatchObject({ login: { server: server.url } });
  expectNoSecret(world, text.stdout, text.stderr.replace(pasted, ''));
});

test('a server is logged in to over plain http only on this machine', async () => {
  for (const address of [
    'http://example.com/mcp',
    'http://10.0.0.1/mcp',
    'http://127.0.0.1.example.com/mcp',
  ]) {
    const { code, stderr } = await crew(['mcp', 'login', address]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('plain `http:`')]);
  }
  expect((await crew(['mcp', 'logout', 'http://example.com/mcp'])).code).toBe(0);
});

test('a client that was registered by hand has its secret from a variable', async () => {
  const world = await openWorld();
  const args = [world.server.url, '--client-id', BY_HAND.id, '--client-secret-env', 'THE_SECRET'];
  const without = await crew(['mcp', 'login', ...args], { env: world.env });
  expect([without.code, without.stdout]).toEqual([3, '']);
  expect(without.stderr).toContain('error[MCP_CREDENTIALS_MISSING]');
  const ended = await logIn({ ...world, env: { ...world.env, THE_SECRET: BY_HAND.secret } }, args);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).not.toContain(BY_HAND.secret);
  expect(readFileSync(world.tokens, 'utf8')).not.toContain(BY_HAND.secret);
});

const crewFile = (mcp: string) => `version: 1
crew: remote
goal: Look at something far away.
tools: { far: { mcp: ${mcp} } }
roles: { clerk: { goal: Look. } }
start: look
phases:
  look: { tool: far.look, with: {}, next: done }
  done: { end: success }
`;

test(
  'a crew file is asked for trust before its server gets anything',
  async () => {
    const world = await openWorld();
    const { server, home, env } = world;
    const oauth = `{ client_id: ${ROBOT.id}, client_secret_env: THE_SECRET, flow: client_credentials }`;
    writeFileSync(join(home, 'far.crew.yaml'), crewFile(`{ url: "${server.url}", oauth: ${oauth} }`));
    const call = { from: home, env: { ...env, THE_SECRET: ROBOT.secret } };
    const unknown = await crew(['mcp', 'login', 'far.crew.yaml', 'far'], call);
    expect(unknown.stderr).toContain('error[CREW_UNTRUSTED]');
    expect(server.shown).toEqual([]);
    const other = await crew(['mcp', 'login', 'far.crew.yaml', 'near'], call);
    expect([other.code, other.stderr.includes('its servers are `far`')]).toEqual([2, true]);
    expect((await crew(['trust', 'far.crew.yaml', '--yes'], call)).code).toBe(0);
    const login = await crew(['mcp', 'login', 'far.crew.yaml', 'far'], call);
    expect(login.code, login.stderr).toBe(0);
    expectNoSecret(world, login.stderr);
  },
  PATIENT_MS,
);

test(
  'a run that needs a login says which command to type, opens nothing, and goes on afterwards',
  async () => {
    const world = await openWorld();
    const { server, home, env } = world;
    writeFileSync(join(home, 'far.crew.yaml'), crewFile(`{ url: "${server.url}" }`));
    const call = { from: home, env };
    const accept = ['tools', 'accept', 'far.crew.yaml', '--yes'];
    const early = await crew(accept, call);
    expect([early.code, early.stdout], early.stderr).toEqual([3, '']);
    expect(early.stderr).toContain(`error[MCP_LOGIN_NEEDED]`);
    expect(early.stderr).toContain(`\`crew mcp login ${server.url}\``);

    expect((await logIn(world, [server.url])).code).toBe(0);
    expect((await crew(accept, call)).code).toBe(0);
    const run = ['run', 'far.crew.yaml', '--approve-all', '--model', 'offline'];
    const done = await crew(run, call);
    expect(done.code, done.stderr).toBe(0);
    expect(server.called).toEqual(['look']);

    expect((await crew(['mcp', 'logout', server.url], call)).code).toBe(0);
    const lost = await crew([...run, '--output', 'ndjson'], call);
    expect(lost.code, lost.stderr).toBe(3);
    expect(lost.stderr).toContain(`\`crew mcp login ${server.url}\``);
    expect(existsSync(join(home, 'opened'))).toBe(false);
    const state = readdirSync(join(home, '.crew'), { recursive: true, withFileTypes: true });
    const recorded = state.filter(entry => entry.isFile());
    expect(recorded.map(({ name }) => name)).toContain('runs.db');
    const journal = recorded
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
      .join();
    expectNoSecret(world, done.stdout, done.stderr, lost.stdout, lost.stderr, journal);
  },
  PATIENT_MS,
);

test.each([
  [[], 'expected `crew mcp login`'],
  [['login'], 'expected URL'],
  [['login', 'mcp.example'], 'http or https address'],
  [['login', 'file:///etc/passwd'], 'http or https address'],
  [['login', 'https://mcp.example/', '--port', '0'], '--port'],
  [['login', 'a', 'b', 'c'], 'expected URL'],
  [['status', 'x'], 'expected `crew mcp login`'],
])('crew mcp %j is told what is wrong', async (args, told) => {
  const ended = await crew(['mcp', ...args], { env: { HOME: '/nonexistent' } });
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(told);
});

test('a damaged file of logins is told', async () => {
  const world = await openWorld();
  mkdirSync(join(world.home, '.config/crew/tokens'), { recursive: true, mode: 0o700 });
  writeFileSync(world.tokens, 'nothing', { mode: 0o600 });
  const ended = await crew(['mcp', 'status'], { env: world.env });
  expect([ended.code, ended.stderr.includes('error[FILE_UNREADABLE]')]).toEqual([3, true]);
});
