import { expect, test } from 'vitest';
import type { PolicyRule } from '../../src/model/policy.ts';
import { hashPolicy } from '../../src/policy/hash-policy.ts';
import { fc } from '../laws.ts';
import { type Call, decide, policyOf, rulesOf, type ShortRule } from './call.ts';
import { type OracleCall, oracle, REAL_PLACES } from './oracle.ts';
import { call, circumstances, crewRules, userRules } from './random-policy.ts';

type Circumstances = { fallback: 'ask' | 'deny'; granted: boolean; tainted: boolean };
type Asked = { tool: string; args: Call['args'] & object; annotations: object };

const RUNS = 5000;
const NAMES: Readonly<Record<string, readonly string[]>> = {
  git: ['git'],
  vcs: ['git'],
  files: ['files'],
  mail: ['post'],
  web: ['net'],
};
const RANK = { allow: 0, ask: 1, deny: 2 } as const;

function answer(
  { tool, args, annotations }: Asked,
  rules: { readonly user: readonly ShortRule[]; readonly crew: readonly ShortRule[] },
  { fallback, granted, tainted }: Circumstances,
): 'allow' | 'ask' | 'deny' {
  const { consent } = decide({
    tool,
    args,
    ...rules,
    policy: { default: fallback },
    grants: granted ? [tool] : [],
    annotations,
    real: REAL_PLACES,
    ...(tainted ? { taint: 'fetch' } : {}),
  });
  if (consent === 'resolve') throw new Error('the places were given');
  return consent;
}

/** What the oracle is told of a call: by hand, from the tables of `call.ts`. */
function seen({ tool: name, args, annotations }: Asked): OracleCall {
  const [toolset = '', tool = ''] = name.split('.');
  const builtIn = toolset === 'git' || toolset === 'vcs' || toolset === 'files';
  const said: { [hint: string]: boolean } = toolset === 'web' || builtIn ? { ...annotations } : {};
  const readOnly = builtIn ? (said.readOnlyHint ?? tool === 'diff') : said.readOnlyHint === true;
  const hints = {
    readOnlyHint: readOnly,
    destructiveHint: readOnly ? false : (said.destructiveHint ?? true),
    idempotentHint: readOnly || (said.idempotentHint ?? false),
    openWorldHint: said.openWorldHint ?? !builtIn,
  };
  return { toolset, known: NAMES[toolset] ?? [], tool, args, changesNothing: readOnly, hints };
}

test('law: 5,000 sets of rules decide as a second opinion does', () => {
  const counts = new Map<string, number>();
  fc.assert(
    fc.property(call, userRules, crewRules, circumstances, (asked, user, crew, about) => {
      const expected = oracle(seen(asked), { user: rulesOf(user), crew: rulesOf(crew), ...about });
      counts.set(expected, (counts.get(expected) ?? 0) + 1);
      expect(answer(asked, { user, crew }, about)).toBe(expected);
    }),
    { numRuns: RUNS },
  );
  // The world is one where each answer is often the right one.
  for (const consent of ['allow', 'ask', 'deny']) expect(counts.get(consent)).toBeGreaterThan(RUNS / 10);
});

test('law: one more rule that denies or asks, or any of a crew, never lets more happen', () => {
  fc.assert(
    fc.property(call, userRules, crewRules, crewRules, circumstances, (asked, user, crew, more, about) => {
      const before = RANK[answer(asked, { user, crew }, about)];
      expect(RANK[answer(asked, { user, crew: [...more, ...crew] }, about)]).toBeGreaterThanOrEqual(before);
      const denied = [['deny', 'post.*', { others: 'allow' }] as const, ...user];
      expect(RANK[answer(asked, { user: denied, crew }, about)]).toBeGreaterThanOrEqual(before);
      // Where the default denies, a rule that asks is what opens a tool to a person's word.
      const asking = [['ask', 'git.*'] as const, ...user];
      const after = RANK[answer(asked, { user: asking, crew }, { ...about, fallback: 'ask' })];
      expect(after).toBeGreaterThanOrEqual(
        RANK[answer(asked, { user, crew }, { ...about, fallback: 'ask' })],
      );
    }),
    { numRuns: 1000 },
  );
});

test('law: the order of rules decides nothing, and neither do grants over what is denied', () => {
  fc.assert(
    fc.property(call, userRules, crewRules, circumstances, (asked, user, crew, about) => {
      const forwards = answer(asked, { user, crew }, about);
      expect(answer(asked, { user: user.toReversed(), crew: crew.toReversed() }, about)).toBe(forwards);
      const granted = answer(asked, { user, crew }, { ...about, granted: true });
      expect(granted).toBe(forwards === 'deny' ? 'deny' : 'allow');
    }),
    { numRuns: 1000 },
  );
});

test('law: the hash of a policy is of what it says, and not of where its rules stand', () => {
  fc.assert(
    fc.property(userRules, userRules, (left, right) => {
      const { hash } = policyOf(left);
      const moved = rulesOf(left).map((rule): PolicyRule => ({ ...rule, at: 'elsewhere.yaml:9' }));
      expect(hashPolicy({ ...policyOf(left), rules: moved })).toBe(hash);
      expect(policyOf(right).hash === hash).toBe(JSON.stringify(right) === JSON.stringify(left));
      expect(policyOf(left, { default: 'deny' }).hash).not.toBe(hash);
      expect(policyOf(left, { servers: {} }).hash).not.toBe(hash);
    }),
    { numRuns: 500 },
  );
});
