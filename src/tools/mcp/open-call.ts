import type { ToolContext } from '../../ports/tool.ts';
import type { CallDeadline } from './call-deadline.ts';

/** A call that a server works on. */
export interface OpenCall {
  readonly context: ToolContext;
  readonly deadline: CallDeadline;
  /** How often the server has asked the person in this call. */
  questions: number;
}

/** The calls of one server that are under way, oldest first. */
export type OpenCalls = Set<OpenCall>;

/**
 * The call that a word of the server belongs to. Before 2026-07-28 nothing says which it is, so it is the one that was
 * sent last. Pure.
 */
export function latestCall(calls: OpenCalls): OpenCall | undefined {
  return [...calls].at(-1);
}
