/** The words of a command, or what keeps it from being one. */
export type SplitCommand = { readonly words: readonly string[] } | { readonly problem: string };

/** A template, a quoted stretch, or a plain character; templates and quotes are taken whole. */
const PIECE = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|"(?:[^"\\]|\\[\s\S])*"|'[^']*'|[\s\S]/g;
/** What a shell would make something of. */
const SHELL = /^[|&;<>()$`*?~#!]$/;

/**
 * Splits a command that is written as one text at spaces, outside of quotes and templates. What only a shell understands, such
 * as a pipe, is a problem, because there is none. Pure.
 */
export function splitCommand(text: string): SplitCommand {
  const words: string[] = [];
  let word: string | undefined;
  for (const piece of text.match(PIECE) ?? []) {
    if (/^\s$/.test(piece)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (piece === '"' || piece === "'") return { problem: `a quote ${piece} is not closed` };
    if (SHELL.test(piece)) return { problem: `\`${piece}\` is for a shell, and there is none` };
    word = (word ?? '') + unquoted(piece);
  }
  if (word !== undefined) words.push(word);
  const [program = ''] = words;
  if (/^[A-Za-z_]\w*=/.test(program)) return { problem: 'a variable before the program is for a shell' };
  return program === '' ? { problem: 'it names no program' } : { words };
}

function unquoted(piece: string): string {
  if (piece.length > 1 && piece.startsWith("'")) return piece.slice(1, -1);
  return piece.length > 1 && piece.startsWith('"')
    ? piece.slice(1, -1).replaceAll(/\\(["\\])/g, '$1')
    : piece;
}
