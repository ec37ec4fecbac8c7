import type { Matcher } from './rule.ts';

/** Any of the calls whose callee, as written, fits `callee` (a Rust regex), with whatever `more` asks for. */
export function callOf(callee: string, more?: Matcher): Matcher {
  const call = [{ kind: 'call_expression' }, { has: { field: 'function', regex: callee } }];
  return { all: more === undefined ? call : [...call, more] };
}

/** A Python call whose callee, as written, fits `callee`. */
export function pythonCallOf(callee: string, more?: Matcher): Matcher {
  const call = [{ kind: 'call' }, { has: { field: 'function', regex: callee } }];
  return { all: more === undefined ? call : [...call, more] };
}

/** The first argument of a JavaScript call fits `argument`. */
export function firstArgument(argument: Matcher): Matcher {
  return { has: { field: 'arguments', has: { all: [{ nthChild: 1 }, argument] } } };
}

/** Some argument of a call, however deep, fits `argument`. */
export function someArgument(argument: Matcher): Matcher {
  return { has: { field: 'arguments', has: { ...argument, stopBy: 'end' } } };
}

/** A part of a text that changes at run time; an UPPER_CASE constant is taken as the author's own. */
const CHANGING_SUBSTITUTION: Matcher = {
  kind: 'template_substitution',
  not: { regex: '^\\$\\{\\s*[A-Z][A-Z0-9_.]*\\s*\\}$' },
};

/** A JavaScript text that is built from values: a template with substitutions or a concatenation. */
export const BUILT_TEXT: Matcher = {
  any: [
    { all: [{ kind: 'template_string' }, { has: CHANGING_SUBSTITUTION }] },
    {
      all: [
        { kind: 'binary_expression' },
        { has: { field: 'operator', regex: '^\\+$' } },
        { has: { any: [{ kind: 'string' }, { kind: 'template_string' }], stopBy: 'end' } },
        {
          has: {
            any: [{ kind: 'identifier' }, { kind: 'member_expression' }, { kind: 'call_expression' }],
            not: { regex: '^[A-Z][A-Z0-9_.]*$' },
            stopBy: 'end',
          },
        },
      ],
    },
  ],
};

/** A Python text that is built from values: f-string, `%`, `+` or `.format`. */
export const PYTHON_BUILT_TEXT: Matcher = {
  any: [
    {
      all: [
        { kind: 'string' },
        { has: { kind: 'interpolation', not: { regex: '^\\{[A-Z][A-Z0-9_.]*\\}$' } } },
      ],
    },
    {
      all: [
        { kind: 'binary_operator' },
        { regex: '[%+]' },
        { has: { kind: 'string', stopBy: 'end' } },
        {
          has: {
            any: [{ kind: 'identifier' }, { kind: 'attribute' }, { kind: 'call' }],
            not: { regex: '^[A-Z][A-Z0-9_.]*$' },
            stopBy: 'end',
          },
        },
      ],
    },
    pythonCallOf('(?s)^[fr]?["\'].*\\.format$'),
  ],
};

/** A value that a client of a web server controls. */
export const REQUEST_VALUE: Matcher = {
  kind: 'member_expression',
  regex: '^(req|request|ctx|ctx\\.request|context\\.req)\\.(params|query|body|headers|url|cookies)\\b',
};

/** The same for Flask, Django and FastAPI. */
export const PYTHON_REQUEST_VALUE: Matcher = {
  kind: 'attribute',
  regex:
    '^(flask\\.)?(self\\.)?request\\.(args|form|values|json|GET|POST|query_params|path_params|cookies|headers|files|data)\\b',
};

/** A regex for the words of an SQL statement that reads or changes rows. */
export const SQL_WORDS =
  '(?is)\\b(select\\b.+\\bfrom|insert\\s+into|update\\s+\\S+\\s+set|delete\\s+from|drop\\s+table|alter\\s+table)\\b';

/** A regex for a text that begins as an SQL statement. */
export const SQL_START =
  '(?is)^[fr]?["\'`]+\\s*(select\\b.+\\bfrom\\b|insert\\s+into\\b|update\\s+\\S+\\s+set\\b|delete\\s+from\\b)';

/** A regex for names of values that must not be guessed. */
export const UNGUESSABLE_NAME =
  '(?i)(token|secret|password|passwd|nonce|salt|otp|session_?id|api_?key|csrf|reset_?code|invite_?code)';

/** A regex for names of values that must not be read by others. */
export const SECRET_NAME =
  '(?i)(^|[._])((user|db|admin|root|client|new|old|current|plain|raw|my)?_?(password|passwd|api_?key|secret_?key|secret|access_?token|refresh_?token|private_?key|auth_?token))$';

/** Names of functions that work on passwords; a look-up in lists of leaked ones needs SHA-1. */
export const NAMED_FOR_PASSWORD: Matcher = {
  all: [{ regex: '(?i)passw(or)?d' }, { not: { regex: '(?i)pwned|leak|breach|hibp|range' } }],
};

/** Names of Python functions that make what must not be guessed; tokens of a language model are no such thing. */
export const NAMED_FOR_SECRET: Matcher = {
  all: [
    {
      regex:
        '(?i)(^|_)(token|secret|password|passwd|session|session_?id|otp|api_?key|nonce|csrf|salt|reset_?code|invite_?code)($|_)',
    },
    { not: { regex: '(?i)mask|sample|shuffle|augment|batch|train|fake|mock|test|noise|drop' } },
  ],
};

/** Something inside a JavaScript function, method or named arrow function whose name fits `name`. */
export function insideFunction(name: Matcher): Matcher {
  const kinds = ['function_declaration', 'method_definition', 'variable_declarator'];
  return { inside: { stopBy: 'end', any: kinds.map(kind => ({ kind, has: { field: 'name', ...name } })) } };
}

/** Something inside a Python function whose name fits `name`. */
export function insidePythonFunction(name: Matcher): Matcher {
  return { inside: { stopBy: 'end', kind: 'function_definition', has: { field: 'name', ...name } } };
}
