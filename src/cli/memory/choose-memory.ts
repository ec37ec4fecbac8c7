import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { type ConfigKey, settingOf } from '../../model/config.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { CrewMemory } from '../../model/crew-memory.ts';
import { holdsPassword, isMemoryAddress, isOfHome } from '../../model/memory-place.ts';
import type { Program } from '../../model/program.ts';
import { type FlagValues, type Terminal, textFlag } from '../command.ts';
import { configPaths, readConfig } from '../read-config.ts';
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
  if (isOfHome(folder)) return false;
  const place = realPlaces(workspace, [folder])[folder];
  return place !== undefined && `${place}${sep}`.startsWith(`${workspace}${sep}`);
}

/**
 * The memory that counts here: what a crew names, else the settings, else the folder `memory` beside the runs and vectors that
 * need nothing. Folders and a model's file are named from the workspace, or from the person's home by `~/`. `byPerson`: a person
 * typed it, and may name any place, as their own settings and the environment may. A crew and the settings of a project may
 * come from anybody: they name folders of the workspace, the settings no address and no model's file. Fails with CONFIG_INVALID,
 * and with MEMORY_UNAVAILABLE for a folder of the crew's that is not in the workspace and an address that holds a password.
 */
export async function chooseMemory(
  declared: Pick<CrewMemory, 'store' | 'embedder'> & { readonly byPerson?: boolean },
  where: Where,
): Promise<MemoryChoice> {
  const { values, terminal } = where;
  const layers = await readConfig(values, terminal);
  const [file] = configPaths(values, terminal);
  const store = settingOf(layers, 'memory.store');
  const model = settingOf(layers, 'memory.embedder');
  const wanted = declared.embedder ?? model?.value ?? 'static';
  if (declared.embedder === undefined && model?.origin === file) {
    requireOfProject('memory.embedder', model.value, { file, where });
  }
  const embedder = placedEmbedder(wanted, where);
  const named = declared.store ?? store?.value;
  if (named === undefined) return { place: join(stateDirOf(values, terminal), 'memory'), embedder };
  if (holdsPassword(named)) {
    const message = 'the address of the memory holds a user or a password: leave them to the environment';
    throw new CrewError('MEMORY_UNAVAILABLE', message);
  }
  if (declared.store === undefined && store?.origin === file) {
    requireOfProject('memory.store', named, { file, where });
  }
  if (declared.store !== undefined && declared.byPerson !== true) refuseOutside(named, where);
  if (!isMemoryAddress(named)) return { place: placeOf(named, where), embedder };
  return { place: named, embedder };
}

type Where = { readonly values: FlagValues; readonly terminal: Terminal };

/** A crew that keeps its memory at an address is trusted first. */
function refuseOutside(named: string, { values, terminal }: Where): void {
  if (isMemoryAddress(named) || isInside(workspaceOf(values, terminal), named)) return;
  const message = `\`memory.store: ${named}\` of the crew leads out of the workspace; a person may name such a place in their own settings`;
  throw new CrewError('MEMORY_UNAVAILABLE', message);
}

/**
 * Fails with CONFIG_INVALID for what the settings of a project may not say of memory: nobody is asked about them, and they may
 * have come with the project. `file` is as people know it. Other settings may say what they want.
 */
export function requireOfProject(
  key: ConfigKey,
  value: string,
  { file, where: { values, terminal } }: { readonly file: string; readonly where: Where },
): void {
  const isPlace = key === 'memory.store';
  const isFine = isPlace
    ? !isMemoryAddress(value) && isInside(workspaceOf(values, terminal), value)
    : key !== 'memory.embedder' || !value.startsWith(OF_A_FILE);
  if (isFine) return;
  const why = isPlace ? 'leads out of the workspace' : 'names a model that native code reads';
  const message = `\`${key}: ${value}\` of \`${file}\` ${why}; your own settings may say it: \`crew config unset ${key}\`, then \`crew config set --user ${key} ${value}\``;
  throw new CrewError('CONFIG_INVALID', message);
}

/** The same for a run of a program: a crew inside another one is a guest, and what it says of places and files does not count. */
export async function chooseRunMemory(
  { memory }: Pick<Program, 'memory'>,
  declared: CrewMemory,
  where: Where,
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

function placedEmbedder(embedder: string, where: Where): string {
  if (!embedder.startsWith(OF_A_FILE)) return embedder;
  const path = embedder.slice(OF_A_FILE.length).trim();
  return path === '' ? embedder : `${OF_A_FILE}${placeOf(path, where)}`;
}

function placeOf(path: string, { values, terminal }: Where): string {
  if (isOfHome(path)) return join(terminal.env.HOME || homedir(), path.slice(1));
  return resolve(workspaceOf(values, terminal), path);
}
