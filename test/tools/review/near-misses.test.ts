import { expect, test } from 'vitest';
import type { RuleLanguage } from '../../../src/tools/review/rules/rule.ts';
import { rulesThatFire } from './rules-that-fire.ts';

type Case = readonly [rule: string, language: RuleLanguage, text: string];

const CHECK = 'async function ok(u) { return find(u); }\n';

const FOUND: readonly Case[] = [
  ['promise-as-condition', 'javascript', `${CHECK}function f(u) { if (ok(u)) open(); }`],
  ['promise-as-condition', 'typescript', `${CHECK}function f(u) { if (u && ok(u)) open(); }`],
  ['promise-as-condition', 'typescript', `${CHECK}const f = u => (ok(u) ? 1 : 2);`],
  [
    'promise-as-condition',
    'javascript',
    `${CHECK}function f(u) { const v = ok(u); if (!v) return; open(); }`,
  ],
  [
    'promise-as-condition',
    'javascript',
    'const ok = async u => find(u);\nfunction f(u) { return ok(u) && u; }',
  ],
  ['shell-from-input', 'javascript', "function f(r) { const cmd = 'ls ' + r.query.c; exec(cmd); }"],
  [
    'shell-from-input',
    'typescript',
    'function f(a) { const cmd = `ls ${a}`; execFile(cmd, { shell: true }); }',
  ],
  ['shell-from-input', 'python', 'def f(a):\n    cmd = f"ls {a}"\n    os.system(cmd)'],
  ['shell-arguments-from-input', 'javascript', "spawn('git', ['log', '--author=' + name], { shell: true });"],
  [
    'path-from-request',
    'python',
    'def f():\n    name = request.args["name"]\n    return open("/var/files/" + name)',
  ],
  ['guessable-secret', 'python', 'def make_token():\n    return "".join(random.choices(LETTERS, k=9))'],
  ['guessable-secret', 'python', 'def new_password(n):\n    return random.randint(0, n)'],
  ['guessable-secret', 'typescript', 'class A { sessionId = Math.random().toString(36); }'],
  ['guessable-secret', 'javascript', "const sessionId = 's' + Math.random();"],
  [
    'weak-password-hash',
    'python',
    'def hash_password(text):\n    return hashlib.md5(text.encode()).hexdigest()',
  ],
  [
    'weak-password-hash',
    'javascript',
    "function hashPassword(t) { return createHash('sha1').update(t).digest('hex'); }",
  ],
];

const QUIET: readonly Case[] = [
  ['promise-as-condition', 'javascript', `${CHECK}async function f(u) { if (await ok(u)) open(); }`],
  [
    'promise-as-condition',
    'javascript',
    `${CHECK}async function f(u) { const v = await ok(u); if (v) open(); }`,
  ],
  ['promise-as-condition', 'javascript', `${CHECK}const f = u => cache.get(u) || ok(u);`],
  ['promise-as-condition', 'javascript', `${CHECK}async function f(u) { const v = ok(u); if (v) return v; }`],
  [
    'promise-as-condition',
    'javascript',
    'function ok(u) { return u; }\nasync function g() {}\nif (ok(1)) g();',
  ],
  ['shell-from-input', 'javascript', "function f() { const cmd = 'ls -l'; exec(cmd); }"],
  ['shell-from-input', 'javascript', 'function f(cmd) { exec(cmd); }'],
  [
    'shell-from-input',
    'javascript',
    'const cmd = `ls ${a}`;\nfunction f(cmd) { exec(cmd); }\nconst g = cmd => exec(cmd);',
  ],
  ['shell-from-input', 'javascript', 'function f(a) { const cmd = `ls ${quote(a)}`; exec(cmd); }'],
  ['shell-from-input', 'python', 'def f(cmd):\n    os.system(cmd)\n    os.system("ls")'],
  [
    'path-from-request',
    'python',
    'def f():\n    name = request.args["name"]\n    if name not in KNOWN:\n        abort(404)\n    return open("/a/" + name)',
  ],
  [
    'path-from-request',
    'python',
    'def f():\n    name = secure_filename(request.args["name"])\n    return open("/a/" + name)',
  ],
  ['path-from-request', 'python', 'def f(name):\n    return open("/a/" + name)'],
  ['guessable-secret', 'python', 'def pick_color():\n    return random.choice(COLORS)'],
  ['guessable-secret', 'python', 'def mask_token(x):\n    return random.random()'],
  ['guessable-secret', 'typescript', 'class A { delay = Math.random(); }'],
  ['weak-password-hash', 'python', 'def etag(body):\n    return hashlib.md5(body).hexdigest()'],
  [
    'weak-password-hash',
    'javascript',
    "function isPwnedPassword(t) { return createHash('sha1').update(t).digest('hex'); }",
  ],
];

test.each(FOUND)('%s is found in %s: %s', async (rule, language, text) => {
  expect(await rulesThatFire(language, text)).toContain(`ast-grep:${rule}`);
});

test.each(QUIET)('%s is not said in %s of: %s', async (rule, language, text) => {
  expect(await rulesThatFire(language, text)).not.toContain(`ast-grep:${rule}`);
});
