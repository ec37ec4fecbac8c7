/** One thing that a request asks for, in its own words. `line` counts from 1 in the request. */
interface RequirementCandidate {
  readonly id: string;
  readonly priority: 'P0' | 'P1' | 'P2';
  readonly text: string;
  readonly line: number;
}

/** What rules find in a request. */
export interface FoundRequirements {
  readonly requirements: readonly RequirementCandidate[];
  /** Sentences that ask. */
  readonly questions: readonly string[];
  /** Items of sections that say what is not wanted. */
  readonly excluded: readonly string[];
}

const MOST = 50;
const LONGEST_TEXT = 400;

const EXCLUDING_HEADING = /\b(?:non-?goals?|out of scope|not (?:now|included|wanted)|won'?t)\b/i;
const OPTIONAL_WORDS = /\b(?:may|could|optional(?:ly)?|nice to have|would be nice|later|stretch)\b/i;
const SHOULD_WORDS = /\b(?:should|ought to|preferably|ideally)\b/i;
const MUST_WORDS =
  /\b(?:must|shall|requir(?:e|es|ed)|needs? to|ha(?:s|ve) to|never|always|it is important)\b/i;
const LABEL = /^\W*\(?(P[012])\)?\W+/;

/** A piece of the request: an item of a list or a sentence, under the heading it stands below. */
interface Piece {
  readonly kind: 'item' | 'sentence';
  readonly text: string;
  readonly heading: string;
  readonly line: number;
}

/**
 * Finds candidates of requirements in a request by rules: items of lists, and sentences that say must, should or may; in
 * a request with neither, its first sentence. The priority is a written label (P0 to P2), else follows from those words,
 * here or in the heading; an item without any is P0, because it was asked for. Code blocks are not read. At most 50 of
 * each. Judges nothing: two candidates may say the same. Pure.
 */
export function findRequirements(request: string): FoundRequirements {
  const pieces = readPieces(request);
  const wanted = pieces.filter(({ heading }) => !EXCLUDING_HEADING.test(heading));
  const statements = wanted.filter(({ text }) => !text.endsWith('?'));
  const asked = statements.filter(({ kind, text }) => kind === 'item' || hasModalWord(text));
  const chosen = asked.length > 0 ? asked : statements.slice(0, 1);
  return {
    requirements: chosen.slice(0, MOST).map((piece, at) => candidate(piece, `R${at + 1}`)),
    questions: texts(wanted.filter(({ text }) => text.endsWith('?'))),
    excluded: texts(pieces.filter(({ heading, kind }) => kind === 'item' && EXCLUDING_HEADING.test(heading))),
  };
}

function texts(pieces: readonly Piece[]): readonly string[] {
  return pieces.slice(0, MOST).map(({ text }) => text.slice(0, LONGEST_TEXT));
}

function hasModalWord(text: string): boolean {
  return [MUST_WORDS, SHOULD_WORDS, OPTIONAL_WORDS].some(words => words.test(text));
}

function candidate(piece: Piece, id: string): RequirementCandidate {
  const text = piece.text.replace(LABEL, '').slice(0, LONGEST_TEXT);
  return { id, priority: priorityOf(piece), text, line: piece.line };
}

function priorityOf({ text, heading }: Piece): 'P0' | 'P1' | 'P2' {
  const label = LABEL.exec(text)?.[1];
  if (label === 'P0' || label === 'P1' || label === 'P2') return label;
  for (const words of [text, heading]) {
    if (MUST_WORDS.test(words)) return 'P0';
    if (SHOULD_WORDS.test(words)) return 'P1';
    if (OPTIONAL_WORDS.test(words)) return 'P2';
  }
  return 'P0';
}

function readPieces(request: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let heading = '';
  for (const block of readBlocks(request)) {
    if (block.kind === 'heading') heading = block.text;
    else if (block.kind === 'item') pieces.push({ ...block, kind: 'item', heading });
    else {
      for (const text of block.text.split(/(?<=[.!?])\s+/)) {
        pieces.push({ kind: 'sentence', text, heading, line: block.line });
      }
    }
  }
  return pieces.filter(({ text }) => /\p{L}{2}/u.test(text));
}

interface Block {
  readonly kind: 'heading' | 'item' | 'paragraph';
  readonly text: string;
  readonly line: number;
}

/** Headings, items and paragraphs with their lines joined; blocks of code are left out. */
function readBlocks(request: string): readonly Block[] {
  const blocks: Block[] = [];
  let isCode = false;
  let isOpen = false;
  for (const [at, raw] of request.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (/^(?:```|~~~)/.test(line)) isCode = !isCode;
    const started = isCode || /^(?:```|~~~)/.test(line) ? undefined : startOf(line, at + 1);
    const open = blocks.at(-1);
    if (started !== undefined && isOpen && started.kind === 'paragraph' && open !== undefined) {
      blocks[blocks.length - 1] = { ...open, text: `${open.text} ${line}` };
    } else if (started !== undefined) blocks.push(started);
    isOpen = started !== undefined && started.kind !== 'heading';
  }
  return blocks;
}

function startOf(line: string, at: number): Block | undefined {
  const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
  if (heading !== undefined) return { kind: 'heading', text: heading, line: at };
  const item = /^(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.+)$/.exec(line)?.[1];
  if (item !== undefined) return { kind: 'item', text: item, line: at };
  return line === '' ? undefined : { kind: 'paragraph', text: line, line: at };
}
