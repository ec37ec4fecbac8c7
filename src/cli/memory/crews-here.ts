import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Crew } from '../../model/crew.ts';
import type { BlockDeclaration } from '../../model/crew-memory.ts';
import { type MemoryScope, scopeOfLevel } from '../../model/memory.ts';
import { type CommandCall, textFlag } from '../command.ts';
import { loadCheckedCrew } from '../load-program.ts';
import { readCrewFile } from '../read-crew-file.ts';
import { workspaceOf } from '../workspace.ts';

/** A crew, and the file that it stands in. */
export interface CrewHere {
  readonly file: string;
  readonly crew: Crew;
}

/** The crews whose files stand in the workspace, in the order of their names; broken ones are left out. */
export async function crewsHere({
  values,
  terminal,
}: Pick<CommandCall, 'values' | 'terminal'>): Promise<readonly CrewHere[]> {
  const workspace = workspaceOf(values, terminal);
  const files = readdirSync(workspace)
    .filter(file => /\.crew\.ya?ml$/.test(file))
    .toSorted();
  const found: CrewHere[] = [];
  for (const file of files) {
    const { crew } = await readCrewFile(join(workspace, file), terminal);
    if (crew !== undefined) found.push({ file, crew });
  }
  return found;
}

/** A block as a crew file declares it, for one of those who see it. */
export interface DeclaredBlock {
  readonly file: string;
  readonly scope: MemoryScope;
  readonly declaration: BlockDeclaration;
}

/**
 * The blocks that the crew of `--crew FILE` declares, else those of all crews whose files stand in the workspace. Those of one
 * run alone are left out. Fails as `loadCheckedCrew`.
 */
export async function declaredBlocks(
  call: Pick<CommandCall, 'values' | 'terminal'>,
): Promise<readonly DeclaredBlock[]> {
  const file = textFlag(call.values, 'crew');
  if (file === undefined) return (await crewsHere(call)).flatMap(blocksOf);
  return blocksOf({ file, crew: (await loadCheckedCrew(file, call.terminal)).crew });
}

function blocksOf({ file, crew: { name: crew, memory, roles } }: CrewHere): readonly DeclaredBlock[] {
  return (memory?.blocks ?? []).flatMap(declaration => {
    const { level, name } = declaration;
    if (level === 'run') return [];
    const seers = roles.filter(role => role.memory?.blocks.includes(name) === true);
    const scopes =
      level === 'role'
        ? seers.map(role => scopeOfLevel(level, { crew, role: role.playedBy ?? role.name, runId: '' }))
        : [scopeOfLevel(level, { crew, role: '', runId: '' })];
    return [...new Set(scopes)].map(scope => ({ file, scope, declaration }));
  });
}
