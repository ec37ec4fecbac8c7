import {
  firstArgument,
  insidePythonFunction,
  NAMED_FOR_PASSWORD,
  NAMED_FOR_SECRET,
  PYTHON_BUILT_TEXT,
  PYTHON_REQUEST_VALUE,
  pythonCallOf,
  SECRET_NAME,
  SQL_START,
  SQL_WORDS,
  someArgument,
  UNGUESSABLE_NAME,
} from './fragments.ts';
import { argumentComesFrom, firstArgumentMeans } from './one-step-flow.ts';
import type { ReviewRule } from './rule.ts';
import { hasLooseSqlValue } from './sql-text.ts';

const RANDOM_CALL = pythonCallOf('^random\\.(random|randint|randrange|choice|choices|getrandbits|sample)$');

/** What a function calls that makes sure that a path stays where it should. */
const CHECKED_PATH =
  /secure_filename|basename|safe_join|realpath|abspath|normpath|commonpath|is_relative_to|\.resolve\(|startswith|fullmatch|\.match\(|isalnum|isdigit|\bint\(|UUID/;

const IS_BUILT = firstArgumentMeans(PYTHON_BUILT_TEXT, /quote\(/);

/** Vulnerabilities in Python. */
export const SECURITY_PYTHON_RULES: readonly ReviewRule[] = [
  {
    id: 'shell-from-input',
    needs: /subprocess|os\.(system|popen)|getoutput|shell\s*=/,
    languages: ['python'],
    severity: 'critical',
    category: 'security',
    title: 'Shell command is built from values',
    why: 'A value that contains `;`, `$(…)` or a quote runs as a command of its own. Pass a list of arguments without `shell=True`.',
    confidence: 0.9,
    rule: {
      any: [
        pythonCallOf(
          '^(os\\.(system|popen)|commands\\.getoutput|subprocess\\.(getoutput|getstatusoutput))$',
          firstArgument({ any: [PYTHON_BUILT_TEXT, { kind: 'identifier' }] }),
        ),
        pythonCallOf('^(subprocess\\.)?(run|call|check_call|check_output|Popen)$', {
          all: [
            firstArgument({ not: { kind: 'string', not: { has: { kind: 'interpolation' } } } }),
            firstArgument({ not: { kind: 'list' } }),
            { has: { field: 'arguments', has: { kind: 'keyword_argument', regex: '^shell\\s*=\\s*True$' } } },
          ],
        }),
      ],
    },
    // With `shell=True` any value is taken for a command; the other functions take fixed commands as well.
    accepts: call => /\bshell\s*=/.test(call.text()) || IS_BUILT(call),
    bad: 'subprocess.run(f"git log {branch}", shell=True)',
    good: 'subprocess.run(["git", "log", branch])\nsubprocess.run("ls | wc", shell=True)',
  },
  {
    id: 'sql-from-input',
    needs: /select|insert|update|delete|drop|alter/i,
    languages: ['python'],
    severity: 'critical',
    category: 'security',
    title: 'SQL statement is built from values',
    why: "A value such as `' OR 1=1 --` changes what the statement does. Pass values as parameters.",
    confidence: 0.85,
    rule: pythonCallOf('\\.(execute|executemany|executescript|raw)$', {
      ...firstArgument({ all: [PYTHON_BUILT_TEXT, { regex: SQL_WORDS }] }),
    }),
    accepts: hasLooseSqlValue,
    bad: 'cursor.execute(f"SELECT * FROM users WHERE name = \'{name}\'")',
    good: 'cursor.execute("SELECT * FROM users WHERE name = ?", (name,))',
  },
  {
    id: 'sql-text-from-values',
    needs: /select|insert|update|delete|drop|alter/i,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'SQL text is built from values',
    why: "Wherever this text is run, a value such as `' OR 1=1 --` changes what the statement does. Pass values as parameters.",
    confidence: 0.7,
    skipTests: true,
    rule: {
      all: [
        { any: [{ kind: 'assignment' }, { kind: 'augmented_assignment' }] },
        { has: { field: 'right', all: [PYTHON_BUILT_TEXT, { regex: SQL_START }] } },
      ],
    },
    accepts: hasLooseSqlValue,
    bad: 'query = "SELECT * FROM users WHERE name = \'%s\'" % name',
    good: 'query = "SELECT * FROM users WHERE name = %s"\ntext = f"Please select one from {names}"',
  },
  {
    id: 'template-from-values',
    needs: /render_template_string|from_string/,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Template is built from values',
    why: 'A value that holds `{{ … }}` is run by the template engine, which can reach the whole program.',
    confidence: 0.85,
    rule: pythonCallOf('(^|\\.)(render_template_string|from_string)$', firstArgument(PYTHON_BUILT_TEXT)),
    bad: 'page = render_template_string("<h1>" + name + "</h1>")',
    good: 'page = render_template_string("<h1>{{ name }}</h1>", name=name)',
  },
  {
    id: 'code-from-input',
    needs: /\b(eval|exec)\b/,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Text is run as code',
    why: 'Whoever controls a part of the text runs code with the rights of this program.',
    confidence: 0.85,
    skipTests: true,
    rule: pythonCallOf(
      '^(builtins\\.)?(eval|exec)$',
      firstArgument({ not: { kind: 'string', not: { has: { kind: 'interpolation' } } } }),
    ),
    bad: 'result = eval(text)',
    good: 'result = ast.literal_eval(text)\nmodel.eval()',
  },
  {
    id: 'unsafe-deserialisation',
    needs: /pickle|dill|marshal|yaml/i,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Loading can run code',
    why: 'The content decides which code runs while it is loaded. Use JSON, or `yaml.safe_load`.',
    confidence: 0.8,
    skipTests: true,
    rule: {
      any: [
        pythonCallOf('^(pickle|cPickle|dill|marshal)\\.loads?$'),
        pythonCallOf('^yaml\\.(load|load_all)$', { not: { regex: '(?i)safe' } }),
        pythonCallOf('^yaml\\.(unsafe_load|full_load)$'),
      ],
    },
    bad: 'settings = yaml.load(text)',
    good: 'settings = yaml.safe_load(text)\nother = yaml.load(text, Loader=yaml.SafeLoader)',
  },
  {
    id: 'path-from-request',
    needs: /\brequest\b/,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'File path comes from the request',
    why: 'A client that sends `../../etc/passwd` reaches files outside the folder. Resolve the path and check that it is still inside.',
    confidence: 0.8,
    rule: pythonCallOf(
      '^(open|os\\.path\\.join|send_file|flask\\.send_file|Path|os\\.remove|shutil\\.rmtree)$',
      {
        all: [
          { not: { regex: 'secure_filename|basename' } },
          {
            not: {
              has: { field: 'arguments', has: { ...pythonCallOf('^os\\.path\\.join$'), stopBy: 'end' } },
            },
          },
        ],
      },
    ),
    accepts: argumentComesFrom(PYTHON_REQUEST_VALUE, CHECKED_PATH),
    bad: 'path = os.path.join(root, request.args["name"])',
    good: 'path = os.path.join(root, secure_filename(request.args["name"]))',
  },
  {
    id: 'open-redirect',
    needs: /redirect/i,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Redirect target comes from the request',
    why: 'A link to this site can send people to any other site. Allow only known targets or own paths.',
    confidence: 0.8,
    rule: pythonCallOf(
      '^(flask\\.)?(redirect|HttpResponseRedirect|RedirectResponse)$',
      someArgument(PYTHON_REQUEST_VALUE),
    ),
    bad: 'return redirect(request.args.get("next"))',
    good: 'return redirect(url_for("login"))',
  },
  {
    id: 'tls-check-off',
    needs: /verify|ssl\./,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'TLS certificate check is disabled',
    why: 'Anyone between the two ends can read and change what is sent, and nobody notices.',
    confidence: 0.9,
    skipTests: true,
    rule: {
      any: [
        {
          all: [
            { kind: 'keyword_argument' },
            { regex: '^verify\\s*=\\s*False$' },
            { not: { inside: { ...pythonCallOf('^(jwt|jose)\\.'), stopBy: 'end' } } },
          ],
        },
        { kind: 'attribute', regex: '^ssl\\.(_create_unverified_context|CERT_NONE)$' },
      ],
    },
    bad: 'requests.get(url, verify=False)',
    good: 'requests.get(url, verify=True)',
  },
  {
    id: 'weak-password-hash',
    needs: /hashlib/,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Password is hashed with a fast hash',
    why: 'MD5, SHA-1 and plain SHA-2 are tried billions of times a second; a stolen table is read in hours. Use scrypt, bcrypt or argon2.',
    confidence: 0.85,
    skipTests: true,
    rule: {
      any: [
        pythonCallOf(
          '^hashlib\\.(md5|sha1|sha256|sha512)$',
          someArgument({ kind: 'identifier', regex: '(?i)(password|passwd|pwd)$' }),
        ),
        pythonCallOf('^hashlib\\.(md5|sha1)$', insidePythonFunction(NAMED_FOR_PASSWORD)),
      ],
    },
    bad: 'stored = hashlib.md5(password.encode()).hexdigest()',
    good: 'etag = hashlib.md5(body).hexdigest()',
  },
  {
    id: 'guessable-secret',
    needs: /\brandom\b/,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Secret comes from the random module',
    why: 'The next values of `random` can be computed from earlier ones. Use the `secrets` module.',
    confidence: 0.85,
    skipTests: true,
    rule: {
      any: [
        {
          all: [
            { any: [{ kind: 'assignment' }, { kind: 'keyword_argument' }] },
            { regex: `^[\\w.]*${UNGUESSABLE_NAME}\\w*\\s*(:\\s*\\w+\\s*)?=` },
            { has: { ...RANDOM_CALL, stopBy: 'end' } },
          ],
        },
        {
          all: [
            RANDOM_CALL,
            insidePythonFunction(NAMED_FOR_SECRET),
            // What is written to a name of that kind is found there.
            { not: { inside: { kind: 'assignment', regex: `^[\\w.]*${UNGUESSABLE_NAME}`, stopBy: 'end' } } },
          ],
        },
      ],
    },
    bad: 'reset_token = "".join(random.choice(letters) for _ in range(16))',
    good: 'reset_token = secrets.token_hex(16)\ndelay = random.random()',
  },
  {
    id: 'jwt-not-verified',
    needs: /jwt/,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Token signature is not checked',
    why: 'A client can write any user or role into a token that nobody verifies.',
    confidence: 0.9,
    skipTests: true,
    rule: pythonCallOf('^jwt\\.decode$', {
      regex: '(?is)(["\']verify_signature["\']\\s*:\\s*False|verify\\s*=\\s*False|["\']none["\'])',
    }),
    bad: 'user = jwt.decode(token, options={"verify_signature": False})',
    good: 'user = jwt.decode(token, key, algorithms=["HS256"])',
  },
  {
    id: 'fixed-temp-file',
    needs: /\/tmp\//,
    languages: ['python'],
    severity: 'minor',
    category: 'security',
    title: 'Temporary file has a fixed name',
    why: 'Two runs at once overwrite each other, and another user of the machine can put a link there first. Use `tempfile`.',
    confidence: 0.7,
    skipTests: true,
    rule: {
      all: [
        pythonCallOf('^open$', firstArgument({ kind: 'string', regex: '^["\'](/var)?/tmp/' })),
        { has: { field: 'arguments', has: { kind: 'string', regex: '^["\'][wax]' } } },
      ],
    },
    bad: 'report = open("/tmp/report.json", "w")',
    good: 'report = tempfile.NamedTemporaryFile()\nlog = open("/tmp/log.txt")',
  },
  {
    id: 'temp-name-not-held',
    needs: /mktemp/,
    languages: ['python'],
    severity: 'minor',
    category: 'security',
    title: 'Temporary name is not held',
    why: '`mktemp` only makes up a name; before the file is opened another user of the machine can put a link there. Use `mkstemp` or `NamedTemporaryFile`.',
    confidence: 0.8,
    skipTests: true,
    rule: pythonCallOf('^tempfile\\.mktemp$'),
    bad: 'path = tempfile.mktemp()',
    good: 'handle, path = tempfile.mkstemp()\nfolder = tempfile.mkdtemp()',
  },
  {
    id: 'secret-in-log',
    needs: /(password|passwd|key|secret|token)\b/i,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Secret is written to the log',
    why: 'Logs are kept, shipped and read by more people than may know the secret.',
    confidence: 0.75,
    skipTests: true,
    rule: pythonCallOf(
      '^(print|(logging|logger|log|self\\.logger)\\.(debug|info|warning|error|critical|exception))$',
      {
        any: [
          {
            has: {
              field: 'arguments',
              has: { any: [{ kind: 'identifier' }, { kind: 'attribute' }], regex: SECRET_NAME },
            },
          },
          someArgument({
            kind: 'interpolation',
            has: { any: [{ kind: 'identifier' }, { kind: 'attribute' }], regex: SECRET_NAME },
          }),
        ],
      },
    ),
    bad: 'logger.info("signing in %s", user.password)',
    good: 'logger.info("signing in %s", user.name)',
  },
  {
    id: 'debug-server',
    needs: /debug/,
    languages: ['python'],
    severity: 'major',
    category: 'security',
    title: 'Web server runs in debug mode',
    why: 'The debugger page of Flask lets anyone who reaches it run Python on the server.',
    confidence: 0.75,
    skipTests: true,
    rule: pythonCallOf('^\\w*app\\.run$', {
      has: { field: 'arguments', has: { kind: 'keyword_argument', regex: '^debug\\s*=\\s*True$' } },
    }),
    bad: 'app.run(debug=True)',
    good: 'app.run(port=8000)',
  },
];
