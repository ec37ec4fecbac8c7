import { closeSync, openSync, readSync } from 'node:fs';

/** The head of a GGUF file: its keys with a single value; lists are passed over. */
export interface GgufHead {
  readonly version: number;
  readonly keys: ReadonlyMap<string, string | number | boolean>;
}

/** What keeps a file from being read as GGUF, in words that go behind "found". */
export class GgufUnread extends Error {
  override readonly name = 'GgufUnread';
}

const PIECE_BYTES = 1 << 20;
/** Vocabularies of a million words are below this. */
const MOST_HEAD_BYTES = 256 << 20;
const MOST_KEYS = 100_000;
const LONGEST_NAME = 65_535;
const LONGEST_TEXT = 64 << 20;
const TEXT = 8;
const LIST = 9;
/** Bytes of a value by its type; texts and lists say themselves. */
const SIZES: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];

/**
 * Reads the head of a GGUF file, version 2 or 3, little-endian. Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 * Fails with GgufUnread when it is something else or is cut off, and as the file system does.
 */
export function readGgufHead(path: string): GgufHead {
  const file = openSync(path, 'r');
  try {
    return readHead(createCursor(file));
  } finally {
    closeSync(file);
  }
}

interface Cursor {
  /** The next bytes, which are valid until the next call. */
  take(bytes: number): Buffer;
  skip(bytes: number): void;
}

function createCursor(file: number): Cursor {
  let piece = Buffer.alloc(0);
  let at = 0;
  let end = 0;
  const isRead = (bytes: number): void => {
    if (end - (piece.length - at) + bytes > MOST_HEAD_BYTES) throw new GgufUnread('a head without an end');
  };
  return {
    take(bytes) {
      isRead(bytes);
      if (piece.length - at < bytes) {
        const next = Buffer.alloc(Math.max(PIECE_BYTES, bytes));
        const kept = piece.copy(next, 0, at);
        const read = readSync(file, next, kept, next.length - kept, end);
        end += read;
        [piece, at] = [next.subarray(0, kept + read), 0];
      }
      if (piece.length < at + bytes) throw new GgufUnread('a file that is cut off in its head');
      at += bytes;
      return piece.subarray(at - bytes, at);
    },
    skip(bytes) {
      isRead(bytes);
      const here = piece.length - at;
      if (bytes > here) [piece, at, end] = [Buffer.alloc(0), 0, end + bytes - here];
      else at += bytes;
    },
  };
}

function readHead(cursor: Cursor): GgufHead {
  const magic = cursor.take(4).toString('latin1');
  if (magic !== 'GGUF') throw new GgufUnread(`a file that begins with ${JSON.stringify(magic)}`);
  const version = cursor.take(4).readUInt32LE();
  if (version !== 2 && version !== 3) throw new GgufUnread(`GGUF of version ${version}, not 2 or 3`);
  cursor.skip(8);
  const count = countOf(cursor, MOST_KEYS);
  const keys = new Map<string, string | number | boolean>();
  for (let read = 0; read < count; read += 1) {
    const name = cursor.take(countOf(cursor, LONGEST_NAME)).toString('utf8');
    const value = readValue(cursor, cursor.take(4).readUInt32LE());
    if (value !== undefined) keys.set(name, value);
  }
  return { version, keys };
}

function readValue(cursor: Cursor, type: number): string | number | boolean | undefined {
  if (type === TEXT) return cursor.take(countOf(cursor, LONGEST_TEXT)).toString('utf8');
  if (type === LIST) return skipList(cursor);
  const bytes = cursor.take(sizeOf(type));
  if (type === 7) return bytes[0] !== 0;
  if (type === 6) return bytes.readFloatLE();
  if (type === 12) return bytes.readDoubleLE();
  const isSigned = type === 1 || type === 3 || type === 5;
  if (bytes.length === 8) return Number(type === 11 ? bytes.readBigInt64LE() : bytes.readBigUInt64LE());
  return isSigned ? bytes.readIntLE(0, bytes.length) : bytes.readUIntLE(0, bytes.length);
}

function skipList(cursor: Cursor): undefined {
  const type = cursor.take(4).readUInt32LE();
  const count = countOf(cursor, MOST_HEAD_BYTES);
  if (type !== TEXT) return cursor.skip(count * sizeOf(type)) as undefined;
  for (let passed = 0; passed < count; passed += 1) cursor.skip(countOf(cursor, LONGEST_TEXT));
  return undefined;
}

function sizeOf(type: number): number {
  const size = SIZES[type];
  if (size === undefined) throw new GgufUnread(`a value of type ${type} in its head`);
  return size;
}

function countOf(cursor: Cursor, most: number): number {
  const count = cursor.take(8).readBigUInt64LE();
  if (count > BigInt(most)) throw new GgufUnread('a head with impossible sizes');
  return Number(count);
}
