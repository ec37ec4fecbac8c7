import type { JsonObject } from '../../src/model/json.ts';
import type { Finding } from '../../src/model/review.ts';
import type { LoopbackRequest, Reply, ReplyScript } from '../loopback/reply.ts';

/** The roles of the code review, as a server recognises them by their tasks. */
const TASKS = {
  security: 'Review the change below for vulnerabilities',
  correctness: 'Review the change below for wrong behaviour',
  tests: 'Review the tests of the change below',
  design: 'Review the design of the change below',
  judge: 'Judge the findings below',
} as const;

type ReviewRole = keyof typeof TASKS;

/** Where in the work of which role a request stands; `turn` counts the model's own messages before it, from 0. */
export interface Place {
  readonly role: ReviewRole;
  readonly turn: number;
}

/** The place of a request in the code review. */
export function placeOf(request: LoopbackRequest): Place {
  const role = (Object.keys(TASKS) as ReviewRole[]).find(name => request.promptText.includes(TASKS[name]));
  if (role === undefined)
    throw new Error(`no role of the code review asks: ${request.promptText.slice(0, 200)}`);
  const messages = (request.body.messages ?? []) as readonly JsonObject[];
  return { role, turn: messages.filter(message => message.role === 'assistant').length };
}

/** The key under which a request may be repeated without harm; equal keys are the same call. */
export function callKey(request: LoopbackRequest): string {
  return String(request.headers['idempotency-key']);
}

/** What the judge says when it mutes the remark about missing tests. */
export const MUTE_REASON = 'The repository has no tests at all; that is known and planned.';

/** What the models of the review say, in no provider's words. Deterministic: the same request gets the same reply. */
export const reviewScript: ReplyScript = request => {
  const place = placeOf(request);
  return place.turn === 0 ? firstTurn(place.role, request) : lastTurn(place.role, request);
};

function firstTurn(role: ReviewRole, request: LoopbackRequest): Reply {
  const range = /^Revisions: (\S+)$/m.exec(request.promptText)?.[1] ?? '';
  if (role === 'judge') return { json: judgement(request) };
  const own = { tool: `review.${role}`, args: { range } };
  if (role === 'security') {
    return {
      text: 'Let me look at what the tools say, and at the file.',
      toolCalls: [own, { tool: 'files.read', args: { path: 'src/orders.ts' } }],
    };
  }
  return { toolCalls: [own] };
}

function lastTurn(role: ReviewRole, request: LoopbackRequest): Reply {
  switch (role) {
    case 'security':
      return { json: { findings: [sqlFinding(8), sqlFinding(6)] } };
    case 'correctness':
      // Almost JSON, in a fence, with words around it.
      return {
        text: `Here is what I found:\n\`\`\`json\n{"findings": [${JSON.stringify(commitFinding())},]}\n\`\`\``,
      };
    case 'tests': {
      const wasRefused = placeOf(request).turn > 1;
      return wasRefused ? { json: { findings: [] } } : { json: { findings: 'none that matter' } };
    }
    case 'design':
      return { json: { findings: [] } };
    case 'judge':
      return { json: judgement(request) };
  }
}

/** A model's own finding; only line 8 was added by the change, line 6 is old code. */
function sqlFinding(line: number): JsonObject {
  return {
    path: 'src/orders.ts',
    range: [line, line],
    severity: 'critical',
    category: 'security',
    title: `Customer name is put into line ${line}`,
    why: "A customer called `' OR 1=1 --` reads the orders of everybody.",
    confidence: 0.9,
    source: ['agent:security_reviewer'],
  };
}

function commitFinding(): JsonObject {
  return {
    path: 'src/orders.ts',
    range: [14, 14],
    severity: 'major',
    category: 'bug',
    title: 'Failed commit is not told',
    why: 'When COMMIT fails the caller only sees false and cannot tell why.',
    confidence: 0.8,
    source: ['agent:correctness_reviewer'],
  };
}

function judgement(request: LoopbackRequest): JsonObject {
  const text = /<findings>\n(.*)\n<\/findings>/s.exec(request.promptText)?.[1] ?? '[]';
  const findings = JSON.parse(text) as readonly Finding[];
  const bySource = (name: string) => findings.find(({ source }) => source.includes(name))?.id ?? 'none';
  return {
    summary: {
      what: 'Reads orders of a customer and reports on them.',
      risk: 'high',
      effort: 2,
      tests: 'no',
      verdict: 'request_changes',
    },
    decisions: [
      { id: bySource('ast-grep:mutable-default'), action: 'mute', reason: MUTE_REASON },
      {
        id: bySource('agent:correctness_reviewer'),
        action: 'merge',
        into: bySource('ast-grep:swallowed-error'),
        reason: 'Both say that the error is lost.',
      },
    ],
    findings: [],
  };
}
