import type { JsonValue } from './json.ts';
import type { ToolAnnotations } from './tool-spec.ts';

/** What a rule says of the calls that it matches. */
export type PolicyEffect = 'deny' | 'ask' | 'allow';

/**
 * What one argument must be. `under`: a path whose real place is inside this folder, relative to the workspace. `glob` and
 * `regex` match the whole text. `host`: the argument is a URL of one of these hosts, `*.example.org` its subdomains.
 * `max`: a number that is not larger.
 */
export type ArgumentMatcher =
  | { readonly kind: 'eq'; readonly value: JsonValue }
  | { readonly kind: 'in'; readonly values: readonly JsonValue[] }
  | { readonly kind: 'under'; readonly folder: string }
  | { readonly kind: 'glob'; readonly pattern: string }
  | { readonly kind: 'regex'; readonly pattern: string }
  | { readonly kind: 'host'; readonly hosts: readonly string[] }
  | { readonly kind: 'max'; readonly limit: number };

/**
 * One rule. `tool` is `<toolset>.<tool>`, where `*` stands for any characters but the dot between them; in the user's policy
 * the toolset is a built-in's own name or a name of `servers`, in a crew file its alias. Arguments that `args` does not name
 * keep a rule from matching unless `others` is `allow`; a rule without `args` matches whatever they are.
 */
export interface PolicyRule {
  readonly effect: PolicyEffect;
  readonly tool: string;
  readonly args?: { readonly [argument: string]: ArgumentMatcher };
  readonly others?: 'allow' | 'deny';
  readonly annotations?: ToolAnnotations;
  /** `file:line` where it stands, for those who ask why. */
  readonly at: string;
}

/** A toolset that the user's rules speak of by a name of theirs. `identity` is `serverIdentity`, or a module's sha256. */
export interface PolicyServer {
  readonly identity: string;
  /** `annotations`: what its tools say of themselves counts. */
  readonly trust: 'annotations' | 'none';
}

/** What the user allows, whatever crew runs: outside every crew file. `hash` is the sha256 of the rest, in hex. */
export interface Policy {
  readonly default: 'ask' | 'deny';
  /** A call that must be asked about where nobody can be asked: the run waits, or the call is refused. */
  readonly nonInteractive: 'pause' | 'deny';
  readonly servers: { readonly [name: string]: PolicyServer };
  readonly rules: readonly PolicyRule[];
  readonly hash: string;
}
