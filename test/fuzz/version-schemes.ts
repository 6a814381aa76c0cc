import type { VersionScheme } from '../../src/vulnerability/version-scheme.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';
import type { Random } from './random.ts';
import { BrokenPromise, type Target } from './target.ts';

const glue = [...'.-_+~^:!$%/ \t\n\u0000', ''];
const words = [
  'alpha',
  'beta',
  'rc',
  'dev',
  'post',
  'final',
  'ga',
  'sp',
  'snapshot',
  'p',
  'r',
  'v',
  'x',
  '*',
  'ü',
  '\ud800',
];
const numbers = ['0', '1', '2', '01', '10', '00000', '4294967296', '9007199254740993', '9'.repeat(40)];

export const versionSchemeTargets: readonly Target[] = versionSchemes.map((scheme) => {
  const known = [...scheme.examples.ascending.flat(), ...scheme.examples.invalid];
  return {
    name: `version scheme ${scheme.id}`,
    attempt: (random, keep) => {
      const versions = Array.from({ length: 4 }, () => versionLike(random, known));
      keep(versions);
      assertOrdered(scheme, versions);
    },
  };
});

/** A known version with changes, or parts put together; now and then a very long one. */
function versionLike(random: Random, known: readonly string[]): string {
  const part = () => random.pick([...numbers, ...words]) + random.pick(glue);
  let text = random.chance(0.6) ? random.pick(known) : '';
  for (let turn = random.below(4); turn > 0; turn -= 1) {
    const at = random.below(text.length + 1);
    text = text.slice(0, at) + part() + text.slice(random.chance(0.5) ? at : at + 1);
  }
  return random.chance(0.005) ? (text || '1.').repeat(Math.ceil(50_000 / (text.length + 2))) : text;
}

function assertOrdered(scheme: VersionScheme, versions: readonly string[]): void {
  const valid = versions.filter(scheme.isValid);
  const compare = (a: string, b: string) => {
    const order = scheme.compare(a, b);
    if (Number.isNaN(order) || typeof order !== 'number') throw new BrokenPromise('the comparison is no number');
    return Math.sign(order);
  };
  for (const a of versions) for (const b of versions) scheme.compare(a, b);
  for (const a of valid) {
    if (compare(a, a) !== 0) throw new BrokenPromise('a version is not the same as itself');
    for (const b of valid) {
      if (compare(a, b) + compare(b, a) !== 0) throw new BrokenPromise('two versions are each older than the other');
      for (const c of valid) {
        if (compare(a, b) <= 0 && compare(b, c) <= 0 && compare(a, c) > 0)
          throw new BrokenPromise('three versions are in a circle');
      }
    }
  }
}
