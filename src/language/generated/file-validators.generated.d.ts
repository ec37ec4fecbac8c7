// Written by .scripts/generate-validators.mjs; do not edit.
import type { Validate } from '../validate.ts';

export const crew: Validate;
export const sop: Validate;
export const rolePhase: Validate;
export const toolPhase: Validate;
export const parallelPhase: Validate;
export const endPhase: Validate;
export const roleBranch: Validate;
export const toolBranch: Validate;
