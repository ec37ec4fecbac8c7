import { type GitCall, gitFailure, runGit } from './run-git.ts';

/** An object as git stores it. `content` lives no longer than the call that hands it over. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Which objects are read: ids, or names such as `COMMIT:folder`, none with a line feed. */
export interface ReadObjects {
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly names: readonly string[];
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/**
 * Reads any number of objects with one git process, and hands each over in the order of `names` as soon as it is there, so
 * that only one of them is held; one that is not there is undefined. Fails with TOOL_MISSING, TOOL_FAILED, NOT_A_REPOSITORY.
 */
export async function readObjects(
  { workspace, signal, names }: ReadObjects,
  take: (name: string, object: GitObject | undefined) => void,
): Promise<void> {
  if (names.length === 0) return;
  let next = 0;
  const call: GitCall = {
    workspace,
    signal,
    args: ['cat-file', '--batch'],
    input: names.map(name => `${name}\n`).join(''),
    maxStdoutBytes: UNLIMITED,
    onStdout: objectSplitter(object => {
      take(names[next] ?? '', object);
      next += 1;
    }),
  };
  const result = await runGit(call);
  if (result.exitCode !== 0) throw gitFailure(call, result);
}

const HEADER = /^([0-9a-f]+) (\w+) (\d+)$/;
const LINE_FEED = 10;

/** Cuts a stream of chunks into objects; chunks of a long one are put together once, when it is complete. */
function objectSplitter(onObject: (object: GitObject | undefined) => void): (chunk: Buffer) => boolean {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted: { readonly id: string; readonly type: string; readonly bytes: number } | undefined;
  return chunk => {
    chunks.push(chunk);
    held += chunk.length;
    if (wanted !== undefined && held <= wanted.bytes) return true;
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      if (wanted === undefined) {
        const end = rest.indexOf(LINE_FEED);
        if (end === -1) break;
        const [, id = '', type = '', size = ''] = HEADER.exec(rest.toString('utf8', 0, end)) ?? [];
        rest = rest.subarray(end + 1);
        if (id === '') onObject(undefined);
        else wanted = { id, type, bytes: Number(size) };
      } else {
        // A line feed follows the content.
        if (rest.length <= wanted.bytes) break;
        onObject({ id: wanted.id, type: wanted.type, content: rest.subarray(0, wanted.bytes) });
        rest = rest.subarray(wanted.bytes + 1);
        wanted = undefined;
      }
    }
    chunks = [rest];
    held = rest.length;
    return true;
  };
}
