import { constants } from 'node:fs';
import { access, lstat, readlink, realpath } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { Sandbox } from '../../model/mcp-server.ts';

/** A program as it would be started without a sandbox; `env` is its whole environment. */
interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
}

/** What a program is to be shown of this machine; paths of `sandbox.fs` count from the workspace. */
interface SandboxedProgramOptions {
  readonly program: Program;
  readonly sandbox: Sandbox;
  readonly workspace: string;
}

/** Where programs and their libraries are; `/etc` has too much that is nobody's business. */
const SYSTEM = ['/bin', '/sbin', '/lib', '/lib32', '/lib64'];
const SETTINGS = [
  '/etc/alternatives',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
];
const NETWORK = [
  '/etc/ca-certificates',
  '/etc/gai.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/pki',
  '/etc/resolv.conf',
  '/etc/ssl',
];

/**
 * The same program under bubblewrap: a process, user and mount namespace of its own, no capabilities, no terminal, no
 * network unless it is the host's, the system's programs and libraries to read, and of everything else only what `fs`
 * names. It ends with the process that starts it. Values of variables stand nowhere in the arguments. Fails with
 * SANDBOX_MISSING where there is no bubblewrap, TOOL_MISSING when the program is not there or not shown, TOOL_FAILED when a
 * path of `fs` is not there.
 */
export async function sandboxedProgram(
  options: SandboxedProgramOptions,
): Promise<{ readonly command: string; readonly args: readonly string[]; readonly cwd: string }> {
  const { program, sandbox, workspace } = options;
  const bwrap = await findProgram('bwrap', { cwd: '/', path: process.env.PATH ?? '' });
  if (process.platform !== 'linux' || bwrap === undefined) {
    const found =
      process.platform === 'linux' ? 'no program `bwrap` on the PATH' : `the system ${process.platform}`;
    throw new CrewError(
      'SANDBOX_MISSING',
      `\`${program.command}\` is to run in a sandbox of bubblewrap, found ${found}`,
    );
  }
  const binds = await Promise.all(sandbox.fs.map(entry => bindOf(entry, workspace)));
  await assertShown(options, binds);
  const isolation = ['--unshare-all', ...(sandbox.net === 'host' ? ['--share-net'] : [])];
  const args = [
    ...isolation,
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
    ...['--ro-bind', '/usr', '/usr', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...(await systemArguments()),
    ...[...SETTINGS, ...(sandbox.net === 'host' ? NETWORK : [])].flatMap(path => [
      '--ro-bind-try',
      path,
      path,
    ]),
    ...homeArguments(program.env.HOME),
    ...binds.flatMap(({ writes, real, shown }) => [writes ? '--bind' : '--ro-bind', real, shown]),
    ...(await guardArguments(workspace, binds)),
    ...['--chdir', isShown(program.cwd, binds) ? program.cwd : '/tmp'],
    ...['--', program.command, ...program.args],
  ];
  return { command: bwrap, args, cwd: workspace };
}

interface Bind {
  readonly writes: boolean;
  /** Where it is, and where the program sees it. */
  readonly real: string;
  readonly shown: string;
}

async function bindOf(entry: string, workspace: string): Promise<Bind> {
  const [, mode, path] = /^(ro|rw):(.+)$/s.exec(entry) ?? [];
  if (path === undefined) {
    throw new CrewError(
      'TOOL_FAILED',
      `expected \`ro:PATH\` or \`rw:PATH\` in \`fs\` of a sandbox, found \`${entry}\``,
    );
  }
  const shown = resolve(workspace, path);
  const real = await realpath(shown).catch(() => undefined);
  if (real === undefined) {
    throw new CrewError('TOOL_FAILED', `a sandbox is to show \`${path}\`, which is not there`);
  }
  return { writes: mode === 'rw', real, shown };
}

/** On most systems these are links into `/usr`. */
async function systemArguments(): Promise<readonly string[]> {
  const rows = await Promise.all(
    SYSTEM.map(async path => {
      const stats = await lstat(path).catch(() => undefined);
      if (stats === undefined) return [];
      return stats.isSymbolicLink() ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
    }),
  );
  return rows.flat();
}

/** Programs write settings and caches at home; here that is a folder which ends with them. */
function homeArguments(home: string | undefined): readonly string[] {
  if (home === undefined || !isAbsolute(home) || home === sep || isInside(home, '/usr')) return [];
  return ['--tmpfs', home];
}

/** Who may write in the workspace may still not write what decides about it: the user's policy, locks and runs. */
async function guardArguments(workspace: string, binds: readonly Bind[]): Promise<readonly string[]> {
  const writable = binds.some(({ writes, shown }) => writes && isInside(workspace, shown));
  if (!writable) return [];
  const state = join(workspace, '.crew');
  const hasState = await lstat(state).then(
    stats => stats.isDirectory(),
    () => false,
  );
  const files = ['crew.policy.yaml', 'crew.lock'].map(name => join(workspace, name));
  return [...(hasState ? ['--tmpfs', state] : []), ...files.flatMap(file => ['--ro-bind-try', file, file])];
}

async function assertShown({ program }: SandboxedProgramOptions, binds: readonly Bind[]): Promise<void> {
  const { command, cwd, env } = program;
  const path = await findProgram(command, { cwd, path: env.PATH ?? '' });
  if (path === undefined)
    throw new CrewError('TOOL_MISSING', `the program \`${command}\` was not found on the PATH`);
  const real = await realpath(path);
  for (const one of [path, real]) {
    if (isShown(one, binds)) continue;
    const message = `the program \`${command}\` is at \`${one}\`, which its sandbox does not show; add \`ro:${dirname(one)}\` to \`fs\``;
    throw new CrewError('TOOL_MISSING', message);
  }
}

function isShown(path: string, binds: readonly Bind[]): boolean {
  return ['/usr', ...SYSTEM, ...binds.map(({ shown }) => shown)].some(folder => isInside(path, folder));
}

function isInside(path: string, folder: string): boolean {
  const inner = relative(folder, path);
  return inner !== '..' && !inner.startsWith(`..${sep}`) && !isAbsolute(inner);
}

async function findProgram(
  command: string,
  { cwd, path }: { readonly cwd: string; readonly path: string },
): Promise<string | undefined> {
  const places = command.includes(sep)
    ? [resolve(cwd, command)]
    : path.split(delimiter).map(at => join(at, command));
  for (const place of places.filter(isAbsolute)) {
    const found = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return place;
  }
  return undefined;
}
