import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { ArgumentMatcher, PolicyEffect } from '../../src/model/policy.ts';
import { fc } from '../laws.ts';
import type { ShortRule } from './call.ts';

const TEXTS = ['x', 'xy', 'work/a', 'link', 'other', '~/a', 'https://good.example/a', 'http://2130706433/'];
const MORE = ['https://a.good.example', 'http://good.example@evil.example', 'a/b/c'];
const scalar = fc.constantFrom<JsonValue>(...TEXTS, ...MORE, 0, 1, 2, true, null);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('b', 'c'), scalar, { maxKeys: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.record({ b: scalar }, { requiredKeys: [] }), { maxLength: 2 }) },
);

const matcher: fc.Arbitrary<ArgumentMatcher> = fc.oneof(
  fc.record({ kind: fc.constant('eq' as const), value }),
  fc.record({ kind: fc.constant('in' as const), values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('under' as const), folder: fc.constantFrom('./work', '.') }),
  fc.record({
    kind: fc.constant('glob' as const),
    pattern: fc.constantFrom('*', '**', 'x*', 'a/*', 'a/**', 'x'),
  }),
  fc.record({ kind: fc.constant('regex' as const), pattern: fc.constantFrom('x.*', '[a-z/]+', 'x|xy', '.') }),
  fc.record({
    kind: fc.constant('host' as const),
    hosts: fc.constantFrom(['good.example'], ['*.good.example'], ['127.0.0.1', 'good.example']),
  }),
  fc.record({ kind: fc.constant('max' as const), limit: fc.constantFrom(0, 1, 5) }),
);

const hints = fc.record(
  {
    readOnlyHint: fc.boolean(),
    destructiveHint: fc.boolean(),
    idempotentHint: fc.boolean(),
    openWorldHint: fc.boolean(),
  },
  { requiredKeys: [] },
);

function rule(toolsets: readonly string[]): fc.Arbitrary<ShortRule> {
  const name = fc
    .tuple(fc.constantFrom(...toolsets), fc.constantFrom('*', 'diff', 'write', 'w*', '*_all', 'delete_*'))
    .map(parts => parts.join('.'));
  const more = fc.record(
    {
      args: fc.dictionary(fc.constantFrom('a', 'b', 'a.b', 'a.c'), matcher, {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      others: fc.constantFrom('allow' as const, 'deny' as const),
      annotations: hints,
    },
    { requiredKeys: [] },
  );
  return fc.tuple(fc.constantFrom<PolicyEffect>('deny', 'ask', 'allow', 'allow'), name, more);
}

/** Rules that a user may have: by the user's own names. */
export const userRules = fc.array(rule(['*', 'git', 'files', 'post', 'net', 'p*']), { maxLength: 4 });
/** Rules that a crew may have: by its aliases. */
export const crewRules = fc.array(rule(['*', 'vcs', 'git', 'files', 'mail', 'web', 'm*']), { maxLength: 3 });

export const call = fc.record({
  tool: fc.constantFrom(
    'git.diff',
    'vcs.diff',
    'files.write',
    'mail.write',
    'mail.delete_all',
    'web.write',
    'web.diff',
  ),
  args: fc.dictionary(fc.constantFrom('a', 'b'), value, {
    maxKeys: 2,
    noNullPrototype: true,
  }) as fc.Arbitrary<JsonObject>,
  annotations: hints,
});

export const circumstances = fc.record({
  fallback: fc.constantFrom('ask' as const, 'deny' as const),
  granted: fc.boolean(),
  tainted: fc.integer({ min: 0, max: 19 }).map(lot => lot === 0),
});
