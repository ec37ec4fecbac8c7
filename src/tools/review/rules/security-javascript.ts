import {
  BUILT_TEXT,
  callOf,
  firstArgument,
  REQUEST_VALUE,
  SECRET_NAME,
  SQL_WORDS,
  someArgument,
  UNGUESSABLE_NAME,
} from './fragments.ts';
import { JAVASCRIPT_FAMILY, type ReviewRule } from './rule.ts';

const NOT_CLEANED = { not: { regex: '(?i)(saniti[sz]e|dompurify|escape)' } };

/** Vulnerabilities in TypeScript and JavaScript: injection into shell, SQL and code. */
export const SECURITY_JAVASCRIPT_RULES: readonly ReviewRule[] = [
  {
    id: 'shell-from-input',
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
          firstArgument(BUILT_TEXT),
        ),
        callOf('^(\\w+\\.)?(spawn|spawnSync|execFile|execFileSync)$', {
          all: [
            firstArgument(BUILT_TEXT),
            someArgument({ kind: 'pair', regex: '^[\'"]?shell[\'"]?\\s*:\\s*true$' }),
          ],
        }),
      ],
    },
    bad: 'execSync(`git log $' + '{branch}`);',
    good: "execFileSync('git', ['log', branch]); pattern.exec(`$" + '{a}`); exec(`ls $' + '{FOLDER}`);',
  },
  {
    id: 'sql-from-input',
    languages: JAVASCRIPT_FAMILY,
    severity: 'critical',
    category: 'security',
    title: 'SQL statement is built from values',
    why: "A value such as `' OR 1=1 --` changes what the statement does. Pass values as parameters.",
    confidence: 0.85,
    rule: callOf('\\.(query|execute|exec|prepare|raw|all|get|run|\\$queryRawUnsafe|\\$executeRawUnsafe)$', {
      ...firstArgument({ all: [BUILT_TEXT, { regex: SQL_WORDS }] }),
    }),
    bad: "db.query('SELECT * FROM users WHERE name = ' + name);",
    good:
      "db.query('SELECT * FROM users WHERE name = ?', [name]); db.query(`SELECT $" +
      '{COLUMNS} FROM users`);',
  },
  {
    id: 'code-from-input',
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Text is run as code',
    why: 'Whoever controls a part of the text runs code with the rights of this program.',
    confidence: 0.9,
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
    id: 'html-from-values',
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
  {
    id: 'tls-check-off',
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'TLS certificate check is disabled',
    why: 'Anyone between the two ends can read and change what is sent, and nobody notices.',
    confidence: 0.9,
    skipTests: true,
    rule: {
      any: [
        { all: [{ kind: 'pair' }, { regex: '^[\'"]?rejectUnauthorized[\'"]?\\s*:\\s*false$' }] },
        {
          all: [
            { kind: 'assignment_expression' },
            { regex: 'NODE_TLS_REJECT_UNAUTHORIZED[\'"]?\\]?\\s*=\\s*[\'"]?0' },
          ],
        },
      ],
    },
    bad: 'const agent = new https.Agent({ rejectUnauthorized: false });',
    good: 'const agent = new https.Agent({ rejectUnauthorized: true });',
  },
  {
    id: 'weak-password-hash',
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Password is hashed with a fast hash',
    why: 'MD5, SHA-1 and plain SHA-2 are tried billions of times a second; a stolen table is read in hours. Use scrypt, bcrypt or argon2.',
    confidence: 0.85,
    skipTests: true,
    rule: callOf(
      '(?is)createHash\\([\'"](md5|sha1|sha256|sha512)[\'"]\\)\\.update$',
      someArgument({ regex: '(?i)(password|passwd|pwd)$' }),
    ),
    bad: "const stored = createHash('md5').update(password).digest('hex');",
    good: "const etag = createHash('md5').update(body).digest('hex');",
  },
  {
    id: 'guessable-secret',
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Secret comes from Math.random',
    why: 'The next values of `Math.random` can be computed from a few earlier ones. Use `crypto.randomUUID` or `randomBytes`.',
    confidence: 0.85,
    skipTests: true,
    rule: {
      all: [
        { any: [{ kind: 'variable_declarator' }, { kind: 'pair' }, { kind: 'assignment_expression' }] },
        { regex: `^[\\w.'"\\[\\]]*${UNGUESSABLE_NAME}[\\w'"\\]]*\\s*[:=]` },
        { has: { pattern: 'Math.random()', stopBy: 'end' } },
      ],
    },
    bad: 'const resetToken = Math.random().toString(36).slice(2);',
    good: 'const delay = Math.random() * 100; const resetToken = randomUUID();',
  },
  {
    id: 'jwt-not-verified',
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Token signature is not checked',
    why: 'A client can write any user or role into a token that nobody verifies.',
    confidence: 0.75,
    skipTests: true,
    rule: {
      any: [
        {
          all: [
            { kind: 'pair' },
            { regex: '^[\'"]?algorithms?[\'"]?\\s*:' },
            { has: { field: 'value', regex: '(?i)[\'"]none[\'"]' } },
            { inside: { ...callOf('\\.(verify|sign|decode)$|^(verify|sign|jwtVerify)$'), stopBy: 'end' } },
          ],
        },
        {
          all: [
            callOf('^(jwt|jsonwebtoken)\\.decode$'),
            {
              not: {
                inside: {
                  kind: 'program',
                  stopBy: 'end',
                  has: { ...callOf('^(jwt|jsonwebtoken)\\.verify$'), stopBy: 'end' },
                },
              },
            },
          ],
        },
      ],
    },
    bad: 'const user = jwt.decode(token);',
    good: "const user = jwt.verify(token, key, { algorithms: ['HS256'] });",
  },
  {
    id: 'cors-any-origin',
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Any origin may use credentials',
    why: 'Every web page that a signed-in person opens can call this server in their name.',
    confidence: 0.85,
    skipTests: true,
    rule: {
      all: [
        { kind: 'object' },
        { has: { kind: 'pair', regex: '^[\'"]?origin[\'"]?\\s*:\\s*(true|[\'"]\\*[\'"])$' } },
        { has: { kind: 'pair', regex: '^[\'"]?credentials[\'"]?\\s*:\\s*true$' } },
      ],
    },
    bad: "app.use(cors({ origin: '*', credentials: true }));",
    good: "app.use(cors({ origin: 'https://example.org', credentials: true })); app.use(cors({ origin: '*' }));",
  },
  {
    id: 'message-to-any-origin',
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'security',
    title: 'Message is sent to any origin',
    why: 'If the window has been navigated elsewhere, the other site reads the message. Name the target origin.',
    confidence: 0.7,
    skipTests: true,
    rule: callOf('\\.postMessage$', someArgument({ kind: 'string', regex: '^[\'"]\\*[\'"]$' })),
    bad: "parent.postMessage(state, '*');",
    good: 'parent.postMessage(state, origin); worker.postMessage(state);',
  },
  {
    id: 'fixed-temp-file',
    languages: JAVASCRIPT_FAMILY,
    severity: 'minor',
    category: 'security',
    title: 'Temporary file has a fixed name',
    why: 'Two runs at once overwrite each other, and another user of the machine can put a link there first. Use `mkdtemp`.',
    confidence: 0.7,
    skipTests: true,
    rule: callOf(
      '^((fs|fsp|promises)\\.)?(writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|open|openSync)$',
      firstArgument({ kind: 'string', regex: '^[\'"](/var)?/tmp/' }),
    ),
    bad: "writeFileSync('/tmp/report.json', text);",
    good: "writeFileSync(join(folder, 'report.json'), text);",
  },
  {
    id: 'secret-in-log',
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Secret is written to the log',
    why: 'Logs are kept, shipped and read by more people than may know the secret.',
    confidence: 0.75,
    skipTests: true,
    rule: callOf('^(console|log|logger|this\\.log|this\\.logger)\\.(log|info|debug|warn|error|trace)$', {
      any: [
        {
          has: {
            field: 'arguments',
            has: { any: [{ kind: 'identifier' }, { kind: 'member_expression' }], regex: SECRET_NAME },
          },
        },
        someArgument({
          kind: 'template_substitution',
          has: { any: [{ kind: 'identifier' }, { kind: 'member_expression' }], regex: SECRET_NAME },
        }),
      ],
    }),
    bad: "console.log('signing in', user.password);",
    good: "console.log('signing in', user.name, hasPassword, password.length);",
  },
];
