import type { Why } from '../../src/model/finding.ts';
import type { Package } from '../../src/model/package.ts';
import type { VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { identify } from '../../src/vulnerability/identify.ts';
import { createJudge } from '../../src/vulnerability/judge.ts';
import { createMatcher } from '../../src/vulnerability/match.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';
import type { Statement } from './case.ts';

export interface Comparison {
  readonly statements: number;
  /** Package versions that were asked for. */
  readonly versions: number;
  /** Pairs of a version and a record that affects it. */
  readonly affected: number;
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly record: string;
  readonly name: string;
  readonly version: string;
  readonly is: 'missing' | 'too much' | 'not a finding';
}

/** Every so many versions go all the way to findings; for the rest, the matcher's answer is enough. */
const judgedEvery = 25;

/** Asks the product for every probe of every package and compares the records that it names with those that should be named. */
export function compareStatements(statements: readonly Statement[], database: VulnerabilityDatabase): Comparison {
  const differences: Difference[] = [];
  let [versions, affected] = [0, 0];
  for (const [key, group] of Map.groupBy(statements, ({ subject }) => JSON.stringify(subject))) {
    const subject = JSON.parse(key) as Statement['subject'];
    const source = group[0]?.source;
    const matcher = createMatcher(database, versionSchemes);
    const judge = createJudge(database, versionSchemes);
    const recordsIn = (whys: readonly Why[]) =>
      new Set(whys.flatMap((why) => (why.source === source ? why.record : [])));
    for (const version of new Set(group.flatMap(({ probes }) => probes))) {
      const wanted = group.filter(({ affects }) => affects(version));
      const found = packageOf(subject, version);
      versions += 1;
      affected += wanted.length;
      const differs = (record: string, is: Difference['is']) =>
        differences.push({ record, name: subject.name, version, is });
      const expected = new Set(wanted.map(({ record }) => record));
      // What only the instance can answer, such as a gem's platform, is judged, not matched.
      const isJudged = versions % judgedEvery === 0 || subject.type === 'gem';
      const findings = isJudged ? judge([found], undefined).findings : [];
      const given = recordsIn(
        isJudged ? findings.flatMap(({ why }) => why) : matcher.candidatesOf(found).candidates.map(({ why }) => why),
      );
      for (const record of expected.difference(given)) differs(record, 'missing');
      for (const record of given.difference(expected)) differs(record, 'too much');
      const known = new Set(
        findings.flatMap(({ id, aliases, why }) => [id, ...aliases, ...why.map(({ record }) => record)]),
      );
      for (const { record, ids } of isJudged ? wanted : []) {
        if (!ids.some((id) => known.has(id))) differs(record, 'not a finding');
      }
    }
  }
  return { statements: statements.length, versions, affected, differences };
}

export function packageOf(subject: Statement['subject'], version: string): Package {
  const draft = { evidence: 'installed-database' as const, locations: [{ path: 'somewhere' }], ...subject, version };
  return identify([draft], (path) => path, undefined)[0] as Package;
}
