import type { Crew, Phase, Transition } from '../model/crew.ts';

/** What is put into `crews/ask.crew.yaml`. */
export interface AskParts {
  /** Uses such as `openai:gpt-5-mini`, in the order in which their answers are shown. */
  readonly models: readonly string[];
  /** The one that is named; or the models, of which the first that has answered merges the answers. */
  readonly summarizers: readonly string[];
  /** A template over `question` and `answers`; the one of the crew file when left out. */
  readonly prompt?: string;
}

type AskPhase = Extract<Phase, { kind: 'ask' }>;
type ChainPhase = Extract<Phase, { kind: 'chain' }>;

/** Summarizers read `question`, as they do in an `ask` phase; in a chain it is an input. */
const QUESTION = '{% assign question = inputs.question %}';

/**
 * The crew with these models in its `ask` phase, and as many of its `chain`, each with an end of its own, as there are
 * summarizers: which of them works is decided by who has answered. Of several models fewer than two answers are not merged. Pure.
 */
export function askCrew(crew: Crew, parts: AskParts): Crew {
  const { phases } = crew.sop;
  const merging = phases.find((phase): phase is ChainPhase => phase.kind === 'chain');
  if (merging === undefined) throw new Error('the shipped ask crew has no chain');
  const end = merging.next[0]?.to;
  const changed = phases.flatMap((phase): readonly Phase[] => {
    if (phase.kind === 'ask') return [askPhase(phase, parts, merging.name)];
    if (phase === merging) return parts.summarizers.map((_, index) => mergePhase(merging, parts, index));
    if (phase.kind !== 'end' || phase.name !== end) return [phase];
    return parts.summarizers.map((_, index) => endPhase(phase, merging.name, index));
  });
  return { ...crew, sop: { ...crew.sop, phases: changed } };
}

/** Whether a phase of such a crew merges the answers. Pure. */
export function isMerging(phase: string): boolean {
  return /^summary(_\d+)?$/.test(phase);
}

function nth(name: string, index: number): string {
  return index === 0 ? name : `${name}_${index + 1}`;
}

function askPhase(phase: AskPhase, { models, summarizers }: AskParts, merging: string): AskPhase {
  const unmerged = phase.next.find(({ when }) => when === undefined);
  if (unmerged === undefined) throw new Error('the shipped ask crew always merges');
  const tooFew = `answers | map: "failure" | compact | slice: ${models.length - 2} | first`;
  const last = summarizers.length - 1;
  const next: readonly Transition[] = [
    { when: 'inputs.summary != true', to: unmerged.to },
    ...(models.length < 2 ? [] : [{ when: tooFew, to: unmerged.to }]),
    ...summarizers.map((_, index) => ({
      ...(index === last ? {} : { when: `answers | slice: ${index}, 1 | map: "answer" | compact | first` }),
      to: nth(merging, index),
    })),
  ];
  return { ...phase, models, next };
}

function mergePhase(phase: ChainPhase, { summarizers, prompt }: AskParts, index: number): ChainPhase {
  const template = prompt === undefined ? {} : { promptTemplate: `${QUESTION}${prompt}` };
  const model = summarizers[index] ?? '';
  return {
    ...phase,
    name: nth(phase.name, index),
    steps: phase.steps.map(step => ({ ...step, model, ...template })),
    next: phase.next.map(({ to, ...way }) => ({ ...way, to: nth(to, index) })),
  };
}

function endPhase(phase: Extract<Phase, { kind: 'end' }>, merging: string, index: number): Phase {
  const { result } = phase;
  const own = (value: unknown): unknown =>
    value === `{{ ${merging} }}` ? `{{ ${nth(merging, index)} }}` : value;
  const results =
    typeof result === 'object' && result !== null
      ? {
          result: Object.fromEntries(
            Object.entries(result).map(([key, value]) => [key, own(value)]),
          ) as typeof result,
        }
      : {};
  return { ...phase, name: nth(phase.name, index), ...results };
}
