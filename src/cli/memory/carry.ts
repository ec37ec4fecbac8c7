import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { VERBATIM_KINDS } from '../../memory/memory-limits.ts';
import type { ScreenedNote } from '../../memory/screen-foreign.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { MemoryNote, NoteState } from '../../model/memory.ts';
import type { MemoryStore } from '../../ports/memory-store.ts';
import { textFlag } from '../command.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { loadScreening } from '../wire-memory.ts';
import { loadMemoryText } from '../wire-views.ts';
import { writeOut } from '../write-out.ts';
import { personChange } from './by-person.ts';
import { blockTarget } from './find-remembered.ts';
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
 * file is screened as what is written here: what speaks to its reader is held back, a block that does is left out, and
 * all is trusted as a model's words at most. What is said there, or in the file before, word for word is not put in again. `--quarantine` holds it all back until a person releases it.
 */
export const importMemory: MemoryVerb = async (call, { store, redact }) => {
  const path = onePositional(call.positionals, 'a memory file: `crew memory import FILE`');
  const file = await readMemoryFile(path, read(resolve(call.terminal.cwd, path), path));
  const { refuseBlock, screenNote } = await loadScreening();
  const known = new Set((await store.get(file.notes.map(({ id }) => id))).map(({ note }) => note.id));
  const reason = call.values.quarantine === true ? 'the import holds everything back' : undefined;
  const screened = file.notes
    .filter(({ id }) => !known.has(id))
    .map(note => heldBackFor(reason, screenNote(redact, note)));
  const said = await saidAlready(store, screened);
  const fresh = await placed(
    store,
    screened.filter(one => !said.has(one)),
  );
  await store.put(fresh.map(({ note }) => ({ note })));
  const refused = file.blocks.flatMap(block => {
    const why = refuseBlock(block);
    return why === undefined ? [] : [{ block: blockTarget(block), why }];
  });
  const left = new Set(refused.map(({ block }) => block));
  let blocks = 0;
  for (const block of file.blocks.filter(each => !left.has(blockTarget(each)))) {
    const value = redact(block.value);
    const trust = block.trust === 3 ? 2 : block.trust;
    if (await store.putBlock({ ...block, value, trust, version: 1 }, 0)) blocks += 1;
  }
  const held = fresh.flatMap(({ note, heldBack }) =>
    heldBack === undefined ? [] : [{ id: note.id, why: heldBack }],
  );
  const recorded = new Set((await store.changes({}, { limit: EVERYTHING })).map(({ id }) => id));
  await store.record([
    ...file.changes.filter(({ id }) => !recorded.has(id)),
    ...held.map(({ id, why }) => personChange('quarantine', id, `imported: ${why}`)),
  ]);
  await store.flush();
  const counts = { notes: fresh.length, blocks, known: known.size + said.size };
  if (call.values.json === true) printJson(call, { imported: counts, heldBack: held, refused });
  const { oneLine } = await loadMemoryText();
  const say = (text: string): void => call.terminal.stderr(`${oneLine(text, Number.POSITIVE_INFINITY)}\n`);
  say(`Put in ${counts.notes} notes and ${blocks} blocks; ${counts.known} notes were there already.`);
  for (const { id, why } of held.slice(0, MOST_TOLD)) say(`Held back: note ${id}, ${why}.`);
  if (held.length > MOST_TOLD)
    say(`… ${held.length - MOST_TOLD} more; \`crew memory list --state quarantined\``);
  for (const { block, why } of refused) say(`Left out: block ${block}, ${why}.`);
  return 0;
};

const MOST_TOLD = 20;

/** Of the notes of a file those whose very words are there in their scope, or stand in the file before them. */
async function saidAlready(
  store: MemoryStore,
  screened: readonly ScreenedNote[],
): Promise<ReadonlySet<ScreenedNote>> {
  const scopes = [...new Set(screened.map(({ note }) => note.scope))];
  const there =
    scopes.length === 0
      ? []
      : await store.find({ scopes, states: STATES_KNOWN }, { limit: EVERYTHING, order: 'oldest' });
  const markOf = ({ scope, kind, hash }: MemoryNote): string => JSON.stringify([scope, kind, hash]);
  const marks = new Set(there.map(markOf));
  return new Set(
    screened.filter(({ note }) => {
      if (VERBATIM_KINDS.has(note.kind) || !STATES_KNOWN.includes(note.state)) return false;
      const isThere = marks.has(markOf(note));
      marks.add(markOf(note));
      return isThere;
    }),
  );
}

const STATES_KNOWN: readonly NoteState[] = ['active', 'quarantined', 'retired', 'retracted'];

/** The notes in the order of their file, behind all that is there: what is written later comes after them. */
async function placed(
  store: MemoryStore,
  screened: readonly ScreenedNote[],
): Promise<readonly ScreenedNote[]> {
  const next = new Map<string, number>();
  for (const scope of new Set(screened.map(({ note }) => note.scope))) {
    const count = screened.filter(({ note }) => note.scope === scope).length;
    next.set(scope, await store.nextSeq(scope, count));
  }
  return screened.map(one => {
    const seq = next.get(one.note.scope) ?? 0;
    next.set(one.note.scope, seq + 1);
    return { ...one, note: { ...one.note, seq } };
  });
}

function heldBackFor(reason: string | undefined, screened: ScreenedNote): ScreenedNote {
  const { note } = screened;
  if (reason === undefined || note.state !== 'active') return screened;
  return { note: { ...note, state: 'quarantined' }, heldBack: reason };
}

function read(file: string, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CrewError('FILE_NOT_FOUND', `\`${path}\` cannot be read: ${(error as Error).message}`);
  }
}
