import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import type { Reply } from '../runtime/fake-model.ts';
import { accept, delegate, lead, crew as managed, sendBack } from '../runtime/manage-crew.ts';
import type { CrewRunOptions } from '../runtime/run-crew.ts';
import { speakers, talkCrew } from '../runtime/talk-crew.ts';

const INNER = `version: 1
crew: inner
goal: Do a part.
inputs: { word: { type: string } }
budget: { calls: 9, time: 1h }
roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: "On {{ inputs.word }}.", next: done }
  done: { end: success, result: "{{ write }}" }
`;

/** Leave is given, what is asked is answered. */
function person({ question }: PersonAskEffect): PersonAnswer {
  if (question.kind === 'approval') return { choice: 'allow', text: null, by: 'ann' };
  if (question.kind === 'uncertain') return { choice: 'done', text: null, by: 'ann' };
  const [choice = null] = question.choices;
  return { choice, text: choice === null ? 'some words' : null, by: 'ann' };
}

const turnText = ({ origin }: { readonly origin: { readonly turn: number } }): Reply => ({
  text: `turn ${origin.turn}`,
});

/** One crew for each kind of phase and each thing that a journal can hold, by the name of its history. */
export const HISTORY_CREWS: {
  readonly [name: string]: CrewRunOptions & {
    readonly cutOff?: string;
    readonly told?: { readonly role: string; readonly text: string };
  };
} = {
  'role-and-loop': {
    yaml: `roles: { writer: { goal: Write., tools: [kit.echo, kit.fail] } }
start: draft
phases:
  draft:
    role: writer
    task: "Visit {{ visit }}"
    output: { type: object, required: [n], properties: { n: { type: integer } } }
    max_visits: 3
    next: [{ when: draft.n < 2, to: draft }, { to: done }]
  done: { end: success, result: "{{ draft }}" }
`,
    replies: (_request, nth) =>
      nth === 1
        ? { calls: [{ tool: 'kit.echo', args: { text: 'x' } }, { tool: 'kit.fail' }, { tool: 'kit.none' }] }
        : nth === 2
          ? { text: 'no JSON' }
          : { text: `{n: ${nth - 2},}` },
  },
  steered: {
    yaml: `roles: { writer: { goal: Write., tools: [kit.echo] } }
start: both
phases:
  both:
    parallel:
      left: { role: writer, task: Left. }
      right: { role: writer, task: Right. }
    next: last
  last: { role: writer, task: "Last, after {{ both.left }}", next: done }
  done: { end: success, result: "{{ last }}" }
`,
    replies: request =>
      request.origin.turn === 1
        ? { calls: [{ tool: 'kit.echo', args: { text: request.origin.phase } }] }
        : turnText(request),
    told: { role: 'writer', text: 'Be brief.' },
  },
  'tool-and-errors': {
    yaml: `start: shaky
phases:
  shaky: { tool: kit.fail, retry: { max: 2, backoff: 10ms }, on_error: slow, next: done }
  slow: { tool: kit.wait, with: { ms: 5000 }, timeout: 1s, on_error: done, next: done }
  done: { end: failure, result: "{{ run.error }}" }
`,
  },
  'parallel-and-join': {
    yaml: `roles: { writer: { goal: Write. } }
start: all
phases:
  all:
    parallel:
      a: { role: writer, task: A. }
      b: { tool: kit.wait, with: { ms: 30 } }
      c: { role: writer, task: C., timeout: 1m }
    join: 2
    next: done
  done: { end: success, result: "{{ all }}" }
`,
    replies: turnText,
  },
  each: {
    inputs: { words: ['a', 'b', 'c'] },
    yaml: `roles: { writer: { goal: Write. } }
inputs: { words: { type: array } }
start: all
phases:
  all:
    each: { in: "{{ inputs.words }}", as: word, max: 5 }
    do: { role: writer, task: "{{ index }}: {{ word }}" }
    concurrency: 2
    next: done
  done: { end: success, result: "{{ all }}" }
`,
    replies: turnText,
  },
  'ask-and-judge': {
    yaml: `models: { a: auto, b: auto, judge: auto }
start: opinions
phases:
  opinions: { ask: What about rain?, models: [a, b], summarizer: { model: judge }, next: done }
  done: { end: success, result: "{{ opinions }}" }
`,
    replies: ({ origin }) => ({ text: `${origin.role} thinks so` }),
  },
  chain: {
    yaml: `models: { quick: auto }
start: note
phases:
  note:
    chain:
      - { name: draft, model: quick, prompt_template: Write. }
      - { model: quick, prompt_template: "Mend {{ draft }}." }
    next: done
  done: { end: success, result: "{{ note }}" }
`,
    replies: turnText,
  },
  talk: {
    yaml: talkCrew('talk: [author, critic, editor]\nmax_turns: 4'),
    replies: speakers({}),
  },
  'talk-selector': {
    yaml: talkCrew('talk: [author, critic]\nspeaker: selector\nselector: { model: chooser }\nmax_turns: 3'),
    replies: ({ origin }, nth) =>
      origin.role === 'selector'
        ? { json: { speaker: 'critic', reason: 'A doubt.' } }
        : { text: `I say ${nth}` },
  },
  manage: {
    yaml: managed(),
    replies: lead([{ calls: [delegate('finder'), delegate('writer')] }, { calls: [accept(1), sendBack(2)] }]),
  },
  'human-and-approval': {
    yaml: `start: ask
phases:
  ask: { human: Which?, choices: [yes, no], next: save }
  save: { tool: kit.write, with: { text: hello }, next: done }
  done: { end: success, result: "{{ ask.choice }} {{ save }}" }
`,
    person,
  },
  'doubt-and-resume': {
    yaml: `start: save
phases:
  save: { tool: kit.write, with: { text: hello }, next: done }
  done: { end: success, result: "{{ save }}" }
`,
    person,
    // The call was cut off before it had an outcome.
    cutOff: 'save:1:1/tool',
  },
  'crew-in-crew': {
    yaml: `start: part
phases:
  part: { crew: inner.crew.yaml, inputs: { word: rain }, next: done }
  done: { end: success, result: "{{ part }}" }
`,
    files: { 'inner.crew.yaml': INNER },
    replies: turnText,
  },
  reflect: {
    yaml: `roles: { writer: { goal: Write. } }
start: draft
phases:
  draft: { role: writer, task: Write the word., reflect: { evaluator: { expression: 'draft == "yes"' } }, next: done }
  done: { end: success, result: "{{ draft }}" }
`,
    replies: ({ origin }, nth) => ({ text: origin.role === 'writer' && nth > 1 ? 'yes' : 'say yes' }),
  },
  subscribe: {
    yaml: `roles: { writer: { goal: Write. } }
start: draft
phases:
  draft: { role: writer, task: Draft., next: lost }
  check: { role: writer, task: "Check {{ draft }}", subscribe: [draft], next: lost }
  done: { end: success, subscribe: [check], result: "{{ check }}" }
  lost: { end: failure }
`,
    replies: turnText,
  },
};
