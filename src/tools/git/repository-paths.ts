import { isAbsolute, relative, resolve, sep as SEPARATOR } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { Repository } from './repository.ts';

/**
 * The pathspecs for a git command: the asked paths relative to the workspace, or the workspace itself when it is a
 * subfolder of the repository. Paths are compared as text, because git looks into trees and not through links.
 * Fails with OUTSIDE_WORKSPACE.
 */
export function repositoryPaths(
  repository: Pick<Repository, 'workspace' | 'prefix'>,
  paths: readonly string[],
): readonly string[] {
  if (paths.length === 0) return repository.prefix === '' ? [] : ['.'];
  return paths.map(path => repositoryPath(repository.workspace, path) || '.');
}

/** One path relative to the workspace, with slashes; empty for the workspace itself. Fails with OUTSIDE_WORKSPACE. */
export function repositoryPath(workspace: string, path: string): string {
  const inside = relative(workspace, resolve(workspace, path));
  if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${SEPARATOR}`) || path.includes('\0')) {
    throw new CrewError('OUTSIDE_WORKSPACE', `expected a path inside the workspace, found \`${path}\``);
  }
  return SEPARATOR === '/' ? inside : inside.replaceAll(SEPARATOR, '/');
}
