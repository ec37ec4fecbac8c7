/** A stretch of a text that looks like one JSON object or list, from `start` to before `end`. */
export interface JsonRegion {
  readonly start: number;
  readonly end: number;
  /** False when the text ends before the bracket that opens it is closed, or inside a string. */
  readonly closed: boolean;
  /** Whether `...` stands outside strings: the writer left something out. */
  readonly elided: boolean;
}

const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['[', ']'],
]);

/**
 * Finds the objects and lists that stand in a text, outermost ones only, in order; at most `max`. Brackets inside
 * strings and comments do not count; a missing inner closer is forgiven when an outer one follows. Linear in the
 * length of the text for each region. Pure.
 */
export function findJsonRegions(text: string, max: number): readonly JsonRegion[] {
  const regions: JsonRegion[] = [];
  let at = nextOpener(text, 0);
  while (at !== -1 && regions.length < max) {
    const region = scanRegion(text, at);
    regions.push(region);
    at = nextOpener(text, region.end);
  }
  return regions;
}

/** The next bracket that may open JSON: what follows it must be able to begin a key, a value or the end. */
function nextOpener(text: string, from: number): number {
  const opener =
    /\{(?=\s*(?:["'}/{]|[A-Za-z_$][\w$]*\s*:|$))|\[(?=\s*(?:["'{[\]\-\d/]|true|false|null|None|True|False|$))/g;
  opener.lastIndex = from;
  return opener.exec(text)?.index ?? -1;
}

function scanRegion(text: string, start: number): JsonRegion {
  const open: string[] = [];
  // Counted beside the stack, so that a stray closer costs no search.
  const waiting = new Map([...CLOSERS.values()].map(closer => [closer, 0]));
  let elided = false;
  let before = '';
  let at = start;
  while (at < text.length) {
    const char = text[at] ?? '';
    const skipped = skipStringOrComment(text, at, before);
    if (skipped === -1) return { start, end: text.length, closed: false, elided };
    if (skipped > at) {
      if (char !== '/') before = char;
      at = skipped;
      continue;
    }
    const closer = CLOSERS.get(char);
    if (closer !== undefined) {
      open.push(closer);
      waiting.set(closer, (waiting.get(closer) ?? 0) + 1);
    } else if ((waiting.get(char) ?? 0) > 0) {
      closeUpTo(char, open, waiting);
      if (open.length === 0) return { start, end: at + 1, closed: true, elided };
    }
    if (text.startsWith('...', at) || char === '…') elided = true;
    if (char.trim() !== '') before = char;
    at += 1;
  }
  return { start, end: text.length, closed: false, elided };
}

/** Closes the nearest bracket that `char` closes, and those inside it that nobody closed. */
function closeUpTo(char: string, open: string[], waiting: Map<string, number>): void {
  for (let closed = open.pop(); closed !== undefined; closed = open.pop()) {
    waiting.set(closed, (waiting.get(closed) ?? 0) - 1);
    if (closed === char) return;
  }
}

/** The offset after the string or comment that begins at `at`; `at` when none does, -1 when it does not end. */
function skipStringOrComment(text: string, at: number, before: string): number {
  const char = text[at];
  if (char === '"') return endOfString(text, at, '"');
  // A single quote opens a string only where a key or a value may begin; elsewhere it is an apostrophe.
  if ((char === "'" || char === '`') && '{[,:'.includes(before) && before !== '') {
    return endOfString(text, at, char);
  }
  if (char !== '/') return at;
  if (text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2);
    return end === -1 ? -1 : end + 2;
  }
  if (text[at + 1] !== '/' || before === ':') return at;
  const line = text.indexOf('\n', at);
  return line === -1 ? text.length : line;
}

function endOfString(text: string, at: number, quote: string): number {
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index + 1;
  }
  return -1;
}
