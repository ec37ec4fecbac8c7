import type { ToolCallEffect } from '../../model/effect.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';

/**
 * What makes two calls calls of the same tool: the crew that calls, the name, and what stands behind it. Leave for all
 * calls of a tool never reaches another one that took its name. Pure.
 */
export function toolIdentity({ crew = '', tool }: ToolCallEffect, spec: ToolSpec | undefined): string {
  return JSON.stringify([crew, tool, spec?.source ?? null, spec?.server ?? null, spec?.pin ?? null]);
}
