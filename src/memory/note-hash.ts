import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * sha256, in hex, of a text without what makes no difference: the form of its letters (NFKC), their case, blanks, and the
 * signs that end it. Equal hashes in one scope are one note. Pure.
 */
export function noteHash(text: string): string {
  return hexOf(normalised(text));
}

/**
 * The id of a note that was wished for under `key` by an effect of a run: the same wish has the same id, so that writing it
 * again changes nothing. 26 characters. Pure.
 */
export function noteId(of: {
  readonly runId: string;
  readonly effect: string;
  readonly key: string;
}): string {
  return hexOf(JSON.stringify([of.runId, of.effect, of.key])).slice(0, 26);
}

/** The id of a change: the same change of the same thing by the same note has the same one. 26 characters. Pure. */
export function changeId(of: {
  readonly target: string;
  readonly action: string;
  readonly cause: string;
}): string {
  return hexOf(JSON.stringify([of.target, of.action, of.cause])).slice(0, 26);
}

function normalised(text: string): string {
  const plain = text.toWellFormed().normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ');
  return plain.trim().replace(/[.,;:!?…]{1,20}$/u, '');
}

function hexOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
