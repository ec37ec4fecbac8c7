import type { SourceRange } from '../model/diagnostic.ts';
import { rangeOf } from './source-file.ts';
import { nodeRange, type ScalarNode, type TextPiece } from './source-node.ts';

const ESCAPE = /^\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n|[\s\S])/;
const BLANK_ESCAPES = new Set([
  '\\n',
  '\\t',
  '\\r',
  '\\ ',
  '\\\t',
  '\\v',
  '\\f',
  '\\\n',
  '\\\r\n',
  '\\N',
  '\\_',
  '\\L',
  '\\P',
]);

/**
 * Finds a stretch of a scalar's value in the text as it is written, whatever its style. Indentation and folding change
 * only white space, so the n-th visible character of the value is the n-th visible one of the text. Of a text that was put
 * together the place is in the file where the first unit of the stretch stands. Pure.
 */
export function scalarRange(node: ScalarNode, offset: number, length: number): SourceRange {
  if (node.pieces !== undefined) return rangeInPiece(node.pieces, offset, length) ?? nodeRange(node);
  const value = String(node.value);
  const from = Math.min(offset, value.length);
  const places = visiblePlaces(node);
  const start = placeInText(value, from, places, node);
  const until = Math.min(value.length, from + Math.max(1, length));
  const end = placeInText(value, Math.max(from, until - 1), places, node) + 1;
  return rangeOf(node.file, start, Math.max(start + 1, end));
}

/** The stretch that stands at an offset; behind the end it is the last one. Pure. */
export function pieceAt(pieces: readonly TextPiece[], offset: number): TextPiece | undefined {
  return pieces.find(({ at, length }) => at <= offset && offset < at + length) ?? pieces.at(-1);
}

function rangeInPiece(pieces: readonly TextPiece[], offset: number, length: number): SourceRange | undefined {
  const piece = pieceAt(pieces, offset);
  if (piece === undefined) return undefined;
  if (piece.glue) return nodeRange(piece.node);
  const inside = Math.min(offset, piece.at + piece.length) - piece.at;
  return scalarRange(piece.node, piece.from + inside, Math.min(length, Math.max(1, piece.length - inside)));
}

function placeInText(value: string, offset: number, places: readonly number[], node: ScalarNode): number {
  const before = countVisible(value.slice(0, offset));
  const visible = offset < value.length && /\S/.test(value.charAt(offset));
  const exact = visible ? places[before] : undefined;
  if (exact !== undefined) return exact;
  const previous = before > 0 ? places[before - 1] : undefined;
  if (previous === undefined) return places[0] ?? node.start;
  const blanks = /\s*$/.exec(value.slice(0, offset))?.[0] ?? '';
  const stretch = node.file.text.slice(previous + 1, previous + 1 + blanks.length);
  return previous + 1 + (/\S/.test(stretch) || blanks.includes('\n') ? 0 : blanks.length);
}

function countVisible(text: string): number {
  return text.replace(/\s/g, '').length;
}

const knownPlaces = new WeakMap<ScalarNode, readonly number[]>();

/** Offsets in the text of each visible UTF-16 unit of the value, in order; looked for once, since a long text has many ranges. */
function visiblePlaces(node: ScalarNode): readonly number[] {
  const known = knownPlaces.get(node) ?? findPlaces(node);
  knownPlaces.set(node, known);
  return known;
}

function findPlaces(node: ScalarNode): readonly number[] {
  const { text } = node.file;
  const places: number[] = [];
  let at = firstContent(node);
  while (at < node.end) {
    const unit = unitAt(node, at);
    if (!unit.blank) for (let index = 0; index < unit.units; index += 1) places.push(at);
    at += Math.max(1, unit.width);
  }
  if (node.style !== 'double' && node.style !== 'single') return places;
  // The closing quote is no part of the value.
  return /["']/.test(text.charAt(node.end - 1)) ? places.filter(place => place < node.end - 1) : places;
}

function firstContent(node: ScalarNode): number {
  if (node.style === 'plain') return node.start;
  if (node.style !== 'block') return node.start + 1;
  const lineEnd = node.file.text.indexOf('\n', node.start);
  return lineEnd === -1 ? node.end : lineEnd + 1;
}

function unitAt(node: ScalarNode, at: number): { width: number; units: number; blank: boolean } {
  const { text } = node.file;
  const character = text.charAt(at);
  if (node.style === 'single' && text.startsWith("''", at) && at + 1 < node.end - 1) {
    return { width: 2, units: 1, blank: false };
  }
  if (node.style !== 'double' || character !== '\\') {
    return { width: 1, units: 1, blank: /\s/.test(character) };
  }
  const written = ESCAPE.exec(text.slice(at, at + 10))?.[0] ?? character;
  const units = written.startsWith('\\U') && Number.parseInt(written.slice(2), 16) > 0xffff ? 2 : 1;
  return { width: written.length, units, blank: BLANK_ESCAPES.has(written) || isBlankCode(written) };
}

function isBlankCode(written: string): boolean {
  const code = /^\\[xuU]([0-9A-Fa-f]+)$/.exec(written)?.[1];
  const point = code === undefined ? Number.NaN : Number.parseInt(code, 16);
  return point <= 0x10ffff && /\s/.test(String.fromCodePoint(point));
}
