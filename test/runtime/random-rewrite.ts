import { readFileSync } from 'node:fs';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import type { PersonAskEffect } from '../../src/model/effect.ts';
import type { JsonValue } from '../../src/model/json.ts';
import type { Program } from '../../src/model/program.ts';
import type { PersonAnswer } from '../../src/ports/engine.ts';
import type { ModelRequest } from '../../src/ports/language-model.ts';
import { fc } from '../laws.ts';
import type { Reply } from './fake-model.ts';
import { randomCrew, randomReplies } from './random-crew.ts';

/** A crew that says its input `topic` again before the rest begins, with the file of the shipped crew that may do it. */
export interface RewritingCrew {
  readonly yaml: string;
  readonly files: { readonly [path: string]: string };
  /** Makes the compiled program say it again. */
  readonly tamper: (program: Program) => Program;
}

/** The longest topic that fits; some of what is said again is longer. */
export const MOST_TOPIC = 30;

const SHIPPED = readFileSync(new URL('../../crews/reformulate.crew.yaml', import.meta.url), 'utf8');
const OUTPUT = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };
const TASK = 'Say {{ inputs.topic }} again, visit {{ visit }}.';

/** Not all of these give an object with a `text`; what does not leaves the input as it is. */
const SAYS: readonly object[] = [
  { tool: 'kit.give', with: { text: 'on {{ inputs.topic }}' } },
  { tool: 'kit.give', with: { text: 'visit {{ visit }} ' } },
  { tool: 'kit.give', with: { text: { deep: '{{ inputs.topic }}' } } },
  { tool: 'kit.fail' },
  { role: 'eye', task: TASK, output: OUTPUT },
  { role: 'eye', task: TASK },
  { chain: [{ prompt_template: TASK }, { prompt_template: '{{ previous_response }}' }], output: OUTPUT },
  { human: TASK, choices: ['yes', 'no'], free_text: true },
  { parallel: { text: { role: 'eye', task: TASK }, other: { tool: 'kit.give', with: {} } } },
  { crew: 'reformulate.crew.yaml', inputs: { request: '{{ inputs.topic }}' } },
  { crew: 'reformulate.crew.yaml', inputs: { request: '{{ inputs.topic }}', attended: false } },
];

const BINDINGS = [
  undefined,
  { topic: 'about {{ inputs.topic }}' },
  { topic: '{% if inputs.topic contains "2" %}{{ 1 | divided_by: 0 }}{% endif %}{{ inputs.topic }}' },
];

const REWRITE = fc.record({
  says: fc.constantFrom(...SAYS),
  /** `p0` is any work, and may come more than once. */
  phase: fc.constantFrom('say', 'say', 'say', 'p0'),
  bindings: fc.constantFrom(...BINDINGS),
  again: fc.boolean(),
  goesOn: fc.boolean(),
  retry: fc.boolean(),
});

/** A random crew with a phase before the rest that says the topic again, sometimes more than once, or fails at it. */
export function rewritingCrew(temper: 'calm' | 'wild'): fc.Arbitrary<RewritingCrew> {
  return fc.tuple(randomCrew(temper), REWRITE).map(([yaml, { says, phase, bindings, ...way }]) => {
    const crew = readRows(yaml);
    const say = {
      ...says,
      max_visits: 2,
      on_limit: 'p0',
      next: [...(way.again ? [{ when: 'visit < 2', to: 'say' }] : []), { to: 'p0' }],
      ...(way.goesOn ? { on_error: 'p0' } : {}),
      ...(way.retry && !('human' in says) ? { retry: 1 } : {}),
    };
    const topic = { type: 'string', maxLength: MOST_TOPIC, default: 'x' };
    const phases = { say, ...(crew.phases as object) };
    return {
      yaml: writeRows({ ...crew, inputs: { topic }, start: 'say', phases }),
      files: { 'reformulate.crew.yaml': SHIPPED },
      tamper: program => rewriting(program, phase, bindings),
    };
  });
}

function rewriting(program: Program, phase: string, bindings: Program['bindings']): Program {
  const rewrites = { phase, input: 'topic' };
  const parts = { ...program, rewrites, ...(bindings === undefined ? {} : { bindings }) };
  return { ...parts, hash: hashProgram(parts) };
}

/** JSON is YAML: every row of a random crew is a key and its JSON. */
function readRows(yaml: string): { readonly [key: string]: unknown } {
  const rows = yaml.trimEnd().split('\n');
  return Object.fromEntries(
    rows.map(row => [row.slice(0, row.indexOf(':')), JSON.parse(row.slice(row.indexOf(':') + 1))]),
  );
}

function writeRows(crew: object): string {
  return Object.entries(crew)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return hash >>> 0;
}

const TEXTS = ['snow', 'part 2', 'x'.repeat(MOST_TOPIC), 'x'.repeat(MOST_TOPIC + 1), '{{ inputs.topic }}'];

/** Says something else for each call, some of it too long or nothing that fits; all else is as in every random crew. */
export function rewritingReplies(temper: 'calm' | 'wild', seed: number) {
  const others = randomReplies(temper, seed);
  return (request: ModelRequest): Reply => {
    if (!request.origin.phase.startsWith('say')) return others(request);
    const hash = hashOf(`${seed} ${request.idempotencyKey}`);
    const said = TEXTS[hash % TEXTS.length] ?? '';
    const questions = hash % 3 === 0 ? ['Which one?'] : [];
    const json: JsonValue = { text: said, reformulated: said, assumptions: ['It is wet.'], questions };
    const fits = request.origin.phase.startsWith('say/') ? { ...json } : { text: said };
    if (request.origin.phase.startsWith('say/')) delete (fits as { text?: string }).text;
    const afterMs = hash % 31;
    if (temper === 'wild' && hash % 11 === 0) return { text: 'just words', afterMs };
    return { json: fits, afterMs };
  };
}

/** Answers that depend on nothing but the question; in wild runs nobody may be there. */
export function rewritingPerson(temper: 'calm' | 'wild', seed: number) {
  return ({ id, question }: PersonAskEffect): PersonAnswer | undefined => {
    const hash = hashOf(`${seed} ${id}`);
    if (temper === 'wild' && hash % 7 === 0) return undefined;
    const choices = question.kind === 'question' ? question.choices : ['allow'];
    const text = hash % 3 === 0 ? null : (TEXTS[hash % TEXTS.length] ?? null);
    return {
      choice: text !== null && hash % 5 === 0 ? null : (choices[hash % choices.length] ?? null),
      text,
      by: 'ann',
    };
  };
}
