import type { BranchWork, PhaseKind } from '../model/crew.ts';
import {
  askBranch,
  askPhase,
  chainBranch,
  chainPhase,
  crewBranch,
  crewPhase,
  eachPhase,
  endPhase,
  humanPhase,
  managePhase,
  parallelPhase,
  roleBranch,
  rolePhase,
  talkPhase,
  toolBranch,
  toolPhase,
} from './generated/file-validators.generated.js';
import type { Validate } from './validate.ts';

/** The key that makes a phase one of a kind, and the validator of that kind. One row for each kind. */
export const PHASE_VALIDATORS = {
  role: rolePhase,
  talk: talkPhase,
  manage: managePhase,
  ask: askPhase,
  chain: chainPhase,
  parallel: parallelPhase,
  each: eachPhase,
  tool: toolPhase,
  human: humanPhase,
  crew: crewPhase,
  end: endPhase,
} as const satisfies Record<PhaseKind, Validate>;

/** The same for what may stand in a branch. */
export const BRANCH_VALIDATORS = {
  role: roleBranch,
  tool: toolBranch,
  ask: askBranch,
  chain: chainBranch,
  crew: crewBranch,
} as const satisfies Record<BranchWork['kind'], Validate>;

/** The kinds of work that a phase may do, in the order of the table. */
export const PHASE_KINDS = Object.keys(PHASE_VALIDATORS) as readonly PhaseKind[];
/** The kinds of work that a branch may do. */
export const BRANCH_KINDS = Object.keys(BRANCH_VALIDATORS) as readonly BranchWork['kind'][];
