import { CrewError } from '../../model/crew-error.ts';
import type { MemoryChange } from '../../model/memory.ts';
import type { NoteFilter } from '../../ports/memory-store.ts';
import type { BlamedLine } from '../../reporters/blame-lines.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { loadMemoryMending } from '../wire-memory.ts';
import { loadMemoryText } from '../wire-views.ts';
import { declaredBlocks } from './crews-here.ts';
import { blockTarget, findRemembered, type Remembered } from './find-remembered.ts';
import { layoutOf, type MemoryVerb, printJson } from './memory-verb.ts';
import { readLimit, readNoteFilter, withoutExpired } from './read-note-filter.ts';

const MOST_CHANGES = 10_000;

/** `crew memory list`: the blocks, then the notes, newest first; how many wait for a person is said where they are not shown. */
export const listMemory: MemoryVerb = async (call, memory) => {
  noPositionals(call.positionals);
  const { store } = memory;
  const filter = withoutExpired(readNoteFilter(call.values), memory.now());
  const limit = readLimit(call.values);
  const notes = await store.find(filter, { limit, order: 'newest' });
  const isNarrow =
    ['kind', 'run', 'role', 'tag'].some(flag => call.values[flag] !== undefined) ||
    !wantsActive(filter.states);
  const blocks = isNarrow ? [] : await store.blocks(filter.scopes);
  const waiting = await store.count({ scopes: filter.scopes, states: ['quarantined'] });
  if (call.values.json === true) {
    printJson(call, { blocks, notes, waiting });
    return 0;
  }
  const { formatBlocks, formatNotes, heldBackWords } = await loadMemoryText();
  const sayWaiting = (): void => {
    if (waiting > 0 && !showsHeldBack(filter.states)) call.terminal.stderr(`${heldBackWords(waiting)}\n`);
  };
  if (blocks.length + notes.length === 0) {
    const all = await store.count({ scopes: 'all', states: 'all' });
    const why =
      all > 0
        ? `Nothing fits; \`--state all\` without other flags shows all ${all}, in`
        : 'Nothing is remembered in';
    call.terminal.stderr(`${why} ${store.place}.\n`);
    sayWaiting();
    return 0;
  }
  const layout = layoutOf(call, memory);
  const gap = blocks.length > 0 && notes.length > 0 ? '\n' : '';
  call.terminal.stdout(`${formatBlocks(blocks, layout)}${gap}${formatNotes(notes, layout)}`);
  const all = await store.count(filter);
  if (all > notes.length)
    call.terminal.stderr(`… ${all - notes.length} more; \`--limit ${all}\` shows all.\n`);
  sayWaiting();
  return 0;
};

/** `crew memory show ID|BLOCK`: all that is known of it, with what it rests on. */
export const showMemory: MemoryVerb = async (call, memory) => {
  const { store } = memory;
  const name = onePositional(
    call.positionals,
    'the id of a note or the name of a block: `crew memory show ID`',
  );
  const found = await foundOrDeclared(name, call, store);
  const { formatBlock, formatNote, formatNotes } = await loadMemoryText();
  if (found.what === 'block') {
    if (found.block.version === 0) {
      call.terminal.stderr('Nobody has edited it: it says what the crew file declares.\n');
    }
    if (call.values.json === true) printJson(call, { block: found.block });
    else call.terminal.stdout(formatBlock(found.block, layoutOf(call, memory)));
    return 0;
  }
  const { note } = found;
  const heldBack = note.state === 'quarantined' ? await whyHeldBack(store, note.id) : undefined;
  const evidence = (await store.get(note.evidence)).map(each => each.note);
  if (call.values.json === true) {
    printJson(call, { note, evidence, ...(heldBack === undefined ? {} : { heldBack }) });
    return 0;
  }
  const rests =
    evidence.length === 0 ? '' : `\nIt rests on:\n${formatNotes(evidence, layoutOf(call, memory))}`;
  call.terminal.stdout(`${formatNote(note, { ...layoutOf(call, memory), heldBack })}${rests}`);
  return 0;
};

/** A block that nothing is stored of yet is as a crew file in the workspace declares it: so do roles read it. */
async function foundOrDeclared(
  name: string,
  call: Parameters<MemoryVerb>[0],
  store: Parameters<MemoryVerb>[1]['store'],
): Promise<Remembered> {
  try {
    return await findRemembered(store, name);
  } catch (error) {
    if (!(error instanceof CrewError) || !error.message.startsWith('there is no')) throw error;
    const declared = (await declaredBlocks(call)).filter(({ scope, declaration }) =>
      [declaration.name, blockTarget({ scope, label: declaration.name })].includes(name),
    );
    const [block] = declared;
    if (block === undefined) throw error;
    const { scope, declaration } = block;
    const { blockOf } = await loadMemoryMending();
    return { what: 'block', block: blockOf({ scope, label: declaration.name }, declaration, undefined) };
  }
}

/** Blocks have no state; they go with the notes that count. */
function wantsActive(states: NoteFilter['states']): boolean {
  return states === undefined || states === 'all' || states.includes('active');
}

function showsHeldBack(states: NoteFilter['states']): boolean {
  return states !== undefined && (states === 'all' || states.includes('quarantined'));
}

/** The last reason of the log that names a note that is held back. */
async function whyHeldBack(store: Parameters<MemoryVerb>[1]['store'], id: string): Promise<string> {
  const changes = await store.changes({ target: id }, { limit: MOST_CHANGES });
  const told = changes.find(
    ({ action, reason }) => (action === 'quarantine' || action === 'write') && reason,
  );
  return told?.reason ?? 'nobody has said why';
}

/** `crew memory log [ID|BLOCK]`: what was changed, newest first. */
export const logMemory: MemoryVerb = async (call, memory) => {
  const { store } = memory;
  const [name, ...rest] = call.positionals;
  noPositionals(rest);
  const target = name === undefined ? undefined : await targetOf(store, name);
  const runId = typeof call.values.run === 'string' ? call.values.run : undefined;
  const changes = await store.changes(
    { ...(target === undefined ? {} : { target }), ...(runId === undefined ? {} : { runId }) },
    { limit: readLimit(call.values) },
  );
  if (call.values.json === true) printJson(call, { changes });
  else if (changes.length === 0) call.terminal.stderr('Nothing was changed.\n');
  else {
    const { formatChanges } = await loadMemoryText();
    call.terminal.stdout(formatChanges(changes, layoutOf(call, memory)));
  }
  return 0;
};

/** `crew memory diff ID|BLOCK|CHANGE`: what a change did to the text; of a note or a block its last one. */
export const diffMemory: MemoryVerb = async (call, memory) => {
  const name = onePositional(call.positionals, 'a block, a note or a change: `crew memory diff NAME`');
  const change = await changeNamed(memory.store, name);
  const { before = '', after = '' } = change;
  if (call.values.json === true) {
    printJson(call, { change });
    return 0;
  }
  const { formatChanges, formatTextDiff } = await loadMemoryText();
  call.terminal.stdout(formatChanges([change], layoutOf(call, memory)));
  call.terminal.stdout(formatTextDiff(before, after, { color: call.terminal.stdoutColor }));
  return 0;
};

/** `crew memory blame BLOCK`: each line with the change that it comes from. */
export const blameMemory: MemoryVerb = async (call, memory) => {
  const { store } = memory;
  const name = onePositional(call.positionals, 'a block or a note: `crew memory blame BLOCK`');
  const found = await findRemembered(store, name);
  const target = targetName(found);
  const changes = await store.changes({ target }, { limit: MOST_CHANGES });
  const { blameLines, momentText, textTable } = await loadMemoryText();
  const known = blameLines(changes.toReversed());
  const lines = known.length > 0 ? known : linesOf(found);
  const origin = found.what === 'note' ? ['-', 'not in the log'] : ['declared', 'crew file'];
  if (call.values.json === true) {
    const rows = lines.map(({ text, change }) => ({
      text,
      change: change?.id ?? null,
      by: change?.by ?? null,
    }));
    printJson(call, { target, lines: rows });
    return 0;
  }
  const rows = lines.map(({ text, change }) => [
    change?.id.slice(0, 12) ?? origin[0] ?? '',
    change === undefined ? '' : momentText(change.at).slice(0, 16),
    change === undefined ? (origin[1] ?? '') : change.by.role || change.by.author,
    text,
  ]);
  call.terminal.stdout(
    textTable(rows, { columns: layoutOf(call, memory).columns })
      .map(row => `${row}\n`)
      .join(''),
  );
  return 0;
};

/** The last change of what is named, or the change of that id. Fails with MEMORY_NOT_FOUND. */
export async function changeNamed(
  store: Parameters<MemoryVerb>[1]['store'],
  name: string,
): Promise<MemoryChange> {
  const all = await store.changes({}, { limit: MOST_CHANGES });
  const named = all.filter(({ id }) => id === name || (name.length >= 6 && id.startsWith(name)));
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  if (only !== undefined) {
    const ids = named.slice(0, 5).map(({ id }) => `\`${id}\``);
    const more = named.length > ids.length ? ', …' : '';
    throw new CrewError(
      'MEMORY_NOT_FOUND',
      `${named.length} changes begin with \`${name}\`: ${ids.join(', ')}${more}`,
    );
  }
  const target = await targetOf(store, name).catch((error: unknown) => {
    if (!(error instanceof CrewError) || !error.message.startsWith('there is no')) throw error;
    throw new CrewError(
      'MEMORY_NOT_FOUND',
      `${error.message.replace('no note and no block', 'no change, note or block')}; \`crew memory log\` lists changes`,
    );
  });
  const last = all.find(change => change.target === target && (change.before ?? change.after) !== undefined);
  if (last !== undefined) return last;
  throw new CrewError('MEMORY_NOT_FOUND', `the text of \`${name}\` was never changed`);
}

async function targetOf(store: Parameters<MemoryVerb>[1]['store'], name: string): Promise<string> {
  return targetName(await findRemembered(store, name));
}

/** The name of what was found in changes. */
function targetName(found: Remembered): string {
  return found.what === 'note' ? found.note.id : blockTarget(found.block);
}

/** The lines of a text of which no change is known. */
function linesOf(found: Remembered): readonly BlamedLine[] {
  const text = found.what === 'note' ? found.note.text : found.block.value;
  return text === '' ? [] : text.split('\n').map(line => ({ text: line }));
}
