import { pathsRead } from '../expressions/paths-read.ts';
import type { Role } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { ModelCallEffect } from '../model/effect.ts';
import { messageText } from '../model/message.ts';
import { promptVersion, type UsedPrompt } from '../model/prompt-file.ts';
import { chooseModels } from './choose-models.ts';
import { type CommandCall, textFlag, textFlags } from './command.ts';
import { INPUT_FLAGS, MEMORY_FLAG } from './flags.ts';
import { loadProgram } from './load-program.ts';
import { modelTerms, openModels } from './open-models.ts';
import { onePositional } from './positionals.ts';
import { memoryRemarks, type ShownMemory, seeMemory } from './prompt-memory.ts';
import { findPromptPlace, type PromptPlace } from './prompt-place.ts';
import { readPromptValues } from './prompt-values.ts';
import type { PromptVerb } from './prompt-verb.ts';
import { loadPromptRenderer } from './wire.ts';
import { withoutNeedOfKeys } from './without-keys.ts';

/** `crew prompt render CREW --phase P`: every message of the first model call of a phase, without running anything. */
export const renderVerb: PromptVerb = {
  name: 'render',
  usage: 'prompt render CREW --phase PHASE',
  summary: 'what a phase would be sent first; runs nothing',
  flags: {
    phase: {
      type: 'string',
      value: 'PHASE',
      help: 'render: a phase, or a part of one such as `inspect.security`',
    },
    role: { type: 'string', value: 'ROLE', help: 'render: who speaks first in a conversation' },
    with: {
      type: 'string',
      multiple: true,
      value: 'NAME=JSON',
      help: 'render: an artifact, or `NAME=TEXT`, `NAME=@FILE`; else a sample stands for it',
    },
    ...INPUT_FLAGS,
    memory: { ...MEMORY_FLAG.memory, help: 'render: whether what roles would be reminded of is shown' },
  },
  run: render,
};

async function render({ positionals, values, terminal }: CommandCall): Promise<number> {
  const file = onePositional(
    positionals,
    'a crew file, such as `crew prompt render my.crew.yaml --phase merge`',
  );
  const program = await loadProgram(file, terminal);
  const place = findPromptPlace(program, textFlag(values, 'phase'));
  const role = roleAt(place, textFlag(values, 'role'));
  const where = { values, terminal };
  const read = await readPromptValues(program, place, where);
  const { models } = chooseModels({ program, flags: textFlags(values, 'model'), env: terminal.env });
  const opened = await openModels(models, withoutNeedOfKeys(terminal));
  const terms = await modelTerms({ program, models, opened, terminal });
  const { renderFirstCalls, recallsBefore, formatPrompt } = await loadPromptRenderer();
  const asked = role === undefined ? {} : { role };
  const options = { program, path: place.path, ...read, ...asked, models, terms };
  const seen = await seeMemory(program, recallsBefore(options), where);
  const [call, ...others] = renderFirstCalls({ ...options, ...seen?.options });
  if (call === undefined) {
    throw new CrewError('USAGE', `at \`${place.path}\` nothing is asked at first; name another \`--role\``);
  }
  const told = program.roles.find(({ name }) => name === call.origin.role);
  const prompts = (program.prompts ?? []).filter(({ at }) => isSent(at, place, told));
  const shown: Shown = {
    call,
    use: models[call.model]?.use ?? call.model,
    others: others.map(({ model }) => models[model]?.use ?? model),
    samples: samplesRead(place, read.samples),
    prompts,
    readsRunId: pathsRead(templateOf(place.work), 'text').some(
      ([root, field]) => root === 'run' && field === 'id',
    ),
    memory: seen?.shownTo(call.origin.role, place, program),
  };
  if (values.json === true) {
    terminal.stdout(`${JSON.stringify(asJson(shown, place), null, 2)}\n`);
    return 0;
  }
  terminal.stdout(formatPrompt(call, { color: terminal.stdoutColor, terminal: terminal.stdoutIsTerminal }));
  terminal.stderr(
    remarks(shown)
      .map(line => `${line}\n`)
      .join(''),
  );
  return 0;
}

/** Who may speak first: anybody in a conversation, elsewhere who works there. */
function roleAt({ work, path }: PromptPlace, wanted: string | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  const roles = work.kind === 'talk' ? work.roles : 'role' in work ? [work.role] : [];
  if (roles.includes(wanted)) return wanted;
  const who =
    roles.length === 0 ? 'of a model without a role' : `of ${roles.map(name => `\`${name}\``).join(' or ')}`;
  throw new CrewError('USAGE', `at \`${path}\` the first call is ${who}, not of \`${wanted}\``);
}

/** What the first call at a place is made of: its own text, and what its role is told beside. */
function isSent(at: string, { path, phase }: PromptPlace, role: Role | undefined): boolean {
  const [, part] = path.split('.');
  const key = { parallel: 'parallel.', talk: 'inner.', each: '' }[phase.kind as 'parallel'] ?? '';
  const prefix = `phases.${phase.name}.${part === undefined ? '' : `${key}${part}.`}`;
  if (at.startsWith(prefix)) return /^(?:task|ask|chain\.0\..*)$/.test(at.slice(prefix.length));
  return role !== undefined && (at === 'goal' || at.startsWith(`roles.${role.name}.`));
}

interface Shown {
  readonly call: ModelCallEffect;
  /** The model as it was resolved, and the others that are sent the same. */
  readonly use: string;
  readonly others: readonly string[];
  readonly samples: readonly string[];
  readonly prompts: readonly UsedPrompt[];
  /** The template reads what no run has before it begins. */
  readonly readsRunId: boolean;
  /** What of it comes out of memory; undefined where nothing is remembered. */
  readonly memory: ShownMemory | undefined;
}

/** The samples among the values that the template reads. */
function samplesRead({ work }: PromptPlace, samples: ReadonlySet<string>): readonly string[] {
  const paths = pathsRead(templateOf(work), 'text');
  return [...samples].filter(name =>
    paths.some(
      ([root, field]) =>
        root === name || (root === 'inputs' && name === `inputs.${field ?? name.slice('inputs.'.length)}`),
    ),
  );
}

function templateOf(work: PromptPlace['work']): string {
  if (work.kind === 'ask') return work.prompt;
  if (work.kind === 'chain') return work.steps[0]?.promptTemplate ?? '';
  return 'task' in work ? work.task : '';
}

function remarks({ samples, prompts, others, use, memory, readsRunId }: Shown): readonly string[] {
  return [
    ...(memory === undefined ? [] : memoryRemarks(memory, samples)),
    ...(samples.length === 0
      ? []
      : [`samples stand for ${samples.join(', ')}; give values with --with NAME=JSON and -i NAME=VALUE`]),
    ...prompts.map(prompt => `${prompt.at} is ${promptVersion(prompt, prompt.hash)} of ${prompt.file}`),
    ...(readsRunId ? ['`render` stands for the id of the run'] : []),
    ...(others.length === 0 ? [] : [`${use} is shown; the same is sent to ${others.join(', ')}`]),
  ];
}

function asJson({ call, use, others, samples, prompts, memory }: Shown, { path }: PromptPlace) {
  const { messages, tools, output, maxTokens, temperature, origin } = call;
  return {
    version: 1,
    phase: path,
    role: origin.role,
    model: use,
    ...(others.length === 0 ? {} : { others }),
    maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    messages: messages.map(message => ({ from: message.from, text: messageText(message) })),
    tools: tools.map(({ name, description }) => ({ name, description })),
    ...(output === undefined ? {} : { output }),
    samples,
    prompts,
    ...(memory === undefined ? {} : { memory }),
  };
}
