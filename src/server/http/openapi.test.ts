import assert from 'node:assert/strict';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { routes } from '../routes/index.ts';
import { openApiDocument } from './openapi.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

const document = openApiDocument(routes) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test('every route is an operation, under its own id', () => {
  assert.deepEqual(operations.map(({ operation }) => operation.operationId).sort(), routes.map(({ id }) => id).sort());
  assert.equal(new Set(routes.map(({ id }) => id)).size, routes.length);
});

test('every parameter of a path is described', () => {
  for (const { path, operation } of operations) {
    const described = (operation.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => name);
    assert.deepEqual(
      Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name),
      described,
      operation.operationId,
    );
  }
});

test('who needs no sign-in is said, and everybody else is told how they are refused', () => {
  for (const { operation } of operations) {
    const isPublic = routes.find(({ id }) => id === operation.operationId)?.access === 'public';
    assert.equal(operation.security.length === 0, isPublic, operation.operationId);
    if (!isPublic) assert.ok('401' in operation.responses, operation.operationId);
  }
});

test('every reference leads somewhere, and every schema is one', () => {
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'document');
  for (const name of Object.keys(document.components.schemas))
    assert.ok(ajv.getSchema(`document#/components/schemas/${name}`), name);
  const references = Array.from(JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g));
  const components = document.components as unknown as Record<string, Record<string, unknown>>;
  for (const [, kind = '', name = ''] of references) assert.ok(components[kind]?.[name], `${kind}/${name}`);
});
