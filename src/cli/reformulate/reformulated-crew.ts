import type { Crew, Phase } from '../../model/crew.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../model/json.ts';
import type { UsedPrompt } from '../../model/prompt-file.ts';

/** What is put before a crew, so that one of its inputs is said again. */
export interface Reformulation {
  /** The input of the crew that is said again. */
  readonly input: string;
  /** A template over `request`, `purpose`, `inputs`, `previous` and `remark`; the one of the shipped crew when left out. */
  readonly prompt?: string;
  /** Which prompt file that is, in which version; absent when it is none. */
  readonly used?: Omit<UsedPrompt, 'at'>;
  /** All of the template of a recorded run, which then goes over `prompt`. */
  readonly template?: string;
  /** A model as `auto` or `provider:name`; `auto` when left out. */
  readonly model?: string;
  /** How often the request may be said again. */
  readonly rounds: number;
  /** Whether a person looks at what has no open question, too. */
  readonly attended: boolean;
}

/** The names that a custom prompt reads, out of what the shipped crew knows. */
const NAMES = `{% assign request = inputs.request %}{% assign purpose = inputs.purpose %}{% assign fields = inputs.fields %}\
{% assign previous = nil %}{% if rewrite %}{% assign previous = rewrite %}{% endif %}\
{% assign remark = nil %}{% if review %}{% assign remark = review.text %}{% endif %}{% assign inputs = fields %}`;

/**
 * The crew with `shipped`, the crew `reformulate`, as its first phase, whose text stands for the input from then on. Whoever
 * quits there ends the run in a failure before anything of the crew has run. Pure.
 */
export function reformulatedCrew(crew: Crew, shipped: Crew, wish: Reformulation): Crew {
  const taken = new Set(crew.sop.phases.map(({ name }) => name));
  const first = freeName('reformulate', taken);
  const left = freeName('left', taken);
  const phases: readonly Phase[] = [
    {
      kind: 'crew',
      name: first,
      file: 'crews/reformulate.crew.yaml',
      inputs: { request: `{{ inputs.${wish.input} }}`, purpose: '{{ run.goal }}' },
      roles: {},
      holds: 'crew',
      crew: chosenCrew(shipped, crew, wish),
      next: [{ when: `${first}.how == "left"`, to: left }, { to: crew.sop.start }],
    },
    ...crew.sop.phases,
    { kind: 'end', name: left, outcome: 'failure' },
  ];
  const rewrites = { phase: first, input: wish.input };
  return { ...crew, rewrites, sop: { ...crew.sop, start: first, phases } };
}

/** Asked where somebody is there and the request could not be said again; else the run waits, or fails. */
const UNWRITTEN: Phase = {
  kind: 'human',
  name: 'unwritten',
  question:
    '{{ inputs.request }}\n\nIt could not be said again: {{ run.error.code }}, {{ run.error.message }}\n',
  choices: ['original', 'quit'],
  freeText: false,
  next: [{ when: 'unwritten.choice == "original"', to: 'kept' }, { to: 'left' }],
};

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let nth = 2; taken.has(name); nth += 1) name = `${wanted}_${nth}`;
  return name;
}

function chosenCrew(shipped: Crew, crew: Crew, wish: Reformulation): Crew {
  const values = new Map<string, JsonValue>([
    ['fields', fieldsOf(crew)],
    ['attended', wish.attended],
  ]);
  const { model } = wish;
  return {
    ...shipped,
    inputs: shipped.inputs.map(input => {
      const value = values.get(input.name);
      return value === undefined ? input : { ...input, default: value };
    }),
    ...promptsOf(shipped, wish),
    models: model === undefined ? shipped.models : shipped.models.map(each => ({ ...each, use: model })),
    sop: {
      ...shipped.sop,
      phases: [
        ...shipped.sop.phases.map(phase => chosenPhase(phase, wish, lengthsOf(crew, wish.input))),
        ...(wish.attended ? [UNWRITTEN] : []),
      ],
    },
  };
}

/** So that the version is known wherever those of the crew itself are. */
function promptsOf(shipped: Crew, { used }: Reformulation): Pick<Crew, 'prompts'> {
  const chain = shipped.sop.phases.find(({ kind }) => kind === 'chain');
  if (used === undefined || chain === undefined) return {};
  return { prompts: [{ at: `phases.${chain.name}.chain.0.prompt_template`, ...used }] };
}

function chosenPhase(phase: Phase, wish: Reformulation, lengths: JsonObject): Phase {
  if (phase.kind !== 'chain') return phase;
  const { rounds, prompt, attended } = wish;
  const promptTemplate = wish.template ?? (prompt === undefined ? undefined : `${NAMES}${prompt}`);
  const template = promptTemplate === undefined ? {} : { promptTemplate };
  return {
    ...phase,
    ...(attended ? { onError: UNWRITTEN.name } : {}),
    ...(phase.output === undefined ? {} : { output: withLengths(phase.output, lengths) }),
    maxVisits: rounds,
    steps: phase.steps.map(step => ({ ...step, ...template })),
  };
}

/** How short and how long the input may be, which its writer is held to at once. */
function lengthsOf({ inputs }: Crew, name: string): JsonObject {
  const schema = inputs.find(input => input.name === name)?.schema ?? {};
  return Object.fromEntries(Object.entries(schema).filter(([key]) => /^(min|max)Length$/.test(key)));
}

function withLengths(output: JsonSchema, lengths: JsonObject): JsonSchema {
  if (typeof output === 'boolean') return output;
  const { properties, ...rest } = output;
  const known = (properties ?? {}) as { readonly [name: string]: JsonObject };
  return { ...rest, properties: { ...known, reformulated: { ...known.reformulated, ...lengths } } };
}

function fieldsOf(crew: Crew): JsonValue {
  return crew.inputs.map(({ name, required, schema, description }) => ({
    name,
    required,
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}
