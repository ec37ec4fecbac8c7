import { firstArgument, pythonCallOf } from './fragments.ts';
import type { ReviewRule } from './rule.ts';

/** Defects in Python. */
export const BUG_PYTHON_RULES: readonly ReviewRule[] = [
  {
    id: 'swallowed-error',
    needs: /\bexcept\b/,
    languages: ['python'],
    severity: 'minor',
    category: 'bug',
    title: 'Error is swallowed',
    why: 'Any failure in here leaves no trace, and the code after it goes on with half a result. Handle it, or say in a comment why it may be ignored.',
    confidence: 0.75,
    skipTests: true,
    rule: {
      all: [
        { kind: 'except_clause' },
        { has: { kind: 'block', regex: '^(pass|\\.\\.\\.)$' } },
        { not: { regex: '#' } },
        {
          not: {
            regex:
              '^except\\s+[\\w.]*(KeyError|StopIteration|ImportError|ModuleNotFoundError|FileNotFoundError|CancelledError|KeyboardInterrupt)\\s*:',
          },
        },
      ],
    },
    bad: 'try:\n    save()\nexcept Exception:\n    pass',
    good: 'try:\n    save()\nexcept Exception as error:\n    log(error)',
  },
  {
    id: 'bare-except',
    needs: /\bexcept\b/,
    languages: ['python'],
    severity: 'minor',
    category: 'bug',
    title: 'Bare except catches everything',
    why: 'It also catches Ctrl+C and `SystemExit`, so the program cannot be stopped here.',
    confidence: 0.8,
    rule: {
      all: [
        { kind: 'except_clause' },
        { regex: '^except\\s*:' },
        { not: { has: { kind: 'block', regex: '^(pass|\\.\\.\\.)$' } } },
        { not: { has: { kind: 'raise_statement', stopBy: 'end' } } },
      ],
    },
    bad: 'try:\n    save()\nexcept:\n    retry()',
    good: 'try:\n    save()\nexcept OSError:\n    retry()',
  },
  {
    id: 'mutable-default',
    needs: /\bdef\b|\blambda\b/,
    languages: ['python'],
    severity: 'major',
    category: 'bug',
    title: 'Default value is shared by all calls',
    why: 'The list or dictionary is made once; what one call puts in is still there in the next.',
    confidence: 0.85,
    rule: {
      all: [
        { any: [{ kind: 'default_parameter' }, { kind: 'typed_default_parameter' }] },
        {
          has: {
            field: 'value',
            any: [
              { kind: 'list' },
              { kind: 'dictionary' },
              { kind: 'set' },
              { kind: 'call', regex: '^(list|dict|set)\\(\\)$' },
            ],
          },
        },
      ],
    },
    bad: 'def add(item, items=[]):\n    items.append(item)',
    good: 'def add(item, items=None):\n    pass',
  },
  {
    id: 'change-while-iterating',
    needs: /\.(remove|pop|insert|append)\b/,
    languages: ['python'],
    severity: 'major',
    category: 'bug',
    title: 'List is changed while it is iterated',
    why: 'Removing an element moves the rest, so the loop skips the next one. Iterate over a copy.',
    confidence: 0.85,
    rule: {
      all: [
        { kind: 'for_statement' },
        { has: { field: 'right', pattern: '$LIST' } },
        { has: { field: 'body', has: { pattern: '$LIST.remove($ITEM)', stopBy: 'end' } } },
      ],
    },
    bad: 'for item in items:\n    if item.old:\n        items.remove(item)',
    good: 'for item in list(items):\n    if item.old:\n        items.remove(item)',
  },
  {
    id: 'compare-with-none',
    needs: /[!=]=\s*None\b/,
    languages: ['python'],
    severity: 'nit',
    category: 'bug',
    title: 'None is compared with ==',
    why: 'A class with its own `__eq__`, such as a NumPy array, answers something else. Use `is None`.',
    confidence: 0.8,
    rule: { any: [{ pattern: '$X == None' }, { pattern: '$X != None' }] },
    bad: 'if user == None:\n    pass',
    good: 'if user is None:\n    pass',
  },
  {
    id: 'compare-identity-of-literal',
    needs: /\bis\b/,
    languages: ['python'],
    severity: 'minor',
    category: 'bug',
    title: 'Value is compared by identity',
    why: 'Two equal strings or numbers need not be the same object, so this is true or false by chance.',
    confidence: 0.9,
    rule: {
      all: [
        { kind: 'comparison_operator' },
        { regex: '\\bis\\b' },
        {
          has: {
            any: [{ kind: 'string' }, { kind: 'integer' }, { kind: 'float' }],
            nthChild: { position: 1, reverse: true },
          },
        },
      ],
    },
    bad: 'if mode is "fast":\n    pass',
    good: 'if mode == "fast":\n    pass',
  },
  {
    id: 'compare-with-nan',
    needs: /nan/i,
    languages: ['python'],
    severity: 'major',
    category: 'bug',
    title: 'Nothing equals NaN',
    why: 'The comparison has the same answer for every value, NaN too. Use `math.isnan`.',
    confidence: 0.9,
    rule: {
      all: [
        { kind: 'comparison_operator' },
        { regex: '[!=]=' },
        { has: { regex: '^(float\\([\'"]nan[\'"]\\)|math\\.nan|np\\.nan|numpy\\.nan)$' } },
      ],
    },
    bad: 'if value == float("nan"):\n    pass',
    good: 'if math.isnan(value):\n    pass',
  },
  {
    id: 'debugger-left',
    needs: /breakpoint|pdb|pudb/,
    languages: ['python'],
    severity: 'major',
    category: 'bug',
    title: 'Debugger call is left in',
    why: 'The program stops here and waits for a terminal that a server does not have.',
    confidence: 0.95,
    rule: {
      any: [
        pythonCallOf('^(breakpoint|(pdb|ipdb|pudb)\\.set_trace)$'),
        { kind: 'import_statement', regex: '^import i?pdb$' },
      ],
    },
    bad: 'pdb.set_trace()',
    good: 'trace()',
  },
  {
    id: 'assert-on-tuple',
    needs: /\bassert\b/,
    languages: ['python'],
    severity: 'major',
    category: 'bug',
    title: 'Assertion is always true',
    why: 'A tuple that is not empty is true, so this never fails. Remove the parentheses.',
    confidence: 0.95,
    rule: {
      all: [
        { kind: 'assert_statement' },
        { has: { kind: 'tuple', regex: ',.' } },
        { not: { regex: '\\)\\s*,' } },
      ],
    },
    bad: 'assert (total == 3, "total")',
    good: 'assert total == 3, "total"',
  },
  {
    id: 'floating-promise',
    needs: /\basync\b/,
    languages: ['python'],
    severity: 'major',
    category: 'bug',
    title: 'Coroutine is never awaited',
    why: 'Calling an `async def` only makes a coroutine; without `await` its body never runs.',
    confidence: 0.85,
    rule: { all: [{ kind: 'expression_statement' }, { has: { pattern: '$NAME($$$ARGS)' } }] },
    declares: {
      all: [
        { kind: 'function_definition' },
        { regex: '^async\\b' },
        { has: { field: 'name', pattern: '$NAME' } },
      ],
    },
    bad: 'async def save():\n    pass\n\ndef close():\n    save()',
    good: 'async def save():\n    pass\n\nasync def close():\n    await save()',
  },
  {
    id: 'exception-not-raised',
    needs: /Exception|Error\b/,
    languages: ['python'],
    severity: 'major',
    category: 'bug',
    title: 'Exception is made but not raised',
    why: 'The statement builds an exception and throws it away; the error case goes on as if nothing happened.',
    confidence: 0.9,
    rule: {
      all: [
        { kind: 'expression_statement' },
        {
          has: pythonCallOf(
            '^(Exception|ValueError|TypeError|RuntimeError|KeyError|NotImplementedError|AttributeError|OSError|PermissionError)$',
          ),
        },
      ],
    },
    bad: 'if total < 0:\n    ValueError("negative")',
    good: 'if total < 0:\n    raise ValueError("negative")',
  },
  {
    id: 'skipped-for-ever',
    needs: /\bskip\b/,
    languages: ['python'],
    severity: 'minor',
    category: 'tests',
    title: 'Test is skipped without a reason',
    why: 'Nobody will know when it may run again; until then it checks nothing.',
    confidence: 0.7,
    rule: {
      any: [
        { kind: 'decorator', regex: '^@(pytest\\.mark\\.skip|unittest\\.skip)(\\(\\))?$' },
        pythonCallOf('^pytest\\.skip$', { not: firstArgument({ regex: '.' }) }),
      ],
    },
    bad: '@pytest.mark.skip\ndef test_total():\n    pass',
    good: '@pytest.mark.skip(reason="needs a printer")\ndef test_total():\n    pass',
  },
];
