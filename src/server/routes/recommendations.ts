import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { imagesOfUpdate, listUpdates, readUpdate, readUpdateFacets } from '../../store/read/list-recommendations.ts';
import { visibilityKey } from '../../store/read/visibility.ts';
import { noteRecommendation } from '../../store/recommendation-notes.ts';
import { rememberShortly } from '../../store/short-memory.ts';
import type { ServerContext } from '../context.ts';
import { facets } from '../contract/images.ts';
import {
  recommendationChange,
  recommendationDetail,
  recommendationFilter,
  recommendationPage,
  recommendationQuery,
} from '../contract/recommendations.ts';
import { recommendationRow } from '../recommendation-row.ts';
import type { Caller } from '../route.ts';
import { type Access, type Route, route } from '../route.ts';
import { readSettings } from '../settings.ts';
import { visibilityOf } from '../visible.ts';

const access: Access = { role: 'reader', within: 'scoped' };
const params = z.object({ id: z.string().regex(/^[\w-]{16}$/) });
const shownImages = 500;
const rememberedMs = 2_000;

const list = route({
  id: 'recommendations.list',
  method: 'GET',
  path: '/recommendations',
  summary: 'Software updates over the images that need them, the most urgent first. What is done only when asked for.',
  access,
  takesScope: true,
  query: recommendationQuery,
  answer: recommendationPage,
  handle: async ({ query, caller }, context) => {
    const { store } = context;
    const page = await listUpdates(store, query, await visibilityOf(store, caller), await termsOf(context));
    return { ...page, items: page.items.map(recommendationRow) };
  },
});

const facetList = route({
  id: 'recommendations.facets',
  method: 'GET',
  path: '/recommendations/facets',
  summary: 'How many software updates each value of a filter would leave.',
  access,
  takesScope: true,
  query: recommendationFilter,
  answer: facets,
  handle: async ({ query, caller }, context) => {
    const { store } = context;
    const [visibility, terms] = await Promise.all([visibilityOf(store, caller), termsOf(context)]);
    const read = () => readUpdateFacets(store, query, visibility, terms);
    return {
      facets: await rememberShortly(
        store,
        ['update facets', query, visibilityKey(visibility), terms],
        rememberedMs,
        read,
      ),
    };
  },
});

const detail = route({
  id: 'recommendations.read',
  method: 'GET',
  path: '/recommendations/{id}',
  summary: 'One update with the images that need it, the newest five hundred.',
  access,
  takesScope: true,
  params,
  answer: recommendationDetail,
  handle: ({ params, caller }, context) => read(params.id, caller, context),
});

const change = route({
  id: 'recommendations.change',
  method: 'PATCH',
  path: '/recommendations/{id}',
  summary: 'Gives an update an owner, a date, or says that it is being done.',
  access: { role: 'analyst', within: 'scoped' },
  params,
  body: recommendationChange,
  answer: recommendationDetail,
  trail: 'recommendation.change',
  handle: async ({ params, body, caller }, context) => {
    const { store, events, now } = context;
    const seen = await readUpdate(
      store,
      params.id,
      await visibilityOf(store, caller, 'analyst'),
      await termsOf(context),
    );
    if (!seen) throw missing(params.id);
    await noteRecommendation(store, params.id, body, now());
    events.tell({ kind: 'recommendation', id: params.id });
    return read(params.id, caller, context);
  },
});

export const recommendationRoutes: readonly Route[] = [list, facetList, detail, change];

async function read(id: string, caller: Caller | undefined, context: ServerContext) {
  const { store } = context;
  const visibility = await visibilityOf(store, caller);
  const update = await readUpdate(store, id, visibility, await termsOf(context));
  if (!update) throw missing(id);
  return { ...recommendationRow(update), imageList: await imagesOfUpdate(store, update, visibility, shownImages) };
}

/** When updates are due. */
export async function termsOf({ store, now }: Pick<ServerContext, 'store' | 'now'>) {
  const { dueDays } = await readSettings(store);
  return { dueDays, today: now().toISOString().slice(0, 10) };
}

function missing(id: string): AppError {
  return new AppError('NOT_FOUND', `There is no recommendation ${id}, or you may not see it.`);
}
