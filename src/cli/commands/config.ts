import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { suggest } from '../../language/closest.ts';
import { CONFIG_SETTINGS, type ConfigKey, type ConfigLayer, settingOf } from '../../model/config.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonValue } from '../../model/json.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import { textTable } from '../../reporters/text-table.ts';
import type { Command, CommandCall } from '../command.ts';
import { readSettingText } from '../env-settings.ts';
import { requireOfProject } from '../memory/choose-memory.ts';
import { configPaths, readConfig } from '../read-config.ts';
import { sourceReader } from '../read-files.ts';
import { loadConfigEditor, loadDiagnosticReporters } from '../wire.ts';
import { loadFileChange } from '../wire-views.ts';
import { makeStateDir } from '../workspace.ts';

/** `crew config list|get|set|unset`: the settings of the project and the person, and where each comes from. */
export const configCommand: Command = {
  name: 'config',
  usage: 'config list|get|set|unset',
  summary: 'show settings, or change one',
  verbs: [
    { name: 'list', usage: 'config list', summary: 'all settings', flags: ['show-origin'] },
    { name: 'get', usage: 'config get KEY', summary: 'the value of one; exits 1 where nobody has set it' },
    { name: 'set', usage: 'config set KEY VALUE', summary: 'set one in .crew/config.yaml', flags: ['user'] },
    { name: 'unset', usage: 'config unset KEY', summary: 'take one out of the file', flags: ['user'] },
  ],
  flags: {
    'show-origin': { type: 'boolean', help: 'list: say which file or variable each value stands in' },
    user: {
      type: 'boolean',
      help: 'set, unset: your own file, for all projects, instead of .crew/config.yaml',
    },
  },
  run: config,
};

async function config(call: CommandCall): Promise<number> {
  const [verb, ...words] = call.positionals;
  if (verb === 'list' && words.length === 0) return list(call);
  const [name = '', value, ...rest] = words;
  const takesValue = verb === 'set';
  const known = verb === 'get' || verb === 'set' || verb === 'unset';
  if (!known || name === '' || rest.length > 0 || takesValue !== (value !== undefined)) {
    throw new CrewError(
      'USAGE',
      'expected `list`, `get KEY`, `set KEY VALUE` or `unset KEY`; `crew config list` shows the keys',
    );
  }
  const key = settingKey(name);
  if (verb === 'get') return get(call, key);
  return change(call, key, value === undefined ? undefined : readSettingText(key, value, key));
}

function settingKey(name: string): ConfigKey {
  const known = Object.keys(CONFIG_SETTINGS);
  if (Object.hasOwn(CONFIG_SETTINGS, name)) return name as ConfigKey;
  const hint = suggest(name, known) ?? `the keys are ${known.map(each => `\`${each}\``).join(', ')}`;
  throw new CrewError('USAGE', `there is no setting \`${name}\`; ${hint}`);
}

async function list({ values, terminal }: CommandCall): Promise<number> {
  const layers = await readConfig(values, terminal);
  const keys = Object.keys(CONFIG_SETTINGS) as ConfigKey[];
  const variables = VARIABLES.flatMap(name => {
    const value = terminal.env[name];
    return value ? [{ name, value }] : [];
  });
  if (values.json === true) {
    const settings = keys.map(key => {
      const over = overOf(layers, key, terminal.env);
      return { key, ...originOf(layers, key), ...(over === undefined ? {} : { overriddenBy: over }) };
    });
    terminal.stdout(`${JSON.stringify({ version: 1, settings, variables }, null, 2)}\n`);
    return 0;
  }
  const rows = [
    ...keys.map(key => {
      const { shown, origin } = valueText(layers, key);
      const over = overOf(layers, key, terminal.env);
      return { name: key, shown, origin: over === undefined ? origin : `${origin}; ${over} goes over it` };
    }),
    ...variables.map(({ name, value }) => ({ name, shown: value, origin: 'the environment' })),
  ].map(({ name, shown, origin }) =>
    values['show-origin'] === true ? [name, shown, origin] : [name, shown],
  );
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  terminal.stdout(`${textTable(rows, { columns }).join('\n')}\n`);
  return 0;
}

/** Variables of the environment that are no settings of a file, but count like one. */
const VARIABLES = ['CREW_MODEL', 'CREW_MAX_CONCURRENT'];

/** The settings whose place in a file `CREW_MODEL` takes, see `choose-ask.ts`. */
const MODEL_KEYS: readonly ConfigKey[] = [
  'parallel_processing.models',
  'parallel_processing.summarizer.model',
];

/** The variable that counts in the place of a setting; undefined where the setting does. */
function overOf(
  layers: readonly ConfigLayer[],
  key: ConfigKey,
  { CREW_MODEL }: CommandCall['terminal']['env'],
): string | undefined {
  const isOver = CREW_MODEL && MODEL_KEYS.includes(key) && settingOf(layers, key)?.isVariable !== true;
  return isOver ? 'CREW_MODEL' : undefined;
}

function originOf(layers: readonly ConfigLayer[], key: ConfigKey) {
  const { value = null, origin = null } = settingOf(layers, key) ?? {};
  return { value, origin };
}

function valueText(layers: readonly ConfigLayer[], key: ConfigKey) {
  const setting = settingOf(layers, key);
  if (setting === undefined)
    return { shown: `(not set: ${CONFIG_SETTINGS[key].otherwise})`, origin: 'built in' };
  return { shown: plainText(setting.value), origin: setting.origin };
}

function plainText(value: JsonValue | readonly string[]): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** Exit 1 when nobody has set it, as scripts expect. */
async function get({ values, terminal }: CommandCall, key: ConfigKey): Promise<number> {
  const layers = await readConfig(values, terminal);
  const setting = settingOf(layers, key);
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ key, ...originOf(layers, key) })}\n`);
  } else if (setting !== undefined) {
    const text = plainText(setting.value);
    // What a script reads is the value, and a screen takes no orders from it.
    const shown = terminal.stdoutIsTerminal ? sanitizeText(text, { keepNewlines: true }) : text;
    terminal.stdout(`${shown}\n`);
  }
  return setting === undefined ? 1 : 0;
}

async function change(call: CommandCall, key: ConfigKey, value: JsonValue | undefined): Promise<number> {
  const { values, terminal } = call;
  const [project, user] = configPaths(values, terminal);
  const path = values.user === true ? user : project;
  const { editConfig, loadConfig } = await loadConfigEditor();
  const edited = async (text: string): Promise<string> => {
    await refuseMistakes(text);
    const changed = editConfig(text, key, value);
    await refuseMistakes(changed);
    return changed;
  };
  if (values.user !== true && typeof value === 'string') {
    requireOfProject(key, value, { file: path, where: call });
  }
  const file = resolve(terminal.cwd, path);
  const before = sourceReader(terminal.cwd)(path) ?? '';
  // Nothing is made for a value that would be a mistake.
  const after = await edited(before);
  if (value === undefined && after === before) {
    tellChange(call, { path, key, value }, 'not set there');
    await tellOverridden(call, key, path);
    return 0;
  }
  if (values.user !== true) makeStateDir(values, terminal);
  makeFolder(dirname(file));
  // A link to a file of settings, as people keep them elsewhere, stays one.
  const { changeFile } = await loadFileChange();
  await changeFile(existsSync(file) ? realpathSync(file) : file, text => edited(text ?? ''));
  tellChange(call, { path, key, value }, value === undefined ? 'not set any more' : plainText(value));
  await tellOverridden(call, key, path);
  return 0;

  async function refuseMistakes(text: string): Promise<void> {
    const { values: read, diagnostics } = loadConfig(path, text);
    if (read !== undefined) return;
    const { formatDiagnostics } = await loadDiagnosticReporters();
    const sources = new Map([[path, text]]);
    terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
    throw new CrewError('CONFIG_INVALID', `\`${path}\` would have errors, so nothing was written`);
  }
}

function tellChange(
  { values, terminal }: CommandCall,
  {
    path,
    key,
    value,
  }: { readonly path: string; readonly key: ConfigKey; readonly value: JsonValue | undefined },
  shown: string,
): void {
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify({ version: 1, file: path, key, value: value ?? null })}\n`);
    return;
  }
  terminal.stderr(sanitizeText(`${path}: ${key} is ${shown}`, { keepNewlines: false }).concat('\n'));
}

/** A nearer place, such as a variable, may hold the value that counts. */
async function tellOverridden(
  { values, terminal }: CommandCall,
  key: ConfigKey,
  path: string,
): Promise<void> {
  try {
    const layers = await readConfig(values, { ...terminal, stderr: () => undefined });
    const over = overOf(layers, key, terminal.env);
    const counts =
      over === undefined ? settingOf(layers, key) : { value: terminal.env[over] ?? '', origin: over };
    if (counts === undefined || counts.origin === path) return;
    const text = `what counts here is ${plainText(counts.value)}, by ${counts.origin}`;
    terminal.stderr(sanitizeText(text, { keepNewlines: false }).concat('\n'));
  } catch (error) {
    // It was written; what is wrong elsewhere is told by the command that reads it.
    if (!(error instanceof CrewError)) throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CrewError('FILE_UNWRITABLE', `\`${folder}\` cannot be made: ${(error as Error).message}`);
  }
}
