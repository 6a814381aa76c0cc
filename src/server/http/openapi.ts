import * as z from 'zod';
import { scopeChoice } from '../contract/access.ts';
import { problemDetails } from '../contract/paging.ts';
import type { Route } from '../route.ts';
import { keyHeader, keyPattern, takesKey } from './answer-once.ts';
import { errorStatuses } from './error-statuses.ts';
import { schemaNames } from './schema-names.ts';
import { strictly } from './strict.ts';

type Json = Record<string, unknown>;

/** The API in the words of OpenAPI 3.1, from nothing but the routes: https://spec.openapis.org/oas/v3.1.0. */
export function openApiDocument(routes: readonly Route[]): Json {
  const components = createComponents();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = `/api/v1${route.path}`;
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operationOf(route, components);
  }
  const problem = components.reference(problemDetails, 'ProblemDetails');
  const tags = [...new Set(routes.map(tagOf))].sort();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Breakwater',
      version: '1',
      description:
        'Everything the console shows. Lists are read page by page with `cursor`; what is refused is told as a problem (RFC 9457) with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas(),
      responses: {
        Problem: {
          description: 'Why it was refused or failed.',
          headers: { 'X-Request-Id': { description: 'As in the log.', schema: { type: 'string' } } },
          content: { 'application/problem+json': { schema: problem } },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token: `bw_…`.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'breakwater',
          description:
            'Set by signing in; `__Host-breakwater` over TLS. Changes also need the header `X-CSRF-Token` with the token of the session.',
        },
      },
    },
  };
}

function operationOf(route: Route, components: Components): Json {
  const { params, query, body, access } = route;
  const key = takesKey(route) ? [keyParameter] : [];
  const scope = route.takesScope ? parametersOf(scopeChoice, 'query') : [];
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query'), ...scope, ...key];
  return {
    operationId: route.id,
    tags: [tagOf(route)],
    summary: route.summary,
    'x-access': access,
    security: access === 'public' ? [] : [{ token: [] }, { session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: inputSchema(body) } } },
    }),
    responses: {
      ...goodResponses(route, components),
      ...Object.fromEntries(errorStatuses(route).map((status) => [status, { $ref: '#/components/responses/Problem' }])),
    },
  };
}

const keyParameter: Json = {
  name: keyHeader,
  in: 'header',
  required: false,
  description:
    'Random, and new for each thing asked for: a request that is repeated with it within a day, because its answer was lost, is done once and answered the same (with `Idempotency-Replayed: true`). 422 when it was used for another request, 409 while the first is being answered.',
  schema: { type: 'string', pattern: keyPattern },
};

function goodResponses(route: Route, components: Components): Json {
  const { answer, streams, method, status } = route;
  if (streams) {
    // A document of another standard: its form is that standard's to tell.
    const schemaOf = (type: string) => (/[/+]json\b/.test(type) ? { type: 'object' } : { type: 'string' });
    const content = Object.fromEntries(streams.map((type) => [type, { schema: schemaOf(type) }]));
    return { 200: { description: 'A stream.', content } };
  }
  if (!answer) return { [status ?? 204]: { description: status === 302 ? 'Go on there.' : 'Done.' } };
  const schema = components.reference(answer);
  const content = { 'application/json': { schema } };
  if (method !== 'GET') return { [status ?? 200]: { description: 'Done.', content } };
  const etag = { description: 'For If-None-Match.', schema: { type: 'string' } };
  return {
    [status ?? 200]: { description: 'As asked.', headers: { ETag: etag }, content },
    304: { description: 'Not changed since the given entity tag.' },
  };
}

function tagOf({ id }: Route): string {
  return id.split('.')[0] ?? id;
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = inputSchema(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

function inputSchema(schema: z.ZodType): Json {
  return withoutDialect(z.toJSONSchema(strictly(schema), { io: 'input', unrepresentable: 'any' }));
}

function withoutDialect({ $schema: _, ...schema }: z.core.JSONSchema.BaseSchema): Json {
  return schema as Json;
}

interface Components {
  /** A reference where the schema has a name, else the schema itself. */
  readonly reference: (schema: z.ZodType, name?: string) => Json;
  readonly schemas: () => Json;
}

/** Schemas of answers by the names that they have in the contract. */
function createComponents(): Components {
  const names = schemaNames();
  const made = new Map<string, Json>();

  const render = (schema: z.core.$ZodType): Json =>
    withoutDialect(
      z.toJSONSchema(schema, {
        io: 'output',
        unrepresentable: 'any',
        override: ({ zodSchema, jsonSchema }) => {
          const inner: z.core.$ZodType = zodSchema;
          const name = inner === schema ? undefined : names.get(inner);
          if (name === undefined) return;
          make(name, inner);
          for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
          jsonSchema.$ref = `#/components/schemas/${name}`;
        },
      }),
    );

  const make = (name: string, schema: z.core.$ZodType) => {
    if (made.has(name)) return;
    made.set(name, {});
    made.set(name, render(schema));
  };

  return {
    reference: (schema, given) => {
      const name = given ?? names.get(schema);
      if (name === undefined) return render(schema);
      make(name, schema);
      return { $ref: `#/components/schemas/${name}` };
    },
    schemas: () => Object.fromEntries([...made].sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}
