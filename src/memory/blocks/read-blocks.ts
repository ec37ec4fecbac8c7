import type { BlockDeclaration } from '../../model/crew-memory.ts';
import type { MemoryBlock, MemoryScope } from '../../model/memory.ts';
import type { OpenMemory } from '../open-memory.ts';

/** Which block is meant. */
export interface BlockKey {
  readonly scope: MemoryScope;
  readonly label: string;
}

/** Who a value is by that nobody has edited yet. */
const BY_ITS_AUTHOR = { runId: '', phase: '', role: '', key: '', author: 'person' } as const;

/**
 * The blocks in the order of `keys`; one that nobody has edited holds its declared value, at version 0. Limit, description and
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
      const stored = live ? await memory.store.block(key.scope, key.label) : await seenBlock(memory, key);
      return [blockOf(key, declaration, stored)];
    }),
  );
  return found.flat();
}

/** The block as its declaration and what is stored make it. Pure. */
export function blockOf(
  { scope, label }: BlockKey,
  { value, limit, description, readOnly }: BlockDeclaration,
  stored: MemoryBlock | undefined,
): MemoryBlock {
  if (stored !== undefined) return { ...stored, limit, description, readOnly };
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

/** What the run itself wrote is newer than what it is pinned to. */
async function seenBlock(
  { store, run }: OpenMemory,
  { scope, label }: BlockKey,
): Promise<MemoryBlock | undefined> {
  if (run?.version === undefined) return store.block(scope, label);
  const now = await store.block(scope, label);
  return now?.updatedBy.runId === run.runId ? now : store.block(scope, label, { at: run.version });
}
