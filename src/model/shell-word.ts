/** A text as one word of a POSIX shell, for commands that people paste: in quotes where it would be read as anything else. Pure. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
