import type { JsonObject } from '../../model/json.ts';

/**
 * The result of a gate: `ok` when there is no reason against the work, else the reasons, and the gate's own findings
 * beside them. A gate that refuses is a result and not a failure, so that a crew can route on it. Pure.
 */
export function gateVerdict(reasons: readonly string[], findings: JsonObject): JsonObject {
  return { ok: reasons.length === 0, reasons, ...findings };
}
