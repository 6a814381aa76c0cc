import { Link } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';
import { parseAddress } from '../address-filter.ts';

interface AppLinkProps extends Omit<ComponentPropsWithRef<'a'>, 'href'> {
  /** An address of the console, with its query: see addresses.ts. */
  readonly to: string;
}

/** A link inside the console, without loading the page anew. */
export function AppLink({ to, ...rest }: AppLinkProps) {
  const [path = '/', query = ''] = to.split('?', 2);
  return <Link to={path as never} search={parseAddress(query) as never} {...(rest as object)} />;
}
