import type { Package } from '../model/package.ts';

type Named = Pick<Package, 'type' | 'namespace' | 'name'>;

/** A package's name as its ecosystem writes it in one text: `@babel/core`, `org.slf4j:slf4j-api`, `github.com/pkg/errors`. */
export function packageLabel({ type, namespace, name }: Named): string {
  if (namespace === undefined || isOsPackage(type)) return name;
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`;
}

/** Its namespace then names the distribution, and its files say less about it than its name. */
export function isOsPackage(type: string): boolean {
  return type === 'apk' || type === 'deb' || type === 'rpm' || type === 'alpm';
}
