import { CrewError } from '../../model/crew-error.ts';

/**
 * What LanceDB says when others wrote at the same time and the write may be made again. From `different schema` on they are of
 * a table that got the column of another embedder meanwhile; the native code panics where it has begun already, and commits
 * nothing.
 */
const CONFLICT =
  /commit conflict|preempted by|concurrent(ly)? (commit|transaction|writer)|too many concurrent|index name .* already exists|different schema|not in schema|no field named|column \S+ (does not exist|already exists)|panic in async function/i;
/** What it says of a file that is named in a manifest and is not there. */
const MISSING = /\bnot found\b|no such file/i;
const BROKEN =
  /sufficient data|fill whole buffer|too small|invalid range|corrupt|magic|unexpected eof|protobuf|failed to decode|decodeerror|range start|out of bounds|invalid .{0,20}(footer|header|metadata)|version mismatch|unknown encoding/i;

/** Whether a write lost against another one and may be made again. Pure. */
export function isConflict(error: unknown): boolean {
  return CONFLICT.test(textOf(error));
}

/** Whether a file was not there: of a version that was cleaned away, or of a damaged store. Pure. */
export function isMissing(error: unknown): boolean {
  return MISSING.test(textOf(error));
}

/** Whether files are not as they were written. Pure. */
export function isDamage(error: unknown): boolean {
  const text = textOf(error);
  return BROKEN.test(text) || (MISSING.test(text) && /\.lance\b/.test(text));
}

/** What LanceDB failed with in our words: MEMORY_DAMAGED when files are not as they were written, else MEMORY_UNAVAILABLE. Pure. */
export function lanceFailure(
  error: unknown,
  of: { readonly place: string; readonly secrets: readonly string[] },
): Error {
  // A RangeError is our own bug and must be seen as one.
  if (error instanceof CrewError || error instanceof RangeError || error instanceof TypeError) return error;
  const text = textOf(error);
  const told = of.secrets.reduce((line, secret) => line.replaceAll(secret, '***'), firstReason(text));
  return isDamage(error)
    ? new CrewError('MEMORY_DAMAGED', `expected the memory at ${of.place} as it was written, found "${told}"`)
    : new CrewError(
        'MEMORY_UNAVAILABLE',
        `expected the memory at ${of.place} to be within reach, found "${told}"`,
      );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first sentence without the places in the source of LanceDB; causes repeat it. */
function firstReason(text: string): string {
  const [reason = text] = text.split(/\s+Caused by:|, \/(?:usr|rustc|root|home)\/|, location: Location/);
  const plain = reason
    .replaceAll(/\s+/g, ' ')
    .replace(/^(?:Failed to get next batch from stream: |lance error: |LanceError\(\w+\): )+/, '');
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}
