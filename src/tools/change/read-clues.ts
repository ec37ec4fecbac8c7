import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import type { JsonObject } from '../../model/json.ts';

const MOST = 20;
const LONGEST_MESSAGE = 300;
const MOST_LINES = 2000;

/** Lines by which test programs say what failed: TAP, node, vitest, jest, mocha, pytest, go, cargo, and thrown errors. */
const FAILURE_LINE =
  /^\s*(?:not ok \d|✖|✗|×|●|FAIL(?:ED)?\b|--- FAIL|E {2,}\S|Expected\b|Received\b|[+-] (?:actual|expected)\b)|\b\w*(?:Error|Exception)\b(?: \[\w+\])?:|\bpanicked at\b|^\s*(?:left|right|expected|actual):/;

/** How long a test took is new every time and says nothing. */
const DURATION = /\s*[([]?\d+(?:\.\d+)?\s?m?s[)\]]?\s*$/;
const HEADLINE = /^\W*(?:failing tests|failures?):?$/i;

/** `path:12`, `path(12,` and Python's `File "path", line 12`. */
const PLACE =
  /(?:File "([^"\n]+)", line |(?<![\w@.~/\\+-])([\w@.~/\\+-]*[\w@~+-]\.[A-Za-z]\w{0,4})[:(])(\d{1,6})\b/g;

/** What an output says about a failure. */
export interface Clues extends JsonObject {
  readonly messages: readonly string[];
  readonly places: readonly { readonly path: string; readonly line: number }[];
}

/**
 * Reads out of the output of a test command which lines name a failure and which files of the folder they name, without
 * installed packages; each once, in their order, at most 20 of both. Goes by the habits of common test programs, so it
 * may find nothing. Reads no file, only whether it is there.
 */
export async function readClues(output: string, folder: string): Promise<Clues> {
  const lines = output.split('\n').slice(-MOST_LINES);
  const messages = lines
    .filter(line => FAILURE_LINE.test(line))
    .map(line => line.replace(DURATION, '').trim().slice(0, LONGEST_MESSAGE))
    .filter(line => !HEADLINE.test(line));
  return { messages: [...new Set(messages)].slice(0, MOST), places: await readPlaces(lines, folder) };
}

async function readPlaces(lines: readonly string[], folder: string): Promise<Clues['places']> {
  const places = new Map<string, { readonly path: string; readonly line: number }>();
  for (const match of lines.join('\n').matchAll(PLACE)) {
    if (places.size === MOST) break;
    const path = await ownFile(match[1] ?? match[2] ?? '', folder);
    const line = Number(match[3]);
    if (path !== undefined) places.set(`${path}:${line}`, { path, line });
  }
  return [...places.values()];
}

async function ownFile(named: string, folder: string): Promise<string | undefined> {
  const path = relative(folder, resolve(folder, named)).split(sep);
  if (path[0] === '..' || path.includes('node_modules')) return undefined;
  const found = await stat(resolve(folder, named)).catch(() => undefined);
  return found?.isFile() === true ? path.join('/') : undefined;
}
