import { listWorks } from '../../language/works.ts';
import type { Crew, Role } from '../../model/crew.ts';
import type { CrewMemory } from '../../model/crew-memory.ts';
import type { Program } from '../../model/program.ts';

/** What one crew touches of the memory that a person has for all projects: the names of its roles and of its blocks. */
export interface PersonalUse {
  readonly crew: string;
  readonly roles: readonly string[];
  readonly blocks: readonly string[];
}

/** A crew as it was read, or a program; only what is said of memory counts. */
export type MayBePersonal = {
  readonly memory?: CrewMemory | undefined;
  readonly roles?: readonly Pick<Role, 'name' | 'memory'>[];
} & Partial<Pick<Crew, 'name' | 'sop'>> &
  Partial<Pick<Program, 'crew' | 'crews'>>;

/**
 * What a crew and those inside it touch of a person's own memory, by the level `user` of their roles and blocks; the same for a crew
 * and for its program, in one order. Empty where it is left alone. Pure.
 */
export function personalUses(of: MayBePersonal | undefined): readonly PersonalUse[] {
  if (of === undefined) return [];
  const { memory, roles = [], sop, crews = {}, crew = of.name ?? '' } = of;
  const own = {
    crew,
    roles: names(roles.filter(each => each.memory?.levels.includes('user') === true)),
    blocks: names((memory?.blocks ?? []).filter(({ level }) => level === 'user')),
  };
  const isPersonal = memory !== undefined && own.roles.length + own.blocks.length > 0;
  const read = sop === undefined ? [] : listWorks({ sop }).map(({ work }) => work);
  const inner = [
    ...Object.values(crews).flatMap(personalUses),
    ...read.flatMap(work => (work.kind === 'crew' ? personalUses(work.crew) : [])),
  ];
  const all = [...(isPersonal ? [own] : []), ...inner].map(use => [JSON.stringify(use), use] as const);
  return [...new Map(all)].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, use]) => use);
}

/** One use in words: `notes: roles clerk, cook; block taste`. Pure. */
export function personalUseText({ crew, roles, blocks }: PersonalUse): string {
  const parts = [
    ...(roles.length === 0 ? [] : [`${roles.length === 1 ? 'role' : 'roles'} ${roles.join(', ')}`]),
    ...(blocks.length === 0 ? [] : [`${blocks.length === 1 ? 'block' : 'blocks'} ${blocks.join(', ')}`]),
  ];
  return `${crew}: ${parts.join('; ')}`;
}

function names(of: readonly { readonly name: string }[]): readonly string[] {
  return of.map(({ name }) => name).toSorted();
}
