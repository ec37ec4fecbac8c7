import { createHash } from 'node:crypto';
import { createReadStream, type Stats, statSync } from 'node:fs';
import { CrewError } from '../model/crew-error.ts';
import { type GgufHead, GgufUnread, readGgufHead } from './gguf-head.ts';

/** A file with a model that makes vectors of texts. */
export interface LlamaFile {
  readonly path: string;
  /** Of its content alone: `llama:<name in the file>@<8 hex digits of its sha256>`. */
  readonly id: string;
  /** Its name in lower case with hyphens, such as `nomic-embed-text-v1.5`. */
  readonly name: string;
  /** Changes when the file does; what tells that it is still the one with this id. */
  readonly stamp: string;
}

const PIECE_BYTES = 4 << 20;
/** How llama.cpp makes one vector of those of all tokens: none, mean, first, last, and by rank, which is a score. */
const POOLINGS = new Set([1, 2, 3]);
const RANK = 4;

/**
 * What kind of model a file holds, without reading all of it. Fails with EMBEDDER_UNAVAILABLE when it is not there, is no GGUF
 * file, is part of one, or holds a model that makes no vectors of texts.
 */
export function describeLlamaFile(path: string): { readonly name: string; readonly architecture: string } {
  const { head } = readFile(path);
  return { name: nameOf(head), architecture: textOf(head, 'general.architecture') };
}

/** Reads the whole file for its identity, once as long as it does not change. Fails as `describeLlamaFile` does. */
export async function readLlamaFile(path: string): Promise<LlamaFile> {
  const { head, stamp } = readFile(path);
  const name = nameOf(head);
  const known = hashes.get(path);
  const hash = known?.stamp === stamp ? known.hash : await hashOf(path);
  hashes.set(path, { stamp, hash });
  return { path, id: `llama:${name}@${hash}`, name, stamp };
}

/** Fails with EMBEDDER_UNAVAILABLE when a file is not what it was when it was read. */
export function assertUnchanged({ path, stamp }: LlamaFile): void {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now === undefined || stampOf(now) !== stamp)
    throw unfit(path, 'one that has changed since it was read');
}

const hashes = new Map<string, { readonly stamp: string; readonly hash: string }>();

function readFile(path: string): { readonly head: GgufHead; readonly stamp: string } {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw unfit(path, 'no such file');
  if (!found.isFile()) throw unfit(path, found.isDirectory() ? 'a folder' : 'something that is no file');
  try {
    const head = readGgufHead(path);
    assertEmbeds(path, head);
    return { head, stamp: stampOf(found) };
  } catch (error) {
    if (error instanceof CrewError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw unfit(path, error instanceof GgufUnread ? words : `that it cannot be read: ${words}`);
  }
}

function assertEmbeds(path: string, head: GgufHead): void {
  const architecture = textOf(head, 'general.architecture');
  if (Number(head.keys.get('split.count') ?? 1) > 1) {
    throw unfit(path, 'one part of a model in several files; `llama-gguf-split --merge` makes one of them');
  }
  const pooling = head.keys.get(`${architecture}.pooling_type`);
  if (typeof pooling === 'number' && POOLINGS.has(pooling)) return;
  const model = `\`${nameOf(head)}\` (${architecture || 'of no architecture'})`;
  if (pooling === RANK) throw unfit(path, `${model}, which ranks texts and makes no vectors of them`);
  throw unfit(path, `${model}, which has no \`pooling_type\`: a chat model makes no vectors of texts`);
}

function unfit(path: string, found: string): CrewError {
  return new CrewError(
    'EMBEDDER_UNAVAILABLE',
    `\`llama:${path}\`: expected a GGUF file with an embedding model, found ${found}`,
  );
}

function textOf({ keys }: GgufHead, name: string): string {
  const value = keys.get(name);
  return typeof value === 'string' ? value : '';
}

function nameOf(head: GgufHead): string {
  const said = textOf(head, 'general.name') || textOf(head, 'general.architecture');
  const name = said
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return name || 'model';
}

function stampOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) hash.update(piece);
  return hash.digest('hex').slice(0, 8);
}
