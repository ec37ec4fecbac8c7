import { suggest } from '../../language/closest.ts';
import type { MemorySettings } from '../../memory/open-memory.ts';
import type { Crew } from '../../model/crew.ts';
import { CrewError } from '../../model/crew-error.ts';
import { type MemoryScope, scopeOfLevel } from '../../model/memory.ts';
import { type CommandCall, textFlag } from '../command.ts';
import { loadCheckedCrew } from '../load-program.ts';
import { crewsHere } from './crews-here.ts';
import { settingsOf } from './open-memory.ts';

/** How a role searches. */
export interface RoleSearch {
  readonly scopes: readonly MemoryScope[];
  /** What its crew declares of scores; absent where no crew file tells. */
  readonly settings?: MemorySettings;
  /** The most notes that it is shown; absent where no crew file tells. */
  readonly recall?: number;
  /** What a person should know of the scopes. */
  readonly remark?: string;
}

/**
 * How the role of `--role CREW/ROLE` searches: as the crew file of `--crew` declares it, else that of this name in the workspace,
 * else as roles do where nothing is declared, with a remark. With `--crew` the role may be named alone. Undefined without
 * `--role`. Fails with USAGE, FILE_NOT_FOUND or CREW_INVALID.
 */
export async function searchAsRole(call: CommandCall): Promise<RoleSearch | undefined> {
  const { values, terminal } = call;
  const named = textFlag(values, 'role');
  const file = textFlag(values, 'crew');
  if (named === undefined) {
    if (file !== undefined) throw new CrewError('USAGE', '`--crew` is for `--role ROLE`');
    return undefined;
  }
  if (values.scope !== undefined)
    throw new CrewError('USAGE', 'expected `--scope` or `--role`, found both: a role has its own scopes');
  const parts = named.split('/');
  const [role = '', crew] = parts.toReversed();
  const isShort = parts.length === 1 && file !== undefined;
  if (parts.includes('') || !(isShort || parts.length === 2)) {
    throw new CrewError('USAGE', `--role is CREW/ROLE here, and \`${named}\` is none`);
  }
  if (file !== undefined) {
    const { crew: declared } = await loadCheckedCrew(file, terminal);
    if (crew !== undefined && crew !== declared.name)
      throw new CrewError('USAGE', `\`${file}\` is the crew \`${declared.name}\`, and not \`${crew}\``);
    return declaredSearch(declared, role);
  }
  const found = (await crewsHere(call)).find(here => here.crew.name === crew)?.crew;
  if (found !== undefined) return declaredSearch(found, role);
  return {
    scopes: [`role:${named}`, `crew:${crew}`, 'project'],
    remark: `No crew file here is the crew \`${crew}\`, so these are the scopes of a role that declares none; \`--crew FILE\` names one.`,
  };
}

function declaredSearch({ name: crew, roles, memory }: Crew, role: string): RoleSearch {
  const found = roles.find(each => each.name === role);
  if (found === undefined) {
    const names = roles.map(each => each.name);
    throw new CrewError('USAGE', `the crew \`${crew}\` has no role \`${role}\`; ${suggest(role, names)}`);
  }
  if (found.memory === undefined)
    throw new CrewError('USAGE', `the role \`${role}\` of the crew \`${crew}\` has no memory`);
  const { levels, recall } = found.memory;
  // What a run keeps for itself is read by that run alone.
  const scopes = levels
    .filter(level => level !== 'run')
    .map(level => scopeOfLevel(level, { crew, role: found.playedBy ?? role, runId: '' }));
  return { scopes, recall, settings: settingsOf(memory) };
}
