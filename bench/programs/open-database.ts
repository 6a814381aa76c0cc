import { openDatabase } from '../../src/vulnerability/database.ts';

/** Usage: open-database.ts FILE — prints the milliseconds that opening it and one look-up take. */
const [path = ''] = process.argv.slice(2);
const start = performance.now();
const database = openDatabase(path);
const entries = database.entries('npm', 'lodash');
const ms = performance.now() - start;
if (entries.length === 0) throw new Error(`${path} knows nothing of npm's lodash`);
database.close();
process.stdout.write(`${ms}\n`);
