import { suggest } from '../../language/closest.ts';
import { CrewError } from '../../model/crew-error.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { type Candidate, completeWords } from '../completion/complete-words.ts';
import { crewFileCandidates } from '../completion/crew-file-candidates.ts';
import { runCandidates } from '../completion/run-candidates.ts';
import { SHELL_SCRIPTS, type Shell } from '../completion/shell-scripts.ts';
import { GLOBAL_FLAGS } from '../flags.ts';
import { loadPromptCandidates } from '../load-prompt-versions.ts';
import { lookForServers } from '../local-servers.ts';
import { missingKey } from '../provider-keys.ts';
import { loadModelCatalog } from '../wire-views.ts';
import { hasJournal, openExistingEngine } from '../workspace.ts';

/** `crew completion SHELL`: what a shell loads to complete commands, flags, runs and phases. */
export const completionCommand: Command = {
  name: 'completion',
  usage: 'completion bash|zsh|fish',
  summary: 'print what a shell loads to complete words',
  flags: {},
  run: async ({ positionals, terminal }) => {
    const [shell = ''] = positionals;
    const known = Object.keys(SHELL_SCRIPTS);
    if (positionals.length !== 1 || !Object.hasOwn(SHELL_SCRIPTS, shell)) {
      const hint = suggest(shell, known) ?? `expected one of ${known.join(', ')}`;
      throw new CrewError('USAGE', shell === '' ? hint : `\`${shell}\` is no shell known here; ${hint}`);
    }
    terminal.stdout(SHELL_SCRIPTS[shell as Shell]);
    return 0;
  },
};

/** `crew __complete -- WORD...`: the answer to a shell; what goes wrong is nothing to complete with. */
export const completeCommand: Command = {
  name: '__complete',
  usage: '__complete -- WORD...',
  summary: 'what may stand for the last word',
  hidden: true,
  flags: {},
  run: complete,
};

async function complete({ positionals, terminal, commands }: CommandCall): Promise<number> {
  const call = { values: placeFlags(positionals), terminal };
  const { candidates, files } = await completeWords(positionals, {
    commands,
    flags: GLOBAL_FLAGS,
    runs: () => listRuns(call),
    phases: run => listPhases(call, run),
    prompts: () => listPrompts(call),
    versions: prompt => listVersions(call, prompt),
    labels: prompt => listLabels(call, prompt),
    crewNames: asked => crewFileCandidates(asked, terminal),
    runNames: asked => runCandidates(asked, call),
    models: () => listModels(terminal),
  });
  const lines = candidates.map(({ value, about }) => `${oneLine(value)}\t${oneLine(about)}\n`);
  terminal.stdout(lines.join('') + (files ? ':files\n' : ''));
  return 0;
}

/** The flags on the line that say where runs are. */
function placeFlags(words: readonly string[]): FlagValues {
  const named = ['cwd', 'state-dir'].flatMap(flag => {
    const at = words.indexOf(`--${flag}`);
    const joined = words.find(word => word.startsWith(`--${flag}=`))?.slice(flag.length + 3);
    const value = at === -1 ? joined : words[at + 1];
    return value === undefined ? [] : [[flag, value] as const];
  });
  return Object.fromEntries(named);
}

interface Place {
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

async function listRuns({ values, terminal }: Place): Promise<readonly Candidate[]> {
  if (!hasJournal(values, terminal)) return [];
  const engine = await openExistingEngine(values, terminal);
  try {
    return engine.list().map(({ runId, crew, status }) => ({ value: runId, about: `${crew}, ${status}` }));
  } finally {
    engine.close();
  }
}

async function listPhases({ values, terminal }: Place, run: string): Promise<readonly Candidate[]> {
  if (!hasJournal(values, terminal)) return [];
  const engine = await openExistingEngine(values, terminal);
  try {
    if (!engine.list().some(({ runId }) => runId.startsWith(run))) return [];
    const { phases } = engine.read(run).program;
    return Object.values(phases).map(({ name, kind }) => ({ value: name, about: kind }));
  } catch (error) {
    if (error instanceof CrewError) return [];
    throw error;
  } finally {
    engine.close();
  }
}

async function listModels({ env }: Terminal): Promise<readonly Candidate[]> {
  const [{ modelCatalog }, { servers }] = await Promise.all([
    loadModelCatalog(),
    lookForServers(env, { hurry: true }),
  ]);
  const here = servers.flatMap(({ name, provider, models, cannotChat = [] }) =>
    models
      .filter(model => !cannotChat.includes(model))
      .map(model => ({ value: `${provider}:${model}`, about: name })),
  );
  const known = modelCatalog().models.map(({ use }) => {
    const missing = missingKey(use, env)?.key;
    return { value: use, about: missing === undefined ? 'ready' : `needs ${missing}` };
  });
  const own = [
    { value: 'auto', about: 'what stands here for no choice' },
    { value: 'offline', about: 'answers by rules' },
  ];
  return [...here, ...known, ...own];
}

async function listPrompts(place: Place): Promise<readonly Candidate[]> {
  const { promptCandidates } = await loadPromptCandidates();
  return promptCandidates(place);
}

async function listVersions(place: Place, prompt: string): Promise<readonly Candidate[]> {
  const { versionCandidates } = await loadPromptCandidates();
  return orNothing(() => versionCandidates(prompt, place));
}

async function listLabels(place: Place, prompt: string): Promise<readonly Candidate[]> {
  const { labelCandidates } = await loadPromptCandidates();
  return orNothing(() => labelCandidates(prompt, place));
}

async function orNothing(list: () => Promise<readonly Candidate[]>): Promise<readonly Candidate[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof CrewError) return [];
    throw error;
  }
}

function oneLine(text: string): string {
  return sanitizeText(text.replaceAll('\t', ' '), { keepNewlines: false });
}
