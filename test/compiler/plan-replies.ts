import type { JsonObject } from '../../src/model/json.ts';
import type { Reply } from '../runtime/fake-model.ts';

/** Words and JSON as what the shipped crew asks for. */
export function saidAgain(answer: Reply): Reply {
  const { text, json, ...rest } = answer;
  if (rest.finish !== undefined || (text === undefined && json === undefined)) return answer;
  const reformulated = `again ${text ?? JSON.stringify(json)}`;
  return { ...rest, json: { reformulated, assumptions: [reformulated], questions: [] } };
}

/** What a model answers in a row of the law; usage is a share of the worst case, 9 means that none is sent. */
export function answerOf(
  row:
    | {
        readonly what: string;
        readonly calls: number;
        readonly tool: string;
        readonly usage: number;
        readonly length: number;
      }
    | undefined,
  worst: { readonly inputTokens: number; readonly outputTokens: number },
): Reply {
  if (row === undefined) return { text: 'nothing' };
  const share = (tokens: number): number => Math.floor((tokens * row.usage) / 8);
  const usage =
    row.usage === 9
      ? null
      : {
          inputTokens: share(worst.inputTokens),
          outputTokens: share(worst.outputTokens),
          cachedInputTokens: 0,
        };
  const text = '\u0001é"'.repeat(row.length / 3);
  switch (row.what) {
    case 'json':
      return { json: { ok: true, text }, usage };
    case 'calls':
      return {
        usage,
        calls: Array.from({ length: row.calls }, () => ({ tool: row.tool, args: argsOf(row.tool, text) })),
      };
    case 'empty':
      return { usage, text: ' ' };
    case 'length':
      return { usage, text, finish: 'length' };
    case 'busy':
      return { usage: null, failure: { code: 'PROVIDER_OVERLOADED', message: 'busy' } };
    case 'lost':
      return { usage: null, failure: { code: 'PROVIDER_TIMEOUT', message: 'lost', retryAfterMs: 60_000 } };
    case 'refused':
      return { usage: null, failure: { code: 'PROVIDER_REFUSED', message: 'no' } };
    default:
      return { usage, text: `a ${text}` };
  }
}

function argsOf(tool: string, text: string): JsonObject {
  switch (tool) {
    case 'delegate':
      return { role: 'writer', task: `${text}.`, expected: text || '.' };
    case 'ask':
      return { role: 'worker', question: `${text}?` };
    case 'send_back':
      return { delegation: 1, reason: `${text}!` };
    case 'transcript':
      return { delegation: 1 };
    default:
      return { text };
  }
}
