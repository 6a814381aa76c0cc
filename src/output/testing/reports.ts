import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import type { Report } from '../../model/report.ts';
import { severities } from '../../model/severity.ts';
import type { ExportOptions } from '../exporter.ts';

export const options: ExportOptions = { colour: false, columns: 100, now: '2026-11-22T12:00:00.000Z' };

/** From a real scan; see testdata/ORIGIN.md. */
export function realReport(): Report {
  return JSON.parse(readFileSync(fileURLToPath(new URL('../testdata/checkout.report.json', import.meta.url)), 'utf8'));
}

export const emptyReport: Report = {
  schema: 'breakwater/report/1',
  image: { reference: 'empty.tar', kind: 'image', layers: [] },
  packages: [],
  findings: [],
  coverage: [],
  problems: [],
  database: { built: '2026-11-20T00:00:00.000Z', sources: [] },
  scanner: { name: 'breakwater', version: '1.2.3' },
};

export function packageOf(name: string, more: Partial<Package> = {}): Package {
  return {
    id: `id-of-${name}`,
    purl: `pkg:npm/${encodeURIComponent(name.toWellFormed())}@1.0.0`,
    type: 'npm',
    name,
    version: '1.0.0',
    evidence: 'installed-metadata',
    locations: [{ path: `app/node_modules/${name}/package.json` }],
    owner: { kind: 'none' },
    ...more,
  };
}

export function findingOf(found: Package, id: string, more: Partial<Finding> = {}): Finding {
  return {
    id,
    aliases: [],
    package: found.id,
    purl: found.purl,
    installed: found.version,
    fixed: ['1.0.1'],
    upgradeTo: '1.0.1',
    status: 'fixed',
    severity: 'high',
    severitySource: 'ghsa',
    cvss: [],
    cwe: [],
    references: [],
    why: [
      {
        source: 'ghsa',
        record: id,
        stream: found.type,
        name: found.name,
        version: found.version,
        scheme: 'npm',
        range: '< 1.0.1',
        comparisons: [`${found.version} < 1.0.1`],
      },
    ],
    ...more,
  };
}

/** A finding without a known fix. */
export function unfixedOf(found: Package, id: string, more: Partial<Finding> = {}): Finding {
  const { upgradeTo: _upgradeTo, ...rest } = findingOf(found, id, { fixed: [], status: 'not-fixed', ...more });
  return rest;
}

export function reportOf(
  packages: readonly Package[],
  findings: readonly Finding[],
  more: Partial<Report> = {},
): Report {
  return { ...emptyReport, image: { ...emptyReport.image, reference: 'shop.tar' }, packages, findings, ...more };
}

/** Many findings, four to a package. */
export function largeReport(findings: number): Report {
  const packages = Array.from({ length: Math.ceil(findings / 4) }, (_, at) => packageOf(`package-${at}`));
  return reportOf(
    packages,
    packages.flatMap((found, at) =>
      Array.from({ length: Math.min(4, findings - at * 4) }, (_, n) => {
        const severity = severities[(at + n) % severities.length] ?? 'unknown';
        const id = `CVE-2026-${10_000 + at * 4 + n}`;
        return n === 3 ? unfixedOf(found, id, { severity }) : findingOf(found, id, { severity });
      }),
    ),
  );
}

/** Texts that are code to a terminal, a browser, a spreadsheet, a Markdown reader or a shell. */
export const hostileTexts: readonly string[] = [
  '\u001b[2J\u001b[31mred',
  '\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u009b31mC1',
  'line\r\nbreak\u2028and\u2029more',
  'bell\u0007 back\b\b\b null\0 delete\u007f',
  'photo\u202egnp.exe\u2066\u200b\ufeff',
  '\ud800lone',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '=HYPERLINK("https://evil.example","x")',
  "+1+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(A1)',
  '\t=1+1',
  '＝1+1',
  '](javascript:alert(1)) [x](javascript:alert(1))',
  '``` `` ` |\\| \\',
  '@everyone #1 https://evil.example www.evil.example',
  "$(touch x); `id` && 'quoted'",
  'שלום-עולם',
  'مرحبا بالعالم',
  '漢字パッケージ',
  'n'.repeat(10_000),
  '',
];

/** The text in every place of a report that can hold text from outside. */
export function hostileReport(text: string): Report {
  const found = packageOf(text, {
    id: 'hostile',
    purl: `pkg:npm/${encodeURIComponent(text.toWellFormed())}@1`,
    namespace: text,
    version: text,
    source: { name: text, version: text },
    stream: text,
    vendor: text,
    licenses: [text],
    cpes: [text],
    bitnami: text,
    goPlatform: text,
    symbols: [text],
    locations: [{ path: text }],
  });
  const system = packageOf(text, {
    id: 'hostile-os',
    type: 'deb',
    version: text,
    source: { name: text, version: text },
  });
  const facts: Partial<Finding> = {
    aliases: [text],
    title: text,
    cwe: [text],
    references: [text, `https://example.org/${text}`],
    severitySource: text,
    cvss: [{ version: '3.1', vector: text, score: 9.8, source: text }],
    exploits: { metasploit: [text] },
    ssvc: { exploitation: text, automatable: text, technicalImpact: text },
  };
  return {
    ...emptyReport,
    image: {
      reference: text,
      kind: 'image',
      platform: { os: text, architecture: text },
      os: { id: text, version: text, name: text },
      layers: [{ diffID: `sha256:${'0'.repeat(64)}`, createdBy: text }],
    },
    packages: [found, system],
    findings: [
      findingOf(found, text || 'X-1', { ...facts, fixed: [text], upgradeTo: text }),
      unfixedOf(system, text || 'X-1', facts),
      findingOf(system, 'CVE-2026-0001', { ...facts, ignored: { reason: text, expires: '2026-12-31' } }),
    ],
    coverage: [
      { stream: text, level: 'fixed-only', date: '2026-11-01' },
      { stream: `${text}!`, level: 'none' },
    ],
    problems: [{ code: 'file-corrupt', where: text, message: text }],
  };
}
