import {
  callOf,
  firstArgument,
  insideFunction,
  NAMED_FOR_PASSWORD,
  SECRET_NAME,
  someArgument,
  UNGUESSABLE_NAME,
} from './fragments.ts';
import { JAVASCRIPT_FAMILY, type ReviewRule } from './rule.ts';

/** TypeScript and JavaScript that weakens transport, passwords, tokens, origins, files or logs. */
export const SECURITY_JAVASCRIPT_RULES: readonly ReviewRule[] = [
  {
    id: 'tls-check-off',
    needs: /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/,
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
    needs: /createHash/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Password is hashed with a fast hash',
    why: 'MD5, SHA-1 and plain SHA-2 are tried billions of times a second; a stolen table is read in hours. Use scrypt, bcrypt or argon2.',
    confidence: 0.85,
    skipTests: true,
    rule: {
      any: [
        callOf(
          '(?is)createHash\\([\'"](md5|sha1|sha256|sha512)[\'"]\\)\\.update$',
          someArgument({ regex: '(?i)(password|passwd|pwd)$' }),
        ),
        callOf('(?is)createHash\\([\'"](md5|sha1)[\'"]\\)\\.update$', {
          all: [
            { not: someArgument({ regex: '(?i)(password|passwd|pwd)$' }) },
            insideFunction(NAMED_FOR_PASSWORD),
          ],
        }),
      ],
    },
    bad: "const stored = createHash('md5').update(password).digest('hex');",
    good: "const etag = createHash('md5').update(body).digest('hex');",
  },
  {
    id: 'guessable-secret',
    needs: /Math\.random/,
    languages: JAVASCRIPT_FAMILY,
    severity: 'major',
    category: 'security',
    title: 'Secret comes from Math.random',
    why: 'The next values of `Math.random` can be computed from a few earlier ones. Use `crypto.randomUUID` or `randomBytes`.',
    confidence: 0.85,
    skipTests: true,
    rule: {
      all: [
        {
          any: [
            { kind: 'variable_declarator' },
            { kind: 'pair' },
            { kind: 'assignment_expression' },
            { regex: '^[^={]*=[^=]', inside: { kind: 'class_body' } },
          ],
        },
        { regex: `^[\\w.'"\\[\\]]*${UNGUESSABLE_NAME}[\\w'"\\]]*\\s*[:=]` },
        { has: { pattern: 'Math.random()', stopBy: 'end' } },
      ],
    },
    bad: 'const resetToken = Math.random().toString(36).slice(2);',
    good: 'const delay = Math.random() * 100; const resetToken = randomUUID();',
  },
  {
    id: 'jwt-not-verified',
    needs: /none|\.decode\b/i,
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
    needs: /\bcredentials\b/,
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
    needs: /postMessage/,
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
    needs: /\/tmp\//,
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
    needs: /(password|passwd|key|secret|token)\b/i,
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
