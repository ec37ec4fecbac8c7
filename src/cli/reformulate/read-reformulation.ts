import { statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { type ConfigLayer, type Setting, settingOf } from '../../model/config.ts';
import type { Crew } from '../../model/crew.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { ResolvedModel } from '../../model/fact.ts';
import { promptNameOf, type UsedPrompt } from '../../model/prompt-file.ts';
import { type FlagValues, type Terminal, textFlag } from '../command.ts';
import { configPaths } from '../read-config.ts';
import { folderLister, readNamedFile, sourceReader } from '../read-files.ts';
import { realPlaces } from '../real-places.ts';
import { loadDiagnosticReporters, loadReformulationPrompts } from '../wire.ts';
import { workspaceOf } from '../workspace.ts';
import { mainInput } from './main-input.ts';
import type { Reformulation } from './reformulated-crew.ts';

/** A wish to have a request said again, as flags and settings say it; how many rounds there is room for is not known yet. */
export type ReformulationWish = Omit<Reformulation, 'model' | 'rounds'> & {
  /** The model that a setting names, and which setting. */
  readonly model?: ResolvedModel;
};

interface Sources {
  readonly crew: Pick<Crew, 'inputs' | 'name'>;
  readonly config: readonly ConfigLayer[];
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/**
 * Whether and how a request is said again: `--reformulate` or `--no-reformulate`, else `reformulation.enabled`. Undefined where
 * it is not. `--reformulate-input` only names the input. What a setting wants and a crew has no request for is told and left out; what a flag wants fails with USAGE. Fails
 * with FILE_NOT_FOUND for a custom prompt that is not there, with FILE_UNREADABLE for one that is not text, and with
 * CONFIG_INVALID for one that is no template, is empty, never reads the request, or leads out of the project that names it.
 */
export async function readReformulation(sources: Sources): Promise<ReformulationWish | undefined> {
  const { crew, config, values, terminal } = sources;
  const named = textFlag(values, 'reformulate-input');
  const flag = values.reformulate;
  const isWanted = flag ?? settingOf(config, 'reformulation.enabled')?.value ?? false;
  const input = mainInput(crew.inputs, named);
  if (isWanted !== true && (named === undefined || !('problem' in input))) return undefined;
  if ('problem' in input) {
    if (flag === true || named !== undefined) {
      throw new CrewError('USAGE', `nothing to reformulate: ${input.problem}; \`--reformulate-input NAME\``);
    }
    if (values.quiet !== true)
      terminal.stderr(`reformulation: \`${crew.name}\` runs as it is: ${input.problem}\n`);
    return undefined;
  }
  const model = settingOf(config, 'reformulation.model');
  const prompt = await readReformulationPrompt(sources);
  return {
    input: input.name,
    attended: terminal.interactive && values['no-input'] !== true,
    ...(model === undefined ? {} : { model: { use: model.value, reason: model.origin } }),
    ...(prompt === undefined ? {} : { prompt: prompt.template }),
    ...(prompt?.used === undefined ? {} : { used: prompt.used }),
  };
}

/** The template that says requests again. */
interface ReformulationPrompt {
  readonly template: string;
  /** Which prompt file it is, in which version; absent for other files, and for texts. */
  readonly used?: Omit<UsedPrompt, 'at'>;
}

/** The prompt of the file, which wins, or of the setting. Fails as `readReformulation` does for it. */
export async function readReformulationPrompt({
  config,
  values,
  terminal,
}: Omit<Sources, 'crew'>): Promise<ReformulationPrompt | undefined> {
  const setting = settingOf(config, 'reformulation.custom_prompt_path');
  const prompt = settingOf(config, 'reformulation.prompt');
  if (setting === undefined) return prompt === undefined ? undefined : { template: prompt.value };
  if (prompt !== undefined && values.quiet !== true) {
    const over = `goes over \`reformulation.prompt\` (${prompt.origin})`;
    terminal.stderr(`reformulation: \`custom_prompt_path\` (${setting.origin}) ${over}\n`);
  }
  const file = customPromptFile(setting, { values, terminal });
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new CrewError(
      'FILE_NOT_FOUND',
      `\`reformulation.custom_prompt_path\` (${setting.origin}) names \`${setting.value}\`, and there is no file \`${file}\``,
    );
  }
  const text = readNamedFile('/', file, setting.value);
  const isPrompt = promptNameOf(file)?.partial === false;
  return await readTemplate(isPrompt ? relative(terminal.cwd, file) : setting.value, text, terminal);
}

/** Where a custom prompt is. A project may have come from anybody, so its settings name files of the project alone. */
function customPromptFile(
  { value: path, origin }: Setting<'reformulation.custom_prompt_path'>,
  { values, terminal }: Pick<Sources, 'values' | 'terminal'>,
): string {
  const [project, user] = configPaths(values, terminal);
  if (origin === user) return resolve(terminal.cwd, dirname(user), path);
  if (origin !== project) return resolve(terminal.cwd, path);
  const workspace = workspaceOf(values, terminal);
  const real = realPlaces(workspace, [path])[path];
  const inside = real === undefined ? '..' : relative(workspace, real);
  if (real !== undefined && !isAbsolute(inside) && inside !== '..' && !inside.startsWith(`..${sep}`)) {
    return real;
  }
  throw new CrewError(
    'CONFIG_INVALID',
    `\`reformulation.custom_prompt_path\` (${origin}) names \`${path}\`, which leads out of the project \`${workspace}\`; your own settings (${user}) may name any file`,
  );
}

async function readTemplate(path: string, text: string, terminal: Terminal): Promise<ReformulationPrompt> {
  const { loadReformulationPrompt } = await loadReformulationPrompts();
  const { template, diagnostics, sources, used } = loadReformulationPrompt({
    path,
    text,
    readSource: sourceReader(terminal.cwd),
    listFolder: folderLister(terminal.cwd),
  });
  if (diagnostics.length > 0) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
  }
  if (template.trim() === '') {
    throw new CrewError('CONFIG_INVALID', `the prompt \`${path}\` is empty, so nothing was run`);
  }
  if (diagnostics.every(({ severity }) => severity !== 'error')) {
    return { template, ...(used === undefined ? {} : { used }) };
  }
  throw new CrewError('CONFIG_INVALID', `the prompt \`${path}\` has errors, so nothing was run`);
}
