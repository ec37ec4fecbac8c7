import { isUsedAsBoolean } from './boolean-use.ts';
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
    id: 'promise-as-condition',
    needs: /\basync\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'Condition tests a promise',
    why: 'The function is async, so this is a promise, which counts as true whatever it becomes; a check like this lets everyone through. Add `await`.',
    confidence: 0.85,
    rule: {
      any: [
        { pattern: '$NAME($$$ARGS)' },
        { kind: 'variable_declarator', has: { field: 'value', pattern: '$NAME($$$ARGS)' } },
      ],
    },
    declares: ASYNC_FUNCTION,
    accepts: isUsedAsBoolean,
    bad: 'async function isAdmin(u) { return find(u); }\nfunction open(u) { if (!isAdmin(u)) throw new Error(); }',
    good: 'async function isAdmin(u) { return find(u); }\nasync function open(u) { if (!(await isAdmin(u))) throw new Error(); const p = isAdmin(u); if (p) await p; }',
  },
  {
    id: 'async-map-dropped',
    needs: /\.map\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'Promises of map are dropped',
    why: 'Nobody waits for them: the code goes on before they have finished, and their failures are unhandled.',
    confidence: 0.85,
    rule: {
      all: [{ kind: 'expression_statement' }, { has: callOf('\\.map$', firstArgument(ASYNC_CALLBACK)) }],
    },
    bad: 'ids.map(async id => { await remove(id); });',
    good: 'const removals = ids.map(async id => { await remove(id); });',
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
    id: 'loop-past-end',
    needs: /<=[^;]*\.length/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'bug',
    title: 'Loop runs past the last element',
    why: 'The last round reads the element at `length`, which is `undefined`. Use `<`.',
    confidence: 0.85,
    rule: {
      all: [
        { kind: 'for_statement' },
        { has: { pattern: '$INDEX <= $LIST.length', stopBy: { kind: 'statement_block' } } },
        { has: { field: 'body', has: { pattern: '$LIST[$INDEX]', stopBy: 'end' } } },
      ],
    },
    bad: 'for (let i = 0; i <= items.length; i++) { show(items[i]); }',
    good: 'for (let i = 0; i <= items.length; i++) { show(items.slice(0, i)); }',
  },
  {
    id: 'float-equality',
    needs: /={2,3}\s*-?\d*\.\d/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'bug',
    title: 'Computed fraction is compared for equality',
    why: 'Rounding makes `0.1 + 0.2` differ from `0.3`. Compare with a tolerance.',
    confidence: 0.7,
    skipTests: true,
    rule: {
      all: [
        { kind: 'binary_expression' },
        { has: { field: 'operator', regex: '^[!=]==?$' } },
        { has: { field: 'left', kind: 'binary_expression', regex: '[-+*/]' } },
        { has: { field: 'right', kind: 'number', regex: '\\.\\d' } },
      ],
    },
    bad: 'const same = a + b === 0.3;',
    good: 'const same = Math.abs(a + b - 0.3) < 1e-9; const half = a === 0.5;',
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
    skipTests: true,
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
];
