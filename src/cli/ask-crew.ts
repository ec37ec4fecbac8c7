import type { Crew, Phase } from '../model/crew.ts';

/** What is put into `crews/ask.crew.yaml`. */
export interface AskParts {
  /** Uses such as `openai:gpt-5-mini`, in the order in which their answers are shown. */
  readonly models: readonly string[];
  readonly summarizer: string;
  /** A template over `question` and `answers`; the one of the crew file when left out. */
  readonly prompt?: string;
}

/** Summarizers read `question`, as they do in an `ask` phase; in a chain it is an input. */
const QUESTION = '{% assign question = inputs.question %}';

/** The crew with these models in its `ask` phase, and this summarizer in its `chain`. Pure. */
export function askCrew(crew: Crew, parts: AskParts): Crew {
  const phases = crew.sop.phases.map(phase => askPhase(phase, parts));
  return { ...crew, sop: { ...crew.sop, phases } };
}

function askPhase(phase: Phase, { models, summarizer, prompt }: AskParts): Phase {
  if (phase.kind === 'ask') return { ...phase, models };
  if (phase.kind !== 'chain') return phase;
  const template = prompt === undefined ? {} : { promptTemplate: `${QUESTION}${prompt}` };
  return { ...phase, steps: phase.steps.map(step => ({ ...step, model: summarizer, ...template })) };
}
