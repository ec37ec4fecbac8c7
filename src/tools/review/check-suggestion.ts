import type { Suggestion } from '../../model/review.ts';
import type { ChangedFile } from './change.ts';
import { countSyntaxErrors, type SyntaxParser } from './syntax.ts';

/**
 * Whether a suggestion can be taken: its lines are in the file, it changes something, and a file that parsed still
 * parses with it. Languages without a grammar here, and all of them without `parser`, are only applied. Deterministic.
 */
export function isGoodSuggestion(
  suggestion: Suggestion,
  file: ChangedFile,
  parser: SyntaxParser | undefined,
): boolean {
  if (file.text === undefined) return false;
  const after = applySuggestion(file.text, suggestion);
  if (after === undefined || after === file.text) return false;
  if (/\.json$/i.test(file.path)) return !isJson(file.text) || isJson(after);
  if (file.language === undefined || parser === undefined) return true;
  const before = parser.parse(file.language, file.text);
  const now = parser.parse(file.language, after);
  if (before === undefined || now === undefined) return true;
  return countSyntaxErrors(before) > 0 || countSyntaxErrors(now) === 0;
}

/** The text with the suggestion in it, with the line breaks of the text; undefined when its lines are not there. Pure. */
function applySuggestion(text: string, suggestion: Suggestion): string | undefined {
  const [first, last] = suggestion.range;
  const lines = text.split('\n');
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  if (first < 1 || last < first || last > count) return undefined;
  const ending = lines[first - 1]?.endsWith('\r') === true ? '\r' : '';
  const body = suggestion.text.replace(/\r?\n$/, '');
  // An empty text takes the lines out.
  const replacement = suggestion.text === '' ? [] : body.split(/\r?\n/).map(line => line + ending);
  return [...lines.slice(0, first - 1), ...replacement, ...lines.slice(last)].join('\n');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON is an answer here, not a failure.
    return false;
  }
}
