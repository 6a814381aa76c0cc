import * as z from 'zod';
import {
  type ExceptionDecision,
  type ExceptionRequest,
  type ExceptionRow,
  exceptionDecision,
  exceptionPage,
  exceptionQuery,
  exceptionReach,
  exceptionRequest,
  exceptionRow,
} from '../../../src/server/contract/exceptions.ts';
import { type Estate, hoursAgo, sha256 } from '../estate.ts';
import { MockProblem, mock, pageOfRows } from '../mock-answer.ts';

const made = new WeakMap<Estate, ExceptionRow[]>();
const id = (index: number) => `ac4879bf-d791-4a19-95c2-${String(index).padStart(12, '0')}`;

export function exceptionsOf(estate: Estate): ExceptionRow[] {
  return estate.whole ? exceptionsOf(estate.whole).filter((row) => isOf(estate, row)) : allOf(estate);
}

/** Whether an exception names the registry, or an image in it. */
function isOf(estate: Estate, { scope }: ExceptionRow): boolean {
  return scope.registry === estate.registry || estate.images.some(({ digest }) => digest === scope.image);
}

function allOf(estate: Estate): ExceptionRow[] {
  const known = made.get(estate);
  if (known) return known;
  const rows: ExceptionRow[] = [
    {
      id: id(1),
      scope: { vulnerability: 'CVE-2024-3094', registry: 'sandbox' },
      reason: 'Sandbox images are not reachable from outside; they are rebuilt on the new base this month.',
      kind: 'risk-accepted',
      state: 'approved',
      expires: hoursAgo(-24 * 5),
      ...{
        askedBy: 'dana',
        askedAt: hoursAgo(400),
        decidedBy: 'ada',
        decidedAt: hoursAgo(380),
        findings: 14,
        images: 3,
      },
    },
    {
      id: id(2),
      scope: {
        vulnerability: 'CVE-2021-44228',
        package: 'org.apache.logging.log4j:log4j-core',
        repository: 'shop/payments-*',
      },
      reason: 'The affected lookup is switched off in this product, and no text of a stranger reaches the log.',
      kind: 'not-reachable',
      state: 'asked',
      expires: hoursAgo(-24 * 80),
      ...{ askedBy: 'a-person-with-a-rather-long-login@harbour.example', askedAt: hoursAgo(3), findings: 0, images: 0 },
    },
    {
      id: id(3),
      scope: { package: 'linux-libc-dev', image: sha256('image 0') },
      reason: 'Headers only: nothing of the kernel runs from an image.',
      kind: 'false-positive',
      state: 'approved',
      ...{ askedBy: 'grace', askedAt: hoursAgo(2_000), decidedBy: 'ada', decidedAt: hoursAgo(1_990) },
      ...{ decisionNote: 'Told to the source as well.', findings: 214, images: 1 },
    },
    {
      id: id(4),
      scope: { vulnerability: 'CVE-2023-44487' },
      reason: 'The proxy in front limits streams.',
      kind: 'mitigated',
      state: 'expired',
      expires: hoursAgo(90),
      ...{
        askedBy: 'dana',
        askedAt: hoursAgo(900),
        decidedBy: 'ada',
        decidedAt: hoursAgo(880),
        findings: 0,
        images: 0,
      },
    },
  ];
  const shown = estate.scenario === 'none' ? [] : estate.scenario === 'one' ? rows.slice(0, 1) : rows;
  made.set(estate, shown);
  return shown;
}

const isSame = (a: object, b: object) => {
  const text = (scope: object) => JSON.stringify(Object.entries(scope).sort());
  return text(a) === text(b);
};

export const exceptionAnswers = [
  mock({
    method: 'GET',
    path: '/exceptions',
    query: exceptionQuery,
    schema: exceptionPage,
    answer: ({ query, estate }) =>
      pageOfRows(
        exceptionsOf(estate).filter(
          (row) =>
            JSON.stringify(row)
              .toLowerCase()
              .includes(query.q?.toLowerCase() ?? '') &&
            (!query.state || query.state.includes(row.state)),
        ),
        query,
      ),
  }),
  mock({
    method: 'POST',
    path: '/exceptions',
    body: exceptionRequest,
    schema: exceptionRow,
    status: 201,
    answer: ({ body, estate }) => {
      const asked = body as ExceptionRequest;
      const waiting = exceptionsOf(estate).find(
        (one) => one.state === 'asked' && one.kind === asked.kind && isSame(one.scope, asked.scope),
      );
      if (waiting)
        throw new MockProblem(409, `${waiting.askedBy} asked for this already; it waits for a decision.`, waiting.id);
      const row: ExceptionRow = {
        ...asked,
        ...{ id: id(5), state: 'asked', askedBy: 'ada', askedAt: hoursAgo(0), findings: 0, images: 0 },
      };
      exceptionsOf(estate).push(row);
      return row;
    },
  }),
  mock({
    method: 'POST',
    path: '/exceptions/reach',
    body: z.object({ scope: exceptionRequest.shape.scope }),
    schema: exceptionReach,
    answer: ({ body }) => {
      const { scope } = body as Pick<ExceptionRequest, 'scope'>;
      return scope.repository ? { findings: 6, images: 2 } : { findings: 31, images: 9 };
    },
  }),
  mock({
    method: 'POST',
    path: '/exceptions/{id}/decision',
    body: exceptionDecision,
    schema: exceptionRow,
    answer: ({ params, body, estate }) => {
      const row = exceptionsOf(estate).find((one) => one.id === params.id);
      if (!row) throw new MockProblem(404, 'There is no such exception.');
      const { decision, note } = body as ExceptionDecision;
      const state = decision === 'approve' ? 'approved' : decision === 'refuse' ? 'refused' : 'withdrawn';
      const isEnd = row.state === 'approved';
      const decided = isEnd
        ? { endedBy: 'ada', endedAt: hoursAgo(0), ...(note && { endNote: note }) }
        : { decidedBy: 'ada', decidedAt: hoursAgo(0), ...(note && { decisionNote: note }) };
      return Object.assign(row, { state, ...decided, ...(state === 'approved' && { findings: 6, images: 2 }) });
    },
  }),
];
