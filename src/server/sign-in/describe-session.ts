import type { Grant, Session } from '../contract/access.ts';

/** What somebody is told of the own session. */
export function describeSession(
  account: { readonly login: string; readonly name: string | null; readonly must_change_password: boolean },
  grants: readonly Grant[],
  { csrf, expires }: { readonly csrf: string; readonly expires: Date },
): Session {
  return {
    user: account.login,
    ...(account.name !== null && { name: account.name }),
    grants: [...grants],
    csrfToken: csrf,
    expires: expires.toISOString(),
    mustChangePassword: account.must_change_password,
  };
}
