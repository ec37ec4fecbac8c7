import { CrewError } from '../../model/crew-error.ts';
import type { MemoryNote } from '../../model/memory.ts';
import type { CommandCall } from '../command.ts';
import { textFlag } from '../command.ts';
import { noPositionals, onePositional } from '../positionals.ts';
import { loadMemoryMending } from '../wire-memory.ts';
import { loadMemoryText } from '../wire-views.ts';
import { byPerson, personChange } from './by-person.ts';
import { findNote } from './find-remembered.ts';
import { changeNamed } from './look.ts';
import { layoutOf, type MemoryVerb, printJson } from './memory-verb.ts';

/** `crew memory revert CHANGE|BLOCK`: takes a change back; of a block or a note its last one. */
export const revertMemory: MemoryVerb = async (call, { store }) => {
  const name = onePositional(
    call.positionals,
    'a change: `crew memory revert CHANGE`; `crew memory log` lists them',
  );
  const change = await changeNamed(store, name);
  const { revertChange } = await loadMemoryMending();
  const reverted = await revertChange(store, change, byPerson());
  await store.flush();
  if (call.values.json === true) printJson(call, { reverted: change.id, change: reverted });
  call.terminal.stderr(`Taken back: ${change.action} of ${change.target}.\n`);
  return 0;
};

/** `crew memory release ID`: a note that was held back may be recalled from now on. */
export const releaseMemory: MemoryVerb = async (call, { store }) => {
  const note = await findNote(store, onePositional(call.positionals, 'a note: `crew memory release ID`'));
  if (note.state !== 'quarantined') {
    throw new CrewError(
      'MEMORY_REFUSED',
      `note \`${note.id}\` is ${note.state}; only held-back notes are released`,
    );
  }
  await store.change([note.id], { state: 'active', trust: 3 });
  await store.record([personChange('release', note.id, textFlag(call.values, 'reason'))]);
  await store.flush();
  if (call.values.json === true) printJson(call, { released: note.id });
  call.terminal.stderr(`Note ${note.id} may be recalled now.\n`);
  return 0;
};

/** `crew memory forget ID | --run RUN | --source SOURCE`: takes notes away for good, with all that rests on them alone. */
export const forgetMemory: MemoryVerb = async (call, memory) => {
  const { store } = memory;
  const meant = await notesMeant(call, store);
  const { closureOf } = await loadMemoryMending();
  const notes = await closureOf(store, meant);
  if (notes.length === 0) {
    call.terminal.stderr('Nothing of that is remembered.\n');
    return 0;
  }
  if (!(await isWanted(call, notes)))
    throw new CrewError('USAGE', 'nothing was forgotten; `--yes` does it unasked');
  const gone = await store.forget(notes.map(({ id }) => id));
  await store.flush();
  if (call.values.json === true) printJson(call, { forgotten: notes.map(({ id }) => id) });
  call.terminal.stderr(`Forgotten for good: ${gone === 1 ? '1 note' : `${gone} notes`}.\n`);
  return 0;
};

async function notesMeant(
  call: CommandCall,
  store: Parameters<MemoryVerb>[1]['store'],
): Promise<readonly MemoryNote[]> {
  const run = textFlag(call.values, 'run');
  const source = textFlag(call.values, 'source');
  if (run === undefined && source === undefined) {
    return [
      await findNote(store, onePositional(call.positionals, 'a note, `--run RUN` or `--source SOURCE`')),
    ];
  }
  noPositionals(call.positionals);
  const filter = {
    scopes: 'all',
    states: 'all',
    ...(run === undefined ? {} : { runId: run }),
    ...(source === undefined ? {} : { sources: [source] }),
  } as const;
  return store.find(filter, { limit: 1_000_000, order: 'oldest' });
}

async function isWanted(call: CommandCall, notes: readonly MemoryNote[]): Promise<boolean> {
  const { terminal, values } = call;
  if (values.yes === true) return true;
  const { formatNotes } = await loadMemoryText();
  terminal.stderr(formatNotes(notes.slice(0, 20), layoutOf(call)));
  if (notes.length > 20) terminal.stderr(`… ${notes.length - 20} more\n`);
  if (!terminal.interactive || values['no-input'] === true) return false;
  const answer = await terminal.readLine('Forget them for good? [y/N] ', new AbortController().signal);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}
