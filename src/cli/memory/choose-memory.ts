import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { settingOf } from '../../model/config.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { CrewMemory } from '../../model/crew-memory.ts';
import { holdsPassword, isMemoryAddress } from '../../model/memory-place.ts';
import type { Program } from '../../model/program.ts';
import { type FlagValues, type Terminal, textFlag } from '../command.ts';
import { readConfig } from '../read-config.ts';
import { realPlaces } from '../real-places.ts';
import { stateDirOf, workspaceOf } from '../workspace.ts';

/** Where a memory is, and what makes its vectors. */
export interface MemoryChoice {
  /** An absolute folder, or an address such as `s3://…`; without secrets. */
  readonly place: string;
  /** As `createEmbedder` takes it; a file is an absolute path. */
  readonly embedder: string;
}

/** What the crew of a program, or the first one inside it, declares of its memory; undefined when none has any. Pure. */
export function declaredMemory({ memory, crews = {} }: Program): CrewMemory | undefined {
  if (memory !== undefined) return memory;
  for (const inner of Object.values(crews)) {
    const found = declaredMemory(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The address that a crew wants its memory to be kept at; undefined for a folder, and where it names none. Pure. */
export function memoryAddress(
  of: { readonly memory?: CrewMemory | undefined } | undefined,
): string | undefined {
  const store = of?.memory?.store;
  return store !== undefined && isMemoryAddress(store) ? store : undefined;
}

const OF_A_FILE = 'llama:';

/** The file of the model that a crew wants its vectors made by; undefined where it names none. Pure. */
export function memoryModel(
  of: { readonly memory?: CrewMemory | undefined } | undefined,
): string | undefined {
  const embedder = of?.memory?.embedder;
  return embedder?.startsWith(OF_A_FILE) ? embedder.slice(OF_A_FILE.length).trim() : undefined;
}

/** Whether a command works with memory: `--memory on|off`, else the setting, else yes. Fails with USAGE or CONFIG_INVALID. */
export async function wantsMemory(values: FlagValues, terminal: Terminal): Promise<boolean> {
  const flag = textFlag(values, 'memory');
  if (flag === 'on' || flag === 'off') return flag === 'on';
  if (flag !== undefined) throw new CrewError('USAGE', `\`--memory ${flag}\`: expected \`on\` or \`off\``);
  return settingOf(await readConfig(values, terminal), 'memory.enabled')?.value ?? true;
}

/** Whether a folder is really in the workspace, wherever links lead. */
function isInside(workspace: string, folder: string): boolean {
  const place = realPlaces(workspace, [folder])[folder];
  return place !== undefined && `${place}${sep}`.startsWith(`${workspace}${sep}`);
}

/**
 * The memory that counts here: what a crew names, else the settings, else the folder `memory` beside the runs and vectors that
 * need nothing. A model's file is named from the workspace, or from the person's home by `~/`. `byPerson`: a person typed it, and may name any place. Fails with CONFIG_INVALID, and with MEMORY_UNAVAILABLE for an address that holds a password, and for a folder of
 * the crew's that is not in the workspace.
 */
export async function chooseMemory(
  declared: Pick<CrewMemory, 'store' | 'embedder'> & { readonly byPerson?: boolean },
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<MemoryChoice> {
  const layers = await readConfig(values, terminal);
  const named = declared.store ?? settingOf(layers, 'memory.store')?.value;
  const wanted = declared.embedder ?? settingOf(layers, 'memory.embedder')?.value ?? 'static';
  const embedder = placedEmbedder(wanted, { values, terminal });
  if (named === undefined) return { place: join(stateDirOf(values, terminal), 'memory'), embedder };
  if (!isMemoryAddress(named)) {
    const workspace = workspaceOf(values, terminal);
    const place = resolve(workspace, named);
    const isOfCrew = declared.store !== undefined && declared.byPerson !== true;
    if (isOfCrew && !isInside(workspace, named)) {
      const message = `\`memory.store: ${named}\` of the crew leads out of the workspace; a person may name such a place in their settings`;
      throw new CrewError('MEMORY_UNAVAILABLE', message);
    }
    return { place, embedder };
  }
  if (holdsPassword(named)) {
    const message = 'the address of the memory holds a user or a password: leave them to the environment';
    throw new CrewError('MEMORY_UNAVAILABLE', message);
  }
  return { place: named, embedder };
}

/** The same for a run of a program: a crew inside another one is a guest, and what it says of places and files does not count. */
export async function chooseRunMemory(
  { memory }: Pick<Program, 'memory'>,
  declared: CrewMemory,
  where: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<MemoryChoice> {
  const { store: _guest, embedder, ...rest } = declared;
  const isOfGuest = memory === undefined && memoryModel({ memory: declared }) !== undefined;
  const wanted = {
    ...rest,
    ...(embedder === undefined || isOfGuest ? {} : { embedder }),
    ...(memory?.store === undefined ? {} : { store: memory.store }),
  };
  return chooseMemory(wanted, where);
}

function placedEmbedder(
  embedder: string,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): string {
  if (!embedder.startsWith(OF_A_FILE)) return embedder;
  const path = embedder.slice(OF_A_FILE.length).trim();
  if (path === '') return embedder;
  const isOfHome = path.startsWith('~/');
  const home = terminal.env.HOME || homedir();
  return `${OF_A_FILE}${isOfHome ? join(home, path.slice(2)) : resolve(workspaceOf(values, terminal), path)}`;
}
