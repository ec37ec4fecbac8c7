import type { SgNode } from '@ast-grep/napi';
import { valueOfName } from './name-value.ts';

/** A part of an SQL text that changes at run time, with what is written right before and after it. */
interface Part {
  readonly value: SgNode;
  readonly before: string;
  readonly after: string;
}

const CONSTANT_NAME = /^[A-Z][A-Z0-9_.]*$/;
const MARKS_NAME = /(^|_|\.)((q|question|bind)?_?marks|\w*place_?holders?)$/i;
const PARAMETERS_NAME = /(^|[_.])(params|parameters|bindings)$/i;
const COLUMNS_NAME = /(^|_|\.)\w*(columns?|cols|fields|column_?(names|list))$/i;
const LIST_OF_COLUMNS = /^(?:['"`], ?['"`]\.join\((\w+)\)|(\w+)\.join\(['"`], ?['"`]\))$/;
const VALUES_NAME = /(ids?|names?|list|values?|inputs?|keys?|emails?)$/i;
const POSITION =
  /^(\+\+)?[\w.]*(index|idx|\bi|\bn|count|length|number|position|\+\+)(\s*[+-]\s*\d+)?$|^\w+\s*[+-]\s*\d+$/i;
const FOREIGN = /\b(req|request|ctx)\.|\binput\(|\bargv\b/;

// `ids.map(() => '?').join(', ')`, `ids.map((_, i) => `$${i + 1}`).join()`, `Array(n).fill('?').join()`, `'?, '.repeat(n)`.
const SCRIPT_MARKS = [
  /\.(map|from)\((?:[^()]|\([^()]*\))*=>\s*\(?\s*(['"`])\(?(\?|%s|[$:@]\w*\$\{[\w\s+.*-]+\})(, ?\?)*\)?\2\s*\)?\s*\)(\.join\([^()]*\))?$/,
  /\.fill\((['"`])(\?|%s)\1\)(\.join\([^()]*\))?$/,
  /^(['"`])[?,\s]+\1\.repeat\([^'"`]*\)(\.slice\([^()]*\))?$/,
];
// `','.join('?' * n)`, `','.join(['%s'] * len(ids))`, `','.join('?' for _ in ids)`, `','.join(f':id{i}' for i in …)`.
const PYTHON_MARKS = [
  /^f?(['"])[, ]*\1\.join\(\s*[[(]?\s*f?(['"])\(?(\?|%s)[?%s, ]*\)?\2[\])]?\s*\*.*\)$/s,
  /^f?(['"])[, ]*\1\.join\(\s*[[(]?\s*f?(['"])(\?|%s|[:$@]\w*\{\w+\})\2\s+for\s.*\)$/s,
  /^(['"])[?,%s ]+\1\s*\*\s*[\w.()]+$/,
];

/**
 * Whether the SQL text of a call or an assignment holds a value that is neither a placeholder, nor a list of columns that
 * goes with bound values, nor written in the same file. `match` is a call whose first argument is the text, or a
 * declaration or assignment of it. Pure.
 */
export function hasLooseSqlValue(match: SgNode): boolean {
  const [text, values] = textOf(match);
  if (text === undefined) return true;
  const parts = partsOf(text);
  const isBound = values !== undefined && !/function|lambda/.test(String(values.kind()));
  return parts.length === 0 || parts.some(part => !isSafePart(part, isBound, match));
}

function textOf(match: SgNode): readonly (SgNode | undefined)[] {
  const written = match.field('value') ?? match.field('right');
  if (written !== null) return [written];
  return (
    match
      .field('arguments')
      ?.namedChildren()
      .filter(child => child.kind() !== 'comment') ?? []
  );
}

function partsOf(text: SgNode): readonly Part[] {
  const kind = String(text.kind());
  if (kind === 'string' || kind === 'template_string') return partsOfTemplate(text);
  if (kind === 'parenthesized_expression') return text.namedChildren().flatMap(partsOf);
  if (kind === 'binary_expression' || kind === 'binary_operator') return partsOfOperation(text);
  if (kind === 'call' && text.field('function')?.text().endsWith('.format') === true) {
    const args = text.field('arguments')?.namedChildren() ?? [];
    return args.map(arg => ({ value: arg.field('value') ?? arg, before: '', after: '' }));
  }
  return [{ value: text, before: '', after: '' }];
}

function partsOfTemplate(text: SgNode): readonly Part[] {
  const children = text.children();
  return children.flatMap((child, index) => {
    const value = /^(template_substitution|interpolation)$/.test(String(child.kind()))
      ? child.namedChildren()[0]
      : undefined;
    if (value === undefined) return [];
    const before = children[index - 1]?.text() ?? '';
    return [{ value, before, after: children[index + 1]?.text() ?? '' }];
  });
}

function partsOfOperation(text: SgNode): readonly Part[] {
  const [left, right] = [text.field('left'), text.field('right')];
  if (left === null || right === null) return [];
  const operator = text.field('operator')?.text();
  if (operator === '%') {
    const values = right.kind() === 'tuple' ? right.namedChildren() : [right];
    return [...partsOf(left), ...values.map(value => ({ value, before: '', after: '' }))];
  }
  const before = left.text().replace(/['"`]$/, '');
  const after =
    text
      .parent()
      ?.field('right')
      ?.text()
      .replace(/^['"`]/, '') ?? '';
  return [
    ...partsOf(left),
    ...partsOf(right).map(part => (part.value.id() === right.id() ? { ...part, before, after } : part)),
  ];
}

function isSafePart(part: Part, isBound: boolean, match: SgNode): boolean {
  const written = part.value.text();
  if (CONSTANT_NAME.test(written)) return true;
  if (FOREIGN.test(written)) return false;
  if (isMarks(written) || isOwnText(part.value)) return true;
  // `$${values.length}` writes the number of a placeholder.
  if (/[^$]\$$/.test(part.before) && POSITION.test(written)) return true;
  const value = valueOfName(part.value);
  if (value !== undefined && value.id() !== match.id()) {
    if (isMarks(value.text()) || isOwnText(value)) return true;
    if (isForeign(value)) return false;
  }
  if (MARKS_NAME.test(written)) return true;
  return isBound && isNamedForBinding(part);
}

function isNamedForBinding({ value, before, after }: Part): boolean {
  const written = value.text();
  const columns = LIST_OF_COLUMNS.exec(written);
  const name = columns?.[1] ?? columns?.[2] ?? written;
  if (COLUMNS_NAME.test(name) || PARAMETERS_NAME.test(written)) return true;
  const isInList =
    /\b(in|values)\s*\(?\s*$/i.test(before) && (/\($/.test(before.trim()) ? /^\s*\)/.test(after) : true);
  return isInList && value.kind() === 'identifier' && !VALUES_NAME.test(written);
}

function isMarks(written: string): boolean {
  // Placeholders are short; the patterns go over a text more than once.
  if (written.length > 300) return false;
  return [...SCRIPT_MARKS, ...PYTHON_MARKS].some(pattern => pattern.test(written));
}

/** Text that the author wrote: texts without values, lists of them joined, and a choice between such. */
function isOwnText(value: SgNode): boolean {
  const kind = String(value.kind());
  if (kind === 'string' || kind === 'template_string') return partsOfTemplate(value).length === 0;
  if (/^(array|list|tuple|parenthesized_expression)$/.test(kind))
    return value.namedChildren().every(isOwnText);
  if (kind === 'ternary_expression') {
    return ['consequence', 'alternative'].every(side => isOwnField(value, side));
  }
  if (kind === 'conditional_expression') {
    const [yes, , no] = value.namedChildren();
    return yes !== undefined && no !== undefined && isOwnText(yes) && isOwnText(no);
  }
  return isJoinedOwnText(value);
}

function isOwnField(value: SgNode, name: string): boolean {
  const child = value.field(name);
  return child !== null && isOwnText(child);
}

function isJoinedOwnText(value: SgNode): boolean {
  const callee = value.field('function');
  if (callee === null || !callee.text().endsWith('.join')) return false;
  const subject = callee.field('object');
  const args = value.field('arguments')?.namedChildren() ?? [];
  if (subject === null || !args.every(isTextOfName)) return false;
  return isTextOfName(subject);
}

function isTextOfName(value: SgNode): boolean {
  const meant = valueOfName(value) ?? value;
  return meant.kind() !== 'identifier' && isOwnText(meant);
}

/** A value that is built of values which are no placeholders, or that somebody outside sent. */
function isForeign(value: SgNode): boolean {
  return FOREIGN.test(value.text()) || /\$\{|\bf['"]|\.map\(\s*(String|quote)/.test(value.text());
}
