/** A made-up company whose images are made of real packages: what its repositories hold, and when it released. */
export interface DemoRepository {
  readonly registry: string;
  readonly name: string;
  /** Which of the package lists in `data/demo.json.zst` its images are made of. */
  readonly base: 'alpine' | 'debian' | 'node' | 'python-java' | 'go-rust';
  /** How many of the base's language packages it uses. */
  readonly packages: number;
  /** Tag, and days ago that it was pushed; the oldest first. */
  readonly releases: readonly (readonly [tag: string, daysAgo: number])[];
  /** Share of what could be upgraded that a release upgrades. */
  readonly care: number;
}

export const demoRegistries = [
  { name: 'production', kind: 'harbor', host: 'harbor.lighthouse.example' },
  { name: 'development', kind: 'distribution', host: 'registry.lighthouse.example' },
] as const;

const production = 'production';
const development = 'development';

export const demoRepositories: readonly DemoRepository[] = [
  {
    registry: production,
    name: 'shop/storefront',
    base: 'node',
    packages: 260,
    releases: [
      ['4.0.0', 26],
      ['4.1.0', 12],
      ['4.1.1', 2],
    ],
    care: 0.5,
  },
  {
    registry: production,
    name: 'shop/checkout',
    base: 'node',
    packages: 180,
    releases: [
      ['2.7.3', 21],
      ['2.8.0', 5],
    ],
    care: 0.4,
  },
  {
    registry: production,
    name: 'shop/search',
    base: 'python-java',
    packages: 120,
    releases: [
      ['1.12', 24],
      ['1.13', 3],
    ],
    care: 0.3,
  },
  {
    registry: production,
    name: 'shop/recommender',
    base: 'python-java',
    packages: 90,
    releases: [['0.9', 18]],
    care: 0,
  },
  {
    registry: production,
    name: 'payments/api',
    base: 'go-rust',
    packages: 140,
    releases: [
      ['7.2.0', 25],
      ['7.2.1', 9],
      ['7.3.0', 1],
    ],
    care: 0.7,
  },
  {
    registry: production,
    name: 'payments/ledger',
    base: 'python-java',
    packages: 70,
    releases: [['3.4', 14]],
    care: 0,
  },
  {
    registry: production,
    name: 'payments/fraud',
    base: 'python-java',
    packages: 150,
    releases: [
      ['2026-09', 28],
      ['2026-10', 8],
    ],
    care: 0.2,
  },
  {
    registry: production,
    name: 'platform/gateway',
    base: 'go-rust',
    packages: 110,
    releases: [
      ['1.30', 20],
      ['1.31', 4],
    ],
    care: 0.6,
  },
  {
    registry: production,
    name: 'platform/identity',
    base: 'python-java',
    packages: 60,
    releases: [['24.0', 16]],
    care: 0,
  },
  { registry: production, name: 'platform/toolbox', base: 'alpine', packages: 18, releases: [['3.10', 27]], care: 0 },
  {
    registry: production,
    name: 'platform/base-debian',
    base: 'debian',
    packages: 98,
    releases: [
      ['12', 27],
      ['12-slim', 27],
    ],
    care: 0,
  },
  {
    registry: production,
    name: 'platform/metrics',
    base: 'go-rust',
    packages: 90,
    releases: [
      ['2.45', 22],
      ['2.46', 6],
    ],
    care: 0.5,
  },
  {
    registry: development,
    name: 'shop/storefront',
    base: 'node',
    packages: 300,
    releases: [
      ['main', 7],
      ['feature-cart', 3],
      ['nightly', 0],
    ],
    care: 0.2,
  },
  { registry: development, name: 'shop/admin', base: 'node', packages: 220, releases: [['main', 6]], care: 0 },
  { registry: development, name: 'payments/api', base: 'go-rust', packages: 150, releases: [['main', 2]], care: 0 },
  {
    registry: development,
    name: 'data/notebooks',
    base: 'python-java',
    packages: 170,
    releases: [
      ['lab-2', 23],
      ['lab-3', 10],
    ],
    care: 0.1,
  },
  {
    registry: development,
    name: 'data/exporter',
    base: 'python-java',
    packages: 50,
    releases: [
      ['0.3', 15],
      ['0.4', 0],
    ],
    care: 0.8,
  },
  { registry: development, name: 'tools/linter', base: 'node', packages: 140, releases: [['9', 13]], care: 0 },
];

/** Images that cannot be looked at, as every estate has some. */
export const demoFailures = [
  {
    registry: development,
    name: 'data/archive',
    tag: 'old',
    daysAgo: 11,
    code: 'ARCHIVE_CORRUPT',
    because: 'its layer sha256:8c1f…0e2a is cut short: 1048576 of 73400320 bytes are there',
  },
  {
    registry: production,
    name: 'payments/hsm-bridge',
    tag: '1.0',
    daysAgo: 4,
    code: 'AUTHENTICATION_FAILED',
    because: 'harbor.lighthouse.example does not let "robot$breakwater" pull payments/hsm-bridge (403)',
  },
] as const;
