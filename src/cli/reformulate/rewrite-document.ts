import type { RewriteRecord } from '../../model/run-record.ts';
import { readRewrite } from '../../runtime/records/read-rewrite.ts';
import type { RunState } from '../../runtime/run-state.ts';

/** What is told to programs of a request that was said again. */
export type RewriteDocument = Omit<RewriteRecord, 'input'>;

/** What is known of a rewritten request: while its run waits for an answer to it, and what became of it. Pure. */
export function rewriteDocument(state: RunState): RewriteDocument | undefined {
  const rewrite = readRewrite(state);
  if (rewrite === undefined) return undefined;
  const { input: _name, ...document } = rewrite;
  return document;
}
