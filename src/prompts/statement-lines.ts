/** Notes as numbered lines, from 1, one line each. Pure. */
export function statementLines(statements: readonly string[]): string {
  return statements.map((text, at) => `${at + 1}. ${text.replaceAll(/\s+/g, ' ').trim()}`).join('\n');
}
