import { Context, type FilterImplOptions, Liquid, type Template, Tokenizer, Value } from 'liquidjs';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { addOwnFilters, writtenText } from './own-filters.ts';

/** Longest template in UTF-16 units. */
export const MAX_TEMPLATE_LENGTH = 1_048_576;
/** To read a template, and to look into it, takes the square of its tags. */
const MOST_TAGS = 2000;

/** What a template has too much of to be looked into, in words; undefined for all others. Pure. */
export function templateExcess(source: string): string | undefined {
  if (source.length > MAX_TEMPLATE_LENGTH)
    return `the template has ${source.length} characters; the limit is ${MAX_TEMPLATE_LENGTH}`;
  const tags = source.split(/\{\{|\{%/, MOST_TAGS + 2).length - 1;
  return tags > MOST_TAGS ? `The template has more than ${MOST_TAGS} tags` : undefined;
}
/** Most steps (tags, outputs and stretches of text, loops counted) of one rendering; a count, not a clock, so that a replay ends alike. */
const MAX_RENDER_STEPS = 1_000_000;
/** LiquidJS's measure of allocation: about one for each character or list item that filters and outputs make. */
const MAX_RENDER_MEMORY = 200_000_000;

/** Tags taken away, with what to write instead: they read files or change the values that are passed in. */
export const REMOVED_TAGS: ReadonlyMap<string, string> = new Map([
  ['include', 'only a prompt file puts partials in; write the text here, or name one with `prompt`'],
  ['render', 'only a prompt file puts partials in; write the text here, or name one with `prompt`'],
  ['layout', 'write the text here; in a prompt file `{% render "name" %}` puts a partial in'],
  ['block', 'write the text here; in a prompt file `{% render "name" %}` puts a partial in'],
  ['increment', 'use `forloop.index`, or `{% assign n = n | plus: 1 %}`'],
  ['decrement', 'use `forloop.rindex`, or `{% assign n = n | minus: 1 %}`'],
]);

/** Filters taken away, with the reason: they read the clock, the time zone or chance, or hide which values a template reads. */
export const REMOVED_FILTERS: ReadonlyMap<string, string> = new Map([
  ...['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'].map(
    name => [name, 'templates read no clock and no time zone; pass the date as text'] as const,
  ),
  ['sample', 'a rendering must be repeatable; use `first` or `slice`'],
  ['raw', 'text is never escaped; leave the filter out'],
  ...['where_exp', 'reject_exp', 'group_by_exp', 'has_exp', 'find_exp', 'find_index_exp'].map(
    name =>
      [name, 'an expression inside a string cannot be checked; use `where`, or `for` with `if`'] as const,
  ),
]);

/** Filters that make text of whatever they get; objects are given to them as JSON, never as `[object Object]`. */
const TEXT_FILTERS =
  'append prepend downcase upcase capitalize lstrip rstrip strip strip_newlines squish remove remove_first remove_last replace replace_first replace_last truncate truncatewords normalize_whitespace number_of_words escape escape_once xml_escape newline_to_br strip_html url_encode cgi_escape uri_escape slugify base64_encode sha256 split join array_to_sentence_string';

/** An object as JSON text; lists stay lists, with objects inside as JSON text. */
function withoutObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => withoutObjects(item));
  return value !== null && typeof value === 'object' ? writtenText(value) : value;
}

function outputText(this: { context: Context }, value: unknown): string {
  const text = writtenText(value);
  this.context.memoryLimit.use(text.length);
  return text;
}

/**
 * Makes a Liquid engine without files, clock, chance or side effects. `strictFilters: false` lets unknown filters
 * through, for a checker that reports them all.
 */
export function createTemplateEngine(options: { strictFilters: boolean }): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: options.strictFilters,
    ownPropertyOnly: true,
    // Optional fields can be asked for with `{% if a.b %}` and `| default:`; everything else that is absent is an error.
    lenientIf: true,
    parseLimit: MAX_TEMPLATE_LENGTH,
    memoryLimit: MAX_RENDER_MEMORY,
    templates: {},
    relativeReference: false,
    // The same everywhere, and asking the system for its own costs 10 ms.
    locale: 'en-US',
    dynamicPartials: false,
    outputEscape: outputText as (value: unknown) => string,
  });
  for (const tag of REMOVED_TAGS.keys()) delete engine.tags[tag];
  for (const filter of REMOVED_FILTERS.keys()) delete engine.filters[filter];
  for (const name of TEXT_FILTERS.split(' ')) wrapTextFilter(engine, name);
  addOwnFilters(engine);
  return engine;
}

function wrapTextFilter(engine: Liquid, name: string): void {
  const filter = engine.filters[name];
  if (typeof filter !== 'function') return;
  const wrapped: FilterImplOptions = function (this, ...args) {
    return filter.apply(this, args.map(withoutObjects) as Parameters<typeof filter>);
  };
  engine.registerFilter(name, wrapped);
}

/** A context for one rendering over `scope`, with a limit of steps that no clock decides. */
export function createRenderContext(engine: Liquid, scope: JsonObject): Context {
  const context = new Context(scope, engine.options, { sync: true }, { liquid: engine });
  let steps = 0;
  context.renderLimit.check = () => {
    steps += 1;
    if (steps > MAX_RENDER_STEPS) throw new Error(`template makes more than ${MAX_RENDER_STEPS} steps`);
  };
  return context;
}

/** Parses a condition or an expression without delimiters; throws LiquidJS's errors, with offsets into `source`. */
export function parseExpression(engine: Liquid, source: string): Value {
  return new Value(new Tokenizer(source).readFilteredValue(), engine);
}

/**
 * The one expression of a template that is exactly one `{{ … }}` between white space, parsed; undefined for any other.
 * `templates` is the template parsed by the same engine.
 */
export function soleExpression(
  engine: Liquid,
  source: string,
  templates: readonly Template[],
): Value | undefined {
  const outputs = templates.filter(template => !isBlankText(template));
  const [output] = outputs;
  if (outputs.length !== 1 || output === undefined || !('value' in output)) return undefined;
  const text = source.trim();
  if (!text.startsWith('{{') || !text.endsWith('}}')) return undefined;
  const inner = text.slice(2, -2).replace(/^-|-$/g, '');
  return parseExpression(engine, inner);
}

/** Whether a piece of a template is nothing but white space. */
export function isBlankText(template: Template): boolean {
  return 'str' in template && typeof template.str === 'string' && template.str.trim() === '';
}

/** Turns what a Liquid expression gave into plain JSON; throws a plain Error for what JSON cannot carry. */
export function toJsonValue(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`the value is ${value}, which is not a finite number`);
    return value;
  }
  if (isPlainJson(value)) return value;
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value === 'object') {
    const own = value.valueOf();
    if (own !== value) return toJsonValue(own);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJsonValue(item)]));
  }
  throw new Error(`the value is a ${typeof value}, which JSON cannot carry`);
}

/** Whether a value is JSON all through already, so that it can be passed on without a copy. */
function isPlainJson(value: unknown): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlainJson);
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isPlainJson);
}
