import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { addToken, listTokens, removeToken } from '../../store/tokens.ts';
import { madeToken, newToken, tokenPage, tokenQuery } from '../contract/access.ts';
import { type Route, route } from '../route.ts';
import { administersAll, covers } from '../sign-in/access.ts';
import { grantsOf } from '../sign-in/grants.ts';
import { hashOfSecret, randomSecret } from '../sign-in/secret-text.ts';

const list = route({
  id: 'tokens.list',
  method: 'GET',
  path: '/tokens',
  summary: 'API tokens: the own ones, or everybody’s.',
  access: 'signed-in',
  query: tokenQuery,
  answer: tokenPage,
  handle: async ({ query, caller }, { store }) => {
    if (query.everybody && !administersAll(caller?.grants ?? []))
      throw new AppError('FORBIDDEN', 'Only an administrator sees the tokens of others.');
    const page = await listTokens(store, query.everybody ? undefined : caller?.account, query);
    const items = page.items.map(({ login, last_used, grants, created, expires, id, name, hint }) => ({
      id,
      name,
      hint,
      user: login,
      grants: [...grantsOf(grants)],
      created: created.toISOString(),
      expires: expires.toISOString(),
      ...(last_used && { lastUsed: last_used.toISOString() }),
    }));
    return { ...page, items };
  },
});

const create = route({
  id: 'tokens.create',
  method: 'POST',
  path: '/tokens',
  summary: 'Makes an API token with at most the rights of its maker. It is shown this once.',
  access: 'signed-in',
  body: newToken,
  answer: madeToken,
  status: 201,
  trail: 'token.create',
  handle: async ({ body, caller }, { store, now }) => {
    if (!caller) throw new AppError('SIGN_IN_NEEDED', 'Sign in first.');
    const beyond = body.grants.find((grant) => !covers(caller.grants, grant));
    if (beyond)
      throw new AppError(
        'FORBIDDEN',
        `A token may do at most what its maker may; "${beyond.role}" on ${beyond.scope.value ?? 'everything'} is more.`,
      );
    const token = `bw_${randomSecret()}`;
    const hint = token.slice(0, 8);
    const created = now();
    const asked = new Date(created.getTime() + body.days * 86_400_000);
    // A token that makes another one cannot outlive itself by it.
    const expires = caller.by === 'token' && caller.expires && caller.expires < asked ? caller.expires : asked;
    const { name, grants } = body;
    const hash = hashOfSecret(token);
    const id = await addToken(store, { hash, hint, name, account: caller.account, grants, created, expires });
    const row = { id, name, user: caller.who, grants, hint, token };
    return { ...row, created: created.toISOString(), expires: expires.toISOString() };
  },
});

const remove = route({
  id: 'tokens.remove',
  method: 'DELETE',
  path: '/tokens/{id}',
  summary: 'Takes a token back, at once: an own one, or, for administrators, anybody’s.',
  access: 'signed-in',
  params: z.object({ id: z.uuid() }),
  status: 204,
  trail: 'token.remove',
  handle: async ({ params, caller }, { store }) => {
    const removed = await removeToken(
      store,
      params.id,
      administersAll(caller?.grants ?? []) ? undefined : caller?.account,
    );
    if (!removed) throw new AppError('NOT_FOUND', 'There is no such token of yours.');
  },
});

export const tokenRoutes: readonly Route[] = [list, create, remove];
