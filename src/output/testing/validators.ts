import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const root = resolve(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);

/** Fails with what is wrong and where. */
export type Validate = (document: unknown) => void;

export const validateReport: Validate = lazily(() => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schemaAt(`${root}/schemas/report-1.json`));
});

export const validateSpdx: Validate = lazily(() =>
  draft7().compile(schemaAt(`${root}/test/schemas/spdx-schema-2.3.json`)),
);

export const validateSarif: Validate = lazily(() => {
  // Draft 4, of which it uses only what draft 7 has too but for the name of its id.
  const { $schema: _$schema, id: _id, ...schema } = schemaAt(`${root}/test/schemas/sarif-schema-2.1.0.json`);
  return draft7().compile(schema);
});

export const validateCycloneDx: Validate = lazily(() => {
  const folder = resolve(require.resolve('@cyclonedx/cyclonedx-library/package.json'), '../res/schema');
  const ajv = draft7();
  // RFC 3987, 4.1, as far as it can be told by characters; and addresses, which we never write.
  ajv.addFormat('iri-reference', /^[^\s<>"{}|\\^`]*$/);
  ajv.addFormat('idn-email', /^[^\s@]+@[^\s@]+$/);
  for (const name of ['spdx', 'jsf-0.82']) {
    const schema = schemaAt(`${folder}/${name}.SNAPSHOT.schema.json`);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(schemaAt(`${folder}/bom-1.6.SNAPSHOT.schema.json`));
});

/** Official schemas use annotations that strict mode does not know; validation itself is as strict. */
function draft7(): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  addFormats.default(ajv);
  // The library's own compares all pairs, which takes seconds for thousands of items.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    validate: (isOn: boolean, items: readonly unknown[]) =>
      !isOn || new Set(items.map((item) => JSON.stringify(item))).size === items.length,
  });
  return ajv;
}

function schemaAt(path: string): AnySchemaObject {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function lazily(compile: () => ValidateFunction): Validate {
  let validate: ValidateFunction | undefined;
  return (document) => {
    validate ??= compile();
    const isValid = validate(document);
    assert.ok(isValid, JSON.stringify(validate.errors?.slice(0, 5), undefined, 2));
  };
}
