import { sameText } from '../sign-in/secret-text.ts';
import type { Delivery } from './notification-sender.ts';

/** The secret itself: as a bearer token, as the whole header, as the password of a basic sign-in, or in the path. */
export function showsSecret({ headers, pathSecret }: Delivery, secret: string): boolean {
  if (pathSecret !== undefined) return sameText(pathSecret, secret);
  const { authorization } = headers;
  if (typeof authorization !== 'string' || authorization.length > 2_000) return false;
  const [, scheme = '', rest = authorization] = /^(bearer|basic) +(.*)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return sameText(rest, secret);
  const decoded = Buffer.from(rest, 'base64').toString('utf8');
  return sameText(decoded.slice(decoded.indexOf(':') + 1), secret);
}
