import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Pair = readonly [a: string, b: string];

/** Somebody else's implementation of a version order: the ecosystem's own, as installed on this machine. */
export interface Referee {
  readonly title: string;
  /** Ids of our schemes that it can judge. */
  readonly schemes: readonly string[];
  /** -1, 0 or 1 for each pair; throws when it is not installed. */
  readonly compare: (pairs: readonly Pair[]) => readonly number[];
}

export const referees: readonly Referee[] = [
  {
    title: 'dpkg --compare-versions',
    schemes: ['deb'],
    compare: (pairs) =>
      lines(
        'sh',
        [
          '-c',
          'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi; done',
        ],
        pairs,
      ),
  },
  {
    title: "RPM's rpm.vercmp",
    schemes: ['rpm'],
    compare: (pairs) =>
      pairs.map(([a, b]) => Number(execFileSync('rpm', ['--eval', `%{lua: print(rpm.vercmp("${a}", "${b}"))}`]))),
  },
  {
    title: "Python's packaging.version",
    schemes: ['pep440'],
    compare: (pairs) =>
      lines(
        'python3',
        [
          '-c',
          'import sys\nfrom packaging.version import Version as V\nfor line in sys.stdin:\n a, b = map(V, line.split())\n print((a > b) - (a < b))',
        ],
        pairs,
      ),
  },
  {
    title: "npm's semver",
    schemes: ['semver', 'npm', 'go'],
    compare: (pairs) => {
      const npm = execFileSync('npm', ['root', '-g'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
      const program = `const s = require(${JSON.stringify(join(npm, 'npm/node_modules/semver'))}); for (const line of require('fs').readFileSync(0, 'utf8').trim().split('\\n')) { const [a, b] = line.split(' '); console.log(s.compare(a, b, { loose: true })); }`;
      return lines(process.execPath, ['-e', program], pairs);
    },
  },
  {
    title: "Ruby's Gem::Version",
    schemes: ['gem'],
    compare: (pairs) =>
      lines(
        'ruby',
        ['-e', 'STDIN.each_line { |l| a, b = l.split.map { |v| Gem::Version.new(v) }; puts a <=> b }'],
        pairs,
      ),
  },
  {
    title: "Maven's ComparableVersion",
    schemes: ['maven'],
    compare: (pairs) => {
      const args = ['-cp', mavenArtifact(), 'org.apache.maven.artifact.versioning.ComparableVersion', ...pairs.flat()];
      // Between the lines about each version it prints how each two neighbours compare: every second of those is asked for.
      const orders = [...execFileSync('java', args, { encoding: 'utf8' }).matchAll(/^ {3}\S+ ([<=>]+) \S+$/gm)];
      return orders.filter((_order, at) => at % 2 === 0).map(([, sign]) => (sign === '<' ? -1 : sign === '>' ? 1 : 0));
    },
  },
];

/** One pair a line in, one number a line out. */
function lines(program: string, args: readonly string[], pairs: readonly Pair[]): readonly number[] {
  const input = `${pairs.map((pair) => pair.join(' ')).join('\n')}\n`;
  const output = execFileSync(program, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  return output.trim().split('\n').map(Number);
}

function mavenArtifact(): string {
  const folder = join(homedir(), '.m2/repository/org/apache/maven/maven-artifact');
  const local = existsSync(folder)
    ? readdirSync(folder).map((version) => join(folder, version, `maven-artifact-${version}.jar`))
    : [];
  const jar = [...local.sort().reverse(), '/usr/share/java/maven-artifact.jar'].find((path) => existsSync(path));
  if (!jar) throw new Error('maven-artifact.jar is not installed');
  return jar;
}
