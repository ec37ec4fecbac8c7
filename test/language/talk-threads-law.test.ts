import { expect, test } from 'vitest';
import { loadCrew } from '../../src/language/load-crew.ts';
import { fc } from '../laws.ts';
import { CATALOG, sourceOf } from './catalog.ts';

/** Readings of `<<…>>`, a conversation or its artifact, with guards and without. */
const reading = fc.constantFrom(
  '{{ <<>> | json }}',
  '{{ <<>>.size }}',
  '{{ <<>> | default: "-" }}',
  '{% if <<>> %}{{ <<>> | json }}{% endif %}',
  '{% if <<>> and visit %}{{ <<>>.size }}{% else %}none{% endif %}',
  '{% if <<>> or visit %}{{ <<>> | json }}{% endif %}',
  '{% unless <<>> %}{{ <<>> | default: 1 }}{% endunless %}',
  '{% for said in <<>> %}{{ said | json }}{% endfor %}',
  'go',
);
const NAMES = ['debate', 'judge', 'debate2', 'tell'] as const;
const target = fc.constantFrom(...NAMES, 'done');
const phase = fc.record({
  read: fc.array(reading, { maxLength: 2 }),
  of: fc.constantFrom('debate', 'debate2'),
  when: fc.option(fc.tuple(fc.constantFrom('<<>>.size > 2', 'visit > 1'), target), { nil: undefined }),
  next: target,
  onError: fc.option(target, { nil: undefined }),
});

type RandomPhase = typeof phase extends fc.Arbitrary<infer Value> ? Value : never;

/** The crew, with each reading made by `name`. */
function write(phases: readonly RandomPhase[], name: (talk: string) => string): string {
  const rows = NAMES.map((own, index) => {
    const { read, of, when, next, onError } = phases[index] ?? phases[0] ?? never();
    const put = (text: string): string => text.replaceAll('<<>>', name(of));
    const said = '{ type: array, items: { type: object } }';
    const work = own.startsWith('debate')
      ? `talk: [a, b]\n    by: a\n    output: ${said}\n    max_turns: 3`
      : 'role: a';
    const guard =
      when === undefined ? '' : `      - { when: ${JSON.stringify(put(when[0]))}, to: ${when[1]} }\n`;
    const failed = onError === undefined ? '' : `    on_error: ${onError}\n`;
    return `  ${own}:
    ${work}
    task: ${JSON.stringify(put(['go', ...read].join(' ')))}
    max_visits: 3
    on_limit: done
${failed}    next:
${guard}      - { to: ${next} }
`;
  });
  return `version: 1
crew: random
goal: Talk.
roles: { a: { goal: A. }, b: { goal: B. } }
budget: { calls: 999, tokens: 99m }
start: debate
phases:
${rows.join('')}  done: { end: success }
`;
}

function never(): never {
  throw new Error('there is always a phase');
}

/** Where something is read that may not be there: the line, and what is said of the way to it. */
function missing(text: string): readonly string[] {
  const { diagnostics } = loadCrew({
    path: 'a.yaml',
    readSource: sourceOf({ 'a.yaml': text }),
    catalog: CATALOG,
  });
  return diagnostics
    .filter(({ code }) => code === 'unassigned-artifact')
    .map(({ range, hint }) => `${range.start.line}: ${hint}`);
}

test('law: what was said can be read exactly where the artifact of the conversation can', () => {
  const seen = { missing: 0, clean: 0 };
  fc.assert(
    fc.property(fc.array(phase, { minLength: NAMES.length, maxLength: NAMES.length }), phases => {
      const artifact = missing(write(phases, talk => talk));
      const thread = missing(write(phases, talk => `run.talks.${talk}`));
      expect(thread).toEqual(artifact);
      seen[artifact.length === 0 ? 'clean' : 'missing'] += 1;
    }),
    { numRuns: 300 },
  );
  expect(seen.missing).toBeGreaterThan(50);
  expect(seen.clean).toBeGreaterThan(10);
});
