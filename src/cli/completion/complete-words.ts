import { CONFIG_SETTINGS, type ConfigKey } from '../../model/config.ts';
import { promptNameOf } from '../../model/prompt-file.ts';
import type { Command, Flags, Verb } from '../command.ts';
import type { CrewNames } from './crew-file-candidates.ts';
import type { RunNames } from './run-candidates.ts';

/** Something that may stand where the cursor is, and a few words about it. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What a shell may offer: `candidates`, and beside them the names of files where `files` says so. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  readonly files: boolean;
}

/** What the words on a command line may name. */
export interface CompletionSources {
  readonly commands: readonly Command[];
  readonly flags: Flags;
  /** The runs of this workspace, newest first; asked for only where a run may stand. */
  readonly runs: () => Promise<readonly Candidate[]>;
  /** The phases of a run, by its id or a prefix. */
  readonly phases: (run: string) => Promise<readonly Candidate[]>;
  /** The prompt files here. */
  readonly prompts: () => Promise<readonly Candidate[]>;
  /** The versions and labels of a prompt, as they are written behind its name: `merge@production`. */
  readonly versions: (prompt: string) => Promise<readonly Candidate[]>;
  /** The labels that are there, for a prompt to be given one. */
  readonly labels: (prompt: string) => Promise<readonly Candidate[]>;
  /** What a crew file has names for; nothing where it has errors. */
  readonly crewNames: (asked: {
    readonly file: string;
    readonly phase?: string;
    readonly names: CrewNames;
  }) => Promise<readonly Candidate[]>;
  /** What a run, or one phase of it, has on record. */
  readonly runNames: (asked: {
    readonly run: string;
    readonly phase?: string;
    readonly names: RunNames;
  }) => Promise<readonly Candidate[]>;
  /** The models that can be asked, as they are named on a command line. */
  readonly models: () => Promise<readonly Candidate[]>;
}

/** What may stand for the last of `words`, which are those after the program's name; the last is empty when nothing is typed yet. */
export async function completeWords(
  words: readonly string[],
  sources: CompletionSources,
): Promise<Completions> {
  const typed = words.at(-1) ?? '';
  const offered = await offer(words.slice(0, -1), typed, sources);
  return fitting(offered, typed);
}

function fitting(offered: Completions, typed: string): Completions {
  return { ...offered, candidates: offered.candidates.filter(({ value }) => value.startsWith(typed)) };
}

const NOTHING: Completions = { candidates: [], files: false };
const FILES: Completions = { candidates: [], files: true };

async function offer(
  before: readonly string[],
  typed: string,
  sources: CompletionSources,
): Promise<Completions> {
  const command = commandOf(before, sources);
  const flags = { ...sources.flags, ...command?.flags };
  const given = positionalsOf(before, flags).slice(1);
  const { verbs = [] } = command ?? {};
  const verb = verbs.find(({ name }) => name === given[0]);
  const awaited = awaitedValue(before.at(-1), flags);
  if (awaited !== undefined) {
    const place = [command?.name, verb?.name, before.at(-1)].filter(Boolean).join(' ');
    const named = await offerNamed(place, { before, given, typed }, sources);
    return named === undefined ? offerValue(awaited, typed, sources) : { candidates: named, files: false };
  }
  const [, flag, value = ''] = /^(--[\w-]+)=(.*)$/s.exec(typed) ?? [];
  if (flag !== undefined && awaitedValue(flag, flags) !== undefined) {
    const { files, candidates } = fitting(await offer([...before, flag], value, sources), value);
    return { files, candidates: candidates.map(row => ({ ...row, value: `${flag}=${row.value}` })) };
  }
  if (typed.startsWith('-')) {
    const taken = { ...sources.flags, ...flagsOf(command, verb) };
    return { candidates: flagRows(taken, typed), files: false };
  }
  if (command === undefined) return { candidates: commandRows(sources.commands), files: false };
  if (flagOf(before.at(-1), flags)?.takesWord === true)
    return { candidates: await sources.runs(), files: false };
  if (given.length === 0 && verbs.length > 0) {
    return { candidates: verbs.map(({ name, summary }) => ({ value: name, about: summary })), files: false };
  }
  if (verb === undefined) return offerPositional(command.usage, given, { typed, sources });
  const offered = await offerPositional(verb.usage, given, { typed, sources });
  if (verb.usage !== 'prompt pin PROMPT...|--all') return offered;
  return { ...offered, candidates: offered.candidates.filter(({ value }) => !isPartial(value)) };
}

/** The first word that no flag waits for; another one may be called like a command. */
function commandOf(
  before: readonly string[],
  { commands, flags }: Pick<CompletionSources, 'commands' | 'flags'>,
): Command | undefined {
  const all: Flags = Object.assign({}, flags, ...commands.map(each => each.flags));
  const [first] = positionalsOf(before, all);
  return commands.find(({ name }) => name === first);
}

/** Partials are locked with the prompts that put them in. */
function isPartial(stem: string): boolean {
  return promptNameOf(`${stem}.prompt.md`)?.partial === true;
}

/** The flags of a verb are those of its command that it takes. */
function flagsOf(command: Command | undefined, verb: Verb | undefined): Flags {
  const flags = command?.flags ?? {};
  if (verb === undefined) return flags;
  return Object.fromEntries(Object.entries(flags).filter(([name]) => verb.flags?.includes(name) === true));
}

interface Line {
  readonly before: readonly string[];
  readonly given: readonly string[];
  readonly typed: string;
}

/** What a flag names in the crew file or the run before it; undefined for all other flags. */
async function offerNamed(
  place: string,
  { before, given, typed }: Line,
  { crewNames, runNames }: CompletionSources,
): Promise<readonly Candidate[] | undefined> {
  const [first, second] = given;
  const part = second === undefined ? {} : { phase: second };
  if (place === 'show --prompt') return runNames({ run: first ?? '', ...part, names: 'calls' });
  if (place === 'show --artifact') return runNames({ run: first ?? '', ...part, names: 'artifacts' });
  const names = CREW_NAMES.get(place);
  if (names === undefined) return undefined;
  if (second === undefined || typed.includes('=')) return [];
  const at = before.lastIndexOf('--phase');
  const phase = at === -1 ? undefined : before[at + 1];
  return crewNames({ file: second, ...(phase === undefined ? {} : { phase }), names });
}

const CREW_NAMES: ReadonlyMap<string, CrewNames> = new Map([
  ['prompt render --phase', 'phases'],
  ['prompt render --role', 'roles'],
  ['prompt render --with', 'artifacts'],
]);

/** What stands behind a flag: names of files or of models, several of them with commas between, or nothing that is known. */
async function offerValue(
  awaited: string,
  typed: string,
  { models }: CompletionSources,
): Promise<Completions> {
  if (/FILE|DIR|PATH/.test(awaited)) return FILES;
  if (/^[a-z]+(?:\|[a-z]+)+$/.test(awaited)) {
    return { candidates: awaited.split('|').map(value => ({ value, about: '' })), files: false };
  }
  if (!/MODEL|^A,B/.test(awaited)) return NOTHING;
  const end = awaited.startsWith('A,B') ? typed.lastIndexOf(',') : typed.indexOf('=');
  const written = typed.slice(0, end + 1);
  const named = written.split(',');
  const left = (await models()).filter(({ value }) => !named.includes(value));
  return { candidates: left.map(row => ({ ...row, value: written + row.value })), files: false };
}

/** The name of the value that a flag waits for; undefined when the word is none, or is complete. */
function awaitedValue(word: string | undefined, flags: Flags): string | undefined {
  const flag = flagOf(word, flags);
  return flag?.type === 'string' ? (flag.value ?? '') : undefined;
}

function flagOf(word: string | undefined, flags: Flags): Flags[string] | undefined {
  if (word === undefined || !word.startsWith('-') || word.includes('=')) return undefined;
  const named = Object.entries(flags).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return named?.[1];
}

function positionalsOf(before: readonly string[], flags: Flags): readonly string[] {
  return before.filter(
    (word, index) => !word.startsWith('-') && awaitedValue(before[index - 1], flags) === undefined,
  );
}

/** What stands in the usage of a command is what it takes: `show RUN [PHASE]`. */
async function offerPositional(
  usage: string,
  given: readonly string[],
  { typed, sources }: { readonly typed: string; readonly sources: CompletionSources },
): Promise<Completions> {
  const places = usage.split(' ').filter(Boolean).slice(1);
  const place =
    places[given.length] ?? (/\.\.\.|…/.test(places.at(-1) ?? '') ? places.at(-1) : undefined) ?? '';
  if (/\bRUN(_[AB])?\b/.test(place)) return { candidates: await sources.runs(), files: false };
  if (/\bPHASE\b/.test(place)) {
    return { candidates: await sources.phases(given[0] ?? ''), files: false };
  }
  if (/\bPROMPT\b/.test(place)) return { candidates: await sources.prompts(), files: false };
  if (/\bLABEL\b/.test(place)) return { candidates: await sources.labels(given.at(-1) ?? ''), files: false };
  if (/\bKEY\b/.test(place)) return { candidates: SETTINGS, files: false };
  if (/\bVALUE\b/.test(place)) return offerSetting(given.at(-1) ?? '', typed, sources);
  if (/\bREF\b/.test(place)) return offerVersions(given, typed, sources);
  if (/FILE|PATH|CREW/.test(place)) return FILES;
  const words = place.replaceAll(/[[\]]/g, '').split('|');
  const verbs = words.filter(word => /^[a-z]+$/.test(word));
  return { candidates: verbs.map(value => ({ value, about: '' })), files: false };
}

const SETTINGS: readonly Candidate[] = Object.entries(CONFIG_SETTINGS).map(([value, { otherwise }]) => ({
  value,
  about: `unless set: ${otherwise}`,
}));

/** What a setting may be: a switch, or models. */
async function offerSetting(key: string, typed: string, sources: CompletionSources): Promise<Completions> {
  const setting = Object.hasOwn(CONFIG_SETTINGS, key) ? CONFIG_SETTINGS[key as ConfigKey] : undefined;
  if (setting?.written === 'switch') {
    return { candidates: ['true', 'false'].map(value => ({ value, about: '' })), files: false };
  }
  if (setting?.written === 'list') return offerValue('A,B,C', typed, sources);
  if (key.endsWith('.model')) return offerValue('MODEL', typed, sources);
  return /path$|\.store$/.test(key) ? FILES : NOTHING;
}

/** Versions once a prompt is named, on the word itself or before it. */
async function offerVersions(
  given: readonly string[],
  typed: string,
  sources: CompletionSources,
): Promise<Completions> {
  const at = typed.lastIndexOf('@');
  if (at !== -1) return { candidates: await sources.versions(typed.slice(0, at)), files: false };
  const [, named] = given;
  const versions = named === undefined || named.includes('@') ? [] : await sources.versions(named);
  return { candidates: [...(await sources.prompts()), ...versions], files: false };
}

function commandRows(commands: readonly Command[]): readonly Candidate[] {
  const shown = commands.filter(({ hidden }) => hidden !== true);
  return shown.map(({ name, summary }) => ({ value: name, about: summary }));
}

/** A switch may be taken back by `--no-…`, which is offered to who asks for it. */
function flagRows(flags: Flags, typed: string): readonly Candidate[] {
  const shown = Object.entries(flags).filter(([, { hidden }]) => hidden !== true);
  const rows = shown.map(([name, { help }]) => ({ value: `--${name}`, about: help }));
  if (!typed.startsWith('--no')) return rows;
  const switches = shown.filter(([name, { type }]) => type === 'boolean' && !UNDENIED.test(name));
  return [...rows, ...switches.map(([name, { help }]) => ({ value: `--no-${name}`, about: `not: ${help}` }))];
}

const UNDENIED = /^(no-.*|help|version)$/;
