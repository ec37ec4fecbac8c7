import type { McpServer } from '../../model/mcp-server.ts';

/** What every program needs to start; none of it is a secret. */
const ALWAYS =
  process.platform === 'win32'
    ? 'APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PATHEXT SYSTEMDRIVE SYSTEMROOT TEMP USERPROFILE WINDIR'
    : 'HOME PATH SHELL TERM';

/**
 * The whole environment of a server that is started: HOME, PATH, SHELL, TERM, the names that the crew declares, and its
 * fixed values. Names that are not set are left out. Pure.
 */
export function serverEnvironment(
  { env: names, variables }: Pick<McpServer, 'env' | 'variables'>,
  source: { readonly [name: string]: string | undefined },
): { readonly [name: string]: string } {
  const passed = [...ALWAYS.split(' '), ...names].flatMap(name => {
    const value = Object.hasOwn(source, name) ? source[name] : undefined;
    // What begins so is a function that old shells would run.
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...variables };
}

/** Says of each variable that the crew names for a server and that is not set, that it is not. Pure. */
export function unsetVariables(
  { env: names, variables }: Pick<McpServer, 'env' | 'variables'>,
  source: { readonly [name: string]: string | undefined },
): readonly string[] {
  const seen = serverEnvironment({ env: names, variables }, source);
  const unset = names.filter(name => !Object.hasOwn(seen, name));
  return unset.map(name => `\`${name}\`, which its \`env\` names, is not set here`);
}
