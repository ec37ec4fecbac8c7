import { gitText } from './run-git.ts';

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
