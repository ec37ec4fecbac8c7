import { CrewError } from '../../model/crew-error.ts';
import type { BlockDeclaration } from '../../model/crew-memory.ts';
import type { ToolOrigin } from '../../model/effect.ts';
import { type MemoryLevel, type MemoryScope, scopeOfLevel } from '../../model/memory.ts';
import type { Program } from '../../model/program.ts';
import type { ToolContext } from '../../ports/tool.ts';
import type { BlockEditor, BlockTarget } from '../blocks/edit-block.ts';

/** Whoever calls a tool of memory: a role, or a phase that calls it itself, and what of the memory is theirs. */
export interface MemoryCaller {
  readonly origin: ToolOrigin;
  readonly crew: string;
  readonly levels: readonly MemoryLevel[];
  readonly scopeOf: (level: MemoryLevel) => MemoryScope;
  /** In the order in which the role sees them. */
  readonly blocks: readonly BlockTarget[];
}

/** A phase that calls a tool itself has no role, and reaches what all roles of the crew share. */
const LEVELS_OF_PHASE: readonly MemoryLevel[] = ['crew', 'project'];

/**
 * Who calls, by the program and the origin of the call. Notes of the own run can always be kept and found. Fails with
 * MEMORY_REFUSED for a role without memory. Pure.
 */
export function callerOf({ memory, roles }: Program, { origin }: ToolContext): MemoryCaller {
  if (origin === undefined) throw new Error('a tool of memory was called without its origin');
  const { crew, role, runId } = origin;
  const played = roles.find(({ name }) => name === role);
  const own = played?.memory;
  if (memory === undefined || (own === undefined && role !== '')) {
    throw new CrewError('MEMORY_REFUSED', `role \`${role}\` has no memory`);
  }
  const levels = own?.levels ?? LEVELS_OF_PHASE;
  const scopeOf = (level: MemoryLevel): MemoryScope =>
    scopeOfLevel(level, { crew, role: played?.playedBy ?? role, runId });
  const isSeen = (block: BlockDeclaration): boolean =>
    own === undefined ? block.level !== 'role' : own.blocks.includes(block.name);
  const seen = memory.blocks.filter(isSeen).map(declaration => ({
    scope: scopeOf(declaration.level),
    declaration,
  }));
  const place = ({ declaration }: BlockTarget): number => own?.blocks.indexOf(declaration.name) ?? 0;
  const blocks = seen.toSorted((left, right) => place(left) - place(right));
  return { origin, crew, levels: [...new Set<MemoryLevel>([...levels, 'run'])], scopeOf, blocks };
}

/** The block of that name. Fails with MEMORY_NOT_FOUND, naming those that there are. Pure. */
export function blockCalled({ blocks }: MemoryCaller, name: string): BlockTarget {
  const found = blocks.find(({ declaration }) => declaration.name === name);
  if (found !== undefined) return found;
  const names = blocks.map(({ declaration }) => `\`${declaration.name}\``).join(', ') || 'none';
  throw new CrewError('MEMORY_NOT_FOUND', `you have no block \`${name}\`; your blocks are ${names}`);
}

/** All scopes in which the caller may look for notes. Pure. */
export function scopesOfCaller({ levels, scopeOf }: MemoryCaller): readonly MemoryScope[] {
  return [...new Set(levels.map(scopeOf))];
}

/** The caller as an editor of blocks. Pure. */
export function editorOf({ origin }: MemoryCaller, reason: string | undefined): BlockEditor {
  const { runId, phase, role, key, author, untrusted } = origin;
  return {
    ...{ runId, phase, role, key, author },
    ...(untrusted === undefined ? {} : { untrusted }),
    ...(reason === undefined || reason === '' ? {} : { reason }),
  };
}
