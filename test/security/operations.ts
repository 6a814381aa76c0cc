import type { Role } from '../../src/server/contract/access.ts';

/** An operation as the served document tells it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly access:
    | 'public'
    | 'own-session'
    | 'signed-in'
    | { readonly role: Role; readonly within: 'everywhere' | 'scoped' };
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  /** Statuses that it says it answers with. */
  readonly statuses: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: JsonSchema;
}

export interface JsonSchema {
  readonly type?: string;
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
}

interface Described {
  readonly operationId: string;
  readonly 'x-access': Operation['access'];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: JsonSchema } } };
  readonly responses: Readonly<Record<string, unknown>>;
}

export async function operationsOf(url: string): Promise<readonly Operation[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      id: described.operationId,
      method: method.toUpperCase(),
      path,
      access: described['x-access'],
      parameters: described.parameters ?? [],
      body: described.requestBody?.content['application/json'].schema,
      statuses: Object.keys(described.responses),
    })),
  );
}

/** A request that names nothing that is there, with a body that fits no schema. */
export function requestFor({ path, parameters, body }: Operation): { readonly path: string; readonly body?: unknown } {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((each) => each.in === 'path' && each.name === name)?.schema;
    return encodeURIComponent(valueFor(schema));
  });
  return { path: filled, ...(body && { body: { 'no such field': true } }) };
}

export function valueFor(schema: JsonSchema | undefined): string {
  if (schema?.format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (schema?.pattern?.includes('sha256')) return `sha256:${'0'.repeat(64)}`;
  if (schema?.pattern?.includes('CVE')) return 'CVE-2000-0001';
  if (schema?.enum) return String(schema.enum[0]);
  return schema?.type === 'integer' ? '1' : 'nothing-here';
}
