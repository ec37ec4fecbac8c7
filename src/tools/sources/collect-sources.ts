import { createHash } from 'node:crypto';
import { posix, relative, sep } from 'node:path';
import type { JsonObject } from '../../model/json.ts';
import type { ToolContext } from '../../ports/tool.ts';
import { compileGlob } from '../files/glob.ts';
import { readFile } from '../files/read-file.ts';
import { type WalkedFile, walkFiles } from '../files/walk-files.ts';
import { workspacePath } from '../workspace-path.ts';
import { htmlText } from './html-text.ts';

const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** All texts together, as characters of JSON, so that a result fits into a fact. */
const MAX_TOTAL_LENGTH = 700_000;
const MAX_WALKED = 50_000;
const MAX_LEFT_OUT = 100;
const DEFAULT_MAX_FILES = 40;
const DEFAULT_MAX_LENGTH = 20_000;
const HTML = /\.x?html?$/i;
const DOCUMENT = /\.(?:x?html?|md|markdown|mdx|txt|text|rst|adoc|asciidoc|org|tex)$/i;

/** A text file of the workspace that can be cited. */
interface Source extends JsonObject {
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly text: string;
  readonly sha256: string;
}

/** The sources, and what was left out and why. */
export interface Sources extends JsonObject {
  readonly sources: readonly Source[];
  readonly left_out: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Reads sources, with the ids s1, s2 and so on in order of path. Folders and globs give their text documents; a file
 * that is named is read whatever its name ends in. At most `maxFiles` (40) of `maxLength` (20,000) characters each and
 * 700,000 together. Equal files give equal sources. Fails with OUTSIDE_WORKSPACE, FILE_NOT_FOUND, TOOL_ARGUMENTS.
 */
export async function collectSources(
  paths: readonly string[],
  context: ToolContext,
  limits: { readonly maxFiles?: number | undefined; readonly maxLength?: number | undefined } = {},
): Promise<Sources> {
  const maxFiles = limits.maxFiles ?? DEFAULT_MAX_FILES;
  const maxLength = limits.maxLength ?? DEFAULT_MAX_LENGTH;
  const sources: Source[] = [];
  const leftOut: { path: string; reason: string }[] = [];
  let total = 0;
  const found = await findDocuments(paths, context);
  const files = [...found.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const file of files) {
    context.signal.throwIfAborted();
    const skip = (reason: string) => leftOut.push({ path: file.path, reason });
    if (sources.length === maxFiles) {
      skip(`more than ${maxFiles} sources`);
      continue;
    }
    const document = await readDocument(file);
    if (typeof document === 'string') {
      skip(document);
      continue;
    }
    const text = document.text.slice(0, maxLength).toWellFormed();
    const length = JSON.stringify(text).length;
    if (total + length > MAX_TOTAL_LENGTH) {
      skip(`all sources together are longer than ${MAX_TOTAL_LENGTH} characters`);
      continue;
    }
    total += length;
    sources.push({ id: `s${sources.length + 1}`, path: file.path, ...document, text });
    if (text.length < document.text.length) skip(cutRemark(text.length, document.text.length));
  }
  const tooMany = found.tooMany.map(path => ({
    path,
    reason: `only ${MAX_WALKED} of its files were looked at`,
  }));
  return { sources, left_out: [...tooMany, ...leftOut].slice(0, MAX_LEFT_OUT) };
}

function cutRemark(kept: number, whole: number): string {
  return `cut after ${kept} of ${whole} characters`;
}

interface Found {
  /** By path, so that each counts once. */
  readonly files: Map<string, WalkedFile>;
  /** Paths with so many files that not all were looked at. */
  readonly tooMany: string[];
}

async function findDocuments(paths: readonly string[], context: ToolContext): Promise<Found> {
  const found: Found = { files: new Map(), tooMany: [] };
  for (const path of paths) {
    const isGlob = /[*?[{]/.test(path);
    const matches = compileGlob(isGlob ? path : undefined);
    const named = isGlob ? undefined : await relativePath(context.workspace, path);
    const walk = walkFiles({
      workspace: context.workspace,
      start: isGlob ? '.' : path,
      signal: context.signal,
      onSkipped: context.notice,
    });
    let walked = 0;
    for await (const file of walk) {
      walked += 1;
      if (walked > MAX_WALKED) {
        found.tooMany.push(path);
        break;
      }
      const isDocument = DOCUMENT.test(file.path) || file.path === named;
      if (isDocument && matches(file.path)) found.files.set(file.path, file);
    }
  }
  return found;
}

async function relativePath(workspace: string, path: string): Promise<string> {
  const inside = relative(await workspacePath(workspace, '.'), await workspacePath(workspace, path));
  return inside.split(sep).join('/');
}

/** A document's title, text and hash; or why there is none. */
async function readDocument(
  file: WalkedFile,
): Promise<{ readonly title: string; readonly text: string; readonly sha256: string } | string> {
  const content = await readFile(file.real, MAX_FILE_BYTES);
  if (content.kind === 'too-large') return `larger than ${MAX_FILE_BYTES} bytes`;
  if (content.kind === 'binary') return 'a binary file';
  if (content.kind === 'missing') return 'gone while it was read';
  const plain = content.text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const { text, title } = HTML.test(file.path) ? htmlText(plain) : { text: plain, title: undefined };
  if (text.trim() === '') return 'no text in it';
  const sha256 = createHash('sha256').update(content.text).digest('hex');
  return { title: (title ?? headingOf(text) ?? posix.basename(file.path)).slice(0, 200), text, sha256 };
}

/** The first Markdown heading near the beginning. */
function headingOf(text: string): string | undefined {
  return /^#{1,3} +(\S.*)$/m.exec(text.slice(0, 5_000))?.[1]?.trim();
}
