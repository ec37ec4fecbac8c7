import type { PlainToken } from './condition-tree.ts';
import type { Facts } from './type-facts.ts';
import type { TypeProblem } from './type-problem.ts';
import type { ValueType } from './value-type.ts';

/** What one analysis of a template shares. */
export interface Analysis {
  readonly problems: TypeProblem[];
  /** The type of a name that is given from outside; undefined when there is none such, which is another check's matter. */
  readonly rootType: (name: string) => ValueType | undefined;
  /** Counts the names that the template sets, so that two of the same name are told apart. */
  locals: number;
}

/** A name that the template has set itself. */
export interface Local {
  readonly id: string;
  readonly type: ValueType;
  /** It is set on some ways through the template only. */
  readonly maybeAbsent: boolean;
}

/** What holds at one place of a template. */
export interface Frame {
  readonly analysis: Analysis;
  readonly locals: Map<string, Local>;
  facts: Facts;
}

/** A frame of its own for one branch. */
export function copyFrame(frame: Frame, facts: Facts = frame.facts): Frame {
  return { analysis: frame.analysis, locals: new Map(frame.locals), facts };
}

/** Sets a name; what was known of an earlier one of that name is not known of it. */
export function setLocal(frame: Frame, name: string, type: ValueType, maybeAbsent = false): void {
  frame.analysis.locals += 1;
  frame.locals.set(name, { id: `${name}#${frame.analysis.locals}`, type, maybeAbsent });
}

/** Notes a problem at a token, once for each place and code. */
export function reportAt(
  { analysis }: Frame,
  token: Pick<PlainToken, 'begin' | 'end'>,
  problem: Omit<TypeProblem, 'offset' | 'length'>,
): void {
  const { begin, end } = token;
  const known = analysis.problems.some(one => one.offset === begin && one.code === problem.code);
  if (!known) analysis.problems.push({ ...problem, offset: begin, length: end - begin });
}

/** Most problems that one template is told about. */
export const MOST_TYPE_PROBLEMS = 200;
