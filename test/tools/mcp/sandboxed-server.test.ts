import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/model/mcp-server.ts';
import { sandboxedProgram } from '../../../src/tools/sandbox/sandboxed-program.ts';
import { hasBubblewrap } from '../../machine.ts';
import { failureOf } from '../tool-call.ts';
import { fixture, listOf, nodeServer } from './mcp-peer.ts';
import { orphans } from './orphans.ts';

const NODE = dirname(process.execPath);
const FIXTURES = dirname(fixture('odd-server.mjs'));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

let workspace: string;
beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'crew-sandbox-')));
  mkdirSync(join(workspace, 'out'));
  writeFileSync(join(workspace, 'private.txt'), 'mine');
});
afterEach(() => rmSync(workspace, { recursive: true }));

/** Runs a script of the shell in a sandbox and gives what it prints. */
async function run(script: string, sandbox: Sandbox, env: Record<string, string> = {}): Promise<string> {
  const all = { PATH: '/usr/bin:/bin', ...env };
  const program = { command: 'sh', args: ['-c', script], cwd: workspace, env: all };
  const { command, args, cwd } = await sandboxedProgram({ program, sandbox, workspace });
  expect(args.join(' ')).not.toContain('s3cret');
  const { stdout, stderr } = spawnSync(command, args, { cwd, env: all, encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

describe.skipIf(!hasBubblewrap)('a program in a sandbox', () => {
  test('sees only what it is shown, and writes only where it may', async () => {
    const sandbox: Sandbox = { fs: ['rw:out'], net: 'none' };
    expect(await run('cat private.txt ../private.txt', sandbox)).not.toContain('mine');
    expect(await run(`cat ${workspace}/private.txt`, sandbox)).toContain('No such file');
    expect(await run(`echo hi > ${workspace}/out/a && echo wrote`, sandbox)).toBe('wrote\n');
    expect(readFileSync(join(workspace, 'out/a'), 'utf8')).toBe('hi\n');
    expect(await run('cat /etc/shadow /root/.ssh/id_rsa; ls /home', sandbox)).not.toContain('root:');
    const reading: Sandbox = { fs: ['ro:.'], net: 'none' };
    expect(await run('cat private.txt; echo x > private.txt; pwd', reading)).toMatch(
      new RegExp(`^mine${workspace}\\n.*Read-only file system`, 's'),
    );
  });

  test('cannot touch runs, the policy or the lock, even where it may write', async () => {
    const kept = { '.crew/runs.db': 'runs', 'crew.policy.yaml': 'default: ask\n', 'crew.lock': '{}' };
    mkdirSync(join(workspace, '.crew'));
    for (const [name, text] of Object.entries(kept)) writeFileSync(join(workspace, name), text);
    const script =
      'cat .crew/runs.db; rm -rf .crew; echo x > .crew/runs.db; echo x > crew.policy.yaml; rm -f crew.lock; touch made';
    expect(await run(script, { fs: ['rw:.'], net: 'none' })).not.toContain('runs\n');
    for (const [name, text] of Object.entries(kept))
      expect(readFileSync(join(workspace, name), 'utf8')).toBe(text);
    expect(readFileSync(join(workspace, 'made'), 'utf8')).toBe('');
  });

  test('learns that what it was not granted is not written, wherever the workspace is', async () => {
    mkdirSync(join(workspace, '.crew'));
    const home = join(workspace, '..');
    const places = [
      'evil',
      '../evil',
      '.crew/evil',
      '/evil',
      '/home/evil',
      '/dev/evil',
      '/usr/evil',
      '/etc/evil',
    ];
    const tries = places.map(at => `(echo x > ${at}) 2>/dev/null && echo "wrote ${at}"`).join('; ');
    const at = `cd ${workspace} || exit; mkdir other ../other 2>/dev/null && echo made;`;
    for (const fs of [['rw:out'], ['ro:.'], ['ro:.', 'rw:out'], []]) {
      const printed = await run(`${at} ${tries}; true`, { fs, net: 'none' }, { HOME: home });
      // What stands in /tmp is a folder of /tmp, which every program has for itself.
      expect(printed.replace('wrote ../evil\n', '')).toBe('');
    }
    const granted = await run(`${at} ${tries}; true`, { fs: ['rw:.'], net: 'none' }, { HOME: home });
    expect(granted.replace('wrote ../evil\n', '')).toBe('made\nwrote evil\n');
  });

  test('has a home and a folder for what ends with it', async () => {
    const script =
      'echo "$HOME"; echo x > "$HOME/cache" && echo x > /tmp/a && echo x > /dev/shm/a && echo wrote';
    expect(await run(script, { fs: [], net: 'none' }, { HOME: '/home/somebody' })).toBe('/tmp\nwrote\n');
    const sandbox: Sandbox = { fs: ['ro:.'], net: 'none' };
    expect(await run('echo "$HOME"', sandbox, { HOME: workspace })).toBe(`${workspace}\n`);
  });

  test('gets the smaller of two grants inside the larger one, in whatever order they stand', async () => {
    for (const fs of [
      ['rw:out', 'ro:.'],
      ['ro:.', 'rw:out'],
    ]) {
      const printed = await run('echo x > out/b && echo wrote; echo x > c', { fs, net: 'none' });
      expect(printed).toMatch(/^wrote\n.*Read-only file system/s);
    }
  });

  test('has no network unless it is the host’s, no capabilities, and only its own processes', async () => {
    const script =
      'cat /proc/net/dev | grep -c : ; grep CapEff /proc/self/status; ls /proc | grep -c "^[0-9]"';
    const [devices, capabilities, processes] = (await run(script, { fs: [], net: 'none' })).split('\n');
    expect(devices).toBe('1');
    expect(capabilities).toMatch(/\t0+$/);
    expect(Number(processes)).toBeLessThan(8);
    const host = await run('cat /proc/net/dev', { fs: [], net: 'host' });
    expect(host.split('\n').length).toBeGreaterThanOrEqual(3);
  });

  test('has its variables and no others, which stand in no argument', async () => {
    const printed = await run('env', { fs: [], net: 'none' }, { TOKEN: 's3cret' });
    expect(printed).toContain('TOKEN=s3cret');
    expect(printed).not.toContain('CREW');
  });

  test('is missed when it is not shown, with what to do', async () => {
    const program = { command: join(workspace, 'tool.sh'), args: [], cwd: workspace, env: {} };
    writeFileSync(program.command, '#!/bin/sh\n', { mode: 0o755 });
    const sandbox: Sandbox = { fs: ['rw:out'], net: 'none' };
    expect(await failureOf(sandboxedProgram({ program, sandbox, workspace }))).toEqual({
      code: 'TOOL_MISSING',
      message: expect.stringContaining(`add \`ro:${workspace}\` to \`fs\``),
    });
    mkdirSync(join(workspace, 'node_modules/.bin'), { recursive: true });
    mkdirSync(join(workspace, 'node_modules/tool/dist'), { recursive: true });
    writeFileSync(join(workspace, 'node_modules/tool/dist/tool.sh'), '#!/bin/sh\n', { mode: 0o755 });
    symlinkSync('../tool/dist/tool.sh', join(workspace, 'node_modules/.bin/tool'));
    const linked = { ...program, command: join(workspace, 'node_modules/.bin/tool') };
    const { message } = await failureOf(sandboxedProgram({ program: linked, sandbox, workspace }));
    expect(message).toMatch(new RegExp(`add \`ro:${workspace}/node_modules\` to`));
    symlinkSync(join(workspace, 'tool.sh'), join(workspace, 'out/link'));
    const apart = { ...program, command: join(workspace, 'out/link') };
    const other: Sandbox = { fs: [], net: 'none' };
    const { message: both } = await failureOf(
      sandboxedProgram({ program: apart, sandbox: other, workspace }),
    );
    expect(both).toContain(`add \`ro:${workspace}/out\` and \`ro:${workspace}\` to`);
    const absent = { ...sandbox, fs: ['ro:nowhere'] };
    expect(await failureOf(sandboxedProgram({ program, sandbox: absent, workspace }))).toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('`nowhere`'),
    });
  });
});

test('where there is no bubblewrap, a sandbox is an error', async () => {
  const path = process.env.PATH;
  process.env.PATH = workspace;
  try {
    const program = { command: 'sh', args: [], cwd: workspace, env: { PATH: '/bin' } };
    const asked = sandboxedProgram({ program, sandbox: { fs: [], net: 'none' }, workspace });
    expect(await failureOf(asked)).toMatchObject({ code: 'SANDBOX_MISSING' });
  } finally {
    process.env.PATH = path;
  }
});

test.skipIf(process.platform !== 'linux')(
  'where bubblewrap may not make a sandbox, that is an error too',
  async () => {
    writeFileSync(
      join(workspace, 'bwrap'),
      '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const path = process.env.PATH;
    process.env.PATH = `${workspace}:${path}`;
    try {
      const sandbox: Sandbox = { fs: [`ro:${NODE}`, `ro:${FIXTURES}`], net: 'none' };
      const failure = await failureOf(listOf(nodeServer(fixture('odd-server.mjs'), ['good'], { sandbox })));
      expect(failure).toMatchObject({
        code: 'SANDBOX_MISSING',
        message: expect.stringContaining('No permissions to create new namespace'),
      });
    } finally {
      process.env.PATH = path;
    }
  },
);

describe.skipIf(!hasBubblewrap)('a server in a sandbox', () => {
  const sandbox: Sandbox = { fs: [`ro:${NODE}`, `ro:${FIXTURES}`], net: 'none' };

  test('is listed as one without', async () => {
    const listing = await listOf(nodeServer(fixture('odd-server.mjs'), ['good'], { sandbox }));
    expect(listing.tools).toHaveLength(1);
  });

  test('that does not start is told with what its sandbox keeps from it, and what it said last', async () => {
    const silent = nodeServer(fixture('odd-server.mjs'), ['says something and hangs'], {
      sandbox,
      startTimeoutMs: 2000,
    });
    expect(await failureOf(listOf(silent))).toMatchObject({
      code: 'MCP_UNAVAILABLE',
      message: `the server \`peer\` did not start (its sandbox has no network and shows \`ro:${NODE}\`, \`ro:${FIXTURES}\`) within 2000 ms; it said: looking for a licence`,
    });
    const online: Sandbox = { ...sandbox, net: 'host' };
    const ending = nodeServer(fixture('odd-server.mjs'), ['exits at once'], { sandbox: online });
    expect((await failureOf(listOf(ending))).message).toMatch(
      /did not start \(its sandbox has the network of this machine and shows .*\): it ended with exit code 3; it said: no licence/,
    );
  });

  test('leaves no process, whatever it starts, also when its owner dies by SIGKILL', async () => {
    const mark = randomUUID();
    const kind = 'starts a child that leaves';
    const inside = JSON.stringify(sandbox);
    const args = [fixture('dies-with-server.mjs'), fixture('odd-server.mjs'), mark, kind, inside];
    const owner = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: owner.stdout });
    await once(lines, 'line');
    const [done] = await once(lines, 'line');
    expect(done).toBe('done');
    expect(orphans(mark).length).toBeGreaterThan(1);
    await pause(200);
    owner.kill('SIGKILL');
    await expect.poll(() => orphans(mark), { timeout: 8000 }).toEqual([]);
  });
});
