import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../model/canonical-json.ts';
import type { JsonObject } from '../model/json.ts';
import type { ToolSpec } from '../model/tool-spec.ts';

/** Whether a tool may be called: without asking, or only when a person has allowed just this call. */
export type Consent = 'allow' | 'ask';

/**
 * Decides whether a tool may be called. A built-in that is known to change nothing may; so may what the user allowed for
 * the run: `change.check` one tool, `change.*` a toolset. A module's own word that it changes nothing does not count.
 * Everything else is asked. Pure.
 */
export function decideConsent(spec: ToolSpec, grants: readonly string[]): Consent {
  if (spec.readOnly && spec.source !== 'module') return 'allow';
  const toolset = spec.name.slice(0, spec.name.indexOf('.'));
  return grants.includes(spec.name) || grants.includes(`${toolset}.*`) ? 'allow' : 'ask';
}

/** The sha256, in hex, of a call's arguments in canonical form; what a person allows is bound to it. Pure. */
export function hashArguments(args: JsonObject): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(args))));
}
