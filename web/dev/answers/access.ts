import {
  madeToken,
  type NewToken,
  type NewUser,
  newToken,
  newUser,
  type TokenRow,
  type TrailEntry,
  tokenPage,
  tokenQuery,
  trailPage,
  trailQuery,
  type UserChange,
  type UserRow,
  userChange,
  userPage,
  userQuery,
  userRow,
} from '../../../src/server/contract/access.ts';
import { type Estate, hoursAgo } from '../estate.ts';
import { MockProblem, mock, pageOfRows } from '../mock-answer.ts';

interface Accounts {
  readonly users: UserRow[];
  readonly tokens: TokenRow[];
}

const made = new WeakMap<Estate, Accounts>();
const everything = { kind: 'all' } as const;

function userOf(user: string, more: Partial<UserRow> = {}): UserRow {
  return {
    user,
    source: 'local',
    grants: [{ role: 'reader', scope: everything }],
    ...{ disabled: false, locked: false, created: hoursAgo(2_000) },
    ...more,
  };
}

function accountsOf(estate: Estate): Accounts {
  const known = made.get(estate);
  if (known) return known;
  const ada = userOf('ada', {
    ...{ name: 'Ada Quay', grants: [{ role: 'admin', scope: everything }], lastSeen: hoursAgo(0) },
  });
  const users = [
    ada,
    userOf('a-person-with-a-rather-long-login@harbour.example', { source: 'oidc', lastSeen: hoursAgo(30) }),
    userOf('dana', {
      name: 'Dana Reyes',
      grants: [
        { role: 'analyst', scope: { kind: 'repository', value: 'production/payments/*' } },
        { role: 'reader', scope: { kind: 'registry', value: 'staging' } },
      ],
      lastSeen: hoursAgo(4),
    }),
    userOf('grace', { locked: true, lastSeen: hoursAgo(90) }),
    userOf('old-robot', { disabled: true }),
  ];
  const tokens: TokenRow[] = [
    {
      ...{ id: 't1', name: 'Build pipeline of payments', user: 'ada', hint: 'bw_3kVq8', created: hoursAgo(1_000) },
      ...{ grants: [{ role: 'reader', scope: everything }], expires: hoursAgo(-24 * 3), lastUsed: hoursAgo(0.3) },
    },
    {
      ...{ id: 't2', name: 'Export into the data lake', user: 'ada', hint: 'bw_9sLxa', created: hoursAgo(100) },
      ...{ grants: [{ role: 'analyst', scope: { kind: 'registry', value: 'azure' } }], expires: hoursAgo(-24 * 70) },
    },
  ];
  const accounts =
    estate.scenario === 'many' || estate.scenario === 'odd' ? { users, tokens } : { users: [ada], tokens: [] };
  made.set(estate, accounts);
  return accounts;
}

const actions = [
  ['registry.create', 'azure', { kind: 'acr', host: 'harbour.azurecr.io' }],
  ['session.create', 'ada', undefined],
  ['exception.decide', 'ac4879bf-d791-4a19-95c2-000000000001', { decision: 'approve' }],
  ['user.change', 'dana', { grants: [{ role: 'analyst', scope: 'production/payments/*' }] }],
  ['token.create', 'Build pipeline of payments', { days: 90 }],
] as const;

const entries: readonly TrailEntry[] = Array.from({ length: 64 }, (_, index) => {
  const [action, subject, detail] = actions[index % actions.length] ?? actions[0];
  return {
    id: String(1_000 - index),
    at: hoursAgo(index * 9 + 0.2),
    who: index % 7 === 5 ? 'dana' : 'ada',
    from: '10.3.0.17',
    ...{ action, subject },
    ...(detail && { detail }),
    outcome: index % 9 === 4 ? 'refused' : 'done',
  };
});

export const accessAnswers = [
  mock({
    method: 'GET',
    path: '/users',
    query: userQuery,
    schema: userPage,
    answer: ({ query, estate }) =>
      pageOfRows(
        accountsOf(estate).users.filter((one) => `${one.user} ${one.name}`.toLowerCase().includes(query.q ?? '')),
        query,
      ),
  }),
  mock({
    method: 'POST',
    path: '/users',
    body: newUser,
    schema: userRow,
    status: 201,
    answer: ({ body, estate }) => {
      const { user, name, grants } = body as NewUser;
      if (accountsOf(estate).users.some((one) => one.user === user)) {
        throw new MockProblem(409, `There is an account "${user}" already.`);
      }
      const row = userOf(user, { grants, ...(name && { name }) });
      accountsOf(estate).users.push(row);
      return row;
    },
  }),
  mock({
    method: 'PATCH',
    path: '/users/{user}',
    body: userChange,
    schema: userRow,
    answer: ({ params, body, estate }) => {
      const row = accountsOf(estate).users.find((one) => one.user === params.user);
      if (!row) throw new MockProblem(404, `There is no account "${params.user}".`);
      const { password: _secret, ...change } = body as UserChange;
      if (change.disabled && row.user === 'ada') {
        throw new MockProblem(409, '"ada" is the last administrator. Make another one first.');
      }
      return Object.assign(row, change);
    },
  }),
  mock({
    method: 'DELETE',
    path: '/users/{user}',
    status: 204,
    answer: ({ params, estate }) => {
      const { users } = accountsOf(estate);
      const index = users.findIndex((one) => one.user === params.user);
      users.splice(index, index < 0 ? 0 : 1);
    },
  }),
  mock({
    method: 'GET',
    path: '/tokens',
    query: tokenQuery,
    schema: tokenPage,
    answer: ({ query, estate }) => pageOfRows(accountsOf(estate).tokens, query),
  }),
  mock({
    method: 'POST',
    path: '/tokens',
    body: newToken,
    schema: madeToken,
    status: 201,
    answer: ({ body, estate }) => {
      const { name, grants, days } = body as NewToken;
      const row = { id: `t${Date.now()}`, name, grants, user: 'ada', hint: 'bw_Zr6t1', created: hoursAgo(0) };
      const token = { ...row, expires: hoursAgo(-24 * days) };
      accountsOf(estate).tokens.unshift(token);
      return { ...token, token: 'bw_Zr6t1y0LmXcN4sBdHjF7aGe2upQ3kV8w' };
    },
  }),
  mock({
    method: 'DELETE',
    path: '/tokens/{id}',
    status: 204,
    answer: ({ params, estate }) => {
      const { tokens } = accountsOf(estate);
      const index = tokens.findIndex(({ id }) => id === params.id);
      tokens.splice(index, index < 0 ? 0 : 1);
    },
  }),
  mock({
    method: 'GET',
    path: '/trail',
    query: trailQuery,
    schema: trailPage,
    answer: ({ query, estate }) =>
      pageOfRows(
        (estate.scenario === 'none' ? [] : entries).filter(
          (one) =>
            `${one.action} ${one.subject}`.includes(query.q ?? '') &&
            (!query.who || one.who === query.who) &&
            (!query.since || one.at >= query.since),
        ),
        query,
      ),
  }),
];
