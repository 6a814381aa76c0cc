import { existsSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, messageOf } from '../../lib/errors.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { packStarter } from '../../vulnerability/database/starter.ts';
import { type Command, type ExitCode, exitCodes, type Terminal } from '../command.ts';
import { chooseDatabase } from '../open-database.ts';
import { builtDatabase } from '../places.ts';

const help = `Builds the vulnerability database, or tells what is in it.

Usage:
  breakwater db status [--db FILE] [--format text|json]
  breakwater db build --data DIR [--output FILE]

  --data DIR      the folder that holds one folder for each source
  --output FILE   where to write; default: the place where scans look first
  --db FILE       the database to tell of
  --pack FILE     also write a packed copy

Exit codes: 0 done, 2 could not do the job.
`;

export const db: Command = {
  id: 'db',
  summary: 'build the vulnerability database, or tell what is in it',
  help,
  run: async (args, terminal) => {
    const { values, positionals } = parse(args);
    if (positionals[0] === 'status') return status(values.db, values.format === 'json', terminal);
    if (positionals[0] === 'build')
      return build(values.data, values.output ?? builtDatabase(terminal.environment), values.pack, terminal);
    throw new AppError('USAGE', 'Say "db status" or "db build"; see "breakwater help db".');
  },
};

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { db: text, data: text, output: text, pack: text, format: text },
    });
  } catch (error) {
    throw new AppError('USAGE', `${messageOf(error)}; see "breakwater help db".`);
  }
}

function status(named: string | undefined, isJson: boolean, terminal: Terminal): ExitCode {
  const { path, database } = chooseDatabase(named, terminal.environment);
  const sources = database.sources();
  const streams = [...database.streams.values()];
  if (isJson) {
    terminal.out(
      `${JSON.stringify({ path, built: database.built, sizeBytes: statSync(path).size, sources, streams }, undefined, 2)}\n`,
    );
    return exitCodes.done;
  }
  const line = (cells: readonly string[], widths: readonly number[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const sourceRows = sources.map(({ id, date, records, license, attribution }) =>
    line([id, date, String(records).padStart(7), license, attribution], [18, 10, 7, 24]),
  );
  const streamRows = streams.map(({ id, level, date }) => line([id, level, date], [20, 10]));
  terminal.out(
    `Vulnerability database ${path}\nbuilt ${database.built}, ${(statSync(path).size / 2 ** 20).toFixed(1)} MiB\n\nSources\n${sourceRows.join('\n')}\n\nCoverage\n${streamRows.join('\n')}\n`,
  );
  return exitCodes.done;
}

async function build(
  data: string | undefined,
  output: string,
  pack: string | undefined,
  terminal: Terminal,
): Promise<ExitCode> {
  if (!data)
    throw new AppError('USAGE', '"db build" needs --data DIR, the folder that holds one folder for each source.');
  if (!existsSync(data))
    throw new AppError(
      'INPUT_UNREADABLE',
      `${data} does not exist; --data names the folder that holds one folder for each source.`,
    );
  const [{ buildDatabase }, { feeds }, { enrichments }, { openFeedFolder }, { knownProducts }] = await Promise.all([
    import('../../vulnerability/database/build.ts'),
    import('../../vulnerability/feeds/index.ts'),
    import('../../vulnerability/enrichments/index.ts'),
    import('../../vulnerability/feed-folder.ts'),
    import('../../vulnerability/known-products.ts'),
  ]);
  makeFolder(dirname(output));
  const draft = `${output}.${process.pid}.draft`;
  const openFolder = (name: string) => (existsSync(join(data, name)) ? openFeedFolder(join(data, name)) : undefined);
  const summaries = buildDatabase(draft, {
    feeds,
    enrichments,
    openFolder,
    products: knownProducts(),
    onSource: ({ id, date, records, advisories, skipped, problems, ms, missing }) => {
      const told = missing
        ? 'not there'
        : `${date}  ${String(records).padStart(7)} records  ${problems.length} problems  ${(ms / 1000).toFixed(1)} s`;
      const more = [
        ...(advisories !== undefined && advisories !== records ? [`${advisories} advisories`] : []),
        ...Object.entries(skipped ?? {}).map(([reason, count]) => `${count} left out: ${reason}`),
      ];
      terminal.error(`${id.padEnd(18)} ${told}${more.length > 0 ? ` (${more.join('; ')})` : ''}\n`);
      if (!missing && records === 0) terminal.error(`${' '.repeat(19)}its folder holds nothing that it can read\n`);
      if (terminal.environment.BREAKWATER_DEBUG)
        for (const problem of problems) terminal.error(`    ${problem.where}: ${problem.message}\n`);
    },
  });
  if (summaries.every(({ missing }) => missing))
    throw new AppError('FEED_INVALID', `${data} holds none of the folders that sources are read from.`);
  renameSync(draft, output);
  if (pack) packStarter(output, pack);
  const size = (path: string) => `${(statSync(path).size / 2 ** 20).toFixed(1)} MiB`;
  terminal.out(`Wrote ${output}, ${size(output)}${pack ? `; packed ${pack}, ${size(pack)}` : ''}\n`);
  return exitCodes.done;
}
