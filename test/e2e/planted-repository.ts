import { makeRepository, type TestRepository } from '../tools/git-repository.ts';

/** A defect that the last commit brings, as the review must report it. */
interface PlantedDefect {
  readonly path: string;
  readonly line: number;
  /** The rule that must be among the finding's sources. */
  readonly rule: string;
}

/** What the last commit of the planted repository brings. */
export const PLANTED: readonly PlantedDefect[] = [
  { path: 'src/orders.ts', line: 8, rule: 'sql-from-input' },
  { path: 'src/orders.ts', line: 14, rule: 'swallowed-error' },
  { path: 'src/orders.ts', line: 19, rule: 'code-from-input' },
  { path: 'tools/report.py', line: 7, rule: 'shell-from-input' },
  { path: 'tools/report.py', line: 10, rule: 'mutable-default' },
];

const ORDERS_BEFORE = `export interface Database {
  query(sql: string, values?: readonly unknown[]): Promise<readonly unknown[]>;
}

/** Old code with a defect that the change does not touch. */
export const legacy = (source: string): unknown => eval(source);
`;

const ORDERS_AFTER = `${ORDERS_BEFORE}
export const ordersOf = (database: Database, customer: string) => database.query(\`SELECT * FROM orders WHERE customer = '\${customer}'\`);

export async function saved(database: Database): Promise<boolean> {
  try {
    await database.query('COMMIT');
    return true;
  } catch (error) {}
  return false;
}

export function priceOf(formula: string): number {
  return Number(eval(formula));
}
`;

const REPORT_BEFORE = `import os


def old_report(name):
    os.system("print-report " + name)
`;

const REPORT_AFTER = `${REPORT_BEFORE}def report(name):
    os.system(f"make-report {name}")


def collect(row, rows=[]):
    rows.append(row)
    return rows
`;

/** A small repository whose last commit brings the `PLANTED` defects, beside older ones in lines that it leaves alone. */
export function makePlantedRepository(): TestRepository {
  const repository = makeRepository();
  repository.write('src/orders.ts', ORDERS_BEFORE);
  repository.write('tools/report.py', REPORT_BEFORE);
  repository.write(
    'src/renamed-from.ts',
    `${'export const line = 1;\n'.repeat(1)}export const same = 2;\nexport const more = 3;\n`,
  );
  repository.write('src/gone.ts', 'export const gone = eval("1");\n');
  repository.write('logo.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]));
  repository.commit('Start');
  repository.write('src/orders.ts', ORDERS_AFTER);
  repository.write('tools/report.py', REPORT_AFTER);
  repository.git('mv', 'src/renamed-from.ts', 'src/renamed-to.ts');
  repository.remove('src/gone.ts');
  repository.write('logo.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 9, 9, 9]));
  repository.commit('Add orders and reports');
  return repository;
}
