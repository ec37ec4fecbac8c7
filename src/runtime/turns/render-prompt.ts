import { renderTemplate } from '../../expressions/template-evaluate.ts';
import { type CodedFailure, CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';

/** Renders a prompt in the middle of a piece of work, where a template that fails is the failure of the work. Pure. */
export function renderPrompt(
  template: string,
  scope: JsonObject,
): { readonly text: string } | { readonly failure: CodedFailure } {
  try {
    return { text: renderTemplate(template, scope) };
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return { failure: error.toFailure() };
  }
}
