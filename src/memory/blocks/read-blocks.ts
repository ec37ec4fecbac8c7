import type { BlockDeclaration } from '../../model/crew-memory.ts';
import type { MemoryBlock, MemoryChange, MemoryScope } from '../../model/memory.ts';
import { changeId } from '../note-hash.ts';
import type { OpenMemory } from '../open-memory.ts';
import { changesOfRun } from '../own-writes.ts';

/** Which block is meant. */
export interface BlockKey {
  readonly scope: MemoryScope;
  readonly label: string;
}

/** More changes of one block in one run than any role makes. */
export const MOST_CHANGES = 10_000;

/** Who a value is by that nobody has edited yet. */
const BY_ITS_AUTHOR = { runId: '', phase: '', role: '', key: '', author: 'person' } as const;

/**
 * The blocks in the order of `keys`; one that nobody has edited, or that is read only with a value, holds its declared value, at
 * version 0. Limit, description and
 * whether it may be edited are always as they are declared now. In a run that is pinned blocks are as they were when it began,
 * but for its own edits; `live` reads what is there at this moment. A key that is not declared is left out. Fails with MEMORY_*.
 */
export async function readBlocks(
  memory: OpenMemory,
  keys: readonly BlockKey[],
  declared: readonly BlockDeclaration[],
  { live = false }: { readonly live?: boolean } = {},
): Promise<readonly MemoryBlock[]> {
  const found = await Promise.all(
    keys.map(async key => {
      const declaration = declared.find(({ name }) => name === key.label);
      if (declaration === undefined) return [];
      const stored = live ? await presentBlock(memory, key) : await seenBlock(memory, key);
      return [blockOf(key, declaration, stored)];
    }),
  );
  return found.flat();
}

/** The block as its declaration and what is stored make it; what an author fixes holds, whatever is stored. Pure. */
export function blockOf(
  { scope, label }: BlockKey,
  { value, limit, description, readOnly }: BlockDeclaration,
  stored: MemoryBlock | undefined,
): MemoryBlock {
  const isFixed = readOnly && value !== '';
  if (stored !== undefined && !isFixed) return { ...stored, limit, description, readOnly };
  return {
    scope,
    label,
    value,
    limit,
    description,
    readOnly,
    version: 0,
    trust: 3,
    updatedAt: 0,
    updatedBy: BY_ITS_AUTHOR,
  };
}

/**
 * The block as a run sees it: what it wrote itself, and what those had written that it comes from, is newer than what it is pinned
 * to, whatever others wrote over it.
 */
async function seenBlock(memory: OpenMemory, key: BlockKey): Promise<MemoryBlock | undefined> {
  const { store, run } = memory;
  const { scope, label } = key;
  const now = await presentBlock(memory, key);
  if (run?.version === undefined || scope === `run:${run.runId}`) return now;
  if (now === undefined || now.updatedBy.runId === run.runId) return now;
  const then = await store.block(scope, label, { at: run.version });
  if (now.version === then?.version) return then;
  const edits = await changesOfRun(store, run, { target: `${scope} ${label}` });
  return lastEdited(now, edits) ?? then;
}

/** The block as it is at this moment; that of a fork alone begins as the runs left it that it comes from. Undefined when nobody has edited it. */
export async function presentBlock(
  { store, run }: Pick<OpenMemory, 'store' | 'run'>,
  { scope, label }: BlockKey,
): Promise<MemoryBlock | undefined> {
  const now = await store.block(scope, label);
  const { ancestors = [] } = run ?? {};
  if (now !== undefined || run === undefined || scope !== `run:${run.runId}`) return now;
  for (const { runId, keys } of ancestors) {
    const held = await store.block(`run:${runId}`, label);
    if (held === undefined) continue;
    const edits = await store.changes({ target: `run:${runId} ${label}`, runId }, { limit: MOST_CHANGES });
    const found = lastEdited(
      held,
      edits.filter(({ by }) => keys.has(by.key)),
    );
    if (found !== undefined) return { ...found, scope };
  }
  return undefined;
}

/** The block as the last of these edits left it. A version stands in the id of its edit. Pure. */
function lastEdited(block: MemoryBlock, edits: readonly MemoryChange[]): MemoryBlock | undefined {
  const byId = new Map(edits.map(edit => [edit.id, edit]));
  for (let version = block.version; version > 0; version -= 1) {
    const edit = byId.get(editId(block, version));
    if (edit?.after === undefined) continue;
    const { at: updatedAt, by: updatedBy, after: value } = edit;
    return { ...block, value, version, updatedAt, updatedBy };
  }
  return undefined;
}

/** The id of the edit that made a version of a block. Pure. */
export function editId({ scope, label }: BlockKey, version: number): string {
  return changeId({ target: `${scope} ${label}`, action: 'edit', cause: String(version) });
}
