import { expect, test } from 'vitest';
import type { RuleLanguage } from '../../../src/tools/review/rules/rule.ts';
import { rulesThatFire } from './rules-that-fire.ts';

const SAFE: readonly (readonly [RuleLanguage, string])[] = [
  ['typescript', 'pool.query(`SELECT a FROM t WHERE id IN (${marks})`, [...columns]);'],
  ['typescript', 'pool.query(`INSERT INTO t VALUES (${placeholders})`, values);'],
  ['typescript', 'pool.query(`INSERT INTO t (a) VALUES (${slots})`, row);'],
  ['javascript', "db.all(`SELECT a FROM t WHERE id IN (${ids.map(() => '?').join(', ')})`, ids);"],
  [
    'javascript',
    'const marks = ids.map((_, i) => `$${i + 1}`).join(", ");\ndb.query(`SELECT a FROM t WHERE id IN (${marks})`, ids);',
  ],
  [
    'javascript',
    "const holes = Array(3).fill('?').join(',');\nconst sql = `SELECT a FROM t WHERE id IN (${holes})`;",
  ],
  ['typescript', 'pool.query(`UPDATE t SET a = $1 WHERE id = $${values.length}`, values);'],
  [
    'typescript',
    "const cols = ['a', 'b'].join(', ');\npool.query(`SELECT ${cols} FROM t WHERE id = $1`, [id]);",
  ],
  ['typescript', "const cols = ['a', 'b'].join(', ');\npool.query(`SELECT ${cols} FROM t`);"],
  ['typescript', "const LIST = ['a', 'b'];\nconst sql = `SELECT ${LIST.join(', ')} FROM t`;"],
  ['typescript', "const order = down ? 'DESC' : 'ASC';\npool.query(`SELECT a FROM t ORDER BY a ${order}`);"],
  ['typescript', "pool.query('SELECT a FROM t WHERE id IN (' + marks + ')', ids);"],
  ['python', "db.execute(f\"SELECT a FROM t WHERE id IN ({','.join('?' * n)})\", ids)"],
  ['python', "db.execute(f\"SELECT a FROM t WHERE id IN ({','.join('?' * len(ids))})\", ids)"],
  ['python', "db.execute(\"SELECT a FROM t WHERE id IN (%s)\" % ','.join(['%s'] * len(ids)), ids)"],
  ['python', "db.execute('SELECT a FROM t WHERE id IN ({})'.format(','.join('?' for _ in ids)), ids)"],
  ['python', "marks = ','.join('?' * len(ids))\nsql = f\"SELECT a FROM t WHERE id IN ({marks})\""],
  ['python', "cols = ', '.join(['a', 'b'])\ndb.execute(f\"SELECT {cols} FROM t WHERE id = ?\", (id,))"],
];

const LOOSE: readonly (readonly [RuleLanguage, string])[] = [
  ['typescript', "db.query(`SELECT a FROM t WHERE name = '${name}'`, [tenant]);"],
  ['typescript', 'db.query(`SELECT a FROM t WHERE id IN (${ids})`, [tenant]);'],
  ['typescript', "db.query(`SELECT a FROM t WHERE id IN (${ids.join(',')})`, [tenant]);"],
  ['typescript', 'db.query(`SELECT a FROM t WHERE id IN (${req.query.marks})`, [tenant]);'],
  [
    'typescript',
    "const marks = ids.map(id => `'${id}'`).join(',');\ndb.query(`SELECT a FROM t WHERE id IN (${marks})`, [x]);",
  ],
  ['typescript', 'const cols = Object.keys(req.body).join();\ndb.query(`SELECT ${cols} FROM t`, [x]);'],
  ['typescript', 'db.query(`SELECT ${columns} FROM t`, (error, rows) => done(rows));'],
  ['typescript', 'db.query(`SELECT a FROM t WHERE id IN (${marks}) AND name = ${name}`, ids);'],
  ['typescript', "let order = 'ASC';\norder = given;\ndb.query(`SELECT a FROM t ORDER BY a ${order}`);"],
  ['typescript', "db.query('SELECT a FROM t WHERE id = ' + id + ' AND b = ?', [b]);"],
  ['python', 'db.execute(f"SELECT a FROM t WHERE id IN ({\',\'.join(ids)})", (tenant,))'],
  ['python', 'db.execute(f"SELECT a FROM t WHERE name = \'{name}\'", (tenant,))'],
  ['python', 'db.execute("SELECT a FROM t WHERE name = \'%s\'" % name, (tenant,))'],
];

test.each(SAFE)('placeholders and own texts in SQL are no finding in %s: %s', async (language, text) => {
  expect(await rulesThatFire(language, text)).toEqual([]);
});

test.each(LOOSE)('a value in SQL is found beside bound values in %s: %s', async (language, text) => {
  expect((await rulesThatFire(language, text)).join()).toContain('ast-grep:sql-');
});
