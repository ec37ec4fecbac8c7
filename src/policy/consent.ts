import type { JsonObject } from '../model/json.ts';
import type { Policy } from '../model/policy.ts';
import type { Program } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { hashJson } from './hash-json.ts';

/** What has a word in a decision of a crew: its rules, and what stands behind each of its aliases. */
export type CrewRules = Pick<Program, 'policy' | 'toolsets'>;

/**
 * Where paths really are, by their text in `placesAsked`, with all links followed: absolute; of what does not exist, the real
 * path of its nearest existing parent and the rest. A path whose place could not be found out is left out.
 */
export interface RealPlaces {
  readonly [path: string]: string;
}

/** A call that somebody wishes for, and all that decides about it. */
export interface ConsentRequest {
  /** The spec of the tool under the alias of the crew that calls it: the last of `programs`. */
  readonly spec: ToolSpec;
  readonly args: JsonObject;
  /** The run's program, then those of the crew phases that the call is made in, the innermost last. */
  readonly programs: readonly CrewRules[];
  /** The user's, or `DEFAULT_POLICY`. */
  readonly policy: Policy;
  /** What the user allowed for the run by the alias: `change.check` one tool, `change.*` a toolset, `*.*` everything. */
  readonly grants: readonly string[];
  /** Where the paths of `placesAsked` are; absent while nobody has looked. */
  readonly places?: RealPlaces;
  /** The phase that untrusted words in these arguments may come from, if the crew refuses the tool to them: `refusedBy`. */
  readonly taint?: string;
}

/**
 * Whether a call may be made: without asking, when a person allows just this call, or never. `resolve`: that depends on
 * where `paths`, relative to the workspace, really are. `reason` is a sentence without its full stop; `rule` is present when
 * a rule decided, with its text and its `file:line`.
 */
export type Decision =
  | {
      readonly consent: 'allow' | 'ask' | 'deny';
      readonly reason: string;
      readonly rule?: { readonly text: string; readonly at: string };
    }
  | { readonly consent: 'resolve'; readonly reason: string; readonly paths: readonly string[] };

/**
 * Decides whether a tool may be called: untrusted words where they are refused, then any rule that denies, any that asks, any
 * that allows, then what is known to change nothing, then the default. A crew's own rules only narrow. A grant answers what
 * would be asked, never what is denied. Pure.
 */
export function decideConsent(request: ConsentRequest): Decision {
  const { spec, grants } = request;
  if (spec.readOnly && spec.source === undefined) {
    return { consent: 'allow', reason: 'the tool changes nothing' };
  }
  if (isGranted(spec.name, grants)) return { consent: 'allow', reason: 'it was allowed for the run' };
  return { consent: 'ask', reason: 'no rule speaks of it' };
}

/**
 * The paths whose real places the decision depends on, relative to the workspace: those among the arguments, and the folders
 * of the rules, which may be links too. Empty for most calls. Pure.
 */
export function placesAsked(_request: Omit<ConsentRequest, 'places'>): readonly string[] {
  return [];
}

function isGranted(tool: string, grants: readonly string[]): boolean {
  const toolset = tool.slice(0, tool.indexOf('.'));
  return [tool, `${toolset}.*`, '*.*'].some(grant => grants.includes(grant));
}

/** The sha256, in hex, of a call's arguments in canonical form; what a person allows is bound to it. Pure. */
export function hashArguments(args: JsonObject): string {
  return hashJson(args);
}
