import type { JsonObject } from '../../model/json.ts';
import type { RunState } from '../../runtime/run-state.ts';
import { readRewrite } from './rewrite-watch.ts';

/** A request that waits for a person to look at how it was said again. */
export interface RewriteDocument {
  readonly request: string;
  readonly reformulated: string;
  readonly assumptions: readonly string[];
  readonly questions: readonly string[];
}

/** What is known of a rewritten request while its run waits for an answer to it; undefined where none does. Pure. */
export function rewriteDocument({ program, procedures, open }: RunState): RewriteDocument | undefined {
  const { rewrites } = program;
  const inner = Object.values(procedures).find(({ place }) => place === `${rewrites?.phase}/`);
  if (inner === undefined || open[`${inner.id}review`]?.held === undefined) return undefined;
  const { artifacts, inputs } = inner;
  const { request = '' } = inputs as JsonObject;
  return { request: String(request), ...readRewrite(artifacts.rewrite ?? null) };
}
