import type { CodedFailure } from '../model/crew-error.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/**
 * Decides whether a tool may be called without asking: only a tool that is known to change nothing may.
 * Returns CONSENT_REQUIRED otherwise; nobody can consent yet, so nothing that writes is ever called. Pure.
 */
export function refuseWithoutConsent(spec: ToolSpec): CodedFailure | undefined {
  if (spec.readOnly) return undefined;
  return {
    code: 'CONSENT_REQUIRED',
    message: `\`${spec.name}\` may change something, and only read-only tools are allowed`,
  };
}
