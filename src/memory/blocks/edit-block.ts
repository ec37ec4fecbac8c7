import { CrewError } from '../../model/crew-error.ts';
import type { BlockDeclaration } from '../../model/crew-memory.ts';
import type { MemoryBlock, MemoryChange, MemoryProvenance, MemoryScope } from '../../model/memory.ts';
import type { OpenMemory } from '../open-memory.ts';
import { scanNote } from '../scan-note.ts';
import { blockOf, editId, MOST_CHANGES, presentBlock } from './read-blocks.ts';

/** Others may edit a shared block at the same time; an edit that still fits is tried so often. */
const MAX_EDIT_TRIES = 20;

/** A block that is to be edited: whose it is, and how it is declared. */
export interface BlockTarget {
  readonly scope: MemoryScope;
  readonly declaration: BlockDeclaration;
}

/** Who edits, and why. `untrusted` names where words of strangers in the context of the editor come from. */
export interface BlockEditor extends MemoryProvenance {
  readonly untrusted?: string;
  readonly reason?: string;
}

/**
 * Works an edit out on what stands in a block now and writes it, if nobody has changed the block meanwhile; else once more on
 * what stands there then. The change is kept with the text before and after. An edit that was made already under the same key
 * of the same run, by a process that stopped, is not made again. What is read only is so for all but persons. Nothing is
 * written that is longer than the limit. Fails with
 * MEMORY_REFUSED (read only, untrusted context, too long, words that speak to their reader, or as `edit` says), MEMORY_CONFLICT when others were faster each time.
 */
export async function editBlock(
  memory: OpenMemory,
  target: BlockTarget,
  by: BlockEditor,
  edit: (block: MemoryBlock) => string,
): Promise<MemoryBlock> {
  const { store } = memory;
  const { scope, declaration } = target;
  const { name: label } = declaration;
  refuseEditor(target, by);
  for (let tries = 0; tries < MAX_EDIT_TRIES; tries += 1) {
    const present = await presentBlock(memory, { scope, label });
    const before = blockOf({ scope, label }, declaration, present);
    if (present !== undefined) await completeLog(memory, target, present);
    if (await isMade(memory, before, by)) return before;
    const value = memory.redact(edit(before)).toWellFormed();
    refuseLength(before, value);
    refuseShape(before, value, by);
    if (value === before.value) return before;
    const after = editedBlock(before, { value, by, at: memory.now() });
    // A fork begins with what stands elsewhere; it gets its own before it is written over.
    if (present !== undefined && isInherited(present, by)) await store.putBlock(present, 0);
    if (!(await store.putBlock(after, before.version))) continue;
    await store.record([changeOf(before, after, by)]);
    return after;
  }
  throw new CrewError(
    'MEMORY_CONFLICT',
    `the block \`${label}\` was changed by others ${MAX_EDIT_TRIES} times while it was edited`,
  );
}

function isInherited({ scope, updatedBy }: MemoryBlock, { runId }: BlockEditor): boolean {
  return scope === `run:${runId}` && updatedBy.runId !== runId;
}

/** `person`, or `person NAME`; models are `provider:name`. */
function isPerson(author: string): boolean {
  return author === 'person' || author.startsWith('person ');
}

function refuseEditor({ declaration: { name, readOnly } }: BlockTarget, by: BlockEditor): void {
  const { untrusted, author } = by;
  if (readOnly && !isPerson(author))
    throw new CrewError('MEMORY_REFUSED', `the block \`${name}\` is read only`);
  if (untrusted === undefined) return;
  throw new CrewError(
    'MEMORY_REFUSED',
    `the block \`${name}\` takes no edits now: what you have read comes from \`${untrusted}\`, which is not trusted`,
  );
}

function refuseLength({ label, limit, value: held }: MemoryBlock, value: string): void {
  // A limit that was lowered must not keep a long value from becoming shorter.
  if (value.length <= limit || value.length < held.length) return;
  throw new CrewError(
    'MEMORY_REFUSED',
    `the block \`${label}\` would have ${value.length} characters, its limit is ${limit}; nothing was changed`,
  );
}

/** A block stands in system prompts; what speaks to its reader is for a person to write. */
function refuseShape({ label, value: held }: MemoryBlock, value: string, { author }: BlockEditor): void {
  const found = isPerson(author) ? undefined : scanNote(value);
  if (found === undefined || scanNote(held) === found) return;
  throw new CrewError(
    'MEMORY_REFUSED',
    `the block \`${label}\` takes no ${found}; say what is known in plain words`,
  );
}

/** So many of the latest changes of a block are looked through for the one that made it as it is. */
const LATEST_CHANGES = 50;

/**
 * Who was killed between an edit and its record has left none, and would make the edit again once it is written over; whoever
 * comes next writes the record first. What persons change by commands stands in changes of another kind.
 */
async function completeLog(
  { store }: OpenMemory,
  { declaration }: BlockTarget,
  block: MemoryBlock,
): Promise<void> {
  const { version, updatedBy } = block;
  if (updatedBy.key === '') return;
  const latest = await store.changes({ target: targetOf(block) }, { limit: LATEST_CHANGES });
  if (latest.some(({ id }) => id === editId(block, version))) return;
  const value =
    version === 1 ? declaration.value : latest.find(({ id }) => id === editId(block, version - 1))?.after;
  const change = changeOf({ ...block, value: value ?? '' }, block, updatedBy);
  const { before: _unknown, ...rest } = change;
  await store.record([value === undefined ? rest : change]);
}

/** A process may have stopped between the edit and its answer. */
async function isMade(
  { store }: OpenMemory,
  block: MemoryBlock,
  { runId, key }: BlockEditor,
): Promise<boolean> {
  if (key === '' || block.version === 0) return false;
  if (block.updatedBy.runId === runId && block.updatedBy.key === key) return true;
  const made = await store.changes({ target: targetOf(block), runId }, { limit: MOST_CHANGES });
  return made.some(({ by }) => by.key === key);
}

function editedBlock(
  block: MemoryBlock,
  { value, by, at }: { readonly value: string; readonly by: BlockEditor; readonly at: number },
): MemoryBlock {
  const { untrusted: _untrusted, reason: _reason, ...updatedBy } = by;
  const trust = isPerson(by.author) ? 3 : 2;
  return { ...block, value, version: block.version + 1, trust, updatedAt: at, updatedBy };
}

function targetOf({ scope, label }: MemoryBlock): string {
  return `${scope} ${label}`;
}

function changeOf(before: MemoryBlock, after: MemoryBlock, { reason }: BlockEditor): MemoryChange {
  const target = targetOf(after);
  return {
    id: editId(after, after.version),
    at: after.updatedAt,
    by: after.updatedBy,
    what: 'block',
    target,
    action: 'edit',
    before: before.value,
    after: after.value,
    ...(reason === undefined ? {} : { reason }),
  };
}
