import type { Answers } from '../model/answers.ts';
import type { CodedFailure } from '../model/crew-error.ts';
import type { JsonObject } from '../model/json.ts';
import type { Spend } from '../model/run-event.ts';

/** The one document of `--json` for a run that asked several models the same question. Pure. */
export function askDocument(
  { question, answers, summary, failure }: Answers,
  run: { readonly runId: string; readonly outcome: string; readonly spend: Spend },
): {
  readonly version: 1;
  readonly outcome: string;
  readonly question: string;
  readonly answers: readonly (JsonObject | { readonly model: string; readonly failure: CodedFailure })[];
  readonly summary: string | null;
  readonly failure?: CodedFailure;
  readonly spend: Spend;
  readonly run: string;
} {
  return {
    version: 1,
    outcome: run.outcome,
    question,
    answers: answers.map(({ model, ...rest }) => ({
      model,
      outcome: 'failure' in rest ? 'failed' : 'answered',
      ...rest,
    })),
    summary,
    ...(failure === undefined ? {} : { failure }),
    spend: run.spend,
    run: run.runId,
  };
}
