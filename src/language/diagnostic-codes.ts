import type { CodeRow } from './code-row.ts';
import { FLOW_CODES } from './codes-flow.ts';
import { IGNORE_CODES } from './codes-ignores.ts';
import { MCP_CODES } from './codes-mcp.ts';
import { MEMORY_CODES } from './codes-memory.ts';
import { POLICY_CODES } from './codes-policy.ts';
import { PROMPT_CODES } from './codes-prompts.ts';
import { READING_CODES } from './codes-reading.ts';
import { REFERENCE_CODES } from './codes-references.ts';
import { SHAPE_CODES } from './codes-shape.ts';
import { TYPE_CODES } from './codes-types.ts';

/** Every diagnostic code with its severity, meaning, and a bad and a good example. Codes are never renamed. */
export const DIAGNOSTIC_CODES = {
  ...READING_CODES,
  ...SHAPE_CODES,
  ...REFERENCE_CODES,
  ...FLOW_CODES,
  ...TYPE_CODES,
  ...MCP_CODES,
  ...IGNORE_CODES,
  ...POLICY_CODES,
  ...PROMPT_CODES,
  ...MEMORY_CODES,
} as const satisfies Record<string, CodeRow>;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
