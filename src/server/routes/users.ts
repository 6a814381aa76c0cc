import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import {
  type AccountListed,
  accountByLogin,
  accountListed,
  addAccount,
  changeAccount,
  listAccounts,
  lockAdministrators,
  removeAccount,
} from '../../store/accounts.ts';
import { removeSessionsOf } from '../../store/sessions.ts';
import { forgetAttempts, lockedLogins } from '../../store/sign-in-attempts.ts';
import type { Store, StoreTransaction } from '../../store/tables.ts';
import { newUser, type UserRow, userChange, userPage, userQuery, userRow } from '../contract/access.ts';
import { type Access, type Route, route } from '../route.ts';
import { administersAll } from '../sign-in/access.ts';
import { grantsOf } from '../sign-in/grants.ts';
import { hashPassword } from '../sign-in/passwords.ts';

const access: Access = { role: 'admin', within: 'everywhere' };
const params = z.object({ user: newUser.shape.user });

const list = route({
  id: 'users.list',
  method: 'GET',
  path: '/users',
  summary: 'Accounts, by login.',
  access,
  query: userQuery,
  answer: userPage,
  handle: async ({ query }, { store, now }) => {
    const page = await listAccounts(store, query.q, query);
    return { ...page, items: await rowsOf(store, page.items, now()) };
  },
});

const create = route({
  id: 'users.create',
  method: 'POST',
  path: '/users',
  summary: 'Makes a local account. Its owner has to choose another password before anything else.',
  access,
  body: newUser,
  answer: userRow,
  status: 201,
  trail: 'user.create',
  handle: async ({ body }, { store, now }) => {
    const password = await hashPassword(body.password);
    const { user: login, name, grants } = body;
    const made = await addAccount(store, { login, name, source: 'local', password, mustChangePassword: true, grants });
    if (!made) throw new AppError('CONFLICT', `There is an account "${login}" already.`);
    return readRow(store, login, now());
  },
});

const change = route({
  id: 'users.change',
  method: 'PATCH',
  path: '/users/{user}',
  summary: 'Changes name, password, grants, or whether an account may sign in.',
  access,
  params,
  body: userChange,
  answer: userRow,
  trail: 'user.change',
  handle: async ({ params: { user }, body }, { store, now }) => {
    const password = body.password === undefined ? undefined : await hashPassword(body.password);
    await store.transaction().execute(async (transaction) => {
      const account = await mustBeThere(transaction, user);
      if (password !== undefined && account.source !== 'local')
        throw new AppError('CONFLICT', `"${user}" signs in elsewhere and has no password here.`);
      if (body.disabled === true || (body.grants && !administersAll(body.grants)))
        await keepAnAdministrator(transaction, account.id, user);
      const { name, grants, disabled } = body;
      const mustChangePassword = password === undefined ? undefined : true;
      await changeAccount(transaction, account.id, { name, grants, disabled, password, mustChangePassword });
      if (password !== undefined) await forgetAttempts(transaction, user);
      if (password !== undefined || disabled === true) await removeSessionsOf(transaction, account.id);
    });
    return readRow(store, user, now());
  },
});

const remove = route({
  id: 'users.remove',
  method: 'DELETE',
  path: '/users/{user}',
  summary: 'Removes an account with its sessions and tokens. What it did stays in the trail.',
  access,
  params,
  status: 204,
  trail: 'user.remove',
  handle: async ({ params: { user } }, { store }) => {
    await store.transaction().execute(async (transaction) => {
      const account = await mustBeThere(transaction, user);
      await keepAnAdministrator(transaction, account.id, user);
      await removeAccount(transaction, account.id);
    });
  },
});

export const userRoutes: readonly Route[] = [list, create, change, remove];

async function mustBeThere(store: Store | StoreTransaction, user: string) {
  const account = await accountByLogin(store, user);
  if (!account) throw new AppError('NOT_FOUND', `There is no account "${user}".`);
  return account;
}

async function keepAnAdministrator(transaction: StoreTransaction, account: string, user: string): Promise<void> {
  const administrators = await lockAdministrators(transaction);
  if (administrators.size === 1 && administrators.has(account))
    throw new AppError('CONFLICT', `"${user}" is the last administrator. Make another one first.`);
}

async function readRow(store: Store, login: string, at: Date): Promise<UserRow> {
  const account = await accountListed(store, login);
  const [row] = await rowsOf(store, account ? [account] : [], at);
  if (!row) throw new AppError('NOT_FOUND', `There is no account "${login}" any more.`);
  return row;
}

async function rowsOf(store: Store, accounts: readonly AccountListed[], at: Date): Promise<UserRow[]> {
  const logins = accounts.map(({ login }) => login);
  const locked = await lockedLogins(store, logins, at);
  return accounts.map((account) => rowOf(account, locked.has(account.login)));
}

function rowOf(account: AccountListed, locked: boolean): UserRow {
  return {
    user: account.login,
    ...(account.name !== null && { name: account.name }),
    source: account.source === 'oidc' ? 'oidc' : 'local',
    grants: [...grantsOf(account.grants)],
    disabled: account.disabled,
    locked,
    ...(account.last_seen && { lastSeen: account.last_seen.toISOString() }),
    created: account.created.toISOString(),
  };
}
