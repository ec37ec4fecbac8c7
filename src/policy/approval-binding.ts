import { hashJson } from './hash-json.ts';

/** All that leave for one tool call is given for; `call` is the key of its effect. What is not known of a tool is absent. */
export interface ApprovedCall {
  readonly run: string;
  readonly call: string;
  readonly tool: string;
  readonly argsHash: string;
  readonly policyHash: string;
  readonly server?: string;
  readonly pin?: string;
}

/**
 * The sha256, in hex, of all that leave for a call is given for, in canonical form: leave for anything else has another
 * one, so an answer that names it counts only there. Pure.
 */
export function approvalBinding(approved: ApprovedCall): string {
  const { run, call, tool, argsHash, policyHash, server = null, pin = null } = approved;
  return hashJson({ run, call, tool, argsHash, policyHash, server, pin });
}
