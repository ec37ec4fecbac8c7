import { gitText, runGit } from './run-git.ts';

/**
 * The files of a repository that have a name, in any folder, as its index has them; paths are from the top, which `workspace`
 * is. Fails with NOT_A_REPOSITORY, TOOL_MISSING, TOOL_FAILED.
 */
export async function sameNamed(
  { workspace, signal }: { readonly workspace: string; readonly signal: AbortSignal },
  name: string,
): Promise<readonly string[]> {
  const paths = (await gitText({ workspace, signal, args: ['ls-files', '-z'] })).split('\0');
  return paths.filter(path => path === name || path.endsWith(`/${name}`));
}

/**
 * The files that have a name, in any folder, in one commit; paths are from the top, which `workspace` is. None where the commit
 * is not there. Fails with NOT_A_REPOSITORY, TOOL_MISSING, TOOL_FAILED.
 */
export async function sameNamedAt(
  { workspace, signal }: { readonly workspace: string; readonly signal: AbortSignal },
  { commit, name }: { readonly commit: string; readonly name: string },
): Promise<readonly string[]> {
  const call = { workspace, signal, args: ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit] };
  const { stdout, exitCode } = await runGit({ ...call, maxStdoutBytes: Number.MAX_SAFE_INTEGER });
  if (exitCode !== 0) return [];
  const paths = stdout.toString('utf8').split('\0');
  return paths.filter(path => path === name || path.endsWith(`/${name}`));
}
