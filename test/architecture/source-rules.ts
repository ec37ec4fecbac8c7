import { type Breach, breachesAt, type SourceFile } from './breach.ts';
import { CLASSES, MAX_FILE_LINES, ROOMS } from './house.ts';

const WORLD =
  /(?<![\w$.])(process|console|setTimeout|setInterval|setImmediate|queueMicrotask|fetch|performance|globalThis|crypto|Buffer|WebSocket|import\s*\.\s*meta|Date\s*\.\s*now|Math\s*\.\s*random|new\s+Date(?:\s*\(\s*\))?(?!\s*\()|Date\s*\(\s*\))(?![\w$])/g;
const CLASS = /(?<![\w$.])class\s+([A-Za-z_$][\w$]*)(?:\s+extends\s+([\w$.]+))?/g;
const DEFAULT_EXPORT = /(?<![\w$.])(?:export\s+default(?![\w$])|as\s+default(?![\w$]))/g;
const EXPORT =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?|const|let|class|interface)\s+([A-Za-z_$][\w$]*)/gm;

/** Checks what a file says besides its imports. */
export function sourceBreaches(file: SourceFile): Breach[] {
  return [
    ...worldBreaches(file),
    ...breachesAt(file, CLASS, ([, name = '', parent = '']) => {
      if (parent.endsWith('Error') || CLASSES.has(`${file.path}#${name}`)) return undefined;
      return {
        rule: 'class',
        message: `class \`${name}\`: only errors and owners of a connection are classes`,
      };
    }),
    ...breachesAt(file, DEFAULT_EXPORT, () => ({
      rule: 'default-export',
      message: 'a default export has no name',
    })),
    ...docstringBreaches(file),
    ...lengthBreaches(file),
  ];
}

function worldBreaches(file: SourceFile): Breach[] {
  if (ROOMS.get(file.room)?.inside !== true) return [];
  return breachesAt(file, WORLD, match => {
    const after = file.code.slice((match.index ?? 0) + match[0].length);
    const before = file.code.slice(0, match.index).trimEnd().at(-1) ?? '';
    // A key of an object or a type is only a word.
    if (/^\??\s*:/.test(after) && before !== '?' && /[{,;(]/.test(before)) return undefined;
    return { rule: 'world-inside', message: `${file.room} may not touch the world, found \`${match[0]}\`` };
  });
}

/** The first of several signatures of one function carries the text for all. */
function docstringBreaches(file: SourceFile): Breach[] {
  const seen = new Set<string>();
  return breachesAt(file, EXPORT, match => {
    const [, name = ''] = match;
    if (seen.has(name)) return undefined;
    seen.add(name);
    const before = file.text.slice(0, match.index).trimEnd();
    const opened = before.lastIndexOf('/*');
    if (before.endsWith('*/') && before.startsWith('/**', opened)) return undefined;
    return { rule: 'docstring', message: `\`${name}\` is exported and has no docstring` };
  });
}

function lengthBreaches(file: SourceFile): Breach[] {
  const lines = file.text.trimEnd().split('\n').length;
  if (lines <= MAX_FILE_LINES) return [];
  const message = `${lines} lines, at most ${MAX_FILE_LINES} are allowed`;
  return [{ file: file.path, line: MAX_FILE_LINES + 1, rule: 'file-length', message }];
}
