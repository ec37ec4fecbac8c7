import type { JsonObject } from '../model/json.ts';
import type { Policy, PolicyEffect, PolicyRule } from '../model/policy.ts';
import type { Program } from '../model/program.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { hashJson } from './hash-json.ts';
import { matchesArguments, pathsOf, type RuleSubject, ruleText, speaksOf } from './match-rule.ts';
import { hintsOf, identityOf, namesInPolicy, ownWord } from './tool-hints.ts';
import type { Toolset } from './under-folder.ts';

/** What has a word in a decision of a crew: its rules, and what stands behind each of its aliases. */
type CrewRules = Pick<Program, 'policy' | 'toolsets'>;

/**
 * Where paths really are, by their text in `placesAsked`, with all links followed: absolute; of what does not exist, the real
 * path of its nearest existing parent and the rest. A path whose place could not be found out is left out.
 */
interface RealPlaces {
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
      /** Of `grants`, the one that answered what would have been asked. */
      readonly grant?: string;
    }
  | { readonly consent: 'resolve'; readonly reason: string; readonly paths: readonly string[] };

/**
 * Decides whether a tool may be called: untrusted words where they are refused, then any rule that denies, any that asks, any
 * that allows, then what is known to change nothing, or only what the crew remembers, then the default. A crew's own rules only
 * narrow. A grant answers what would be asked, never what is denied. Pure.
 */
export function decideConsent(request: ConsentRequest): Decision {
  const { spec, grants, taint, places } = request;
  if (taint !== undefined) {
    const reason = `its arguments may come from \`${taint}\`, whose words the crew does not trust`;
    return { consent: 'deny', reason };
  }
  const paths = places === undefined ? placesAsked(request) : [];
  if (paths.length > 0) {
    return { consent: 'resolve', reason: 'a rule looks at where its paths are', paths };
  }
  const [user, ...crews] = layersOf(request);
  const said = [userSays(request, user, places), ...crews.flatMap(crew => crewSays(crew, places))];
  const strictest = said.reduce((worst, each) => (RANK[each.consent] > RANK[worst.consent] ? each : worst));
  const grant = strictest.consent === 'ask' ? grantOf(spec.name, grants) : undefined;
  if (grant === undefined) return strictest;
  return { consent: 'allow', reason: `it was allowed for the run by \`${grantFlag(grant)}\``, grant };
}

/**
 * The paths whose real places the decision depends on, relative to the workspace: those among the arguments, and the folders
 * of the rules, which may be links too. Empty for most calls. Pure.
 */
export function placesAsked(request: Omit<ConsentRequest, 'places'>): readonly string[] {
  const paths = layersOf(request).flatMap(({ rules, subject }) =>
    rules.filter(rule => speaksOf(rule, subject)).flatMap(rule => pathsOf(rule, subject)),
  );
  return [...new Set(paths)];
}

type Decided = Exclude<Decision, { consent: 'resolve' }>;

/** Rules with the names that they have for the tool. */
interface Layer {
  readonly rules: readonly PolicyRule[];
  readonly subject: RuleSubject;
}

const RANK = { allow: 0, ask: 1, deny: 2 } as const;
const STRICTEST_FIRST: readonly PolicyEffect[] = ['deny', 'ask', 'allow'];

/** The user's rules first, then those of the crews, outermost first. */
function layersOf({
  spec,
  args,
  programs,
  policy,
}: Omit<ConsentRequest, 'places'>): readonly [Layer, ...Layer[]] {
  const dot = spec.name.indexOf('.');
  const alias = spec.name.slice(0, dot);
  const innermost = programs.at(-1);
  const toolset = innermost === undefined ? undefined : behind(innermost, alias);
  const subject = {
    tool: spec.name.slice(dot + 1),
    args,
    hints: hintsOf(spec, toolset, policy),
    toolset,
  };
  const crews = programs.map(program => {
    const names = program === innermost ? [alias] : aliasesOf(program, toolset);
    return { rules: program.policy ?? [], subject: { ...subject, names } };
  });
  return [{ rules: policy.rules, subject: { ...subject, names: namesInPolicy(toolset, policy) } }, ...crews];
}

function behind({ toolsets }: CrewRules, alias: string): Toolset | undefined {
  return Object.hasOwn(toolsets, alias) ? toolsets[alias] : undefined;
}

/** What an outer crew calls the toolset of a crew inside. */
function aliasesOf({ toolsets }: CrewRules, toolset: Toolset | undefined): readonly string[] {
  const identity = identityOf(toolset);
  if (identity === undefined) return [];
  return Object.entries(toolsets).flatMap(([alias, each]) => (identityOf(each) === identity ? [alias] : []));
}

function userSays({ spec, policy }: ConsentRequest, layer: Layer, places: RealPlaces | undefined): Decided {
  const rule = firstMatch(layer, places);
  if (rule !== undefined) return ruled(rule, 'your policy');
  if (layer.subject.hints.readOnlyHint) return { consent: 'allow', reason: 'the tool changes nothing' };
  if (spec.memory !== undefined && spec.source === undefined) {
    return { consent: 'allow', reason: 'it changes only what the crew remembers, and can be taken back' };
  }
  if (policy.default === 'deny') {
    return { consent: 'deny', reason: 'your policy lets nothing happen that no rule allows' };
  }
  return { consent: 'ask', reason: `${doubtAbout(spec, layer, policy)}, and no rule allows it` };
}

function doubtAbout(spec: ToolSpec, { subject }: Layer, policy: Policy): string {
  const word = ownWord(spec, subject.toolset, policy);
  if (word === undefined) return 'the tool may change something';
  if (word === 'nothing') return 'nobody vouches for the tool';
  return `the tool says that it ${word}, but nobody vouches for it`;
}

/** A crew that says nothing, or allows, narrows nothing. */
function crewSays(layer: Layer, places: RealPlaces | undefined): readonly Decided[] {
  const rule = firstMatch(layer, places);
  return rule === undefined ? [] : [ruled(rule, 'the crew')];
}

function firstMatch({ rules, subject }: Layer, places: RealPlaces = {}): PolicyRule | undefined {
  const matching = rules.filter(rule => speaksOf(rule, subject) && matchesArguments(rule, subject, places));
  const [effect] = STRICTEST_FIRST.filter(each => matching.some(rule => rule.effect === each));
  return matching.find(rule => rule.effect === effect);
}

const VERBS = { deny: 'denies it', ask: 'wants a person to be asked', allow: 'allows it' } as const;

function ruled(rule: PolicyRule, whose: string): Decided {
  const reason = `a rule of ${whose} ${VERBS[rule.effect]}`;
  return { consent: rule.effect, reason, rule: { text: ruleText(rule), at: rule.at } };
}

function grantOf(tool: string, grants: readonly string[]): string | undefined {
  const toolset = tool.slice(0, tool.indexOf('.'));
  return [tool, `${toolset}.*`, '*.*'].find(grant => grants.includes(grant));
}

/** What was typed to allow something for a run. Pure. */
export function grantFlag(grant: string): string {
  return grant === '*.*' ? '--approve-all' : `--allow ${grant}`;
}

/** The sha256, in hex, of a call's arguments in canonical form; what a person allows is bound to it. Pure. */
export function hashArguments(args: JsonObject): string {
  return hashJson(args);
}
