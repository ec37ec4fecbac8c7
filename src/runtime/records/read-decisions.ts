import type { ToolCallEffect } from '../../model/effect.ts';
import type { JsonObject } from '../../model/json.ts';
import type { PersonQuestion } from '../../model/person-question.ts';
import { grantFlag, hashArguments } from '../../policy/consent.ts';
import { rulingOn } from '../consent/ruling-on.ts';
import type { FoldStep } from './fold-run.ts';

/**
 * One decision about a tool call, as it stands in the chained facts of a run: what was decided in the fact of which number,
 * about exactly which call, by whom, and why. `by` is a person, the flag that allowed it for
 * the run, or `policy` where nobody was asked. `asked` is why a person was asked, `why` what they said, or why nobody was.
 */
export interface CallDecision {
  readonly seq: number;
  readonly at: number;
  readonly decision: 'allowed' | 'refused';
  readonly by: string;
  readonly key: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly argsHash: string;
  readonly why?: string;
  readonly asked?: string;
  readonly rule?: string;
  readonly binding?: string;
  readonly policyHash?: string;
  /** For all other and later calls of the same tool in the run, too. */
  readonly alike?: true;
}

type Approval = Extract<PersonQuestion, { kind: 'approval' }>;

/** All decisions about calls, in order: of people, and of policies about what was called without asking or refused. Pure. */
export function readDecisions(steps: Iterable<FoldStep>): readonly CallDecision[] {
  const asked = new Map<string, Approval>();
  const decided = new Set<string>();
  const rows: CallDecision[] = [];
  for (const step of steps) {
    for (const effect of step.effects) {
      if (effect.type === 'tool.call' && !decided.has(effect.key)) {
        decided.add(effect.key);
        rows.push(allowedBy(step, effect));
      }
      if (effect.type !== 'event.publish') continue;
      const { event } = effect;
      if (event.type === 'person.asked' && event.question.kind === 'approval')
        asked.set(event.id, event.question);
      if (event.type === 'person.answered') {
        const question = asked.get(event.id);
        if (question === undefined) continue;
        decided.add(event.id);
        rows.push(personal(step.seq, event, question));
      }
      if (
        event.type === 'tool.ended' &&
        event.outcome === 'failed' &&
        event.failure.code === 'CONSENT_DENIED'
      ) {
        if (decided.has(event.key)) continue;
        decided.add(event.key);
        const started = step.effects.flatMap(each =>
          each.type === 'event.publish' && each.event.type === 'tool.started' && each.event.key === event.key
            ? [each.event.args]
            : [],
        );
        const args = started[0] ?? {};
        const { at, key, tool, failure } = event;
        const call = { seq: step.seq, at, by: 'policy', key, tool, args, argsHash: hashArguments(args) };
        rows.push({ ...call, decision: 'refused', why: failure.message, ...policyOf(step) });
      }
    }
  }
  return rows;
}

function policyOf({ after }: FoldStep): Pick<CallDecision, 'policyHash'> {
  return after.policy === undefined ? {} : { policyHash: after.policy.hash };
}

/** What decided, without what was decided. */
interface Said {
  readonly reason: string;
  readonly rule?: string;
  readonly grant?: string;
}

function allowedBy(
  step: FoldStep,
  { key, tool, args, consent: _sent, ...rest }: ToolCallEffect,
): CallDecision {
  const ruling = rulingOn(step.after, { key, tool, args, ...rest });
  const { reason: why, rule, grant }: Said = ruling.effect === 'look' ? { reason: '' } : ruling;
  return {
    seq: step.seq,
    at: step.after.at,
    decision: 'allowed',
    by: grant === undefined ? 'policy' : grantFlag(grant),
    key,
    tool,
    args,
    argsHash: hashArguments(args),
    ...(why === '' ? {} : { why }),
    ...(rule === undefined ? {} : { rule }),
    ...policyOf(step),
  };
}

function personal(
  seq: number,
  answered: {
    readonly at: number;
    readonly id: string;
    readonly choice: string | null;
    readonly text: string | null;
    readonly by: string;
    readonly alike?: true;
  },
  { tool, args, argsHash, binding, policyHash, reason, rule }: Approval,
): CallDecision {
  const { at, id: key, choice, text, by, alike } = answered;
  return {
    seq,
    at,
    decision: choice === 'allow' ? 'allowed' : 'refused',
    by,
    key,
    tool,
    args,
    argsHash,
    ...(text === null ? {} : { why: text }),
    ...(reason === undefined ? {} : { asked: reason }),
    ...(rule === undefined ? {} : { rule }),
    ...(binding === undefined ? {} : { binding }),
    ...(policyHash === undefined ? {} : { policyHash }),
    ...(alike === true ? { alike } : {}),
  };
}
