/** What Node says of TypeScript that cannot run by taking its types out. */
const UNSUPPORTED = 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX';
const NODES_WORDS = /^TypeScript (.+) is not supported in strip-only mode$/;

/**
 * Says what to do about TypeScript that is more than types, such as an enum: what it is, its file and line. Undefined for
 * every other error. Pure.
 */
export function typeScriptProblem(error: unknown): string | undefined {
  if (!(error instanceof SyntaxError) || !('code' in error) || error.code !== UNSUPPORTED) return undefined;
  const what = NODES_WORDS.exec(error.message)?.[1] ?? error.message;
  // The first line of the stack is the place: a path or URL, a colon and the line.
  const [, file, line] = /([^/\\\s]+):(\d+)$/.exec(String(error.stack).split('\n', 1)[0] ?? '') ?? [];
  const where = line === undefined ? '' : ` (${file}, line ${line})`;
  return `of TypeScript, only types are taken out before it runs, so a construct such as this ${what}${where} must be written as JavaScript`;
}
