import { isAbsolute, relative, resolve, sep } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { workspacePath } from '../workspace-path.ts';

/** A file that a change may write: its real path, and its path below the folder with slashes. */
export interface ChangedPath {
  readonly real: string;
  readonly path: string;
}

/**
 * The file below `folder` (a real path) that a change means by a relative path. Symbolic links are not followed, because
 * a patch cannot go through them either. Fails with OUTSIDE_WORKSPACE for an absolute path, one that leads out, one
 * through a link, the folder itself, and anything in `.git` or `.crew`.
 */
export async function changedPath(folder: string, path: string): Promise<ChangedPath> {
  const expected = `expected a file path inside the workspace, found \`${path.slice(0, 200)}\``;
  if (isAbsolute(path) || path === '') throw new CrewError('OUTSIDE_WORKSPACE', expected);
  const real = await workspacePath(folder, path);
  const inside = relative(folder, real);
  if (inside === '' || inside.split(sep)[0]?.toLowerCase() === '.crew') {
    throw new CrewError('OUTSIDE_WORKSPACE', expected);
  }
  if (real !== resolve(folder, path)) {
    throw new CrewError('OUTSIDE_WORKSPACE', `${expected}, which leads through a symbolic link`);
  }
  return { real, path: inside.split(sep).join('/') };
}
