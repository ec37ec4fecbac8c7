/** Variables that commands need to start at all, and where tool chains look for themselves. None of them is a secret. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'JAVA_HOME',
  'GOPATH',
  'GOROOT',
  'CARGO_HOME',
  'RUSTUP_HOME',
  'VIRTUAL_ENV',
  'SystemRoot',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERPROFILE',
];

/** The name of the variable by which processes that a command left behind are found. */
export const CHECKOUT_VARIABLE = 'CREW_CHECKOUT';

/**
 * The whole environment of a command that runs foreign code: a short list of variables of this process, no colours, no
 * questions. Keys, tokens, `NODE_OPTIONS`, `GIT_*` and proxies do not reach it. Pure.
 */
export function commandEnvironment(source: NodeJS.ProcessEnv, checkout: string): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap(name => (source[name] === undefined ? [] : [[name, source[name]]]));
  return { ...Object.fromEntries(passed), CI: 'true', NO_COLOR: '1', [CHECKOUT_VARIABLE]: checkout };
}
