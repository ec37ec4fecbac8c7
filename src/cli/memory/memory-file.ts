import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import {
  type MemoryBlock,
  type MemoryChange,
  type MemoryNote,
  NOTE_KINDS,
  NOTE_STATES,
} from '../../model/memory.ts';
import { jsonText } from '../../reporters/json-text.ts';
import { loadValidation } from '../wire.ts';

/** The layout of memory files that this version writes and reads. */
const MEMORY_FILE_VERSION = 1;

/** What a memory file holds. */
export interface MemoryFile {
  readonly notes: readonly MemoryNote[];
  readonly blocks: readonly MemoryBlock[];
  readonly changes: readonly MemoryChange[];
}

const TEXT = { type: 'string' };
const TEXTS = { type: 'array', items: TEXT };
const NUMBER = { type: 'number' };
const COUNT = { type: 'integer', minimum: 0 };
const BY = { runId: TEXT, phase: TEXT, role: TEXT, key: TEXT, author: TEXT };

const ROWS: { readonly [kind: string]: JsonObject } = {
  note: {
    ...BY,
    id: { type: 'string', pattern: '^[A-Za-z0-9_-]{4,64}$' },
    scope: { type: 'string', pattern: '^(tried:)?(project|user|(run|role|crew):.+)$' },
    crew: TEXT,
    seq: COUNT,
    kind: { enum: NOTE_KINDS },
    text: { type: 'string', maxLength: 20_000 },
    gist: { type: 'string', maxLength: 2000 },
    tags: TEXTS,
    importance: { type: 'number', minimum: 0, maximum: 1 },
    trust: { enum: [0, 1, 2, 3] },
    sources: TEXTS,
    evidence: TEXTS,
    depth: COUNT,
    outcome: { enum: ['pass', 'fail', 'unknown'] },
    state: { enum: NOTE_STATES },
    hash: TEXT,
    seen: COUNT,
    createdAt: NUMBER,
    lastUsedAt: NUMBER,
    used: COUNT,
    'lesson?': { type: 'object', required: ['task', 'uses', 'passes', 'fails', 'pinned'] },
    'supersededBy?': TEXT,
    'expiresAt?': NUMBER,
  },
  block: {
    scope: TEXT,
    label: { type: 'string', pattern: '^[a-z][a-z0-9_]*$' },
    value: TEXT,
    limit: COUNT,
    description: TEXT,
    readOnly: { type: 'boolean' },
    version: COUNT,
    trust: { enum: [0, 1, 2, 3] },
    updatedAt: NUMBER,
    updatedBy: { type: 'object', required: Object.keys(BY), properties: BY },
  },
  change: {
    id: TEXT,
    at: NUMBER,
    by: { type: 'object', required: Object.keys(BY), properties: BY },
    what: { enum: ['note', 'block'] },
    target: TEXT,
    action: TEXT,
    'before?': TEXT,
    'after?': TEXT,
    'reason?': TEXT,
  },
};

/** The text of a memory file: JSON lines, first a header, then one line for each block, note and change. Pure. */
export function writeMemoryFile({ notes, blocks, changes }: MemoryFile): string {
  const counts = { notes: notes.length, blocks: blocks.length, changes: changes.length };
  const header = { crewfile: 'memory', version: MEMORY_FILE_VERSION, ...counts };
  const rows = [
    ...blocks.map(block => ({ block })),
    ...notes.map(note => ({ note })),
    ...changes.map(change => ({ change })),
  ];
  return [header, ...rows].map(row => `${jsonText(row)}\n`).join('');
}

/** Reads the text of a memory file; `path` is for messages. Fails with INPUT_INVALID and the line that is wrong. */
export async function readMemoryFile(path: string, text: string): Promise<MemoryFile> {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  while (lines.at(-1)?.trim() === '') lines.pop();
  const [header, ...rows] = lines.map((line, index) => readLine(line, path, index + 1));
  if (header?.crewfile !== 'memory' || header.version !== MEMORY_FILE_VERSION) {
    throw invalid(
      path,
      1,
      'expected `{"crewfile":"memory","version":1,…`, as `crew memory export` writes it',
    );
  }
  const file = { note: [] as JsonObject[], block: [] as JsonObject[], change: [] as JsonObject[] };
  for (const [index, row] of rows.entries()) await takeRow(row, { path, line: index + 2 }, file);
  const { notes, blocks, changes } = header;
  if (notes !== file.note.length || blocks !== file.block.length || changes !== file.change.length) {
    throw invalid(
      path,
      lines.length,
      'the header names other counts than there are lines; the file was cut off',
    );
  }
  return {
    notes: file.note as unknown as MemoryNote[],
    blocks: file.block as unknown as MemoryBlock[],
    changes: file.change as unknown as MemoryChange[],
  };
}

async function takeRow(
  row: JsonObject,
  { path, line }: { readonly path: string; readonly line: number },
  file: { readonly [kind: string]: JsonObject[] },
): Promise<void> {
  const [kind = ''] = Object.keys(row);
  const fields = Object.hasOwn(ROWS, kind) ? ROWS[kind] : undefined;
  const value = row[kind];
  if (fields === undefined || value === undefined) {
    throw invalid(path, line, 'expected an object with `note`, `block` or `change`');
  }
  const { validateValue, describeProblems } = await loadValidation();
  const problems = validateValue(schemaOf(fields), value);
  if (problems.length > 0) throw invalid(path, line, describeProblems(problems, 3));
  file[kind]?.push(value as JsonObject);
}

function schemaOf(fields: JsonObject): JsonObject {
  const names = Object.keys(fields);
  const rows = names.map(name => [name.replace(/\?$/, ''), fields[name] ?? true] as const);
  return {
    type: 'object',
    required: names.filter(name => !name.endsWith('?')),
    properties: Object.fromEntries(rows),
    additionalProperties: false,
  };
}

function readLine(line: string, path: string, number: number): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw invalid(path, number, `expected one JSON object a line: ${(error as Error).message}`);
  }
  throw invalid(path, number, 'expected a JSON object');
}

function invalid(path: string, line: number, what: string): CrewError {
  return new CrewError('INPUT_INVALID', `\`${path}\` is no memory file, line ${line}: ${what}`, {
    hint: '`crew memory export -o FILE` writes such a file.',
  });
}
