/** TypeScript without what is not code. `code` and `text` have the length and the lines of the source. */
export interface BlankedSource {
  /** Comments, regular expressions and the insides of strings are spaces; quotes stay. */
  readonly code: string;
  /** The source as it was written. */
  readonly text: string;
}

const REGEX_MAY_FOLLOW =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|yield|await|throw|new|delete))$/;

/**
 * Blanks comments, strings, templates and regular expressions, so that what is left can be searched. It knows enough
 * of TypeScript for files that are formatted; text of JSX is not understood.
 */
export function blankSource(text: string): BlankedSource {
  const out = text.split('');
  const blank = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) if (out[index] !== '\n') out[index] = ' ';
  };
  /** The depth of braces at which each open `${` of a template ends. */
  const holes: number[] = [];
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at] ?? '';
    if (two === '//' || two === '/*') {
      const end = endOfComment(text, at, two);
      blank(at, end);
      at = end;
    } else if (one === '"' || one === "'") {
      const end = endOfString(text, at, one);
      blank(at + 1, end - 1);
      at = end;
    } else if (one === '`' || (one === '}' && holes.at(-1) === depth)) {
      if (one === '}') holes.pop();
      const end = endOfTemplatePiece(text, at + 1);
      blank(at + 1, end.at - (end.hole ? 2 : 1));
      if (end.hole) holes.push(depth);
      at = end.at;
    } else if (
      one === '/' &&
      REGEX_MAY_FOLLOW.test(
        out
          .slice(Math.max(0, at - 20), at)
          .join('')
          .trimEnd(),
      )
    ) {
      const end = endOfRegex(text, at);
      blank(at, end);
      at = end;
    } else {
      if (one === '{') depth += 1;
      if (one === '}') depth -= 1;
      at += 1;
    }
  }
  return { code: out.join(''), text };
}

/** The line of a place in a text, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function endOfComment(text: string, at: number, kind: string): number {
  const end = kind === '//' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2);
  if (end === -1) return text.length;
  return kind === '//' ? end : end + 2;
}

/** A string that does not end in its line is taken to end there. */
function endOfString(text: string, at: number, quote: string): number {
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote || text[index] === '\n') return index + 1;
  }
  return text.length;
}

function endOfTemplatePiece(text: string, from: number): { readonly at: number; readonly hole: boolean } {
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '`') return { at: index + 1, hole: false };
    else if (text[index] === '$' && text[index + 1] === '{') return { at: index + 2, hole: true };
  }
  return { at: text.length, hole: false };
}

function endOfRegex(text: string, at: number): number {
  let inClass = false;
  for (let index = at + 1; index < text.length; index += 1) {
    const one = text[index];
    if (one === '\\') index += 1;
    else if (one === '[') inClass = true;
    else if (one === ']') inClass = false;
    else if (one === '\n') return at + 1;
    else if (one === '/' && !inClass)
      return index + 1 + (/^[a-z]*/.exec(text.slice(index + 1))?.[0].length ?? 0);
  }
  return at + 1;
}
