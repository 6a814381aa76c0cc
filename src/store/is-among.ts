import { type RawBuilder, sql } from 'kysely';
import { numberList } from './number-list.ts';

interface Run {
  readonly first: number;
  readonly last: number;
}

const shortestRun = 8;
const mostRuns = 16;

/**
 * True where a number is one of these: the keys of 50,000 repositories, say. In ascending order they cost least.
 * PostgreSQL reads, plans and copies a list anew at each mention in a statement (12 of them take it 180 MB and 0.1 s), so
 * long runs are told by their ends.
 */
export function isAmong(number: RawBuilder<unknown>, list: readonly number[]): RawBuilder<boolean> {
  const { runs, left } = shortened(list);
  const conditions = runs.map(({ first, last }) => sql<boolean>`${number} BETWEEN ${first}::int AND ${last}::int`);
  if (left !== undefined) conditions.push(sql<boolean>`${number} = ANY(${left}::int[])`);
  return sql<boolean>`(${sql.join(conditions, sql` OR `)})`;
}

interface Shortened {
  readonly runs: readonly Run[];
  /** What is in none of them, as PostgreSQL reads it; undefined where nothing is. */
  readonly left: string | undefined;
}

/** A statement mentions the same list several times, and so do the next ones. */
const known = new WeakMap<readonly number[], Shortened>();

function shortened(list: readonly number[]): Shortened {
  const before = known.get(list);
  if (before) return before;
  const runs = longestRuns(list);
  const left = without(list, runs);
  const made = { runs, left: left.length > 0 || runs.length === 0 ? numberList(left) : undefined };
  known.set(list, made);
  return made;
}

/** In the order of the list. */
function longestRuns(list: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  let first = list[0] ?? 0;
  for (let at = 1; at <= list.length; at += 1) {
    const last = list[at - 1] ?? 0;
    const next = list[at];
    if (next === last + 1) continue;
    if (last - first + 1 >= shortestRun) runs.push({ first, last });
    first = next ?? 0;
  }
  if (runs.length <= mostRuns) return runs;
  const longest = [...runs].sort((a, b) => b.last - b.first - (a.last - a.first)).slice(0, mostRuns);
  return longest.sort((a, b) => a.first - b.first);
}

/** What is in none of the runs. */
function without(list: readonly number[], runs: readonly Run[]): readonly number[] {
  let at = 0;
  return list.filter((number) => {
    while (number > (runs[at]?.last ?? Number.POSITIVE_INFINITY)) at += 1;
    return number < (runs[at]?.first ?? Number.POSITIVE_INFINITY);
  });
}
