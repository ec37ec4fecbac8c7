import type { BranchWork, PhaseKind } from '../model/crew.ts';
import {
  endPhase,
  parallelPhase,
  roleBranch,
  rolePhase,
  toolBranch,
  toolPhase,
} from './generated/file-validators.generated.js';
import type { Validate } from './validate.ts';

/** The key that makes a phase one of a kind, and the validator of that kind. One row for each kind. */
export const PHASE_VALIDATORS = {
  role: rolePhase,
  tool: toolPhase,
  parallel: parallelPhase,
  end: endPhase,
} as const satisfies Record<PhaseKind, Validate>;

/** The same for what may stand in a branch. */
export const BRANCH_VALIDATORS = {
  role: roleBranch,
  tool: toolBranch,
} as const satisfies Record<BranchWork['kind'], Validate>;

/** The kinds of work that a phase may do, in the order of the table. */
export const PHASE_KINDS = Object.keys(PHASE_VALIDATORS) as readonly PhaseKind[];
/** The kinds of work that a branch may do. */
export const BRANCH_KINDS = Object.keys(BRANCH_VALIDATORS) as readonly BranchWork['kind'][];
