import type { JsonValue } from '../model/json.ts';
import type { Policy } from '../model/policy.ts';
import { hashJson } from './hash-json.ts';

/**
 * The sha256, in hex, of all that decides: where a rule stands (`at`) does not count, the order of rules does. What a person
 * allowed holds only while it is the same. Pure.
 */
export function hashPolicy(policy: Omit<Policy, 'hash'>): string {
  const { default: fallback, nonInteractive, servers } = policy;
  const rules = policy.rules.map(({ at: _at, ...rule }) => rule);
  return hashJson({ default: fallback, nonInteractive, servers, rules } as unknown as JsonValue);
}
