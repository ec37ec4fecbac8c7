import type { ToolCallEffect } from '../../model/effect.ts';
import type { Policy } from '../../model/policy.ts';
import { type Program, refusedBy } from '../../model/program.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { decideConsent } from '../../policy/consent.ts';
import { DEFAULT_POLICY } from '../../policy/default-policy.ts';
import { guardedFile } from '../../policy/guarded-files.ts';
import { hintsOf } from '../../policy/tool-hints.ts';
import { programAt } from '../crews/program-at.ts';
import { type OpenWork, procedureOf, type RunState } from '../run-state.ts';
import { outerOf, ownerOf } from '../scope.ts';
import { toolIdentity } from './tool-identity.ts';

/**
 * What was decided about a call. `look`: that depends on where `paths` really are. `rule` is `file:line` of the rule that
 * decided; `destructive` says that leave for it is to be given with care.
 */
export type Ruling =
  | {
      readonly effect: 'allow' | 'ask' | 'deny';
      readonly reason: string;
      readonly rule?: string;
      /** What the user allowed for the run, where that let the call out. */
      readonly grant?: string;
      readonly destructive: boolean;
    }
  | { readonly effect: 'look'; readonly paths: readonly string[] };

/** The spec of the tool as the program that calls it knows it. Pure. */
export function specOf({ program }: RunState, { tool, crew = '' }: ToolCallEffect): ToolSpec | undefined {
  return programAt(program, crew).tools.find(each => each.name === tool);
}

/**
 * Decides about a call: by the user's policy and those of the crews around it, by what the user allowed for the run, by
 * where its paths are, by the untrusted words that its arguments may have, and by the leave that a person gave for all calls
 * of the tool, which answers what would be asked and nothing else. Pure.
 */
export function rulingOn(state: RunState, call: ToolCallEffect): Ruling {
  const spec = specOf(state, call);
  if (spec === undefined) return { effect: 'ask', reason: 'it is not known', destructive: true };
  const { policy = DEFAULT_POLICY, grants } = state;
  const taint = taintOf(state, call);
  const request = {
    spec,
    args: call.args,
    programs: programsAround(state.program, call.crew ?? ''),
    policy,
    grants,
    ...(taint === undefined ? {} : { taint }),
  };
  const places = state.placed[call.key]?.places;
  const decision = decideConsent(places === undefined ? request : { ...request, places });
  if (decision.consent === 'resolve') return { effect: 'look', paths: decision.paths };
  const { consent, reason, rule, grant } = decision;
  const isAlike = consent === 'ask' && state.alike.includes(toolIdentity(call, spec));
  const mayPass = consent === 'allow' || isAlike;
  // What is remembered is text, never a path.
  const acts = !spec.readOnly && spec.memory === undefined;
  const guarded = mayPass && acts ? guardedFile(call.args, places) : undefined;
  if (guarded !== undefined) {
    const why = `it names \`${guarded}\`, and what decides about calls is never changed unasked`;
    return { effect: 'ask', reason: why, destructive: true };
  }
  if (isAlike) {
    return { effect: 'allow', reason: 'a person allowed all calls of it in this run', destructive: false };
  }
  const destructive = mayDestroy(state, call, spec) || isDestructiveRule(policy, rule?.at);
  const said = rule === undefined ? {} : { rule: `${rule.at} ${rule.text}` };
  return { effect: consent, reason, ...said, ...(grant === undefined ? {} : { grant }), destructive };
}

/** The run's program, then those of the crew phases that a crew path goes through. */
function programsAround(program: Program, crewPath: string): readonly Program[] {
  const steps = crewPath.split('/').filter(step => step !== '');
  return [program, ...steps.map((_, index) => programAt(program, steps.slice(0, index + 1).join('/')))];
}

/** The phase whose untrusted artifact keeps the tool from being called where the call is made, or in what is around it. */
function taintOf(state: RunState, { key, tool }: ToolCallEffect): string | undefined {
  let work: OpenWork | undefined = state.open[ownerOf(key)];
  while (work !== undefined) {
    const taint = refusedBy(procedureOf(state, work.procedure).program, work.path, tool);
    if (taint !== undefined) return taint;
    work = outerOf(state, work);
  }
  return undefined;
}

/** By the hints that count for the user's rules, too. */
function mayDestroy(
  { program, policy = DEFAULT_POLICY }: RunState,
  call: ToolCallEffect,
  spec: ToolSpec,
): boolean {
  const { toolsets } = programAt(program, call.crew ?? '');
  const alias = spec.name.slice(0, spec.name.indexOf('.'));
  const toolset = Object.hasOwn(toolsets, alias) ? toolsets[alias] : undefined;
  return hintsOf(spec, toolset, policy).destructiveHint;
}

function isDestructiveRule({ rules }: Policy, at: string | undefined): boolean {
  return rules.some(rule => rule.at === at && rule.annotations?.destructiveHint === true);
}
