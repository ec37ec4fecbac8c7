import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import type { MemoryNote } from '../../model/memory.ts';
import { textFlag } from '../command.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { writeOut } from '../write-out.ts';
import { readMemoryFile, writeMemoryFile } from './memory-file.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';
import { readNoteFilter } from './read-note-filter.ts';

const EVERYTHING = 10_000_000;

/** `crew memory export`: notes, blocks and their history as JSON lines, without vectors and scrubbed of secrets. */
export const exportMemory: MemoryVerb = async (call, { store, redact }) => {
  noPositionals(call.positionals);
  const filter = readNoteFilter(call.values);
  const notes = await store.find({ states: 'all', ...filter }, { limit: EVERYTHING, order: 'oldest' });
  const blocks = await store.blocks(filter.scopes);
  const changes = (await store.changes({}, { limit: EVERYTHING })).toReversed();
  const text = redact(writeMemoryFile({ notes, blocks, changes }));
  const out = textFlag(call.values, 'out');
  writeOut(text, out, call.terminal);
  if (out === undefined) return 0;
  if (call.values.json === true) printJson(call, { file: out, notes: notes.length, blocks: blocks.length });
  call.terminal.stderr(`Wrote ${notes.length} notes and ${blocks.length} blocks to ${out}.\n`);
  return 0;
};

/**
 * `crew memory import FILE`: puts in what is not there yet; of a block that is there, its own text stays. What comes from a
 * file is trusted as a model's words at most; `--quarantine` holds it all back until a person releases it.
 */
export const importMemory: MemoryVerb = async (call, { store }) => {
  const path = onePositional(call.positionals, 'a memory file: `crew memory import FILE`');
  const file = await readMemoryFile(path, read(resolve(call.terminal.cwd, path), path));
  const known = new Set((await store.get(file.notes.map(({ id }) => id))).map(({ note }) => note.id));
  const fresh = file.notes.filter(({ id }) => !known.has(id));
  const hold = call.values.quarantine === true;
  await store.put(fresh.map(note => ({ note: cautious(note, hold) })));
  let blocks = 0;
  for (const block of file.blocks) {
    if (await store.putBlock({ ...block, version: 1 }, 0)) blocks += 1;
  }
  const recorded = new Set((await store.changes({}, { limit: EVERYTHING })).map(({ id }) => id));
  await store.record(file.changes.filter(({ id }) => !recorded.has(id)));
  await store.flush();
  const counts = { notes: fresh.length, blocks, known: known.size };
  if (call.values.json === true) printJson(call, { imported: counts });
  call.terminal.stderr(
    `Put in ${counts.notes} notes and ${blocks} blocks; ${known.size} notes were there already.\n`,
  );
  return 0;
};

function cautious(note: MemoryNote, hold: boolean): MemoryNote {
  const trust = note.trust === 3 ? 2 : note.trust;
  return { ...note, trust, ...(hold && note.state === 'active' ? { state: 'quarantined' } : {}) };
}

function read(file: string, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CrewError('FILE_NOT_FOUND', `\`${path}\` cannot be read: ${(error as Error).message}`);
  }
}
