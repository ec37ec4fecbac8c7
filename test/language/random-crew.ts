import type { JsonObject } from '../../src/model/json.ts';
import { fc } from '../laws.ts';
import { randomSchema } from './random-schema.ts';

/** One phase of a random crew. Targets are places in the list; `SIZE` is the end. */
export interface RandomPhase {
  readonly schema: JsonObject | undefined;
  readonly template: string;
  readonly ways: readonly { readonly when: string; readonly to: number }[];
  readonly onError: number | undefined;
  readonly maxVisits: number | undefined;
  readonly onLimit: number | undefined;
}

export const SIZE = 4;
const place = fc.oneof({ weight: 2, arbitrary: fc.constant(SIZE) }, { weight: 3, arbitrary: fc.nat(SIZE) });

/** A path that is yet to be found in a schema: which artifact, and which field at each step. */
const path = fc
  .tuple(fc.nat(SIZE - 1), fc.array(fc.nat(9), { maxLength: 3 }))
  .map(([root, picks]) => `<<${[root, ...picks].join(' ')}>>`);

/** The same with a test that suits what is found, or a list to go through. */
const fitting = path.map(one => one.replace('<<', '<<?'));
const listing = path.map(one => one.replace('<<', '<<*'));

const condition: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fitting },
  path,
  path.map(one => `not ${one}`),
  fc.tuple(path, fc.constantFrom('==', '!=')).map(([one, operator]) => `${one} ${operator} "x"`),
  fc.tuple(path, fc.constantFrom('>', '<=')).map(([one, operator]) => `${one} ${operator} 3`),
  path.map(one => `${one} contains "x"`),
  path.map(one => `${one} != nil`),
  path.map(one => `${one}.size > 0`),
  fc.tuple(path, path, fc.constantFrom('and', 'or')).map(([one, two, word]) => `${one} ${word} ${two}`),
  path.map(one => `${one} | default: false`),
);

const piece: fc.Arbitrary<string> = fc.letrec<{ piece: string }>(tie => ({
  piece: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 6, arbitrary: path.map(one => `{{ ${one} | json }}`) },
    { weight: 4, arbitrary: path.map(one => `{{ ${one} | default: "-" }}`) },
    { weight: 4, arbitrary: path.map(one => `{% if ${one} %}{{ ${one} }}{% endif %}`) },
    {
      weight: 4,
      arbitrary: listing.map(
        one => `{% for v in ${one} %}{{ v | json }}{% if v.a %}{{ v.a }}{% endif %}{% endfor %}`,
      ),
    },
    path.map(one => `{{ ${one} }}`),
    path.map(one => `{{ ${one} | json }}`),
    path.map(one => `{{ ${one} | default: "-" }}`),
    path.map(one => `{{ ${one} | map: "a" | join: ", " }}`),
    path.map(one => `{{ ${one} | where: "b" | size }}`),
    path.map(one => `{% assign v = ${one} %}{{ v | json }}`),
    fc
      .tuple(path, fc.constantFrom('v', 'v.a', 'v.kind', 'v.b.size'))
      .map(([one, read]) => `{% for v in ${one} %}{{ ${read} | json }}{% endfor %}`),
    fc
      .tuple(path, fc.constantFrom('.a', '.b', '[0]', '.first.a'))
      .map(([one, read]) => `{% if ${one}${read} %}{{ ${one}${read} }}{% endif %}`),
    fc
      .tuple(condition, tie('piece'), tie('piece'))
      .map(([test, yes, no]) => `{% if ${test} %}${yes}{% else %}${no}{% endif %}`),
    fc
      .tuple(path, tie('piece'))
      .map(([one, inside]) => `{% case ${one} %}{% when "x" %}${inside}{% endcase %}`),
  ),
})).piece;

const phase: fc.Arbitrary<RandomPhase> = fc.record({
  schema: fc.option(randomSchema, { nil: undefined, freq: 5 }),
  template: fc.oneof(
    fc.constant('go'),
    piece,
    fc.tuple(piece, piece).map(parts => parts.join(' ')),
  ),
  ways: fc.array(fc.record({ when: condition, to: place }), { maxLength: 2 }),
  onError: fc.option(fc.constant(SIZE), { nil: undefined, freq: 2 }),
  maxVisits: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 2 }),
  onLimit: fc.option(fc.constant(SIZE), { nil: undefined, freq: 2 }),
});

/** Crews that are well-formed in shape and go forward, back only to phases with a limit; the rest is left to chance. */
export const randomCrew: fc.Arbitrary<readonly RandomPhase[]> = fc
  .array(phase, { minLength: SIZE, maxLength: SIZE })
  .map(phases =>
    phases.map((one, index) => ({
      ...one,
      template: index === 0 ? 'go' : findPaths(one.template, phases, index),
      ways: one.ways.map(({ when, to }) => ({
        when: findPaths(when, phases, index + 1),
        to: to > index || phases[to]?.maxVisits !== undefined ? to : SIZE,
      })),
    })),
  );

/** Puts real paths, into the artifacts of the first `count` phases, in the places of those that are yet to be found. */
function findPaths(text: string, phases: readonly RandomPhase[], count: number): string {
  return text.replace(/<<([?*]?)([\d ]+)>>/g, (_, form: string, picks: string) => {
    const [root = 0, ...steps] = picks.split(' ').map(Number);
    const index = root % count;
    const found = [nameOf(index)];
    let schema = phases[index]?.schema;
    for (const pick of steps) {
      const names = namesOf(schema);
      const name = pick === 9 ? 'b' : names[pick % Math.max(1, names.length)];
      if (name === undefined) break;
      found.push(name);
      schema = insideOf(schema, name);
    }
    return formed(form, found.join('.'), schema);
  });
}

function formed(form: string, path: string, schema: JsonObject | undefined): string {
  if (form === '*') return schema?.type === 'array' ? path : '(1..2)';
  if (form === '') return path;
  if (path.endsWith('.size') || schema?.type === 'integer') return `${path} > 3`;
  if (schema?.type === 'array') return `${path}.size > 0`;
  return schema?.type === 'string' || Array.isArray(schema?.enum) ? `${path} == "x"` : path;
}

function namesOf(schema: JsonObject | undefined): readonly string[] {
  if (schema === undefined || schema.type === 'string') return [];
  if (schema.type === 'array') return ['size', 'first'];
  if (typeof schema.$ref === 'string') return namesOf((schema.$defs as Record<string, JsonObject>).it);
  if (Array.isArray(schema.oneOf))
    return ['kind', ...schema.oneOf.flatMap(one => namesOf(one as JsonObject))];
  return Object.keys((schema.properties as JsonObject | undefined) ?? {});
}

function insideOf(schema: JsonObject | undefined, name: string): JsonObject | undefined {
  if (schema?.type === 'array') return name === 'first' ? (schema.items as JsonObject) : undefined;
  if (typeof schema?.$ref === 'string')
    return insideOf((schema.$defs as Record<string, JsonObject>).it, name);
  if (Array.isArray(schema?.oneOf)) {
    return schema.oneOf.map(one => insideOf(one as JsonObject, name)).find(one => one !== undefined);
  }
  return (schema?.properties as Record<string, JsonObject> | undefined)?.[name];
}

/** The name of a phase by its place. */
export function nameOf(index: number): string {
  return index === SIZE ? 'finish' : `p${index}`;
}

/** Writes a random crew as a file. */
export function writeCrew(phases: readonly RandomPhase[]): string {
  const written = phases.map(({ schema, template, ways, onError, maxVisits, onLimit }, index) => [
    nameOf(index),
    {
      role: 'worker',
      task: `Work. ${template}`,
      ...(schema === undefined ? {} : { output: schema }),
      ...(onError === undefined ? {} : { on_error: nameOf(onError) }),
      ...(maxVisits === undefined ? {} : { max_visits: maxVisits }),
      ...(maxVisits === undefined || onLimit === undefined ? {} : { on_limit: nameOf(onLimit) }),
      next: [...ways.map(({ when, to }) => ({ when, to: nameOf(to) })), { to: nameOf(index + 1) }],
    },
  ]);
  const head = { version: 1, crew: 'random', goal: 'Be random.', roles: { worker: { goal: 'Work.' } } };
  const all = { ...Object.fromEntries(written), finish: { end: 'success' } };
  return JSON.stringify({ ...head, budget: { calls: 99 }, start: 'p0', phases: all });
}
