import {
  BUILT_TEXT,
  callOf,
  firstArgument,
  REQUEST_VALUE,
  SQL_START,
  SQL_WORDS,
  someArgument,
} from './fragments.ts';
import { firstArgumentMeans } from './one-step-flow.ts';
import { JAVASCRIPT_FAMILY, type ReviewRule } from './rule.ts';
import { hasLooseSqlValue } from './sql-text.ts';

/** What a value that is safe in a shell has gone through. */
const QUOTED = /(quote|shell_?escape|escape_?shell\w*)\(/i;
const NOT_CLEANED = { not: { regex: '(?i)(saniti[sz]e|dompurify|escape)' } };

/** TypeScript and JavaScript that lets foreign text into a shell, SQL, code, paths, redirects or HTML. */
export const INJECTION_JAVASCRIPT_RULES: readonly ReviewRule[] = [
  {
    id: 'shell-from-input',
    needs: /exec|spawn/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'critical',
    category: 'security',
    title: 'Shell command is built from values',
    why: 'A value that contains `;`, `$(…)` or a quote runs as a command of its own. Use `execFile` or `spawn` with an argument list.',
    confidence: 0.85,
    rule: {
      any: [
        callOf(
          '^(exec|execSync|execAsync|(child_process|childProcess|cp|shell|shelljs)\\.exec|\\w+\\.execSync)$',
          firstArgument({ any: [BUILT_TEXT, { kind: 'identifier' }] }),
        ),
        callOf('^(\\w+\\.)?(spawn|spawnSync|execFile|execFileSync)$', {
          all: [
            firstArgument({ any: [BUILT_TEXT, { kind: 'identifier' }] }),
            someArgument({ kind: 'pair', regex: '^[\'"]?shell[\'"]?\\s*:\\s*true$' }),
          ],
        }),
      ],
    },
    accepts: firstArgumentMeans(BUILT_TEXT, QUOTED),
    bad: 'execSync(`git log $' + '{branch}`);',
    good: "execFileSync('git', ['log', branch]); pattern.exec(`$" + '{a}`); exec(`ls $' + '{FOLDER}`);',
  },
  {
    id: 'shell-arguments-from-input',
    needs: /\bshell\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'critical',
    category: 'security',
    title: 'Shell arguments are built from values',
    why: 'With `shell: true` the arguments are joined and read by a shell, so a value that contains `;` or `$(…)` runs as a command of its own. Leave `shell` out.',
    confidence: 0.85,
    rule: callOf('^(\\w+\\.)?(spawn|spawnSync|execFile|execFileSync)$', {
      all: [
        { has: { field: 'arguments', has: { kind: 'array', has: BUILT_TEXT } } },
        someArgument({ kind: 'pair', regex: '^[\'"]?shell[\'"]?\\s*:\\s*true$' }),
      ],
    }),
    bad: "execFile('git', ['log', `--author=$" + '{name}`], { shell: true });',
    good: "execFile('git', ['log', `--author=$" + "{name}`]); execFile('npm', ['test'], { shell: true });",
  },
  {
    id: 'sql-from-input',
    needs: /select|insert|update|delete|drop|alter/i,
    languages: JAVASCRIPT_FAMILY,
    severity: 'critical',
    category: 'security',
    title: 'SQL statement is built from values',
    why: "A value such as `' OR 1=1 --` changes what the statement does. Pass values as parameters.",
    confidence: 0.85,
    rule: callOf('\\.(query|execute|exec|prepare|raw|all|get|run|\\$queryRawUnsafe|\\$executeRawUnsafe)$', {
      ...firstArgument({ all: [BUILT_TEXT, { regex: SQL_WORDS }] }),
    }),
    accepts: hasLooseSqlValue,
    bad: "db.query('SELECT * FROM users WHERE name = ' + name);",
    good:
      "db.query('SELECT * FROM users WHERE name = ?', [name]); db.query(`SELECT $" +
      '{COLUMNS} FROM users`);',
  },
  {
    id: 'sql-text-from-values',
    needs: /select|insert|update|delete|drop|alter/i,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'SQL text is built from values',
    why: "Wherever this text is run, a value such as `' OR 1=1 --` changes what the statement does. Pass values as parameters.",
    confidence: 0.7,
    skipTests: true,
    rule: {
      any: [
        {
          all: [
            { kind: 'variable_declarator' },
            { has: { field: 'value', all: [BUILT_TEXT, { regex: SQL_START }] } },
          ],
        },
        {
          all: [
            { any: [{ kind: 'assignment_expression' }, { kind: 'augmented_assignment_expression' }] },
            { has: { field: 'right', all: [BUILT_TEXT, { regex: SQL_START }] } },
          ],
        },
      ],
    },
    accepts: hasLooseSqlValue,
    bad: "const sql = 'SELECT * FROM users WHERE name = ' + name;",
    good: "const sql = 'SELECT * FROM users WHERE name = ?'; const text = `Please select one from ${list}`;",
  },
  {
    id: 'code-from-input',
    needs: /\beval\b|\bFunction\b|runIn/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Text is run as code',
    why: 'Whoever controls a part of the text runs code with the rights of this program.',
    confidence: 0.9,
    skipTests: true,
    rule: {
      any: [
        callOf('^((window|globalThis|global)\\.)?eval$', firstArgument({ not: { kind: 'string' } })),
        {
          all: [
            { kind: 'new_expression' },
            { has: { field: 'constructor', regex: '^Function$' } },
            { has: { field: 'arguments', has: { not: { kind: 'string' }, regex: '^[^(),]' } } },
          ],
        },
        callOf('^(vm\\.)?(runInNewContext|runInThisContext)$', firstArgument(BUILT_TEXT)),
      ],
    },
    bad: 'const result = eval(text);',
    good: 'const result = JSON.parse(text); evaluate(text);',
  },
  {
    id: 'timer-with-text',
    needs: /setTimeout|setInterval/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'security',
    title: 'Timer runs a text as code',
    why: 'A text in place of a function is evaluated like `eval`, so any value in it can run code.',
    confidence: 0.9,
    rule: callOf(
      '^((window|globalThis)\\.)?(setTimeout|setInterval)$',
      firstArgument({ any: [{ kind: 'string' }, { kind: 'template_string' }, BUILT_TEXT] }),
    ),
    bad: "setTimeout('refresh()', 100);",
    good: 'setTimeout(refresh, 100);',
  },
  {
    id: 'path-from-request',
    needs: /\b(req|request|ctx)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'File path comes from the request',
    why: 'A client that sends `../../etc/passwd` reaches files outside the folder. Resolve the path and check that it is still inside.',
    confidence: 0.8,
    rule: callOf(
      '^((path|posix|fs|fsp|promises)\\.)?(join|resolve|readFile|readFileSync|createReadStream|writeFile|writeFileSync|createWriteStream|unlink|unlinkSync|rm|rmSync)$|\\.(sendFile|download)$',
      {
        all: [
          someArgument(REQUEST_VALUE),
          { not: { regex: '\\bbasename\\(' } },
          { not: { has: { field: 'arguments', has: { ...callOf('\\b(join|resolve)$'), stopBy: 'end' } } } },
        ],
      },
    ),
    bad: 'const file = path.join(root, req.params.name);',
    good: "const file = path.join(root, path.basename(req.params.name)); path.join(root, 'a');",
  },
  {
    id: 'regexp-from-request',
    needs: /\bRegExp\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'security',
    title: 'Regular expression comes from the request',
    why: 'A client that sends a pattern such as `(a+)+$` blocks the process for minutes.',
    confidence: 0.8,
    rule: {
      all: [
        { kind: 'new_expression' },
        { has: { field: 'constructor', regex: '^RegExp$' } },
        someArgument(REQUEST_VALUE),
        NOT_CLEANED,
      ],
    },
    bad: 'const pattern = new RegExp(req.query.q);',
    good: 'const pattern = new RegExp(escapeRegExp(req.query.q));',
  },
  {
    id: 'open-redirect',
    needs: /\bredirect\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Redirect target comes from the request',
    why: 'A link to this site can send people to any other site. Allow only known targets or own paths.',
    confidence: 0.8,
    rule: callOf('^(res|response|reply|ctx|c|NextResponse)\\.redirect$', someArgument(REQUEST_VALUE)),
    bad: 'res.redirect(req.query.next);',
    good: "res.redirect('/login');",
  },
  {
    id: 'html-answer-from-request',
    needs: /\b(req|request|ctx)\b/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Answer echoes the request as HTML',
    why: 'A link with `<script>` in it runs script on this site in the browser of whoever opens it. Escape the value.',
    confidence: 0.8,
    skipTests: true,
    rule: callOf('^(res|response|reply|ctx|c)(\\.status\\([^)]*\\))?\\.(send|write|end|html)$', {
      all: [
        firstArgument({ all: [BUILT_TEXT, { regex: '<[a-zA-Z]' }] }),
        someArgument(REQUEST_VALUE),
        NOT_CLEANED,
      ],
    }),
    bad: 'res.send(`<h1>${req.query.name}</h1>`);',
    good: 'res.send(`<h1>${escapeHtml(req.query.name)}</h1>`); res.json({ name: req.query.name });',
  },
  {
    id: 'html-from-values',
    needs: /innerHTML|outerHTML|insertAdjacentHTML|document\.write/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'HTML is set from a value',
    why: 'A value that holds `<img onerror=…>` runs as script in the page. Use `textContent`, or sanitise it.',
    confidence: 0.7,
    skipTests: true,
    rule: {
      any: [
        {
          all: [
            { any: [{ kind: 'assignment_expression' }, { kind: 'augmented_assignment_expression' }] },
            { has: { field: 'left', regex: '\\.(innerHTML|outerHTML)$' } },
            {
              has: {
                field: 'right',
                any: [
                  BUILT_TEXT,
                  { kind: 'identifier' },
                  { kind: 'member_expression' },
                  { kind: 'await_expression' },
                ],
                not: { regex: '^[A-Z][A-Z0-9_.]*$' },
              },
            },
            NOT_CLEANED,
          ],
        },
        callOf('(\\.insertAdjacentHTML|^document\\.write(ln)?)$', {
          all: [someArgument(BUILT_TEXT), NOT_CLEANED],
        }),
      ],
    },
    bad: 'box.innerHTML = comment.text;',
    good: "box.innerHTML = ''; box.innerHTML = DOMPurify.sanitize(comment.text); box.textContent = comment.text;",
  },
  {
    id: 'dangerous-inner-html',
    needs: /dangerouslySetInnerHTML/,
    languages: ['tsx', 'javascript'],
    severity: 'major',
    category: 'security',
    title: 'React escaping is switched off',
    why: 'Markup in the value is inserted as it is, so a script in it runs in the page.',
    confidence: 0.75,
    skipTests: true,
    rule: {
      all: [
        { kind: 'jsx_attribute' },
        { regex: '^dangerouslySetInnerHTML' },
        NOT_CLEANED,
        { not: { regex: '__html:\\s*([\'"`])[^$]*([\'"`])\\s*\\}' } },
        { not: { regex: '__html:\\s*[A-Z][A-Z0-9_]*\\s*\\}' } },
      ],
    },
    bad: 'const a = <p dangerouslySetInnerHTML={{ __html: post.body }} />;',
    good: "const a = <p dangerouslySetInnerHTML={{ __html: '<b>x</b>' }} />;",
  },
];
