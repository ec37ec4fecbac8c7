import { dirname, resolve } from 'node:path';
import { type ConfigLayer, settingOf } from '../../model/config.ts';
import type { Crew } from '../../model/crew.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { ResolvedModel } from '../../model/fact.ts';
import { type FlagValues, type Terminal, textFlag } from '../command.ts';
import { configPaths } from '../read-config.ts';
import { sourceReader } from '../read-files.ts';
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
 * it is not. What a setting wants and a crew has no request for is told and left out; what a flag wants fails with USAGE. Fails
 * with FILE_NOT_FOUND for a custom prompt that is not there and with CONFIG_INVALID for one that is no template.
 */
export async function readReformulation(sources: Sources): Promise<ReformulationWish | undefined> {
  const { crew, config, values, terminal } = sources;
  const named = textFlag(values, 'reformulate-input');
  const flag = values.reformulate ?? (named === undefined ? undefined : true);
  const isWanted = flag ?? settingOf(config, 'reformulation.enabled')?.value ?? false;
  if (isWanted !== true) return undefined;
  const input = mainInput(crew.inputs, named);
  if ('problem' in input) {
    if (flag === true) {
      throw new CrewError('USAGE', `nothing to reformulate: ${input.problem}; \`--reformulate-input NAME\``);
    }
    if (values.quiet !== true)
      terminal.stderr(`reformulation: \`${crew.name}\` runs as it is: ${input.problem}\n`);
    return undefined;
  }
  const model = settingOf(config, 'reformulation.model');
  const prompt = await readPrompt(sources);
  return {
    input: input.name,
    attended: terminal.interactive && values['no-input'] !== true,
    ...(model === undefined ? {} : { model: { use: model.value, reason: model.origin } }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}

/** The prompt of the file, which wins, or of the setting. */
async function readPrompt({ config, values, terminal }: Sources): Promise<string | undefined> {
  const setting = settingOf(config, 'reformulation.custom_prompt_path');
  if (setting === undefined) return settingOf(config, 'reformulation.prompt')?.value;
  const { value: path, origin } = setting;
  const [project, user] = configPaths(values, terminal);
  const folder =
    origin === project
      ? workspaceOf(values, terminal)
      : origin === user
        ? dirname(resolve(terminal.cwd, user))
        : terminal.cwd;
  const text = sourceReader(folder)(path);
  if (text === undefined) {
    const file = resolve(folder, path);
    throw new CrewError(
      'FILE_NOT_FOUND',
      `\`reformulation.custom_prompt_path\` (${origin}) names \`${path}\`, and there is no file \`${file}\``,
    );
  }
  return await readTemplate(path, text, terminal);
}

async function readTemplate(path: string, text: string, terminal: Terminal): Promise<string> {
  const { loadReformulationPrompt } = await loadReformulationPrompts();
  const { template, diagnostics } = loadReformulationPrompt(path, text);
  if (diagnostics.length > 0) {
    const { formatDiagnostics } = await loadDiagnosticReporters();
    const sources = new Map([[path, text]]);
    terminal.stderr(`${formatDiagnostics(diagnostics, sources, { color: terminal.stderrColor })}\n`);
  }
  if (diagnostics.every(({ severity }) => severity !== 'error')) return template;
  throw new CrewError('CONFIG_INVALID', `the prompt \`${path}\` has errors, so nothing was run`);
}
