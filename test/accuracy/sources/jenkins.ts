import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement } from '../case.ts';
import type { Reading } from './osv-json.ts';

interface Warning {
  readonly id: string;
  readonly name: string;
  readonly versions: readonly {
    readonly firstVersion?: string;
    readonly lastVersion?: string;
    readonly pattern: string;
  }[];
}

/**
 * A pattern is a regular expression over whole versions, as Jenkins itself applies it. It is asked for releases that are
 * known to be some: many patterns hold versions that never were, so that the fix is the first that they leave out.
 */
export function jenkinsReading(data: string): Reading {
  const text = readFileSync(join(data, 'jenkins-warnings/resources/warnings.json'), 'utf8');
  const warnings = JSON.parse(text) as readonly Warning[];
  const statements = warnings.map(({ id, name, versions }): Statement => {
    const patterns = versions.map(({ pattern }) => new RegExp(`^(?:${pattern})$`));
    return {
      source: 'jenkins',
      record: id,
      ids: [id],
      subject: { type: 'maven', name, stream: 'jenkins' },
      affects: (version) => patterns.some((pattern) => pattern.test(version)),
      probes: versions.flatMap(({ firstVersion, lastVersion }) => {
        const last = lastVersion?.replace(/^LTS /, '');
        return [firstVersion, last].filter((version) => version !== undefined);
      }),
    };
  });
  return { statements, records: warnings.length, withdrawn: 0 };
}
