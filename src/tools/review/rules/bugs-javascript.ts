import { callOf, firstArgument } from './fragments.ts';
import { JAVASCRIPT_FAMILY, type Matcher, type ReviewRule } from './rule.ts';

const ASYNC_CALLBACK: Matcher = {
  any: [{ kind: 'arrow_function' }, { kind: 'function_expression' }],
  regex: '^async\\b',
};

const ASYNC_FUNCTION: Matcher = {
  any: [
    {
      all: [
        { kind: 'function_declaration' },
        { regex: '^async\\b' },
        { has: { field: 'name', pattern: '$NAME' } },
      ],
    },
    {
      all: [
        { kind: 'variable_declarator' },
        { has: { field: 'name', pattern: '$NAME' } },
        { has: { field: 'value', ...ASYNC_CALLBACK } },
      ],
    },
  ],
};

const ASYNC_METHOD: Matcher = {
  all: [
    { kind: 'method_definition' },
    { regex: '^((public|private|protected|static|override)\\s+)*async\\b' },
    { has: { field: 'name', pattern: '$NAME' } },
  ],
};

const FLOATING_WHY =
  'The code goes on before the call has finished, and a failure becomes an unhandled rejection that ends the process.';

const INSIDE_FUNCTION: Matcher = {
  inside: {
    stopBy: 'end',
    any: [
      { kind: 'function_declaration' },
      { kind: 'arrow_function' },
      { kind: 'function_expression' },
      { kind: 'method_definition' },
    ],
  },
};

/** Defects in TypeScript and JavaScript that no linter without types reports by default. */
export const BUG_JAVASCRIPT_RULES: readonly ReviewRule[] = [
  {
    id: 'swallowed-error',
    needs: /\bcatch\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'bug',
    title: 'Error is swallowed',
    why: 'Any failure in here leaves no trace, and the code after it goes on with half a result. Handle it, or say in a comment why it may be ignored.',
    confidence: 0.75,
    skipTests: true,
    rule: {
      any: [
        { all: [{ kind: 'catch_clause' }, { has: { field: 'body', regex: '^\\{\\s*\\}$' } }] },
        {
          all: [
            callOf(
              '\\.catch$',
              firstArgument({ kind: 'arrow_function', regex: '^\\(?\\w*\\)?\\s*=>\\s*\\{\\s*\\}$' }),
            ),
            // `void x().catch(() => {})` says that nobody wants to know.
            { not: { inside: { kind: 'unary_expression' } } },
          ],
        },
      ],
    },
    bad: 'try { save(); } catch {}',
    good: 'try { save(); } catch { /* the cache is optional */ } void reader.cancel().catch(() => {});',
  },
  {
    id: 'floating-promise',
    needs: /\basync\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'Promise is not awaited',
    why: FLOATING_WHY,
    confidence: 0.65,
    skipTests: true,
    rule: {
      all: [{ kind: 'expression_statement' }, { has: { pattern: '$NAME($$$ARGS)' } }, INSIDE_FUNCTION],
    },
    declares: ASYNC_FUNCTION,
    bad: 'async function save() {}\nfunction close() { save(); }',
    good: 'async function save() {}\nasync function close() { await save(); void save(); other(); }',
  },
  {
    id: 'floating-method-promise',
    needs: /\basync\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'Promise of a method is not awaited',
    why: FLOATING_WHY,
    confidence: 0.65,
    skipTests: true,
    rule: { all: [{ kind: 'expression_statement' }, { has: { pattern: 'this.$NAME($$$ARGS)' } }] },
    declares: ASYNC_METHOD,
    bad: 'class A { async save() {}\n close() { this.save(); } }',
    good: 'class A { async save() {}\n async close() { await this.save(); this.other(); } }',
  },
  {
    id: 'async-for-each',
    needs: /\.forEach\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'forEach does not wait for async callbacks',
    why: 'The code after the loop runs before any callback has finished, and their failures are unhandled. Use `for … of` or `Promise.all`.',
    confidence: 0.85,
    rule: callOf('\\.forEach$', firstArgument(ASYNC_CALLBACK)),
    bad: 'users.forEach(async user => { await mail(user); });',
    good: 'for (const user of users) { await mail(user); }',
  },
  {
    id: 'async-predicate',
    needs: /\basync\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'Async predicate is always true',
    why: 'The callback returns a promise, which counts as true for every element, so nothing is filtered.',
    confidence: 0.85,
    rule: callOf('\\.(filter|some|every|find|findIndex|findLast)$', firstArgument(ASYNC_CALLBACK)),
    bad: 'const open = files.filter(async file => await isOpen(file));',
    good: 'const open = files.filter(file => isOpen(file));',
  },
  {
    id: 'await-on-array',
    needs: /\bawait\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'await on an array of promises',
    why: '`await` does not wait for the promises inside an array; the result is still full of promises. Wrap it in `Promise.all`.',
    confidence: 0.9,
    rule: {
      all: [
        { kind: 'await_expression' },
        { has: { ...callOf('\\.map$', firstArgument(ASYNC_CALLBACK)), pattern: '$CALL' } },
      ],
    },
    fix: 'await Promise.all($CALL)',
    bad: 'async function f() { const pages = await urls.map(async url => load(url)); }',
    good: 'async function f() { const pages = await Promise.all(urls.map(async url => load(url))); }',
  },
  {
    id: 'async-promise-executor',
    needs: /\bPromise\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'Promise executor is async',
    why: 'If the executor throws, the new promise never settles and whoever awaits it waits for ever.',
    confidence: 0.85,
    rule: {
      all: [
        { kind: 'new_expression' },
        { has: { field: 'constructor', regex: '^Promise$' } },
        firstArgument(ASYNC_CALLBACK),
      ],
    },
    bad: 'const p = new Promise(async (resolve) => { resolve(await load()); });',
    good: 'const p = new Promise(resolve => { resolve(load()); });',
  },
  {
    id: 'async-effect',
    needs: /Effect\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'React effect is async',
    why: 'React takes the returned promise for the clean-up function, so nothing is ever cleaned up.',
    confidence: 0.85,
    rule: callOf('^(React\\.)?use(Layout)?Effect$', firstArgument(ASYNC_CALLBACK)),
    bad: 'useEffect(async () => { setUser(await load()); }, []);',
    good: 'useEffect(() => { void load().then(setUser); }, []);',
  },
  {
    id: 'index-as-condition',
    needs: /\.indexOf\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'indexOf is used as a condition',
    why: 'It gives -1, which is true, when nothing is found, and 0, which is false, for the first element.',
    confidence: 0.9,
    rule: {
      any: [
        {
          all: [
            { pattern: '$LIST.indexOf($ITEM)' },
            {
              inside: {
                kind: 'parenthesized_expression',
                inside: { kind: 'if_statement', field: 'condition' },
              },
            },
          ],
        },
        {
          all: [
            { pattern: '!$LIST.indexOf($ITEM)' },
            {
              inside: {
                kind: 'parenthesized_expression',
                inside: { kind: 'if_statement', field: 'condition' },
              },
            },
          ],
        },
      ],
    },
    bad: 'if (names.indexOf(name)) { add(name); }',
    good: 'if (names.indexOf(name) >= 0) { add(name); }',
  },
  {
    id: 'throw-text',
    needs: /\bthrow\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'bug',
    title: 'Thrown value is not an Error',
    why: 'There is no stack, and code that reads `error.message` gets `undefined`.',
    confidence: 0.85,
    rule: {
      all: [
        { kind: 'throw_statement' },
        {
          has: {
            any: [{ kind: 'string' }, { kind: 'template_string' }, { kind: 'number' }],
            pattern: '$TEXT',
          },
        },
      ],
    },
    fix: 'throw new Error($TEXT);',
    bad: "throw 'not found';",
    good: "throw new Error('not found');",
  },
  {
    id: 'debugger-left',
    needs: /\bdebugger\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'bug',
    title: 'Debugger statement is left in',
    why: 'The program stops here whenever developer tools or an inspector are attached.',
    confidence: 0.95,
    rule: { kind: 'debugger_statement' },
    bad: 'debugger;',
    good: 'const debugging = true;',
  },
  {
    id: 'focused-test',
    needs: /\.only\b|\bf(it|describe|context)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'tests',
    title: 'Only this test runs',
    why: 'All other tests of the file are skipped in silence, so the suite stays green whatever they would say.',
    confidence: 0.95,
    rule: {
      any: [
        callOf('^(it|test|describe|suite|context|specify)(\\.\\w+)*\\.only$', {
          has: { field: 'arguments', has: { any: [{ kind: 'string' }, { kind: 'template_string' }] } },
        }),
        callOf(
          '^(fit|fdescribe|fcontext)$',
          firstArgument({ any: [{ kind: 'string' }, { kind: 'template_string' }] }),
        ),
      ],
    },
    bad: "it.only('adds', () => {});",
    good: "it('adds', () => {}); fit(model);",
  },
  {
    id: 'skipped-test',
    needs: /\.skip\b|\bx(it|test|describe)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'tests',
    title: 'Test is skipped',
    why: 'What it checks can break from now on and the suite stays green.',
    confidence: 0.7,
    rule: {
      any: [
        callOf('^(it|test|describe|suite|context|specify)(\\.\\w+)*\\.skip$', {
          has: {
            field: 'arguments',
            has: { any: [{ kind: 'string' }, { kind: 'template_string' }], nthChild: 1 },
          },
        }),
        callOf(
          '^(xit|xtest|xdescribe)$',
          firstArgument({ any: [{ kind: 'string' }, { kind: 'template_string' }] }),
        ),
      ],
    },
    bad: "it.skip('adds', () => {});",
    good: "it('adds', () => {}); list.skip(2);",
  },
  {
    id: 'unawaited-expectation',
    needs: /\b(rejects|resolves)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'tests',
    title: 'Expectation is not awaited',
    why: 'The test ends before the promise settles, so it passes even when the expectation fails.',
    confidence: 0.9,
    rule: {
      all: [
        { kind: 'expression_statement' },
        { has: { kind: 'call_expression', regex: '(?s)^expect\\(.*\\)\\s*\\.(rejects|resolves)\\b' } },
      ],
    },
    bad: "it('fails', () => { expect(load()).rejects.toThrow(); });",
    good: "it('fails', async () => { await expect(load()).rejects.toThrow(); });",
  },
  {
    id: 'expectation-without-matcher',
    needs: /\bexpect\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'tests',
    title: 'Expectation checks nothing',
    why: '`expect(value)` alone never fails; a matcher such as `.toBe(…)` is missing.',
    confidence: 0.9,
    rule: { all: [{ kind: 'expression_statement' }, { has: { pattern: 'expect($VALUE)' } }] },
    bad: 'expect(total === 3);',
    good: 'expect(total).toBe(3);',
  },
];
