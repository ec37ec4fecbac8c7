import { CrewError } from '../../model/crew-error.ts';
import { textFlag } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { loadMemoryMending } from '../wire-memory.ts';
import { byPerson, personChange } from './by-person.ts';
import { findNote } from './find-remembered.ts';
import { changeNamed } from './look.ts';
import { type MemoryVerb, printJson } from './memory-verb.ts';

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

/** `crew memory release ID`: a note that was held back may be recalled from now on; whose words they are stays as it is. */
export const releaseMemory: MemoryVerb = async (call, { store }) => {
  const note = await findNote(store, onePositional(call.positionals, 'a note: `crew memory release ID`'));
  if (note.state !== 'quarantined') {
    throw new CrewError(
      'MEMORY_REFUSED',
      `note \`${note.id}\` is ${note.state}; only held-back notes are released`,
    );
  }
  // Of what came from outside nobody is reminded; a person who has read it vouches for so much.
  await store.change([note.id], { state: 'active', trust: note.trust === 0 ? 1 : note.trust });
  await store.record([personChange('release', note.id, textFlag(call.values, 'reason'))]);
  await store.flush();
  if (call.values.json === true) printJson(call, { released: note.id });
  call.terminal.stderr(`Note ${note.id} may be recalled now.\n`);
  return 0;
};
