import { CrewError } from '../model/crew-error.ts';
import type { MemoryChange, MemoryProvenance, NoteState } from '../model/memory.ts';
import type { MemoryStore } from '../ports/memory-store.ts';

/** The state that a note had before it was changed so. */
const STATE_BEFORE: Partial<Record<MemoryChange['action'], NoteState>> = {
  retire: 'active',
  supersede: 'active',
  quarantine: 'active',
  release: 'quarantined',
};

/**
 * Takes a change back and returns the change that this is. A text of a block becomes what it was before, if nobody has edited
 * it since; a note gets the state back that it had, and a note that was written is retracted. What is reverted can be reverted
 * again. Fails with MEMORY_CONFLICT for a block that has changed since, and MEMORY_REFUSED for what cannot be taken back.
 */
export async function revertChange(
  store: MemoryStore,
  change: MemoryChange,
  by: MemoryProvenance & { readonly at: number; readonly id: string },
): Promise<MemoryChange> {
  const { at, id, ...provenance } = by;
  const { before, after } = change;
  const reverted: MemoryChange = {
    id,
    at,
    by: provenance,
    what: change.what,
    target: change.target,
    action: 'revert',
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
    reason: `takes ${change.id} back`,
  };
  if (change.what === 'block') await revertBlock(store, change, { ...provenance, at });
  else await revertNote(store, change);
  await store.record([reverted]);
  return reverted;
}

async function revertBlock(
  store: MemoryStore,
  { target, before = '', after, id }: MemoryChange,
  { at, ...by }: MemoryProvenance & { readonly at: number },
): Promise<void> {
  const space = target.lastIndexOf(' ');
  const block = await store.block(target.slice(0, space), target.slice(space + 1));
  if (block !== undefined && block.value === before && before !== after) {
    throw new CrewError(
      'MEMORY_REFUSED',
      `change \`${id}\` is taken back already: block \`${target}\` says what it said before`,
    );
  }
  if (block === undefined || block.value !== after) {
    throw new CrewError('MEMORY_CONFLICT', `block \`${target}\` was edited after change \`${id}\``);
  }
  const next = { ...block, value: before, version: block.version + 1, updatedAt: at, updatedBy: by };
  if (await store.putBlock(next, block.version)) return;
  throw new CrewError('MEMORY_CONFLICT', `block \`${target}\` is being edited by somebody else`);
}

async function revertNote(store: MemoryStore, { action, target, id }: MemoryChange): Promise<void> {
  const [found] = await store.get([target]);
  if (found === undefined) {
    throw new CrewError(
      'MEMORY_NOT_FOUND',
      `the note \`${target}\` of change \`${id}\` is not there any more`,
    );
  }
  const { state, lesson } = found.note;
  if (action === 'write') {
    if (state === 'retracted')
      throw new CrewError('MEMORY_REFUSED', `change \`${id}\` is taken back already`);
    return store.change([target], { state: 'retracted' });
  }
  if (action === 'revert') {
    return store.change([target], { state: state === 'retracted' ? 'active' : 'retracted' });
  }
  if (action === 'pin' && lesson !== undefined) {
    return store.change([target], { lesson: { ...lesson, pinned: !lesson.pinned } });
  }
  const before = STATE_BEFORE[action];
  if (before !== undefined) return store.change([target], { state: before });
  throw new CrewError('MEMORY_REFUSED', `change \`${id}\` (${action}) cannot be taken back`);
}
