import { session, signInForm, signInOptions } from '../../../src/server/contract/access.ts';
import { MockProblem, mock } from '../mock-answer.ts';

const who = {
  user: 'ada',
  name: 'Ada Quay',
  grants: [{ role: 'admin', scope: { kind: 'all' } }],
  csrfToken: 'csrf',
  expires: new Date(Date.now() + 8 * 3_600_000).toISOString(),
  mustChangePassword: false,
};

export const sessionAnswers = [
  mock({ method: 'GET', path: '/session', schema: session, answer: () => who }),
  mock({
    method: 'GET',
    path: '/session/options',
    schema: signInOptions,
    isPublic: true,
    answer: () => ({ password: true, providers: [{ id: 'corp', title: 'Harbour single sign-on' }] }),
  }),
  mock({
    method: 'POST',
    path: '/session',
    body: signInForm,
    schema: session,
    isPublic: true,
    answer: ({ body, session: state }) => {
      if ((body as { password: string }).password === 'wrong') {
        throw new MockProblem(
          403,
          'User and password do not fit together. After ten tries the account is locked for 15 minutes.',
        );
      }
      state.isSignedIn = true;
      return { ...who, mustChangePassword: (body as { user: string }).user === 'new' };
    },
  }),
  mock({
    method: 'DELETE',
    path: '/session',
    status: 204,
    answer: ({ session: state }) => {
      state.isSignedIn = false;
    },
  }),
];
