import { isTruthy, type Template, toValue, toValueSync, UndefinedVariableError, type Value } from 'liquidjs';
import { CrewError } from '../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import {
  createRenderContext,
  createTemplateEngine,
  parseExpression,
  soleExpression,
  toJsonValue,
} from './template-engine.ts';

/** Parsed templates and conditions that are kept; the oldest goes first. */
const MAX_CACHED = 512;

type ParsedTemplate =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'text'; readonly templates: Template[] };

const engine = createTemplateEngine({ strictFilters: true });
const parsedTemplates = new Map<string, ParsedTemplate>();
const parsedConditions = new Map<string, Value>();

/**
 * Evaluates the Liquid templates at every string of a JSON value, however deep; keys stay as they are. A string that is
 * exactly one `{{ … }}` (white space around it is allowed) gives the value itself, any other is rendered to text with
 * objects and lists as JSON. Strict: an absent variable or filter fails, except under `{% if %}` and `| default:`.
 * Fails with TEMPLATE_FAILED, quoting the template. Deterministic: reads no clock, chance, time zone or file; `scope`
 * is not changed, but may be shared by the result.
 */
export function evaluateTemplate(value: JsonValue, scope: JsonObject): JsonValue {
  if (typeof value === 'string') return evaluateText(value, scope);
  if (value === null || typeof value !== 'object') return value;
  if (isJsonArray(value)) return value.map(item => evaluateTemplate(item, scope));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluateTemplate(item, scope)]));
}

/**
 * Renders one template to text; a template that is exactly one `{{ … }}` with a value that is not text gives its JSON.
 * Fails with TEMPLATE_FAILED. Deterministic.
 */
export function renderTemplate(source: string, scope: JsonObject): string {
  const value = evaluateText(source, scope);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Whether a Liquid condition (without `{{ }}`) holds; only false and null do not. An absent variable fails with
 * TEMPLATE_FAILED, as does a syntax error. Deterministic.
 */
export function evaluateCondition(source: string, scope: JsonObject): boolean {
  return guarded(source, () => {
    const condition = cached(parsedConditions, source, () => parseExpression(engine, source));
    const context = createRenderContext(engine, scope);
    return isTruthy(toValue(toValueSync(condition.value(context, false))), context);
  });
}

function evaluateText(source: string, scope: JsonObject): JsonValue {
  if (!source.includes('{{') && !source.includes('{%')) return source;
  return guarded(source, () => {
    const parsed = cached(parsedTemplates, source, parseTemplate);
    const context = createRenderContext(engine, scope);
    if (parsed.kind === 'value') return toJsonValue(toValue(toValueSync(parsed.value.value(context))));
    return String(toValueSync(engine.renderer.renderTemplates(parsed.templates, context)));
  });
}

function parseTemplate(source: string): ParsedTemplate {
  const templates = engine.parse(source);
  const value = soleExpression(engine, source, templates);
  return value === undefined ? { kind: 'text', templates } : { kind: 'value', value };
}

function cached<T>(cache: Map<string, T>, source: string, parse: (source: string) => T): T {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const parsed = parse(source);
  const oldest = cache.keys().next();
  if (cache.size >= MAX_CACHED && !oldest.done) cache.delete(oldest.value);
  cache.set(source, parsed);
  return parsed;
}

/** Everything that the engine throws is about the template or its values: LiquidJS has no other trouble to report. */
function guarded<T>(source: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new CrewError('TEMPLATE_FAILED', `cannot evaluate \`${quoted(source)}\`: ${reason(error)}`, {
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const original = 'originalError' in error ? error.originalError : undefined;
  if (UndefinedVariableError.is(error) && original instanceof Error && 'variableName' in original) {
    return `\`${String(original.variableName)}\` is not defined`;
  }
  return (original instanceof Error ? original.message : error.message).split('\n')[0] ?? '';
}

function quoted(source: string): string {
  const line = source.trim().replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}

function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
