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

/** What a program may write to though nobody granted it: it is new for each program, and ends with it. */
const PASSING = '/tmp';

/**
 * The same program under bubblewrap: a process, user and mount namespace of its own, no capabilities, no terminal, no
 * network unless it is the host's, the system's programs and libraries to read, and of everything else only what `fs`
 * names. A write anywhere else fails, but for `/tmp` and `/dev/shm`, which end with the program; its HOME is `/tmp` unless
 * `fs` shows the real one. It ends with the process that starts it. Values of variables stand nowhere in the arguments. Fails
 * with SANDBOX_MISSING where there is no bubblewrap, TOOL_MISSING when the program is not there or not shown, TOOL_FAILED
 * when a path of `fs` is not there.
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
  const asked = await Promise.all(sandbox.fs.map(entry => bindOf(entry, workspace)));
  // A bind hides what was bound inside of it before.
  const binds = asked.toSorted((left, right) => left.shown.length - right.shown.length);
  await assertShown(options, binds);
  const isolation = ['--unshare-all', ...(sandbox.net === 'host' ? ['--share-net'] : [])];
  const ground = binds.find(({ shown }) => shown === sep);
  const others = binds.filter(({ shown }) => shown !== sep);
  const args = [
    ...isolation,
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
    ...(ground === undefined ? await systemArguments(sandbox) : bindArguments(ground)),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...['--tmpfs', PASSING],
    ...homeArguments(program.env.HOME, binds),
    ...workspaceArguments(workspace, binds, others),
    ...(await guardArguments(workspace, binds)),
    ...(ground === undefined ? ['--remount-ro', sep] : []),
    ...['--chdir', isShown(program.cwd, binds) || program.cwd === workspace ? program.cwd : PASSING],
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

function bindArguments({ writes, real, shown }: Bind): readonly string[] {
  return [writes ? '--bind' : '--ro-bind', real, shown];
}

/** On most systems some of these are links into `/usr`. */
async function systemArguments({ net }: Sandbox): Promise<readonly string[]> {
  const rows = await Promise.all(
    SYSTEM.map(async path => {
      const stats = await lstat(path).catch(() => undefined);
      if (stats === undefined) return [];
      return stats.isSymbolicLink() ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
    }),
  );
  const settings = [...SETTINGS, ...(net === 'host' ? NETWORK : [])];
  const shown = settings.flatMap(path => ['--ro-bind-try', path, path]);
  return ['--ro-bind', '/usr', '/usr', ...rows.flat(), ...shown];
}

/** Programs write settings and caches at home; only in a folder that is known to end with them do they lose nothing. */
function homeArguments(home: string | undefined, binds: readonly Bind[]): readonly string[] {
  if (home === undefined || binds.some(({ shown }) => isInside(home, shown))) return [];
  return ['--setenv', 'HOME', PASSING];
}

/** Where nobody granted the whole workspace it is an empty folder with what was granted of it, also below `/tmp`. */
function workspaceArguments(
  workspace: string,
  all: readonly Bind[],
  binds: readonly Bind[],
): readonly string[] {
  const shown = binds.flatMap(bindArguments);
  if (isShown(workspace, all)) return shown;
  return ['--tmpfs', workspace, ...shown, '--remount-ro', workspace];
}

/** Whoever sees the workspace still sees no runs, and does not write what decides about it: the user's policy and locks. */
async function guardArguments(workspace: string, binds: readonly Bind[]): Promise<readonly string[]> {
  const state = join(workspace, '.crew');
  const files = ['crew.policy.yaml', 'crew.lock'].map(name => join(workspace, name));
  const isHidden = binds.some(({ shown }) => isInside(state, shown) || isInside(shown, state));
  const hasState =
    isHidden &&
    (await lstat(state).then(
      stats => stats.isDirectory(),
      () => false,
    ));
  const kept = files.filter(file => binds.some(({ shown }) => isInside(file, shown)));
  return [
    ...(hasState ? ['--tmpfs', state, '--remount-ro', state] : []),
    ...kept.flatMap(file => ['--ro-bind-try', file, file]),
  ];
}

async function assertShown({ program }: SandboxedProgramOptions, binds: readonly Bind[]): Promise<void> {
  const { command, cwd, env } = program;
  const path = await findProgram(command, { cwd, path: env.PATH ?? '' });
  if (path === undefined)
    throw new CrewError('TOOL_MISSING', `the program \`${command}\` was not found on the PATH`);
  const real = await realpath(path);
  const isReal = isShown(real, binds) || binds.some(bind => isInside(real, bind.real));
  const places = [...(isShown(path, binds) ? [] : [path]), ...(isReal ? [] : [real])];
  const [first] = places;
  if (first === undefined) return;
  const missing = [...new Set(places.map(folderOf))].map(folder => `\`ro:${folder}\``).join(' and ');
  throw new CrewError(
    'TOOL_MISSING',
    `the program \`${command}\` is at \`${first}\`, which its sandbox does not show; add ${missing} to \`fs\``,
  );
}

/** What a program of a package needs stands beside it: its own files and those of the packages that it uses. */
function folderOf(file: string): string {
  const [before, packages] = file.split(`${sep}node_modules${sep}`);
  return packages === undefined ? dirname(file) : `${before}${sep}node_modules`;
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
