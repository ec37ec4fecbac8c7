import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { CrewError } from '../model/crew-error.ts';
import type { TestWorkspace } from '../model/crewtest.ts';

/** A folder that only one test works in. */
export interface PrivateFolder {
  readonly path: string;
  remove(): void;
}

/**
 * Makes the workspace of a test below `parent`: a copy of its files, with `git` as a repository of one commit whose author
 * and date are fixed, so that its id is always the same. Git does not look for a repository above it. Fails with
 * FILE_NOT_FOUND, or TOOL_FAILED when there is no git.
 */
export function makeTestWorkspace(
  parent: string,
  { files, git }: TestWorkspace,
  resolvePath: (path: string) => string,
): PrivateFolder {
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(realpathSync(parent), 'run-'));
  const folder = { path, remove: () => remove(path) };
  try {
    keepGitInside(dirname(path));
    if (files !== undefined) copyFiles(resolvePath(files), path, files);
    if (git) makeRepository(path);
    return folder;
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** A test must not see, and never touch, the repository that its crew is in. */
function keepGitInside(parent: string): void {
  const known = (process.env.GIT_CEILING_DIRECTORIES ?? '').split(delimiter).filter(each => each !== '');
  if (!known.includes(parent)) process.env.GIT_CEILING_DIRECTORIES = [...known, parent].join(delimiter);
}

function copyFiles(from: string, to: string, named: string): void {
  if (statSync(from, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CrewError('FILE_NOT_FOUND', `the workspace \`${named}\` is no folder`);
  }
  cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: source => !/(^|[/\\])(\.git|\.crew|node_modules)$/.test(source),
  });
}

const COMMIT = {
  GIT_AUTHOR_NAME: 'Crew test',
  GIT_AUTHOR_EMAIL: 'crew-test@example.com',
  GIT_AUTHOR_DATE: '2026-01-05T09:00:00Z',
  GIT_COMMITTER_NAME: 'Crew test',
  GIT_COMMITTER_EMAIL: 'crew-test@example.com',
  GIT_COMMITTER_DATE: '2026-01-05T09:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

function makeRepository(cwd: string): void {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'core.autocrlf=false', '-c', 'commit.gpgSign=false', ...args], {
      cwd,
      env: { ...env, ...COMMIT },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  try {
    git('init', '--quiet', '--initial-branch=main', '--template=');
    git('add', '--all', '--force');
    git('commit', '--quiet', '--allow-empty', '--no-verify', '-m', 'Start');
  } catch (error) {
    throw new CrewError(
      'TOOL_FAILED',
      `the repository of the test cannot be made: ${(error as Error).message}`,
    );
  }
}

/** The last one takes the folder of all with it. */
function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  try {
    rmdirSync(dirname(path));
  } catch {
    // Other tests are at work in it.
  }
}
