import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A real git repository in a folder of its own, untouched by the configuration of whoever runs the tests. */
export interface TestRepository {
  /** Real path of the top folder. */
  readonly path: string;
  /** Writes a file, with its folders. */
  write(path: string, content: string | Uint8Array): void;
  remove(path: string): void;
  /** Commits everything that is in the folder and gives the full commit id. */
  commit(message: string): string;
  /** Runs git and gives its standard output without the last line feed; throws when git fails. */
  git(...args: readonly string[]): string;
  /** Runs git with a standard input, such as a stream for `git fast-import`. */
  gitWithInput(input: string | Uint8Array, ...args: readonly string[]): string;
  /** Deletes the folder. */
  dispose(): void;
}

/** Makes a folder for a test; its real path, because tools take only real paths as workspaces. */
export function makeFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'crew-test-')));
}

/** Makes an empty repository with the branch `main` and a fixed author. With `path`, adopts an existing repository. */
export function makeRepository(options: { readonly path?: string } = {}): TestRepository {
  const path = options.path ?? makeFolder();
  const gitWithInput = (input: string | Uint8Array, ...args: readonly string[]) =>
    runGit({ path, args, input });
  const git = (...args: readonly string[]) => runGit({ path, args });
  if (options.path === undefined) git('init', '--quiet', '--initial-branch=main');
  return {
    path,
    git,
    gitWithInput,
    write: (name, content) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    },
    remove: name => rmSync(join(path, name), { recursive: true }),
    commit: message => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', message);
      return git('rev-parse', 'HEAD');
    },
    dispose: () => rmSync(path, { recursive: true, force: true }),
  };
}

function runGit(call: {
  readonly path: string;
  readonly args: readonly string[];
  readonly input?: string | Uint8Array;
}): string {
  const result = spawnSync('git', call.args, {
    cwd: call.path,
    input: call.input ?? '',
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      HOME: call.path,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Ada Lovelace',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_AUTHOR_DATE: '2030-01-02T03:04:05+01:00',
      GIT_COMMITTER_NAME: 'Ada Lovelace',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
      GIT_COMMITTER_DATE: '2030-01-02T03:04:05+01:00',
    },
  });
  if (result.status !== 0) throw new Error(`git ${call.args.join(' ')}: ${result.stderr}`);
  return result.stdout.replace(/\n$/, '');
}
