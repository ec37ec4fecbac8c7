// Written by .scripts/generate-validators.mjs; do not edit.
import type { Validate } from '../validate.ts';

export const crew: Validate;
export const sop: Validate;
export const policy: Validate;
export const config: Validate;
export const crewtest: Validate;
export const prompt: Validate;
export const rolePhase: Validate;
export const talkPhase: Validate;
export const managePhase: Validate;
export const askPhase: Validate;
export const chainPhase: Validate;
export const parallelPhase: Validate;
export const eachPhase: Validate;
export const toolPhase: Validate;
export const humanPhase: Validate;
export const crewPhase: Validate;
export const endPhase: Validate;
export const roleBranch: Validate;
export const toolBranch: Validate;
export const askBranch: Validate;
export const chainBranch: Validate;
export const crewBranch: Validate;
