import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FindingCounts } from './contract/severity.ts';

/** What is counted while the server runs; names and labels are API and documented in docs/operating.md. */
export interface Metrics {
  readonly request: (route: string, method: string, status: number, seconds: number) => void;
  readonly scan: (outcome: 'scanned' | 'failed' | 'artifact', because: string, seconds: number) => void;
  readonly notification: (registry: string, outcome: 'taken' | 'repeated' | 'refused') => void;
  readonly rematch: (seconds: number, appeared: number, went: number) => void;
  readonly signIn: (outcome: 'done' | 'refused' | 'locked') => void;
  /** Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/. */
  readonly text: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

/** What is read when metrics are asked for, because another replica may have changed it. */
export interface Levels {
  readonly images: Readonly<Record<'queued' | 'scanning' | 'scanned' | 'failed', number>>;
  /** What registries hold besides, by kind. */
  readonly artifacts: Readonly<Record<string, number>>;
  readonly findings: FindingCounts;
  readonly jobsWaiting: number;
  readonly databaseAgeSeconds: number;
}

const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10];
const scanBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

export function createMetrics(levels: () => Promise<Levels | undefined>): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register, prefix: 'breakwater_' });
  const named = { registers: [register] };
  const requests = new Histogram({
    ...named,
    name: 'breakwater_http_request_seconds',
    help: 'Time to answer a request.',
    labelNames: ['route', 'method', 'status'],
    buckets: requestBuckets,
  });
  const scans = new Histogram({
    ...named,
    name: 'breakwater_scan_seconds',
    help: 'Time to scan an image, its pull included.',
    labelNames: ['outcome', 'because'],
    buckets: scanBuckets,
  });
  const notifications = new Counter({
    ...named,
    name: 'breakwater_notifications_total',
    help: 'Notifications of registries: taken, repeated, refused.',
    labelNames: ['registry', 'outcome'],
  });
  const rematches = new Histogram({
    ...named,
    name: 'breakwater_rematch_seconds',
    help: 'Time until a new vulnerability database has reached all findings.',
    buckets: scanBuckets,
  });
  const changes = new Counter({
    ...named,
    name: 'breakwater_rematch_candidates_total',
    help: 'Flaws of package versions that new vulnerability databases brought or took away.',
    labelNames: ['change'],
  });
  const signIns = new Counter({
    ...named,
    name: 'breakwater_sign_ins_total',
    help: 'Attempts to sign in.',
    labelNames: ['outcome'],
  });
  const setLevels = levelGauges(register);
  return {
    request: (route, method, status, seconds) => requests.observe({ route, method, status: `${status}` }, seconds),
    scan: (outcome, because, seconds) => scans.observe({ outcome, because }, seconds),
    notification: (registry, outcome) => notifications.inc({ registry, outcome }),
    rematch: (seconds, appeared, went) => {
      rematches.observe(seconds);
      changes.inc({ change: 'appeared' }, appeared);
      changes.inc({ change: 'went' }, went);
    },
    signIn: (outcome) => signIns.inc({ outcome }),
    text: async () => {
      const now = await levels();
      if (now) setLevels(now);
      return { contentType: register.contentType, body: await register.metrics() };
    },
  };
}

function levelGauges(register: Registry): (levels: Levels) => void {
  const named = { registers: [register] };
  const images = new Gauge({ ...named, name: 'breakwater_images', help: 'Images by state.', labelNames: ['state'] });
  const artifacts = new Gauge({
    ...named,
    name: 'breakwater_artifacts',
    help: 'What registries hold besides images, such as signatures and charts, by kind.',
    labelNames: ['kind'],
  });
  const findings = new Gauge({
    ...named,
    name: 'breakwater_findings',
    help: 'Findings that stand, by severity.',
    labelNames: ['severity'],
  });
  const exploited = new Gauge({ ...named, name: 'breakwater_findings_exploited', help: 'Of those, exploited ones.' });
  const fixable = new Gauge({ ...named, name: 'breakwater_findings_fixable', help: 'Of those, ones with a fix.' });
  const waiting = new Gauge({ ...named, name: 'breakwater_jobs_waiting', help: 'Jobs that wait for a worker.' });
  const age = new Gauge({
    ...named,
    name: 'breakwater_vulnerability_database_age_seconds',
    help: 'Time since the vulnerability database in use was built.',
  });
  return (now) => {
    for (const [state, count] of Object.entries(now.images)) images.set({ state }, count);
    for (const [kind, count] of Object.entries(now.artifacts)) artifacts.set({ kind }, count);
    const { exploited: inUse, fixable: withFix, ...bySeverity } = now.findings;
    for (const [severity, count] of Object.entries(bySeverity)) findings.set({ severity }, count);
    exploited.set(inUse);
    fixable.set(withFix);
    waiting.set(now.jobsWaiting);
    age.set(now.databaseAgeSeconds);
  };
}
